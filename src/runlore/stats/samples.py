"""Values as they come in: checked, and what isn't finite counted and never dropped in silence."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from numbers import Real
from typing import Any, Literal, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from runlore.errors import InvalidType, InvalidValue, TooFew, a_kind
from runlore.stats.methods import checked_choice

Doubles: TypeAlias = npt.NDArray[np.float64]
# One value a run: in any order, or by seed (or by whatever else pairs runs).
Values: TypeAlias = Iterable[float] | Mapping[Any, float]
NotFinite: TypeAlias = Literal["refuse", "leave out"]

# Leaves room for differences, and for intervals that are thousands of times wider.
MOST_MAGNITUDE = 1e300
# Below this share of their size, values differ by rounding alone.
ROUNDING = 64 * float(np.finfo(np.float64).eps)


class Sample(NamedTuple):
    """The finite values of one group, and how many others there were."""

    name: str
    values: Doubles
    not_finite: int

    @property
    def n(self) -> int:
        """How many finite values there are."""
        return len(self.values)

    @property
    def is_constant(self) -> bool:
        """Whether its values are equal but for rounding."""
        if not self.n:
            return True
        return float(np.ptp(self.values)) <= ROUNDING * float(np.max(np.abs(self.values)))

    @property
    def mean(self) -> float:
        """Its mean, correctly rounded, which no sum of equal values leaves."""
        exponent = scale_exponent(self.values)
        middle = math.ldexp(math.fsum(np.ldexp(self.values, -exponent)) / self.n, exponent)
        return min(max(middle, float(self.values.min())), float(self.values.max()))

    @property
    def std(self) -> float:
        """Its sample standard deviation (n - 1), 0.0 where all values are equal."""
        if float(np.ptp(self.values)) == 0:
            return 0.0
        exponent = scale_exponent(self.values)
        return math.ldexp(float(np.std(np.ldexp(self.values, -exponent), ddof=1)), exponent)


def sample_of(values: Values, *, name: str = "values", not_finite: str = "refuse") -> Sample:
    """Check values, and set aside what isn't finite as `not_finite` says.

    Raises:
        InvalidType: if something isn't a number, or the whole is no sequence of numbers.
        InvalidValue: if a value isn't finite and `not_finite` is "refuse", or is too large.
    """
    array = numbers_of(values, name)
    is_finite = np.isfinite(array)
    check_finite(is_finite, name, not_finite)
    return Sample(name, array[is_finite], int((~is_finite).sum()))


def check_finite(is_finite: npt.NDArray[np.bool_], name: str, not_finite: str) -> None:
    """Raise `InvalidValue` if something isn't finite and that is to be refused."""
    checked_choice(not_finite, ("refuse", "leave out"), what="way with NaN and infinities")
    if not_finite == "refuse" and not is_finite.all():
        raise InvalidValue(
            f"{int((~is_finite).sum())} of {len(is_finite)} values of {name!r} are NaN or infinite",
            hint="a run that diverged is a result: look at it first, "
            'then leave it out with not_finite="leave out"',
        )


def at_least(sample: Sample, least: int, *, purpose: str, hint: str | None = None) -> None:
    """Raise `TooFew` if a sample has fewer values than its purpose needs."""
    if sample.n < least:
        left_out = f" ({sample.not_finite} left out)" if sample.not_finite else ""
        count = f"{sample.n} value{'s' * (sample.n != 1)}"
        raise TooFew(f"{sample.name!r} has {count}{left_out}; {purpose} needs {least}", hint=hint)


def check_groups(groups: object) -> None:
    """Raise `InvalidType` if groups don't come by name."""
    if not isinstance(groups, Mapping):
        raise InvalidType(
            f"the groups are {a_kind(groups)}",
            hint='give them by name: {"wide": [0.91, 0.92, 0.9], "deep": [0.89, 0.9, 0.9]}',
        )


def scale_exponent(*arrays: Doubles) -> int:
    """Find the power of two that brings the largest value near 1, so that squares stay finite."""
    largest = max((float(np.max(np.abs(array))) for array in arrays if array.size), default=0.0)
    return math.frexp(largest)[1]


def scaled(*arrays: Doubles) -> list[Doubles]:
    """Bring arrays near 1 together, exactly, so that their sums and squares stay finite."""
    exponent = scale_exponent(*arrays)
    return [np.ldexp(array, -exponent) for array in arrays]


def numbers_of(values: Values, name: str) -> Doubles:
    """Make an array of values as they come, with what isn't finite.

    Raises:
        InvalidType: if something isn't a number, or the whole is no sequence of numbers.
        InvalidValue: if a finite value is too large to compute with.
    """
    array = _array(values, name)
    finite = array[np.isfinite(array)]
    if finite.size and float(np.max(np.abs(finite))) > MOST_MAGNITUDE:
        raise InvalidValue(f"values of {name!r} are larger than {MOST_MAGNITUDE:g}")
    return array


def _array(values: Any, name: str) -> Doubles:
    if isinstance(values, Mapping):
        values = list(values.values())
    if isinstance(values, str | bytes) or not isinstance(values, Iterable):
        raise InvalidType(f"{name!r} is {a_kind(values)}", hint="give a sequence of numbers")
    if hasattr(values, "__array__"):
        array = np.asarray(values)
        if array.ndim != 1:
            raise InvalidType(
                f"{name!r} has {array.ndim} dimensions", hint="give one value a run, in one row"
            )
        if array.dtype.kind in "iuf":
            return array.astype(np.float64)
        values = array.tolist()
    return np.array([_number(one, name) for one in values], dtype=np.float64)


def _number(value: object, name: str) -> float:
    if not isinstance(value, Real):
        raise InvalidType(f"{name!r} holds {a_kind(value)}: {value!r:.60}", hint="give numbers")
    try:
        return float(value)
    except OverflowError:
        raise InvalidValue(f"{name!r} holds a number that is too large") from None
