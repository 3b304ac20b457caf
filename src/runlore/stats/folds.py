"""Results of cross-validation, whose folds share most of their training data."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from runlore.errors import InvalidValue
from runlore.stats.differences import LEAST_FOR_T, difference_of_pairs
from runlore.stats.estimates import Estimate, paired_estimate
from runlore.stats.methods import Method, checked_confidence
from runlore.stats.pairing import paired_samples
from runlore.stats.samples import at_least, sample_of

if TYPE_CHECKING:
    from runlore.stats.differences import Difference
    from runlore.stats.intervals import Interval
    from runlore.stats.samples import Values

FOLDS_T = Method(
    "corrected resampled t-test of cross-validation folds",
    "the same folds for both, differences not far from a normal distribution",
    "Nadeau and Bengio 2003",
)
FOLDS_INTERVAL = Method(
    "t interval of a mean over cross-validation folds, widened for what they share",
    "scores not far from a normal distribution",
    "Nadeau and Bengio 2003",
)


def folds_interval(
    scores: Values,
    *,
    test_share: float | None = None,
    confidence: float = 0.95,
    not_finite: str = "refuse",
) -> Interval:
    """Give an interval of the mean score over folds.

    `test_share` is the part of the data that a fold tests on: 1/n of n folds unless they were
    repeated or drawn at random.

    Raises:
        TooFew: below two folds.
    """
    checked_confidence(confidence)
    sample = sample_of(scores, name="scores", not_finite=not_finite)
    at_least(sample, 2, purpose="an interval")
    error = 0.0 if sample.is_constant else sample.std / math.sqrt(sample.n)
    widened = error * _inflation(sample.n, sample.n + sample.not_finite, test_share)
    estimate = Estimate(sample.mean, widened, sample.n - 1, "scores")
    return estimate.interval(confidence, FOLDS_INTERVAL)


def folds_difference(
    first: Values,
    second: Values,
    *,
    test_share: float | None = None,
    confidence: float = 0.95,
    names: tuple[str, str] = ("first", "second"),
    not_finite: str = "refuse",
) -> Difference:
    """Compare two models by their scores on the same folds.

    A plain paired t-test takes the folds for independent and finds differences that aren't
    there; this one widens its standard error for the data that they share. `test_share` as in
    `folds_interval`.

    Raises:
        TooFew: below three folds.
        InvalidValue: as `paired_difference`.
    """
    checked_confidence(confidence)
    pairs = paired_samples(first, second, names=names, not_finite=not_finite)
    at_least(pairs.differences, LEAST_FOR_T, purpose="a paired test", hint="use more folds")
    inflation = _inflation(pairs.n, pairs.n + pairs.not_finite, test_share)
    estimate = paired_estimate(pairs, inflation=inflation)
    return difference_of_pairs(
        pairs, estimate, estimate.p_value(), FOLDS_T, FOLDS_INTERVAL, confidence
    )


def _inflation(n: int, folds: int, test_share: float | None) -> float:
    """Give the factor by which the standard error over n independent values is too small."""
    share = 1 / folds if test_share is None else test_share
    if not 0 < share < 1:
        raise InvalidValue(f"a test share is between 0 and 1, and not {test_share!r}")
    return math.sqrt(1 + n * share / (1 - share))
