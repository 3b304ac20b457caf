from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given

from runlore.errors import TooFew
from runlore.stats import describe, mean_interval, median_interval
from tests.stats.figures import scores


def test_a_description_worked_out_by_hand() -> None:
    found = describe([2, 4, 4, 4, 5, 5, 7, 9])
    assert (found.n, found.mean, found.median) == (8, 5.0, 4.5)
    assert found.std == pytest.approx(math.sqrt(32 / 7))
    assert found.sem == pytest.approx(math.sqrt(32 / 7 / 8))
    assert (found.min, found.max) == (2.0, 9.0)
    assert (found.lower_quartile, found.upper_quartile) == (4.0, 5.5)
    assert found.mean_interval == mean_interval([2, 4, 4, 4, 5, 5, 7, 9])
    assert found.median_interval == median_interval([2, 4, 4, 4, 5, 5, 7, 9])
    assert found.notes == ()
    assert "n - 1" in str(found.method)


def test_one_value_has_no_spread_and_says_so() -> None:
    found = describe([0.9])
    assert (found.n, found.mean, found.std, found.sem) == (1, 0.9, None, None)
    assert found.mean_interval is None
    assert found.median_interval is None
    assert found.notes == ("one value: the spread is unknown",)


def test_two_values_have_a_spread_and_a_wide_interval() -> None:
    found = describe([0.90, 0.92])
    assert found.mean_interval is not None
    assert found.mean_interval.high - found.mean_interval.low == pytest.approx(0.254, abs=1e-3)
    assert found.median_interval is None


def test_what_is_not_finite_is_counted_and_noted() -> None:
    found = describe([0.9, math.nan, 0.8, math.inf])
    assert (found.n, found.not_finite) == (2, 2)
    assert found.mean == pytest.approx(0.85)
    assert found.notes == ("2 of 4 not finite, left out",)


@pytest.mark.parametrize("values", [[], [math.nan, math.inf]])
def test_no_finite_value_is_refused(values: list[float]) -> None:
    with pytest.raises(TooFew, match="'acc' has 0 values"):
        describe(values, name="acc")


def test_equal_values_are_noted() -> None:
    found = describe([0.1, 0.1, 0.1])
    assert (found.mean, found.std) == (0.1, 0.0)
    assert "all values are equal" in found.notes[0]


@given(scores(least=2))
def test_a_description_is_that_of_numpy(values: list[float]) -> None:
    found = describe(values)
    assert found.mean == pytest.approx(np.mean(values))
    assert found.std == pytest.approx(np.std(values, ddof=1))
    assert found.median == np.median(values)
    assert found.min <= found.lower_quartile <= found.median <= found.upper_quartile <= found.max
