"""How far apart runs of the same thing come out, and which differences that explains."""

from __future__ import annotations

import math
from collections.abc import Mapping
from numbers import Real
from typing import TYPE_CHECKING, Any, NamedTuple

from runlore.errors import InvalidValue, TooFew
from runlore.stats.intervals import Interval
from runlore.stats.methods import Method, checked_confidence, scipy_stats
from runlore.stats.samples import sample_of

if TYPE_CHECKING:
    from runlore.stats.samples import Sample, Values

LEAST_FREEDOM = 2

POOLED_STD = Method(
    "standard deviation over seeds, pooled over groups",
    "independent values, spreads alike in all groups",
    "Fisher 1925",
)
STD_INTERVAL = Method(
    "chi-squared interval of a standard deviation",
    "independent values from a normal distribution, which matters much here",
    "Fisher 1925",
)


class NoiseFloor(NamedTuple):
    """The spread of runs that differ by their seed alone: a sample standard deviation."""

    std: float
    interval: Interval
    freedom: int  # runs less groups: how much the spread is based on
    groups: int
    not_finite: int
    method: Method
    notes: tuple[str, ...]


def noise_floor(
    groups: Values | Mapping[str, Values],
    *,
    confidence: float = 0.95,
    not_finite: str = "refuse",
) -> NoiseFloor:
    """Measure the spread over seeds, of one group or pooled over several.

    Args:
        groups: one value a run, or such groups by name; groups of one run add nothing.
        confidence: of the interval.
        not_finite: "refuse" NaN and infinities, or "leave out" and count them.

    Raises:
        TooFew: below three runs of one group, or two of each of two groups.
    """
    checked_confidence(confidence)
    samples = _samples(groups, not_finite)
    freedom = sum(max(0, sample.n - 1) for sample in samples)
    if freedom < LEAST_FREEDOM:
        raise TooFew(
            f"{sum(sample.n for sample in samples)} values in {len(samples)} "
            f"group{'s' * (len(samples) != 1)} say too little about the spread",
            hint="run one configuration with three seeds or more",
        )
    std = math.hypot(
        *(sample.std * math.sqrt((sample.n - 1) / freedom) for sample in samples if sample.n > 1)
    )
    chi2 = scipy_stats().chi2
    low = std * math.sqrt(freedom / float(chi2.ppf((1 + confidence) / 2, freedom)))
    high = std * math.sqrt(freedom / float(chi2.ppf((1 - confidence) / 2, freedom)))
    left_out = sum(sample.not_finite for sample in samples)
    notes = []
    if left_out:
        notes.append(f"{left_out} values not finite, left out")
    if not std:
        notes.append("all values are equal: does what differs between the runs have an effect?")
    return NoiseFloor(
        std=std,
        interval=Interval(low, high, confidence, STD_INTERVAL),
        freedom=freedom,
        groups=len(samples),
        not_finite=left_out,
        method=POOLED_STD,
        notes=tuple(notes),
    )


def noise_margin(
    floor: NoiseFloor, *, n_first: int = 1, n_second: int = 1, confidence: float = 0.95
) -> float:
    """Give the largest difference of two means that noise alone explains.

    `n_first` and `n_second` are how many runs each mean is taken over; they share the spread
    of the floor, whose own uncertainty widens the margin (Student 1908).
    """
    checked_confidence(confidence)
    if n_first < 1 or n_second < 1:
        raise InvalidValue(f"a mean over {min(n_first, n_second)} runs is none")
    factor = float(scipy_stats().t.ppf((1 + confidence) / 2, floor.freedom))
    return factor * floor.std * math.sqrt(1 / n_first + 1 / n_second)


def is_within_noise(
    difference: float,
    floor: NoiseFloor,
    *,
    n_first: int = 1,
    n_second: int = 1,
    confidence: float = 0.95,
) -> bool:
    """Say whether noise alone explains a difference: whether it is within `noise_margin`.

    Raises:
        InvalidValue: if the difference isn't finite, which is neither within nor beyond.
    """
    if not math.isfinite(difference):
        raise InvalidValue(f"a difference of {difference} is neither within noise nor beyond it")
    margin = noise_margin(floor, n_first=n_first, n_second=n_second, confidence=confidence)
    return abs(difference) <= margin


def _samples(groups: Values | Mapping[str, Values], not_finite: str) -> list[Sample]:
    if isinstance(groups, Mapping) and not any(isinstance(one, Real) for one in groups.values()):
        named: Mapping[Any, Any] = groups
    else:
        named = {"values": groups}
    return [sample_of(one, name=str(name), not_finite=not_finite) for name, one in named.items()]
