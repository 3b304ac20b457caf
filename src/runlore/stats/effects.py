"""How large a difference is: in standard deviations, and in how often one beats the other."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from runlore.stats.methods import Method

if TYPE_CHECKING:
    from runlore.stats.samples import Doubles, Sample

HEDGES_G = Method(
    "Hedges' g: Cohen's d over the pooled standard deviation, corrected for small n",
    "spreads alike in both groups",
    "Hedges 1981",
)
PAIRED_D = Method(
    "Cohen's dz: mean over standard deviation of the paired differences, corrected for small n",
    "pairs that belong together",
    "Lakens 2013",
)
CLIFFS_DELTA = Method(
    "Cliff's delta: share of pairs of values in which the first is larger, less the reverse",
    "nothing",
    "Cliff 1993",
)
PAIRED_DOMINANCE = Method(
    "share of pairs in which the first is larger, less the reverse",
    "pairs that belong together",
    "Cliff 1993",
)


class Effect(NamedTuple):
    """The size of a difference, without a unit."""

    value: float
    method: Method


def hedges_g(first: Sample, second: Sample) -> Effect | None:
    """Give the difference of means in pooled standard deviations, None if there is no spread."""
    freedom = first.n + second.n - 2
    if freedom < 1 or (first.is_constant and second.is_constant):
        return None
    spread = math.hypot(
        first.std * math.sqrt((first.n - 1) / freedom) if first.n > 1 else 0.0,
        second.std * math.sqrt((second.n - 1) / freedom) if second.n > 1 else 0.0,
    )
    return Effect((first.mean - second.mean) / spread * _correction(freedom), HEDGES_G)


def paired_d(differences: Sample) -> Effect | None:
    """Give the mean of paired differences in their standard deviations, None if all are equal."""
    if differences.n < 2 or differences.is_constant:
        return None
    size = differences.mean / differences.std * _correction(differences.n - 1)
    return Effect(size, PAIRED_D)


def cliffs_delta(first: Doubles, second: Doubles) -> Effect:
    """Give +1 where all of the first are larger than all of the second, -1 in reverse."""
    ordered = np.sort(second)
    smaller = int(np.searchsorted(ordered, first, side="left").sum())
    not_larger = int(np.searchsorted(ordered, first, side="right").sum())
    larger = len(first) * len(second) - not_larger
    return Effect((smaller - larger) / (len(first) * len(second)), CLIFFS_DELTA)


def paired_dominance(differences: Doubles) -> Effect:
    """Give +1 where the first is larger in every pair, -1 where it is smaller in every pair."""
    return Effect(float(np.sign(differences).mean()), PAIRED_DOMINANCE)


def _correction(freedom: int) -> float:
    """Hedges' exact factor, 0.80 for four degrees of freedom; without a spread to speak of, 1."""
    if freedom < 2:
        return 1.0
    logarithm = math.lgamma(freedom / 2) - math.lgamma((freedom - 1) / 2)
    return math.exp(logarithm) / math.sqrt(freedom / 2)
