"""Compare runs: one row each, with the params that differ and the metrics."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from runlore.compare.comparison import Comparison, ComparisonRow
from runlore.errors import InvalidType, SeriesNotFound, a_kind
from runlore.reading.behind import warn_if_behind
from runlore.reading.directions import direction_of
from runlore.reading.facts import LOAD_PREFIX
from runlore.reading.opening import find_some_runs, select_runs
from runlore.reading.run import StoredRun
from runlore.reading.store import open_reader
from runlore.reading.suggestions import nearest

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Sequence

    from runlore.index.summaries import SeriesSummary
    from runlore.reading.directions import Direction
    from runlore.reading.runs import Runs


def compare_runs(
    *selections: str | StoredRun,
    experiment: str | None = None,
    metrics: Iterable[str] | None = None,
    only_differing: bool = True,
    store: str | os.PathLike[str] | None = None,
) -> Comparison:
    """Compare runs: those named, else those of an experiment, else all.

    Args:
        selections: ids, their ends, names, or runs that were read.
        experiment: compare its runs, newest first.
        metrics: names or labels like `loss[val]`; by default every metric that one of them has.
        only_differing: leave out params that are equal in all of them.
        store: a folder; by default the one of where you are, or of the first run given.

    Raises:
        InvalidType: if a selection is neither a text nor a run.
        RunNotFound, Ambiguous: if a selection names no run, or several.
        SeriesNotFound: if none of them has one of `metrics`.
    """
    for one in selections:
        if not isinstance(one, str | StoredRun):
            raise InvalidType(
                f"a run to compare is {a_kind(one)}: {one!r}",
                hint="give names, ids or runs one by one: compare_runs(*runs)",
            )
    first = selections[0] if selections else None
    reader = open_reader(first.store if store is None and isinstance(first, StoredRun) else store)
    if selections:
        named = [one.id if isinstance(one, StoredRun) else one for one in selections]
        runs = select_runs(reader, named)
    else:
        runs = find_some_runs(reader, experiment)
    warn_if_behind(reader)
    return compare_stored(runs, metrics=metrics, only_differing=only_differing)


def compare_stored(
    runs: Runs, *, metrics: Iterable[str] | None = None, only_differing: bool = True
) -> Comparison:
    """Compare runs that were read.

    Raises:
        SeriesNotFound: if none of them has one of `metrics`.
    """
    found = list(runs)
    summaries = [run.summaries if metrics is None else _with_load(run) for run in found]
    labels = _labels(summaries, metrics)
    names = {label: one[label].name for one in reversed(summaries) for label in labels.keys() & one}
    definitions = [definition for run in found for definition in run.metric_definitions.values()]
    directions: dict[str, Direction] = {}
    for label in labels:
        direction = direction_of(names[label], definitions)
        if direction is not None:
            directions[label] = direction
    differing, shared = _params_of(runs)
    keys = differing if only_differing else sorted({*differing, *shared})
    rows = [
        _row(run, one, keys, labels, directions) for run, one in zip(found, summaries, strict=True)
    ]
    return Comparison(runs, keys, list(labels), rows, shared, directions, _best(rows, directions))


def _with_load(run: StoredRun) -> dict[str, SeriesSummary]:
    return run.summaries | {LOAD_PREFIX + name: summary for name, summary in run.load.items()}


def _labels(
    summaries: Sequence[dict[str, SeriesSummary]], metrics: Iterable[str] | None
) -> dict[str, None]:
    known = sorted({label for one in summaries for label in one})
    if metrics is None:
        return dict.fromkeys(known)
    wanted = dict.fromkeys([metrics] if isinstance(metrics, str) else metrics)
    for label in wanted:
        if label not in known:
            raise SeriesNotFound(
                f"none of the {len(summaries)} runs has a metric {label!r}",
                hint=nearest(label, known, nothing="they have logged no metrics"),
            )
    return wanted


def _params_of(runs: Runs) -> tuple[list[str], dict[str, Any]]:
    """Return the keys of params that differ, and those params that are equal in all runs."""
    by_run = [runs.details.params.get(run.id, []) for run in runs]
    seen: dict[str, set[str]] = {}
    counts: dict[str, int] = {}
    values: dict[str, Any] = {}
    for params in by_run:
        for param in params:
            # `1e-3` and `0.001` are the same number.
            same = param.text if param.number is None else repr(param.number)
            seen.setdefault(param.key, set()).add(same)
            counts[param.key] = counts.get(param.key, 0) + 1
            values.setdefault(param.key, param.value)
    shared = {
        key: values[key]
        for key in sorted(values)
        if len(seen[key]) == 1 and counts[key] == len(by_run)
    }
    return sorted(values.keys() - shared.keys()), shared


def _row(
    run: StoredRun,
    summaries: dict[str, SeriesSummary],
    keys: Iterable[str],
    labels: Iterable[str],
    directions: dict[str, Direction],
) -> ComparisonRow:
    values, texts = run.params, run.param_texts
    best = {
        label: summaries[label].minimum if direction == "min" else summaries[label].maximum
        for label, direction in directions.items()
        if label in summaries
    }
    return ComparisonRow(
        run.id,
        run.short_id,
        run.label,
        run.status,
        run.duration_seconds,
        {key: values[key] for key in keys if key in values},
        {key: texts[key] for key in keys if key in texts},
        {label: summaries[label].last for label in labels if label in summaries},
        {label: value for label, value in best.items() if not math.isnan(value)},
    )


def _best(rows: Sequence[ComparisonRow], directions: dict[str, Direction]) -> dict[str, str]:
    best = {}
    for label, direction in directions.items():
        finite = [row for row in rows if math.isfinite(row.metrics.get(label, math.nan))]
        if len(finite) > 1:
            pick = min if direction == "min" else max
            best[label] = pick(finite, key=lambda row: row.metrics[label]).id
    return best
