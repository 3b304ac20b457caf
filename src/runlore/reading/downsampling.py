"""Choose few of many points so that no extreme is lost: buckets with their min and max."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

POINTS_A_BUCKET = 4


def chosen_places(value: NDArray[np.float64], most: int) -> NDArray[np.int64]:
    """Return the places of at most `most` (≥ 4) points: f64[n] -> i64, ascending.

    The points are cut into `most` // 4 buckets of nearly one size; of each, the first and the
    last point are kept and the first ones at which its finite minimum and maximum are met.
    """
    count = len(value)
    if count <= most:
        return np.arange(count)
    buckets = most // POINTS_A_BUCKET
    edges = np.linspace(0, count, buckets + 1).astype(np.int64)
    starts, sizes = edges[:-1], np.diff(edges)
    kept = [starts, edges[1:] - 1]
    is_finite = np.isfinite(value)
    is_all_finite = bool(is_finite.all())
    bucket_of = np.repeat(np.arange(buckets), sizes)
    for reduce, worst in ((np.minimum, np.inf), (np.maximum, -np.inf)):
        candidates = value if is_all_finite else np.where(is_finite, value, worst)
        best = reduce.reduceat(candidates, starts)
        is_best = candidates == best[bucket_of]
        places = np.flatnonzero(is_best if is_all_finite else is_best & is_finite)
        buckets_met, first = np.unique(bucket_of[places], return_index=True)
        del buckets_met
        kept.append(places[first])
    return np.unique(np.concatenate(kept))
