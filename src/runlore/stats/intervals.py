"""Intervals: of a mean by Student's t and by the bootstrap, of a median by its ranks."""

from __future__ import annotations

import math
import warnings
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from runlore.errors import InvalidValue
from runlore.stats.methods import (
    Method,
    checked_choice,
    checked_confidence,
    percent,
    scipy_special,
    scipy_stats,
    student_factor,
)
from runlore.stats.samples import at_least, sample_of, scale_exponent

if TYPE_CHECKING:
    from runlore.stats.samples import Sample, Values

# With 3 values a 95 % interval of it holds the mean in 74 of 100 cases, with 10 in 89.
LEAST_FOR_BOOTSTRAP = 10
# With more, the bootstrap takes minutes to say what Student's t says at once.
MOST_FOR_BOOTSTRAP = 10_000
RESAMPLES = 9999
_BATCH_NUMBERS = 4_000_000

STUDENT_INTERVAL = Method(
    "t interval of a mean",
    "independent values, not far from a normal distribution where n is small",
    "Student 1908",
)
BOOTSTRAP_INTERVAL = Method(
    "bias-corrected and accelerated bootstrap interval",
    "independent values, enough of them to stand for their distribution",
    "Efron 1987",
)
MEDIAN_INTERVAL = Method(
    "interval of a median by order statistics",
    "independent values of any distribution",
    "Thompson 1936",
)


class Interval(NamedTuple):
    """Where a quantity lies: the procedure holds it in `confidence` of all cases."""

    low: float
    high: float
    confidence: float
    method: Method

    def holds(self, value: float) -> bool:
        """Say whether a value lies within, ends included."""
        return self.low <= value <= self.high

    def __str__(self) -> str:
        return f"{percent(self.confidence)} interval {self.low:.4g} to {self.high:.4g}"


def mean_interval(
    values: Values, *, confidence: float = 0.95, not_finite: str = "refuse"
) -> Interval:
    """Give the t interval of a mean.

    Raises:
        TooFew: below two values, whose spread is unknown.
    """
    sample = sample_of(values, not_finite=not_finite)
    at_least(sample, 2, purpose="an interval", hint="one value says nothing about the spread")
    return student_interval(sample, checked_confidence(confidence))


def student_interval(sample: Sample, confidence: float) -> Interval:
    """Give the t interval of the mean of two values or more."""
    half = student_factor(confidence, sample.n - 1) * sample.std / math.sqrt(sample.n)
    return Interval(sample.mean - half, sample.mean + half, confidence, STUDENT_INTERVAL)


def median_interval(
    values: Values, *, confidence: float = 0.95, not_finite: str = "refuse"
) -> Interval:
    """Give an interval of the median whose ends are values of the sample.

    It holds the median at least as often as `confidence` says, whatever the distribution.

    Raises:
        TooFew: if not even the smallest and largest value are far enough apart: below 6 at 95 %.
    """
    checked_confidence(confidence)
    sample = sample_of(values, not_finite=not_finite)
    least = least_for_median_interval(confidence)
    purpose = f"an interval of the median at {percent(confidence)}"
    at_least(sample, least, purpose=purpose, hint="or ask for less confidence")
    below = _values_outside(scipy_special(), sample.n, confidence)
    ordered = np.sort(sample.values)
    low, high = float(ordered[below]), float(ordered[sample.n - 1 - below])
    return Interval(low, high, confidence, MEDIAN_INTERVAL)


@lru_cache(maxsize=1024)
def _values_outside(special: Any, n: int, confidence: float) -> int:
    """Count the values that an interval of the median leaves out at each end."""
    # How many values fall below the median is a toss of n fair coins.
    least = (1 - confidence) / 2
    below: int = max(0, math.ceil(special.bdtrik(least, n, 0.5)) - 1)
    while special.bdtr(below, n, 0.5) < least:
        below += 1
    return below - 1 if special.bdtr(below, n, 0.5) > least else below


def least_for_median_interval(confidence: float) -> int:
    """Count the values that an interval of the median needs: smallest to largest is the widest."""
    return max(2, math.ceil(1 - math.log2(1 - confidence)))


def bootstrap_interval(
    values: Values,
    *,
    statistic: str = "mean",
    confidence: float = 0.95,
    resamples: int = RESAMPLES,
    seed: int = 0,
    not_finite: str = "refuse",
) -> Interval:
    """Give the BCa bootstrap interval of a mean or median; the same seed gives the same interval.

    Raises:
        TooFew: below ten values, where it is far too narrow.
        InvalidValue: above ten thousand, or if the values are too alike for the method.
    """
    checked_confidence(confidence)
    checked_choice(statistic, ("mean", "median"), what="statistic to bootstrap")
    sample = sample_of(values, not_finite=not_finite)
    hint = "mean_interval is right for fewer"
    at_least(sample, LEAST_FOR_BOOTSTRAP, purpose="the bootstrap", hint=hint)
    if sample.n > MOST_FOR_BOOTSTRAP:
        raise InvalidValue(
            f"{sample.n:,} values are too many for the bootstrap",
            hint="mean_interval and median_interval say the same of so many",
        )
    if sample.is_constant:
        return Interval(sample.mean, sample.mean, confidence, BOOTSTRAP_INTERVAL)
    exponent = scale_exponent(sample.values)
    with warnings.catch_warnings():
        # What it warns about gives NaN, which is refused below.
        warnings.simplefilter("ignore")
        found = scipy_stats().bootstrap(
            # In order, so that the same values give the same interval however they come.
            (np.sort(np.ldexp(sample.values, -exponent)),),
            np.mean if statistic == "mean" else np.median,
            confidence_level=confidence,
            n_resamples=resamples,
            batch=max(1, _BATCH_NUMBERS // sample.n),
            rng=np.random.default_rng(seed),
        )
    low, high = (math.ldexp(float(end), exponent) for end in found.confidence_interval)
    if math.isnan(low) or math.isnan(high):
        raise InvalidValue(
            f"the values are too alike for a bootstrap of their {statistic}",
            hint="mean_interval and median_interval need no resampling",
        )
    return Interval(low, high, confidence, BOOTSTRAP_INTERVAL)
