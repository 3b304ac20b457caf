"""How many runs it takes to see a difference."""

from __future__ import annotations

import math
from typing import NamedTuple

from runlore.errors import InvalidValue
from runlore.stats.differences import LEAST_FOR_T
from runlore.stats.methods import Method, checked_confidence, scipy_special, student_factor

MOST_RUNS = 1_000_000
# From here on the t distribution is the normal one in all digits that matter, and far faster.
_MANY = 2000

TWO_GROUPS = Method(
    "power of the two-sided t-test of two groups of equal size",
    "values from normal distributions with equal spreads",
    "Cohen 1988",
)
PAIRS = Method(
    "power of the two-sided paired t-test",
    "paired differences from a normal distribution",
    "Cohen 1988",
)


class RunsNeeded(NamedTuple):
    """How many runs a group needs (how many pairs, if paired), and the power these have."""

    n: int
    power: float
    method: Method


def power_of(
    difference: float,
    std: float,
    n: int,
    *,
    confidence: float = 0.95,
    is_paired: bool = False,
) -> float:
    """Give the chance that a t-test with `n` runs a group sees a true difference.

    `std` is that of one group's values, or of the paired differences.

    Raises:
        InvalidValue: if a number is out of range: `std` is above 0, `n` at least 2.
    """
    checked_confidence(confidence)
    size = _size(difference, std)
    if n < 2:
        raise InvalidValue(f"a t-test of {n} runs a group has no power to speak of")
    return _power(size, n, confidence, is_paired=is_paired)


def runs_needed(
    difference: float,
    std: float,
    *,
    power: float = 0.8,
    confidence: float = 0.95,
    is_paired: bool = False,
) -> RunsNeeded:
    """Count the runs a group with which a t-test sees a true difference in `power` of all cases.

    `std` is that of one group's values, or of the paired differences. Never fewer than three,
    the fewest that a test takes.

    Raises:
        InvalidValue: if a number is out of range, or more than a million runs would be needed.
    """
    checked_confidence(confidence)
    size = _size(difference, std)
    if not 0 < power < 1:
        raise InvalidValue(f"power is between 0 and 1, and not {power!r}")
    high = LEAST_FOR_T
    while _power(size, high, confidence, is_paired=is_paired) < power:
        if high > MOST_RUNS:
            raise InvalidValue(
                f"a difference of {difference:.3g} with a spread of {std:.3g} takes over "
                f"{MOST_RUNS:,} runs to see",
                hint="ask for a difference that would matter",
            )
        high *= 2
    low = max(LEAST_FOR_T, high // 2)
    while low < high:
        middle = (low + high) // 2
        if _power(size, middle, confidence, is_paired=is_paired) < power:
            low = middle + 1
        else:
            high = middle
    reached = _power(size, high, confidence, is_paired=is_paired)
    return RunsNeeded(high, reached, PAIRS if is_paired else TWO_GROUPS)


def _size(difference: float, std: float) -> float:
    """Check both and give the difference in standard deviations."""
    if not math.isfinite(difference) or difference == 0:
        raise InvalidValue(f"a difference to look for is a number other than 0, not {difference!r}")
    if not (math.isfinite(std) and std > 0):
        raise InvalidValue(f"a spread is a number above 0, and not {std!r}")
    return abs(difference) / std


def _power(size: float, n: int, confidence: float, *, is_paired: bool) -> float:
    freedom = n - 1 if is_paired else 2 * (n - 1)
    shift = size * math.sqrt(n if is_paired else n / 2)
    special = scipy_special()
    edge = student_factor(confidence, freedom)
    if n > _MANY:
        return float(special.ndtr(shift - edge) + special.ndtr(-shift - edge))
    # Beyond 40 times the edge the power is 1 in all digits, where SciPy gives up.
    below = float(special.nctdtr(freedom, min(shift, 40 * edge), edge))
    # The other tail as that of a shift the other way, which is nearly nothing.
    other = float(special.nctdtr(freedom, -min(shift, 40 * edge), edge))
    power = (0.0 if math.isnan(below) else below), (1.0 if math.isnan(other) else other)
    return min(1.0, 2.0 - sum(power))
