"""Powers of two, and nothing else."""

from __future__ import annotations

from typing import Any

import param
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runlore.config import PowerOfTwo
from runlore.errors import InvalidValue


class Sizes(param.Parameterized):
    def __init__(self, **values: Any) -> None:
        super().__init__(**values)  # type: ignore[no-untyped-call]

    any_size = PowerOfTwo()
    at_least_eight = PowerOfTwo(min=8)
    optional = PowerOfTwo(default=None, allow_None=True, bounds=(2, 64))


@pytest.mark.parametrize("value", [1, 2, 8, 32, 1024, 1 << 80])
def test_powers_are_taken(value: int) -> None:
    assert Sizes(any_size=value).any_size == value


@pytest.mark.parametrize(
    "value", [0, -1, -8, 3, 48, True, False, 8.0, 8.5, "8", None, (1 << 80) + 1]
)
def test_anything_else_is_refused(value: Any) -> None:
    with pytest.raises(ValueError, match="any_size"):
        Sizes(any_size=value)


@given(st.integers(-(2**70), 2**70))
def test_exactly_the_integers_with_one_bit_are_taken(value: int) -> None:
    is_power = value > 0 and f"{value:b}".count("1") == 1
    try:
        Sizes(any_size=value)
    except ValueError:
        assert not is_power
    else:
        assert is_power


def test_a_lower_bound_is_held() -> None:
    with pytest.raises(ValueError, match="at least 8"):
        Sizes(at_least_eight=4)
    assert Sizes(at_least_eight=8).at_least_eight == 8


def test_none_is_taken_where_it_is_allowed() -> None:
    assert Sizes().optional is None
    with pytest.raises(ValueError, match="at most 64"):
        Sizes(optional=128)


def test_the_nearest_powers_are_named() -> None:
    with pytest.raises(ValueError, match="not 48: the nearest are 32 and 64"):
        Sizes(any_size=48)


@pytest.mark.parametrize(
    ("bounds", "default"), [((None, None), 32), ((64, None), 64), ((33, 100), 64), ((1, 20), 16)]
)
def test_the_default_is_32_or_the_nearest_allowed(
    bounds: tuple[int | None, int | None], default: int
) -> None:
    assert PowerOfTwo(bounds=bounds).default == default


def test_bounds_are_said_once() -> None:
    with pytest.raises(InvalidValue, match="both bounds= and min= or max="):
        PowerOfTwo(min=8, bounds=(8, 16))


def test_the_allowed_powers_are_listed() -> None:
    assert PowerOfTwo(min=8, max=100).powers() == [8, 16, 32, 64]
