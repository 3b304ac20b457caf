"""The data that is logged: generators with their seeds. Needs NumPy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

FIRST_TIME_MICROSECONDS = 1_700_000_000_000_000
CURVE = (
    "`exp(-i/2e5) + N(0, 0.02)`, `numpy.random.default_rng(0)`, points 1 ms ± 1 % (normal) apart"
)


def curve_values(count: int) -> NDArray[np.float64]:
    """Return `exp(-i / 2e5)` plus normal noise of 0.02, seed 0."""
    noise = np.random.default_rng(0).normal(0.0, 0.02, count)
    return np.exp(np.arange(count) / -2e5) + noise


def curve_times(count: int) -> NDArray[np.int64]:
    """Return times in microseconds, 1 ms with a standard deviation of 1 % apart, seed 1."""
    gaps = np.random.default_rng(1).normal(1_000.0, 10.0, count)
    return FIRST_TIME_MICROSECONDS + np.cumsum(np.rint(gaps)).astype(np.int64)


def many_series(run: int, series: int, points: int) -> NDArray[np.float64]:
    """Return a `points` x `series` array: each series falls from its own height, with noise.

    Seeded by the run's number, so no two runs are alike.
    """
    random = np.random.default_rng(run)
    heights = random.uniform(0.1, 10.0, series)
    falling = np.exp(-np.arange(points) / 7.0)[:, None] * heights
    return falling + random.normal(0.0, 0.02, (points, series)) * heights
