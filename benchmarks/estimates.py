"""The few numbers a list of measurements is boiled down to. Pure functions."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

SMALLEST_SAMPLE_FOR_P99 = 100
SMALLEST_SAMPLE_FOR_P95 = 20


def mean(sample: Sequence[float]) -> float:
    """Return the arithmetic mean, summed without rounding error (`math.fsum`).

    Raises ValueError for an empty sample.
    """
    if not sample:
        raise ValueError("an empty sample has no mean")
    return math.fsum(sample) / len(sample)


def median(sample: Sequence[float]) -> float:
    """Return the middle value, or the mean of the two middle ones.

    Used over rounds, for a busy machine makes some rounds slow and none fast.
    Raises ValueError for an empty sample.
    """
    if not sample:
        raise ValueError("an empty sample has no median")
    ordered = sorted(sample)
    middle = len(ordered) // 2
    if len(ordered) % 2:
        return float(ordered[middle])
    return (ordered[middle - 1] + ordered[middle]) / 2


def p99(sample: Sequence[float]) -> float:
    """Return the 99th percentile by nearest rank: the smallest value with 99 % at or below it.

    Always one of the measured values, never interpolated. Raises ValueError below
    100 values, where it would only be the maximum.
    """
    if len(sample) < SMALLEST_SAMPLE_FOR_P99:
        raise ValueError(f"{len(sample)} values are too few for a 99th percentile")
    ordered = sorted(sample)
    return float(ordered[math.ceil(0.99 * len(ordered)) - 1])


def p95(sample: Sequence[float]) -> float:
    """Return the 95th percentile by nearest rank, as `p99`; raises ValueError below 20 values."""
    if len(sample) < SMALLEST_SAMPLE_FOR_P95:
        raise ValueError(f"{len(sample)} values are too few for a 95th percentile")
    return float(sorted(sample)[math.ceil(0.95 * len(sample)) - 1])


def median_ratio(numerators: Sequence[float], denominators: Sequence[float]) -> float:
    """Return the median of the ratios of pairs that were measured right after each other.

    Whatever slowed one round slowed both halves of its pair. Raises ValueError
    when the two differ in length or are empty.
    """
    return median([top / bottom for top, bottom in zip(numerators, denominators, strict=True)])
