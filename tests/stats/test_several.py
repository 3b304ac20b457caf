from __future__ import annotations

import math

import pytest
import scipy.stats

from runlore.errors import InvalidValue, TooFew
from runlore.stats import holm, several_differences, unpaired_difference
from tests.stats.figures import DEEP, LOOSE, WIDE

GROUPS = {"wide": WIDE, "deep": DEEP, "loose": LOOSE}


@pytest.mark.parametrize(
    ("test", "p_value"),
    # statsmodels 0.15.0: anova_oneway(…, use_var="unequal"), (…, use_var="equal")
    [("welch", 0.11753233394697879), ("anova", 0.2423275266012179)],
)
def test_the_overall_test_is_that_of_statsmodels(test: str, p_value: float) -> None:
    found = several_differences(GROUPS, test=test)  # type: ignore[arg-type]
    assert found.p_value == pytest.approx(p_value, rel=1e-9)


def test_ranks_are_those_of_scipy_in_the_overall_test_and_in_the_pairs() -> None:
    found = several_differences(GROUPS, test="kruskal")
    assert found.p_value == pytest.approx(scipy.stats.kruskal(WIDE, DEEP, LOOSE).pvalue)
    exact = scipy.stats.mannwhitneyu(WIDE, DEEP, method="exact").pvalue
    assert found.pairs[0].difference.p_value == pytest.approx(exact)


def test_every_two_groups_are_compared_and_corrected_together() -> None:
    found = several_differences(GROUPS)
    names = [(pair.first, pair.second) for pair in found.pairs]
    assert names == [("wide", "deep"), ("wide", "loose"), ("deep", "loose")]
    assert found.pairs[0].difference == unpaired_difference(WIDE, DEEP, names=("wide", "deep"))
    plain = [pair.difference.p_value for pair in found.pairs]
    assert [pair.p_adjusted for pair in found.pairs] == holm(plain)
    assert found.correction.source == "Holm 1979"


def test_a_difference_can_be_significant_alone_and_not_among_many() -> None:
    found = several_differences(GROUPS)
    assert found.pairs[0].difference.is_significant
    assert not found.pairs[0].is_significant
    uncorrected = several_differences(GROUPS, correction="none")
    assert uncorrected.pairs[0].is_significant


def test_groups_far_apart_are_told_apart() -> None:
    found = several_differences({"a": [1, 2, 3], "b": [1, 2, 4], "c": [17, 18, 19, 20]})
    assert found.p_value < 0.01
    assert [pair.is_significant for pair in found.pairs] == [False, True, True]


def test_few_values_and_few_groups_are_refused() -> None:
    with pytest.raises(TooFew, match="'b' has 2 values"):
        several_differences({"a": [1, 2, 3], "b": [1, 2]})
    with pytest.raises(TooFew, match="Kruskal-Wallis test needs 5"):
        several_differences({"a": [1, 2, 3], "b": [1, 2, 3]}, test="kruskal")
    with pytest.raises(InvalidValue, match="1 group: nothing to compare"):
        several_differences({"a": [1, 2, 3]})
    with pytest.raises(InvalidValue, match="0 groups: nothing to compare"):
        several_differences({})


def test_equal_values_are_no_difference_and_a_group_without_spread_is_refused() -> None:
    same = several_differences({"a": [0.1] * 5, "b": [0.1] * 5, "c": [0.1] * 6})
    assert same.p_value == 1.0
    assert {pair.p_adjusted for pair in same.pairs} == {1.0}
    with pytest.raises(InvalidValue, match="all values of 'b' are equal"):
        several_differences({"a": [1, 2, 3], "b": [2, 2, 2], "c": [4, 5, 6]})
    assert several_differences({"a": [1, 2, 3], "b": [2, 2, 2]}, test="anova").p_value == 1.0


def test_values_that_are_not_finite_are_counted() -> None:
    groups = {"a": [1.0, 2.0, 3.0, math.nan], "b": [1.0, 2.0, 4.0]}
    with pytest.raises(InvalidValue, match="of 'a' are NaN"):
        several_differences(groups)
    assert several_differences(groups, not_finite="leave out").not_finite == 1


@pytest.mark.parametrize("scale", [1e-250, 1e250])
def test_the_overall_test_holds_at_any_scale(scale: float) -> None:
    scaled = {name: [one * scale for one in values] for name, values in GROUPS.items()}
    expected = several_differences(GROUPS).p_value
    assert several_differences(scaled).p_value == pytest.approx(expected)


def test_spreads_further_apart_than_numbers_reach_are_refused() -> None:
    far = [0.0] * 3 + [1e300, -1e300] + [0.0] * 4
    groups = {"a": far, "b": [0.0] * 7 + [9.22223972141222e138]}
    with pytest.raises(InvalidValue, match="the groups spread too differently"):
        several_differences(groups, test="anova")
