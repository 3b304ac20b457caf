"""A difference with its standard error, from which Student's t makes an interval and a p-value."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from runlore.errors import InvalidValue
from runlore.stats.intervals import Interval
from runlore.stats.methods import scipy_special, student_factor
from runlore.stats.samples import ROUNDING

if TYPE_CHECKING:
    from runlore.stats.methods import Method
    from runlore.stats.pairing import Pairs
    from runlore.stats.samples import Sample


class Estimate(NamedTuple):
    """A difference of means. All but `difference` is in ratios, so that any scale will do."""

    difference: float
    error: float  # its standard error; 0.0 where nothing spreads
    freedom: float  # degrees of freedom
    names: str

    def p_value(self) -> float:
        """Give the two-sided p-value of the t-test.

        Raises:
            InvalidValue: if there is a difference and nothing spreads: chance can't be measured.
        """
        if self.error:
            ratio = abs(self.difference) / self.error
            return min(1.0, 2 * float(scipy_special().stdtr(self.freedom, -ratio)))
        if not self.difference:
            return 1.0
        raise InvalidValue(
            f"{self.names}: the runs of a group don't differ at all, "
            "so nothing says how much chance does",
            hint="are the seeds used? If they are, test='permutation' needs no spread",
        )

    def interval(self, confidence: float, method: Method) -> Interval:
        """Give the t interval of the difference, without width where nothing spreads."""
        half = student_factor(confidence, self.freedom) * self.error
        return Interval(self.difference - half, self.difference + half, confidence, method)


def welch_estimate(first: Sample, second: Sample) -> Estimate:
    """Estimate the difference of two groups whose spreads may differ (Welch 1947)."""
    names = f"{first.name!r} and {second.name!r}"
    difference = first.mean - second.mean
    errors = [
        0.0 if sample.is_constant else sample.std / math.sqrt(sample.n)
        for sample in (first, second)
    ]
    error = math.hypot(*errors)
    if not error:
        largest = max(abs(first.mean), abs(second.mean))
        is_rounding = abs(difference) <= ROUNDING * largest
        return Estimate(0.0 if is_rounding else difference, 0.0, first.n + second.n - 2, names)
    shares = [(one / error) ** 2 for one in errors]
    freedom = 1 / (shares[0] ** 2 / (first.n - 1) + shares[1] ** 2 / (second.n - 1))
    return Estimate(difference, error, freedom, names)


def paired_estimate(pairs: Pairs, *, inflation: float = 1.0) -> Estimate:
    """Estimate a mean difference; `inflation` multiplies its standard error."""
    names = f"{pairs.first.name!r} and {pairs.second.name!r}"
    difference = pairs.differences.mean
    if pairs.is_constant:
        is_rounding = abs(difference) <= ROUNDING * pairs.magnitude
        return Estimate(0.0 if is_rounding else difference, 0.0, pairs.n - 1, names)
    error = pairs.differences.std / math.sqrt(pairs.n) * inflation
    return Estimate(difference, error, pairs.n - 1, names)
