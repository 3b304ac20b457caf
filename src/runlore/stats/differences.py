"""Two groups: how far apart they are, and whether chance alone would do it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from runlore.stats.effects import (
    cliffs_delta,
    hedges_g,
    paired_d,
    paired_dominance,
)
from runlore.stats.estimates import paired_estimate, welch_estimate
from runlore.stats.methods import Method, checked_choice, checked_confidence
from runlore.stats.pairing import paired_samples
from runlore.stats.resampling import (
    MANN_WHITNEY,
    PERMUTATION,
    SIGN_FLIPS,
    WILCOXON,
    mann_whitney_p,
    permutation_p,
    refuse_few_flips,
    refuse_few_splits,
    sign_flip_p,
    wilcoxon_p,
)
from runlore.stats.samples import at_least, sample_of, scaled

if TYPE_CHECKING:
    from runlore.stats.effects import Effect
    from runlore.stats.estimates import Estimate
    from runlore.stats.intervals import Interval
    from runlore.stats.pairing import Pairs
    from runlore.stats.samples import Sample, Values

# With two values a spread has one degree of freedom: a 95 % interval is 25 standard errors wide.
LEAST_FOR_T = 3
FEW = 6

WELCH = Method(
    "Welch's t-test",
    "independent values, not far from a normal distribution; spreads may differ",
    "Welch 1947",
)
PAIRED_T = Method(
    "paired t-test",
    "independent pairs, differences not far from a normal distribution",
    "Student 1908",
)
WELCH_INTERVAL = Method("t interval of the difference of means", WELCH.assumes, WELCH.source)
PAIRED_INTERVAL = Method("t interval of the mean difference", PAIRED_T.assumes, PAIRED_T.source)

UnpairedTest: TypeAlias = Literal["welch", "permutation", "mann-whitney"]
PairedTest: TypeAlias = Literal["t", "permutation", "wilcoxon"]
_UNPAIRED = {"welch": WELCH, "permutation": PERMUTATION, "mann-whitney": MANN_WHITNEY}
_PAIRED = {"t": PAIRED_T, "permutation": SIGN_FLIPS, "wilcoxon": WILCOXON}


class Difference(NamedTuple):
    """The first group's mean less the second's, and what is known about it.

    `std` is that of the paired differences, or the root mean square of the two groups'.
    `p_value` is two-sided. `interval` is always a t interval of the difference
    of means; `standardized` is None without any spread. Left out were `not_finite` values (of
    pairs, so many pairs) and `unpaired` values that have no partner.
    """

    value: float
    interval: Interval
    std: float
    p_value: float
    test: Method
    is_paired: bool
    n_first: int
    n_second: int
    mean_first: float
    mean_second: float
    standardized: Effect | None
    dominance: Effect
    not_finite: int
    unpaired: int
    notes: tuple[str, ...]

    @property
    def is_significant(self) -> bool:
        """Whether chance alone is ruled out at the interval's confidence."""
        return self.p_value <= 1 - self.interval.confidence


def unpaired_difference(
    first: Values,
    second: Values,
    *,
    test: UnpairedTest = "welch",
    confidence: float = 0.95,
    names: tuple[str, str] = ("first", "second"),
    not_finite: str = "refuse",
    seed: int = 0,
) -> Difference:
    """Compare two groups of runs that have nothing to do with each other.

    Args:
        first, second: one value a run.
        test: "welch", or without the normal distribution "permutation" or "mann-whitney".
        confidence: of the interval, and of what counts as significant.
        names: of the groups, for messages.
        not_finite: "refuse" NaN and infinities, or "leave out" and count them.
        seed: of the random rearrangements, where there are too many to try all.

    Raises:
        TooFew: below three values in a group, or fewer than the test can ever decide on.
        InvalidValue: if no group has any spread, so that a t-test has nothing to compare with.
    """
    checked_confidence(confidence)
    method = _UNPAIRED[checked_choice(test, _UNPAIRED, what="test of two groups")]
    one = sample_of(first, name=names[0], not_finite=not_finite)
    other = sample_of(second, name=names[1], not_finite=not_finite)
    for sample in (one, other):
        at_least(sample, LEAST_FOR_T, purpose="a test", hint="run more seeds")
    estimate = welch_estimate(one, other)
    if method is WELCH:
        p_value = estimate.p_value()
    else:
        refuse_few_splits(one.n, other.n, confidence, method)
        decide = permutation_p if method is PERMUTATION else mann_whitney_p
        p_value = decide(*scaled(one.values, other.values), seed=seed)
    return Difference(
        value=estimate.difference,
        interval=estimate.interval(confidence, WELCH_INTERVAL),
        std=math.hypot(one.std, other.std) / math.sqrt(2),
        p_value=p_value,
        test=method,
        is_paired=False,
        n_first=one.n,
        n_second=other.n,
        mean_first=one.mean,
        mean_second=other.mean,
        standardized=hedges_g(one, other),
        dominance=cliffs_delta(one.values, other.values),
        not_finite=one.not_finite + other.not_finite,
        unpaired=0,
        notes=tuple(_unpaired_notes(one, other)),
    )


