"""Read a metric's statistics for many runs from their packed summaries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from runlore.index.columns_layouts import Alike, layout_of
from runlore.index.summaries import PackedSummary, summarise_series

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from runlore.index.columns_keys import Key, Selection
    from runlore.index.summaries import SeriesSummary

    ReadRows = Callable[..., list[tuple[Any, ...]]]
    Read = dict[int, Any]

_FEW = 8  # summaries laid out alike, from which on arrays are quicker

# What `columns_layouts.Fields` and `SeriesSummary` both have, in numbers or in arrays of them.
_OF_FINITE = {"min": "minimum", "max": "maximum", "mean": "mean"}
_OF_STEPS = ("first_step", "last_step", "min_step", "max_step")
STATISTICS = ("last", *_OF_FINITE, "points", "nan", "inf", *_OF_STEPS)


def label_of(name: str, context: str) -> str:
    """Name a series for people: `loss`, or `loss[val]` with a context."""
    return f"{name}[{context}]" if context else name


def read_metrics(rows: ReadRows, keys: Sequence[Key], selection: Selection) -> dict[Key, Read]:
    """Read statistics of metrics, given by their labels, as `StoredRun.summaries` has them."""
    by_label: dict[str, dict[Key, Read]] = {}
    for key in keys:
        by_label.setdefault(key.name, {})[key] = {}
    series = {label: series_of(rows, label) for label in by_label}
    if any(series.values()):
        statement = f"SELECT run, data FROM summaries WHERE {selection.condition('run')}"
        groups: dict[bytes, list[tuple[int, bytes]]] = {}
        for run, data in rows(statement):
            groups.setdefault(layout_of(data), []).append((run, bytes(data)))
        orders = _Orders(rows)
        for group in groups.values():
            alike = Alike([data for _, data in group]) if len(group) >= _FEW else None
            for label, found in by_label.items():
                remaining = group
                if alike is not None and len(series[label]) == 1:
                    remaining = _read_alike(alike, group, series[label][0].number, found)
                _read_each(remaining, series[label], found, orders)
    return {key: values for found in by_label.values() for key, values in found.items()}


def count_labels(rows: ReadRows, selection: Selection) -> dict[str, int]:
    """Say how many of some runs have each metric, by its label."""
    alike: dict[bytes, tuple[PackedSummary, int]] = {}
    for (data,) in rows(f"SELECT data FROM summaries WHERE {selection.condition('run')}"):
        packed = PackedSummary(bytes(data))
        series = packed.series_bytes  # equal for most runs of one program
        known = alike.get(series, (packed, 0))
        alike[series] = (known[0], known[1] + 1)
    counts: dict[int, int] = {}
    for packed, runs in alike.values():
        for number in packed.series:
            counts[number] = counts.get(number, 0) + runs
    labels: dict[str, int] = {}
    for number, name, context in rows("SELECT id, name, context FROM series"):
        if number in counts:
            label = label_of(name, context)
            labels[label] = labels.get(label, 0) + counts[number]
    return labels


def _read_each(
    packed: list[tuple[int, bytes]],
    series: Sequence[NamedSeries],
    found: dict[Key, Read],
    orders: _Orders,
) -> None:
    for run, data in packed:
        summary = _summary_of(data, series, orders)
        if summary is not None:
            for key, values in found.items():
                value = _statistic(summary, key.statistic)
                if value is not None:
                    values[run] = value


def _read_alike(
    alike: Alike, group: list[tuple[int, bytes]], number: int, found: dict[Key, Read]
) -> list[tuple[int, bytes]]:
    """Read a series of summaries that are laid out alike; returns those that remain."""
    runs = np.array([run for run, _ in group], np.int64)
    fields = alike.fields(number)
    for key, values in found.items():
        numbers, is_present = fields.statistic(key.statistic)
        here = is_present & fields.is_single
        values.update(zip(runs[here].tolist(), numbers[here].tolist(), strict=True))
    return [group[place] for place in np.flatnonzero(fields.is_several).tolist()]


def _statistic(summary: SeriesSummary, name: str) -> float | None:
    """Give one statistic of a series; None where it has none."""
    if name in _OF_FINITE:
        value: float | None = getattr(summary, _OF_FINITE[name]) if summary.finite_count else None
    elif name == "inf":
        value = summary.positive_infinities + summary.negative_infinities
    else:
        value = getattr(summary, name)
    return value


class NamedSeries(NamedTuple):
    """A series by the index's own number."""

    name: str
    context: str
    number: int


def series_of(rows: ReadRows, label: str) -> list[NamedSeries]:
    """List the series that a label stands for, the one that it means first."""
    name, _, _ = label.partition("[")
    known = rows("SELECT name, context, id FROM series WHERE name = ? OR name = ?", [label, name])
    exact = [NamedSeries(*row) for row in known if label_of(row[0], row[1]) == label]
    # A name may hold brackets itself, so that what stands before the first is not all of it.
    if not exact and "[" in label:
        every = rows("SELECT name, context, id FROM series")
        exact = [NamedSeries(*row) for row in every if label_of(row[0], row[1]) == label]
    return sorted(exact)


def _summary_of(
    data: bytes, series: Sequence[NamedSeries], orders: _Orders
) -> SeriesSummary | None:
    """Sum up the first of some series that a run has, of its lowest rank."""
    packed = PackedSummary(data)
    for name, context, number in series:
        entries = list(packed.entries(number))
        if entries:
            lowest = entries[0][0].rank  # they are sorted by key: series, then rank
            own = [(key.has_step, entry) for key, entry in entries if key.rank == lowest]
            return summarise_series(name, context, lowest, own, orders)
    return None


class _Orders:
    """Look up a journal's (actor, number) where two points must be told apart by it."""

    def __init__(self, rows: ReadRows) -> None:
        self._rows = rows

    def __call__(self, journal: int) -> tuple[str, int]:
        found = self._rows("SELECT actor, number FROM journals WHERE id = ?", [journal])
        return found[0][0], found[0][1]
