"""Groups of runs, a window at a time, with what their metrics came to."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from runlore.actions.tables import NO_EXPERIMENT
from runlore.compare.group_labels import group_labels
from runlore.errors import MissingExtra
from runlore.reading.grouping import group_runs
from runlore.reading.groups import order_key
from runlore.reading.search import search
from runlore.stats.methods import student_factor

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runlore.reading.groups import MetricOfGroup
    from runlore.reading.search import Wanted
    from runlore.reading.store import StoreReader

CONFIDENCE = 0.95
_MOST_RUNS = 50


@dataclass(frozen=True)
class GroupMetric:
    """What a metric came to in a group; `low` and `high` are where its mean lies."""

    n: int
    mean: float | None
    std: float | None
    min: float | None
    max: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class GroupLine:
    """A group: its params as given, how many runs it has, and the newest 50 of them."""

    label: str
    key: dict[str, str]
    n: int
    runs: list[str]
    metrics: dict[str, GroupMetric]


@dataclass(frozen=True)
class GroupWindow:
    """Some groups of `total`."""

    by: list[str]
    metrics: list[str]
    rows: list[GroupLine]
    total: int
    notes: tuple[str, ...]


def read_groups(
    reader: StoreReader,
    wanted: Wanted,
    by: Sequence[str],
    *,
    metrics: Sequence[str] | None = None,
    offset: int = 0,
    limit: int = 100,
) -> GroupWindow:
    """Group the runs that are found; the order is about the groups.

    Metrics that none of them has are left out, of the order as well. Without SciPy there are
    no intervals.

    Raises:
        QueryError: if the filter can't be read.
        NotFound: if none of the runs has one of the params.
        InvalidValue: if groups can't be ordered so, or there are too many metrics for all.
    """
    filters = wanted._replace(order_by=(), limit=None)
    if wanted.experiment == NO_EXPERIMENT:
        parts = [f"({wanted.filter})"] if wanted.filter.strip() else []
        without = " and ".join([*parts, "experiment is null"])
        filters = filters._replace(filter=without, experiment=None)
    runs = search(reader, filters)
    groups = group_runs(runs, list(by), metrics=metrics, is_strict=False)
    missing = set(metrics or ()) - set(groups.metrics)
    for key in reversed(wanted.order_by):
        if order_key(key)[0].removeprefix("metrics.") not in missing:
            groups = groups.order_by(key)
    shown = groups[offset : offset + limit]
    labels = group_labels([group.texts for group in shown])
    rows = [
        GroupLine(
            label=label,
            key=group.texts,
            n=group.n,
            runs=[run.id for run in group.runs[:_MOST_RUNS]],
            metrics={name: _metric(metric) for name, metric in group.metrics.items()},
        )
        for label, group in zip(labels, shown, strict=True)
    ]
    return GroupWindow(groups.by, groups.metrics, rows, groups.total, runs.notes)


def _metric(metric: MetricOfGroup) -> GroupMetric:
    low, high = _interval(metric)
    return GroupMetric(metric.n, metric.mean, metric.std, metric.min, metric.max, low, high)


def _interval(metric: MetricOfGroup) -> tuple[float | None, float | None]:
    """Give Student's interval of the mean; none of fewer than two values, or without SciPy."""
    if metric.mean is None or metric.std is None or metric.n < 2:
        return None, None
    factor = _factor(metric.n)
    if factor is None:
        return None, None
    half = factor * metric.std / math.sqrt(metric.n)
    return metric.mean - half, metric.mean + half


@lru_cache(1024)
def _factor(n: int) -> float | None:
    try:
        return student_factor(CONFIDENCE, n - 1)
    except MissingExtra:
        return None
