from __future__ import annotations

import math

import numpy as np
import pytest
import scipy.stats

from runlore.errors import InvalidValue, TooFew
from runlore.stats import is_within_noise, noise_floor, noise_margin
from tests.stats.figures import DEEP, LOOSE, WIDE


def test_the_floor_of_one_group_is_its_standard_deviation() -> None:
    floor = noise_floor(WIDE)
    assert floor.std == pytest.approx(np.std(WIDE, ddof=1))
    assert (floor.freedom, floor.groups) == (4, 1)


def test_seeds_by_name_are_one_group_and_groups_by_name_are_pooled() -> None:
    assert noise_floor(dict(enumerate(WIDE))) == noise_floor(WIDE)
    floor = noise_floor({"wide": WIDE, "deep": DEEP[:3], "single": [0.5]})
    pooled = (4 * np.var(WIDE, ddof=1) + 2 * np.var(DEEP[:3], ddof=1)) / 6
    assert floor.std == pytest.approx(math.sqrt(pooled))
    assert (floor.freedom, floor.groups) == (6, 3)


def test_the_interval_of_a_spread_worked_out_by_hand() -> None:
    floor = noise_floor([1, 2, 3])
    # Chi-squared with two degrees of freedom is exponential: quantiles -2 ln(1 - p).
    assert floor.interval.low == pytest.approx(math.sqrt(2 / (-2 * math.log(0.025))))
    assert floor.interval.high == pytest.approx(math.sqrt(2 / (-2 * math.log(0.975))))


def test_a_difference_of_two_single_runs_is_noise_up_to_the_margin() -> None:
    floor = noise_floor([1, 2, 3])
    margin = noise_margin(floor)
    # Student's t for two degrees of freedom at 95 % is 4.303.
    assert margin == pytest.approx(4.303 * math.sqrt(2), rel=1e-3)
    assert is_within_noise(margin, floor)
    assert is_within_noise(-margin, floor)
    assert not is_within_noise(margin * 1.001, floor)


def test_means_over_more_runs_have_less_noise() -> None:
    floor = noise_floor(WIDE)
    assert noise_margin(floor, n_first=4, n_second=4) == pytest.approx(noise_margin(floor) / 2)


def test_the_margin_is_where_the_test_with_equal_spreads_turns() -> None:
    floor = noise_floor({"wide": WIDE, "loose": LOOSE})
    difference = float(np.mean(WIDE) - np.mean(LOOSE))
    p_value = scipy.stats.ttest_ind(WIDE, LOOSE).pvalue
    assert is_within_noise(difference, floor, n_first=5, n_second=5, confidence=1 - p_value + 1e-6)
    assert not is_within_noise(
        difference, floor, n_first=5, n_second=5, confidence=1 - p_value - 1e-6
    )


@pytest.mark.parametrize("groups", [[], [0.9], [0.9, 0.8], {"a": [1, 2], "b": [3]}, {}])
def test_too_few_runs_say_nothing_about_noise(groups: list[float]) -> None:
    with pytest.raises(TooFew, match="say too little about the spread"):
        noise_floor(groups)


def test_what_is_not_finite_is_refused_or_counted() -> None:
    values = [0.9, math.nan, 0.8, 0.85]
    with pytest.raises(InvalidValue, match="1 of 4"):
        noise_floor(values)
    floor = noise_floor(values, not_finite="leave out")
    assert (floor.not_finite, floor.notes) == (1, ("1 values not finite, left out",))


def test_a_floor_without_spread_is_noted_and_holds_no_difference() -> None:
    floor = noise_floor([0.5, 0.5, 0.5])
    assert floor.std == 0.0
    assert "all values are equal" in floor.notes[0]
    assert is_within_noise(0.0, floor)
    assert not is_within_noise(1e-9, floor)


def test_bad_questions_are_refused() -> None:
    floor = noise_floor(WIDE)
    with pytest.raises(InvalidValue, match="a difference of nan"):
        is_within_noise(math.nan, floor)
    with pytest.raises(InvalidValue, match="a mean over 0 runs is none"):
        noise_margin(floor, n_second=0)
