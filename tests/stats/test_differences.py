from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import scipy.stats
from hypothesis import assume, given

from runlore.errors import InvalidValue, TooFew
from runlore.stats import paired_difference, unpaired_difference
from tests.stats.figures import DEEP, WIDE, scores

if TYPE_CHECKING:
    from runlore.stats import Difference


def test_two_groups_are_those_of_statsmodels() -> None:
    found = unpaired_difference(WIDE, DEEP)
    # statsmodels 0.15.0: CompareMeans(…).tconfint_diff(usevar="unequal"), .ttest_ind(…)
    assert found.p_value == pytest.approx(0.04897802594924444, rel=1e-10)
    assert (found.interval.low, found.interval.high) == pytest.approx(
        (6.092174648590458e-05, 0.02113907825351398), rel=1e-9
    )
    assert found.value == pytest.approx(0.0106)
    assert (found.n_first, found.n_second, found.is_paired) == (5, 5, False)
    assert found.is_significant
    assert str(found.test).startswith("Welch's t-test; assumes independent values")


def test_pairs_are_those_of_statsmodels() -> None:
    found = paired_difference(WIDE, DEEP)
    # statsmodels 0.15.0: DescrStatsW(difference).tconfint_mean(0.05), .ttest_mean(0)
    assert found.p_value == pytest.approx(0.1634320486745623, rel=1e-10)
    assert (found.interval.low, found.interval.high) == pytest.approx(
        (-0.006663148882557781, 0.0278631488825578), rel=1e-9
    )
    assert not found.is_significant


@given(scores(), scores())
def test_welch_is_that_of_scipy(first: list[float], second: list[float]) -> None:
    assume(np.ptp(first) > 0)
    assume(np.ptp(second) > 0)
    found = unpaired_difference(first, second)
    reference = scipy.stats.ttest_ind(first, second, equal_var=False)
    interval = reference.confidence_interval(0.95)
    assert found.p_value == pytest.approx(reference.pvalue, rel=1e-9, abs=1e-300)
    assert (found.interval.low, found.interval.high) == pytest.approx(tuple(interval))
    assert found.is_significant == (not found.interval.holds(0.0))


@given(scores(5, 5), scores(5, 5))
def test_the_paired_test_is_that_of_scipy(first: list[float], second: list[float]) -> None:
    assume(np.ptp(np.subtract(first, second)) > 0)
    found = paired_difference(first, second)
    assert found.p_value == pytest.approx(scipy.stats.ttest_rel(first, second).pvalue, rel=1e-9)
    assert found.is_significant == (not found.interval.holds(0.0))


@given(scores(), scores())
def test_exchanging_the_groups_turns_the_sign_alone(
    first: list[float], second: list[float]
) -> None:
    assume(np.ptp(first) > 0 or np.ptp(second) > 0)
    one, other = unpaired_difference(first, second), unpaired_difference(second, first)
    assert one.value == -other.value
    assert one.p_value == pytest.approx(other.p_value)
    assert one.interval.low == pytest.approx(-other.interval.high)
    assert one.dominance.value == -other.dominance.value


@pytest.mark.parametrize("test", ["welch", "permutation", "mann-whitney"])
@pytest.mark.parametrize("scale", [1e-290, 1e-160, 1e160, 1e290])
def test_nothing_but_the_size_depends_on_the_unit(test: Any, scale: float) -> None:
    first, second = [1.0, 2.0, 4.0, 4.5], [5.0, 7.0, 6.0, 9.0]
    scaled = [[one * scale for one in values] for values in (first, second)]
    found = unpaired_difference(scaled[0], scaled[1], test=test)
    reference = unpaired_difference(first, second, test=test)
    assert found.p_value == pytest.approx(reference.p_value)
    assert found.value == pytest.approx(reference.value * scale)
    assert found.interval.low == pytest.approx(reference.interval.low * scale)
    assert found.std == pytest.approx(reference.std * scale)


def test_groups_of_very_different_size_are_compared() -> None:
    found = unpaired_difference([1e299, 1.1e299, 0.9e299], [1e-300, 2e-300, 3e-300])
    assert found.is_significant
    assert found.value == pytest.approx(1e299)


def test_a_small_difference_on_a_large_value_is_seen() -> None:
    first, second = [1e9 + 1, 1e9 + 2, 1e9 + 3], [1e9 + 11, 1e9 + 12, 1e9 + 13]
    assert unpaired_difference(first, second).value == -10
    assert unpaired_difference(first, second).is_significant