def paired_difference(
    first: Values,
    second: Values,
    *,
    test: PairedTest = "t",
    confidence: float = 0.95,
    names: tuple[str, str] = ("first", "second"),
    not_finite: str = "refuse",
    seed: int = 0,
) -> Difference:
    """Compare two groups of runs that belong together by pairs: same seed, same fold, same data.

    Args:
        first, second: both by seed (`{0: 0.91, 1: 0.93}`), or both in the order of the pairs.
        test: "t", or without the normal distribution "permutation" or "wilcoxon".
        confidence: of the interval, and of what counts as significant.
        names: of the groups, for messages.
        not_finite: "refuse" NaN and infinities, or "leave out" and count their pairs.
        seed: of the random rearrangements, where there are too many to try all.

    Raises:
        TooFew: below three pairs, or fewer than the test can ever decide on.
        InvalidValue: if the groups share no seed, differ in length, or differ by the same
            amount in every pair.
    """
    checked_confidence(confidence)
    method = _PAIRED[checked_choice(test, _PAIRED, what="test of pairs")]
    pairs = paired_samples(first, second, names=names, not_finite=not_finite)
    at_least(pairs.differences, LEAST_FOR_T, purpose="a paired test", hint="run more seeds of both")
    estimate = paired_estimate(pairs)
    if method is PAIRED_T:
        p_value = estimate.p_value()
    else:
        refuse_few_flips(pairs.n, confidence, method)
        decide = sign_flip_p if method is SIGN_FLIPS else wilcoxon_p
        p_value = decide(*scaled(pairs.differences.values), seed=seed)
    return difference_of_pairs(pairs, estimate, p_value, method, PAIRED_INTERVAL, confidence)


def difference_of_pairs(
    pairs: Pairs,
    estimate: Estimate,
    p_value: float,
    test: Method,
    interval: Method,
    confidence: float,
) -> Difference:
    """Put together what is known about pairs."""
    return Difference(
        value=estimate.difference,
        interval=estimate.interval(confidence, interval),
        std=0.0 if pairs.is_constant else pairs.differences.std,
        p_value=p_value,
        test=test,
        is_paired=True,
        n_first=pairs.n,
        n_second=pairs.n,
        mean_first=pairs.first.mean,
        mean_second=pairs.second.mean,
        standardized=None if pairs.is_constant else paired_d(pairs.differences),
        dominance=paired_dominance(pairs.differences.values),
        not_finite=pairs.not_finite,
        unpaired=pairs.unpaired,
        notes=pairs.notes,
    )


def _unpaired_notes(first: Sample, second: Sample) -> list[str]:
    notes = [
        f"{sample.not_finite} of {sample.n + sample.not_finite} values of {sample.name!r} "
        "not finite, left out"
        for sample in (first, second)
        if sample.not_finite
    ]
    notes += [
        f"all values of {sample.name!r} are equal: the spread comes from the other group alone"
        for sample, other in ((first, second), (second, first))
        if sample.is_constant and not other.is_constant
    ]
    fewer, more = sorted((first.n, second.n))
    if fewer < FEW and more > 2 * fewer:
        notes.append(
            f"{fewer} values against {more}: where the smaller group spreads more, "
            "the p-value is too small"
        )
    return notes
