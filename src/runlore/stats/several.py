"""Several groups: whether they differ at all, and which of them do."""

from __future__ import annotations

import math
from itertools import combinations
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

import numpy as np

from runlore.errors import InvalidValue
from runlore.stats.corrections import corrected
from runlore.stats.differences import LEAST_FOR_T, unpaired_difference
from runlore.stats.methods import Method, checked_choice, checked_confidence, scipy_stats
from runlore.stats.samples import at_least, check_groups, sample_of, scaled

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runlore.stats.corrections import Correction
    from runlore.stats.differences import Difference
    from runlore.stats.samples import Sample, Values

OverallTest: TypeAlias = Literal["welch", "anova", "kruskal"]

# Below that its p-value, from a chi-squared distribution, is far off.
LEAST_FOR_KRUSKAL = 5

WELCH_ANOVA = Method(
    "Welch's analysis of variance",
    "independent values, not far from a normal distribution; spreads may differ",
    "Welch 1951",
)
ANOVA = Method(
    "one-way analysis of variance",
    "independent values, not far from a normal distribution, with equal spreads",
    "Fisher 1925",
)
KRUSKAL = Method(
    "Kruskal-Wallis test",
    "independent values, alike in every way but where they lie, five or more a group",
    "Kruskal and Wallis 1952",
)
_METHODS = {"welch": WELCH_ANOVA, "anova": ANOVA, "kruskal": KRUSKAL}


class GroupPair(NamedTuple):
    """Two of several groups; `p_adjusted` counts for all pairs together."""

    first: str
    second: str
    difference: Difference
    p_adjusted: float
    is_significant: bool


class SeveralGroups(NamedTuple):
    """Whether several groups differ (`p_value`, of all equal), and every two of them."""

    p_value: float
    test: Method
    pairs: tuple[GroupPair, ...]
    correction: Method
    confidence: float
    not_finite: int


def several_differences(
    groups: Mapping[str, Values],
    *,
    test: OverallTest = "welch",
    correction: Correction = "holm",
    confidence: float = 0.95,
    not_finite: str = "refuse",
    seed: int = 0,
) -> SeveralGroups:
    """Compare several groups of runs: all at once, and every two of them.

    The two are separate answers: pairs are corrected for how many they are, so that they
    need no leave from the overall test. With "kruskal" the pairs are Mann-Whitney tests, else
    Welch's.

    Raises:
        TooFew: below three values in a group, five for "kruskal".
        InvalidValue: below two groups, or if all values of two groups are equal within them.
    """
    checked_confidence(confidence)
    method = _METHODS[checked_choice(test, _METHODS, what="test of several groups")]
    check_groups(groups)
    if len(groups) < 2:
        raise InvalidValue(f"{len(groups)} group{'s' * (not groups)}: nothing to compare")
    samples = [
        sample_of(values, name=name, not_finite=not_finite) for name, values in groups.items()
    ]
    least = LEAST_FOR_KRUSKAL if method is KRUSKAL else LEAST_FOR_T
    for sample in samples:
        at_least(sample, least, purpose=method.name, hint="run more seeds")
    named = list(combinations(samples, 2))
    differences = [
        unpaired_difference(
            first.values,
            second.values,
            test="mann-whitney" if method is KRUSKAL else "welch",
            confidence=confidence,
            names=(first.name, second.name),
            seed=seed,
        )
        for first, second in named
    ]
    adjusted, how = corrected([one.p_value for one in differences], correction)
    pairs = [
        GroupPair(first.name, second.name, difference, p_value, p_value <= 1 - confidence)
        for (first, second), difference, p_value in zip(named, differences, adjusted, strict=True)
    ]
    left_out = sum(sample.not_finite for sample in samples)
    overall = _overall_p(samples, method)
    return SeveralGroups(overall, method, tuple(pairs), how, confidence, left_out)


def _overall_p(samples: list[Sample], method: Method) -> float:
    arrays = scaled(*(sample.values for sample in samples))
    if np.ptp(np.concatenate(arrays)) == 0:
        return 1.0
    if method is KRUSKAL:
        return float(scipy_stats().kruskal(*arrays).pvalue)
    still = [sample.name for sample in samples if sample.is_constant]
    if still and (method is WELCH_ANOVA or len(still) == len(samples)):
        raise InvalidValue(
            f"all values of {still[0]!r} are equal, which {method.name} can't weigh",
            hint="are the seeds used? If they are, test='kruskal' needs no spread",
        )
    with np.errstate(all="ignore"):
        p_value = float(scipy_stats().f_oneway(*arrays, equal_var=method is ANOVA).pvalue)
    if not math.isfinite(p_value):
        raise InvalidValue(
            f"the groups spread too differently for this: {method.name}",
            hint="test='kruskal' asks for ranks alone",
        )
    return p_value
