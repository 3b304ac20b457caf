from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runlore.errors import InvalidType, InvalidValue, TooFew
from runlore.stats.samples import at_least, sample_of, scaled


@pytest.mark.parametrize(
    "values",
    [
        [1, 2.0, Fraction(3)],
        (1, 2, 3),
        iter([1, 2, 3]),
        {"seed 0": 1, "seed 1": 2, "seed 2": 3},
        np.array([1, 2, 3], dtype=np.float32),
        [np.float32(1), np.int64(2), 3],
        pd.Series([1, 2, 3]),
        np.array([1, 2, 3], dtype=object),
    ],
)
def test_numbers_come_in_any_sequence(values: Any) -> None:
    assert list(sample_of(values).values) == [1.0, 2.0, 3.0]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ("0.91", "'val' is a str"),
        (0.91, "'val' is a float"),
        (None, "'val' is a NoneType"),
        ([0.9, "0.91"], "'val' holds a str: '0.91'"),
        ([0.9, None], "'val' holds a NoneType: None"),
        ([0.9, Decimal("0.9")], "'val' holds a Decimal"),
        ([0.9, 1j], "'val' holds a complex"),
        (np.ones((3, 2)), "'val' has 2 dimensions"),
        (np.float64(3), "'val' is a float64"),
    ],
)
def test_what_is_no_sequence_of_numbers_is_refused_by_name(values: Any, message: str) -> None:
    with pytest.raises(InvalidType, match=message):
        sample_of(values, name="val")


@pytest.mark.parametrize("values", [[10**400], [1e301], [-1e308, 0.0]])
def test_numbers_too_large_to_compute_with_are_refused(values: list[float]) -> None:
    with pytest.raises(InvalidValue, match="larg"):
        sample_of(values)


def test_values_that_are_not_finite_are_refused_unless_they_are_to_be_left_out() -> None:
    values = [0.9, math.nan, math.inf, 0.8, -math.inf]
    with pytest.raises(InvalidValue, match="3 of 5 values of 'val' are NaN or infinite") as caught:
        sample_of(values, name="val")
    assert 'not_finite="leave out"' in str(caught.value)
    sample = sample_of(values, not_finite="leave out")
    assert (list(sample.values), sample.not_finite) == ([0.9, 0.8], 3)


def test_an_unknown_way_with_them_is_refused() -> None:
    with pytest.raises(InvalidValue, match="'drop' is no way") as caught:
        sample_of([1.0], not_finite="drop")
    assert "one of: refuse, leave out" in str(caught.value)


def test_too_few_values_are_refused_with_what_was_left_out() -> None:
    sample = sample_of([1.0, math.nan], name="val", not_finite="leave out")
    message = r"'val' has 1 value \(1 left out\); a test needs 3\nhint: run more seeds"
    with pytest.raises(TooFew, match=message):
        at_least(sample, 3, purpose="a test", hint="run more seeds")


@pytest.mark.parametrize("scale", [1e-300, 1e-160, 1.0, 1e160, 1e299])
def test_mean_and_spread_hold_at_any_scale(scale: float) -> None:
    sample = sample_of([1 * scale, 2 * scale, 4 * scale])
    assert sample.mean == pytest.approx(7 / 3 * scale)
    assert sample.std == pytest.approx(math.sqrt(7 / 3) * scale)
    assert not sample.is_constant


def test_a_small_spread_on_a_large_value_is_kept() -> None:
    assert sample_of([1e9 + 1, 1e9 + 2, 1e9 + 3]).std == 1.0


@pytest.mark.parametrize("values", [[0.1] * 3, [0.3, 0.1 + 0.2, 0.3], [0.0] * 4, [7.0]])
def test_values_that_differ_by_rounding_alone_are_constant(values: list[float]) -> None:
    assert sample_of(values).is_constant


@given(st.lists(st.floats(-1e300, 1e300), min_size=1, max_size=20))
def test_a_mean_lies_between_the_least_and_the_largest(values: list[float]) -> None:
    assert min(values) <= sample_of(values).mean <= max(values)


def test_scaling_is_exact_and_common() -> None:
    first, second = scaled(np.array([3e200, 1e200]), np.array([5e199]))
    assert first[0] / second[0] == 3e200 / 5e199
    assert 0.5 <= first[0] <= 1
