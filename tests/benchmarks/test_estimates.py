from __future__ import annotations

import statistics
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.estimates import mean, median, median_ratio, p95, p99

if TYPE_CHECKING:
    from collections.abc import Callable

numbers = st.floats(min_value=-1e9, max_value=1e9)


@given(st.lists(numbers, min_size=1))
def test_median_agrees_with_the_standard_library(sample: list[float]) -> None:
    assert median(sample) == pytest.approx(statistics.median(sample))


@given(st.lists(numbers, min_size=1))
def test_mean_agrees_with_the_standard_library(sample: list[float]) -> None:
    assert mean(sample) == pytest.approx(statistics.fmean(sample))


@given(st.lists(numbers, min_size=100, max_size=1_000))
def test_p99_is_the_least_value_with_99_percent_at_or_below_it(sample: list[float]) -> None:
    found = p99(sample)
    assert found in sample
    assert sum(value <= found for value in sample) >= 0.99 * len(sample)
    assert sum(value < found for value in sample) < 0.99 * len(sample)


def test_p99_refuses_a_sample_in_which_it_would_be_the_maximum() -> None:
    with pytest.raises(ValueError, match="99 values are too few"):
        p99([1.0] * 99)


@pytest.mark.parametrize("estimate", [mean, median])
def test_nothing_is_claimed_of_an_empty_sample(estimate: Callable[[list[float]], float]) -> None:
    with pytest.raises(ValueError, match="empty sample"):
        estimate([])


def test_a_slow_round_does_not_move_the_ratio_of_pairs() -> None:
    assert median_ratio([3.0, 3.0, 300.0], [1.0, 1.0, 100.0]) == 3.0


def test_pairs_must_be_complete() -> None:
    with pytest.raises(ValueError, match="argument 2 is shorter"):
        median_ratio([1.0, 2.0], [1.0])


def test_p95_is_one_of_twenty_values_and_refuses_fewer() -> None:
    assert p95([float(number) for number in range(20, 0, -1)]) == 19.0
    with pytest.raises(ValueError, match="95th"):
        p95([1.0] * 19)
