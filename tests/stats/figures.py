"""Scores of four models over five seeds, which several tests share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import strategies as st

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

WIDE = [0.912, 0.918, 0.905, 0.921, 0.909]
DEEP = [0.903, 0.899, 0.915, 0.894, 0.901]
FAR = [0.80, 0.81, 0.79, 0.80, 0.82]
LOOSE = [0.921, 0.951, 0.89, 0.933, 0.902]


def scores(least: int = 3, most: int = 9) -> SearchStrategy[list[float]]:
    """Values with a spread that is no rounding, some of them equal."""
    return st.lists(
        st.integers(-400, 400).map(lambda number: number / 8), min_size=least, max_size=most
    )
