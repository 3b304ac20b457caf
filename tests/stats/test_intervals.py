from __future__ import annotations

import math

import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

from runlore.errors import InvalidValue, TooFew
from runlore.stats import bootstrap_interval, mean_interval, median_interval
from tests.stats.figures import WIDE

TWENTY = [float(number**2) for number in range(20)]


def test_the_interval_of_a_mean_is_that_of_statsmodels() -> None:
    interval = mean_interval(WIDE)
    # statsmodels 0.15.0: DescrStatsW(WIDE).tconfint_mean(0.05)
    assert (interval.low, interval.high) == pytest.approx(
        (0.9049053410764565, 0.9210946589235436), rel=1e-12
    )
    assert str(interval) == "95 % interval 0.9049 to 0.9211"


def test_the_interval_of_a_mean_worked_out_by_hand() -> None:
    interval = mean_interval([1, 3], confidence=0.5)
    # t is 1 for half of all cases at one degree of freedom; the standard error is 1.
    assert (interval.low, interval.high) == pytest.approx((1.0, 3.0))


def test_one_value_has_no_interval() -> None:
    with pytest.raises(TooFew, match="'values' has 1 value; an interval needs 2"):
        mean_interval([0.9])


def test_equal_values_have_an_interval_without_width() -> None:
    interval = mean_interval([0.1, 0.1, 0.1])
    assert interval.low == interval.high == 0.1


@pytest.mark.parametrize("confidence", [0.0, 1.0, 95, -0.1, math.nan])
def test_a_confidence_is_between_0_and_1(confidence: float) -> None:
    with pytest.raises(InvalidValue, match="between 0 and 1"):
        mean_interval([1, 2], confidence=confidence)


def test_a_confidence_in_percent_is_understood_in_the_hint() -> None:
    with pytest.raises(InvalidValue, match=r"hint: 95 % is 0\.95"):
        mean_interval([1, 2], confidence=95)


def test_an_interval_holds_its_ends_and_what_is_between() -> None:
    interval = mean_interval([1, 2, 3])
    assert interval.holds(interval.low)
    assert interval.holds(2.0)
    assert not interval.holds(interval.high + 1e-9)


@pytest.mark.parametrize(("n", "rank"), [(6, 1), (9, 2), (10, 2), (20, 6), (50, 18)])
def test_the_interval_of_a_median_has_the_ranks_of_the_tables(n: int, rank: int) -> None:
    # Conover, Practical Nonparametric Statistics, table A3: ranks for 95 %.
    interval = median_interval(range(1, n + 1))
    assert (interval.low, interval.high) == (rank, n + 1 - rank)


@given(st.integers(2, 200), st.floats(0.5, 0.999))
def test_the_interval_of_a_median_is_the_narrowest_that_covers(n: int, confidence: float) -> None:
    try:
        interval = median_interval(range(n), confidence=confidence)
    except TooFew:
        assert 1 - 2 * 0.5**n < confidence
        return
    below = int(interval.low)
    coverage = 1 - 2 * scipy.stats.binom.cdf(below, n, 0.5)
    narrower = 1 - 2 * scipy.stats.binom.cdf(below + 1, n, 0.5)
    # `low` is value number `below` counted from 0: it is above the median if at most that many are.
    assert coverage >= confidence - 1e-9
    assert narrower < confidence or below + 1 >= n / 2


def test_five_values_say_too_little_about_a_median() -> None:
    with pytest.raises(TooFew, match="an interval of the median at 95 % needs 6"):
        median_interval([1, 2, 3, 4, 5])


@pytest.mark.parametrize("statistic", ["mean", "median"])
def test_the_bootstrap_says_the_same_for_the_same_values_in_any_order(statistic: str) -> None:
    first = bootstrap_interval(TWENTY, statistic=statistic)
    assert bootstrap_interval(TWENTY[::-1], statistic=statistic) == first
    assert first.low < getattr(np, statistic)(TWENTY) < first.high


def test_the_bootstrap_is_that_of_scipy() -> None:
    interval = bootstrap_interval(TWENTY, seed=4, resamples=999)
    reference = scipy.stats.bootstrap(
        (np.array(TWENTY),), np.mean, n_resamples=999, method="BCa", rng=np.random.default_rng(4)
    ).confidence_interval
    assert (interval.low, interval.high) == pytest.approx(tuple(reference))


def test_another_seed_gives_another_interval_near_it() -> None:
    first, second = (bootstrap_interval(TWENTY, seed=seed) for seed in (0, 1))
    assert first.low != second.low
    assert first.low == pytest.approx(second.low, rel=0.1)


@pytest.mark.parametrize("scale", [1e-250, 1e250])
def test_the_bootstrap_holds_at_any_scale(scale: float) -> None:
    interval = bootstrap_interval([one * scale for one in TWENTY], resamples=999)
    reference = bootstrap_interval(TWENTY, resamples=999)
    assert interval.low == pytest.approx(reference.low * scale)


def test_the_bootstrap_refuses_few_values_and_very_many() -> None:
    with pytest.raises(TooFew, match="the bootstrap needs 10\nhint: mean_interval"):
        bootstrap_interval(range(9))
    with pytest.raises(InvalidValue, match="10,001 values are too many"):
        bootstrap_interval(range(10_001))


def test_the_bootstrap_of_equal_values_has_no_width() -> None:
    interval = bootstrap_interval([0.1] * 12)
    assert interval.low == interval.high == 0.1


def test_the_bootstrap_refuses_a_median_that_hardly_ever_moves() -> None:
    with pytest.raises(InvalidValue, match="too alike for a bootstrap of their median"):
        bootstrap_interval([1.0] * 30 + [2.0], statistic="median")


def test_an_unknown_statistic_is_refused() -> None:
    with pytest.raises(InvalidValue, match="'mode' is no statistic"):
        bootstrap_interval(TWENTY, statistic="mode")
