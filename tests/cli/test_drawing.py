"""Curves drawn in a terminal."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runlore.cli.drawing import Line, draw
from runlore.cli.text import cells

NUMBERS = st.floats() | st.sampled_from([0.0, -0.0, 1e308, -1e308, 5e-324])


def texts(
    lines: list[Line], width: int = 30, height: int = 6, *, is_log: bool = False
) -> list[str]:
    drawn = draw(lines, width=width, height=height, is_log=is_log)
    return ["".join(cell.text for cell in line) for line in drawn]


def test_a_rising_curve_goes_from_the_lower_left_to_the_upper_right() -> None:
    *rows, below = texts([Line([0, 1, 2], [0, 1, 2], "cyan")], width=20, height=5)
    columns = [min(at for at, one in enumerate(row) if one > "\u2800") for row in rows]
    assert columns == sorted(columns, reverse=True)
    assert rows[0].startswith("2 ┤ ")
    assert rows[-1].startswith("0 ┤")
    assert rows[0].rstrip()[-1] > "\u2800"
    assert below.split() == ["0", "2"]


@pytest.mark.parametrize(("middle", "is_gap"), [(math.nan, True), (math.inf, True), (1.0, False)])
def test_what_is_not_finite_is_a_gap(middle: float, is_gap: bool) -> None:
    shown = texts([Line(range(9), [1.0] * 4 + [middle] + [1.0] * 4, "cyan")], height=3)
    (drawn,) = filter(None, (row.partition("┤")[2].strip() for row in shown[:-1]))
    assert (" " in drawn) == is_gap


def test_nothing_finite_draws_nothing() -> None:
    assert texts([Line([0, 1], [math.nan, math.inf], "cyan")], height=4) == [""] * 4
    assert texts([], height=2) == ["", ""]


def test_a_logarithmic_axis_leaves_out_what_it_has_no_place_for() -> None:
    shown = texts([Line([0, 1, 2], [0.0, 0.01, 1.0], "cyan")], is_log=True)
    assert shown[0].startswith("      1 ┤") or shown[0].strip().startswith("1 ┤")
    assert any(text.strip().startswith("0.01") for text in shown)
    assert shown[-1].split() == ["1", "2"]


@given(
    st.lists(st.lists(NUMBERS, max_size=30), max_size=3),
    st.integers(24, 120),
    st.integers(2, 20),
    st.booleans(),
)
def test_a_chart_always_fits(
    values: list[list[float]], width: int, height: int, is_log: bool
) -> None:
    lines = [Line(range(len(one)), one, "cyan") for one in values]
    shown = texts(lines, width, height, is_log=is_log)
    assert len(shown) == height
    assert max(map(cells, shown)) <= width
