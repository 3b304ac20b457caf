"""Which values of two groups belong together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from runlore.errors import InvalidType, InvalidValue
from runlore.stats.samples import ROUNDING, Sample, check_finite, numbers_of

if TYPE_CHECKING:
    from runlore.stats.samples import Values


class Pairs(NamedTuple):
    """The finite pairs of two groups, and how many values were left out."""

    first: Sample
    second: Sample
    differences: Sample
    not_finite: int
    unpaired: int
    notes: tuple[str, ...]

    @property
    def n(self) -> int:
        """How many pairs there are."""
        return self.differences.n

    @property
    def magnitude(self) -> float:
        """The largest value of either, regardless of sign."""
        both = np.concatenate((self.first.values, self.second.values))
        return float(np.max(np.abs(both), initial=0.0))

    @property
    def is_constant(self) -> bool:
        """Whether all pairs differ by the same amount, but for the rounding of their values."""
        spread = float(np.ptp(self.differences.values)) if self.n else 0.0
        return spread <= ROUNDING * self.magnitude


def paired_samples(
    first: Values, second: Values, *, names: tuple[str, str], not_finite: str
) -> Pairs:
    """Pair two groups by their keys, or by position where they have none.

    Raises:
        InvalidType: if only one of them has keys.
        InvalidValue: if they share no key, differ in length, or hold what isn't finite and
            that is to be refused.
    """
    if isinstance(first, Mapping) and isinstance(second, Mapping):
        keys = _shared_keys(first, second, names)
        unpaired = len(first) + len(second) - 2 * len(keys)
        first, second = [first[key] for key in keys], [second[key] for key in keys]
    elif isinstance(first, Mapping) or isinstance(second, Mapping):
        raise InvalidType(
            "one group names its seeds and the other doesn't",
            hint="give both by seed: {0: 0.91, 1: 0.93}",
        )
    else:
        unpaired = 0
    one, other = numbers_of(first, names[0]), numbers_of(second, names[1])
    if len(one) != len(other):
        raise InvalidValue(
            f"{names[0]!r} has {len(one)} values and {names[1]!r} {len(other)}, "
            "so nothing says which belong together",
            hint="give both by seed: {0: 0.91, 1: 0.93}; or use unpaired_difference",
        )
    for array, name in ((one, names[0]), (other, names[1])):
        check_finite(np.isfinite(array), name, not_finite)
    is_whole = np.isfinite(one) & np.isfinite(other)
    left_out = int((~is_whole).sum())
    notes = []
    if unpaired:
        notes.append(f"{unpaired} values have no partner in the other group, left out")
    if left_out:
        notes.append(f"{left_out} of {len(is_whole)} pairs not finite, left out")
    one, other = one[is_whole], other[is_whole]
    return Pairs(
        Sample(names[0], one, left_out),
        Sample(names[1], other, left_out),
        Sample(f"{names[0]} - {names[1]}", one - other, left_out),
        not_finite=left_out,
        unpaired=unpaired,
        notes=tuple(notes),
    )


def _shared_keys(
    first: Mapping[Any, float], second: Mapping[Any, float], names: tuple[str, str]
) -> list[Any]:
    """List the keys that both have; their order makes no difference to any result."""
    keys = [key for key in first if key in second]
    if not keys and first and second:
        raise InvalidValue(
            f"{names[0]!r} and {names[1]!r} share no seed: {_some(first)} against {_some(second)}",
            hint="use unpaired_difference for runs that have nothing to do with each other",
        )
    return keys


def _some(values: Mapping[Any, float]) -> str:
    shown = ", ".join(repr(key) for key in list(values)[:3])
    return f"{shown}, …" if len(values) > 3 else shown