def test_pairing_sees_what_the_spread_between_seeds_hides() -> None:
    seeds = [0.5, 0.6, 0.7, 0.8, 0.9]
    better = [one + 0.01 + 0.001 * (number % 2) for number, one in enumerate(seeds)]
    assert not unpaired_difference(better, seeds).is_significant
    assert paired_difference(better, seeds).is_significant


@pytest.mark.parametrize("values", [[0.9], [0.9, 0.8]])
def test_fewer_than_three_values_are_refused_by_name(values: list[float]) -> None:
    n = len(values)
    with pytest.raises(TooFew, match=f"'deep' has {n} values?; a test needs 3"):
        unpaired_difference([1.0, 2.0, 3.0], values, names=("wide", "deep"))
    with pytest.raises(TooFew, match="a paired test needs 3"):
        paired_difference(values, values)


def test_tests_that_could_not_decide_are_refused() -> None:
    with pytest.raises(TooFew, match="3 and 3 values are too few"):
        unpaired_difference([1, 2, 3], [7, 8, 9], test="mann-whitney")
    with pytest.raises(TooFew, match="5 pairs are too few"):
        paired_difference(range(5), [7, 8, 9, 10, 12], test="wilcoxon")


def test_the_same_values_throughout_are_no_difference() -> None:
    for found in (
        unpaired_difference([0.1] * 3, [0.1] * 4),
        paired_difference([0.1] * 3, [0.1] * 3),
        unpaired_difference([0.1 + 0.2] * 3, [0.3] * 3),
        paired_difference([0.1 + 0.2, 0.3, 0.3], [0.3, 0.3, 0.3]),
    ):
        assert (found.value, found.p_value, found.standardized) == (0.0, 1.0, None)
        assert found.interval.low == found.interval.high == 0.0


def test_a_difference_without_any_spread_is_refused_as_nothing_measures_chance() -> None:
    with pytest.raises(InvalidValue, match="'wide' and 'deep': the runs of a group don't differ"):
        unpaired_difference([0.9] * 3, [0.8] * 3, names=("wide", "deep"))
    with pytest.raises(InvalidValue, match="nothing says how much chance does"):
        paired_difference([1, 2, 3], [2, 3, 4])
    # A rearrangement needs no measure of chance.
    found = unpaired_difference([0.9] * 4, [0.8] * 4, test="permutation")
    assert found.p_value == pytest.approx(2 / 70)
    assert found.standardized is None


def test_one_group_without_spread_leaves_it_to_the_other_and_says_so() -> None:
    found = unpaired_difference([0.9, 0.9, 0.9], [0.7, 0.8, 0.75], names=("wide", "deep"))
    one_sample = scipy.stats.ttest_1samp([0.7, 0.8, 0.75], 0.9)
    assert found.p_value == pytest.approx(one_sample.pvalue)
    assert found.notes[0].startswith("all values of 'wide' are equal")


def test_values_that_are_not_finite_are_refused_or_counted() -> None:
    first, second = [0.9, 0.92, math.nan, 0.91], [0.8, 0.81, 0.83, 0.8]
    with pytest.raises(InvalidValue, match="1 of 4 values of 'first' are NaN"):
        unpaired_difference(first, second)
    found = unpaired_difference(first, second, not_finite="leave out")
    assert (found.n_first, found.n_second, found.not_finite) == (3, 4, 1)
    assert found.notes == ("1 of 4 values of 'first' not finite, left out",)
    paired = paired_difference(first, second, not_finite="leave out")
    assert (paired.n_first, paired.n_second, paired.not_finite) == (3, 3, 1)


def test_few_values_against_many_are_noted() -> None:
    found = unpaired_difference([1, 2, 3], range(10))
    assert "where the smaller group spreads more, the p-value is too small" in found.notes[0]


def test_unknown_tests_are_refused() -> None:
    with pytest.raises(InvalidValue, match="'student' is no test of two groups") as caught:
        unpaired_difference([1, 2, 3], [2, 3, 5], test="student")  # type: ignore[arg-type]
    assert "welch, permutation, mann-whitney" in str(caught.value)
    with pytest.raises(InvalidValue, match="'sign' is no test of pairs"):
        paired_difference([1, 2, 3], [2, 3, 5], test="sign")  # type: ignore[arg-type]


def test_a_result_is_plain_numbers() -> None:
    found: Difference = unpaired_difference(np.array(WIDE), np.array(DEEP))
    assert {type(one) for one in (found.value, found.p_value, found.std)} == {float}
