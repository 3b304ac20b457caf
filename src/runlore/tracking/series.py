"""Runs that build on each other, in order, with what changed from one to the next."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, overload

from runlore.client.increments import SERIES_TAG, find_increment
from runlore.compare.markdown import escaped, markdown_table, number
from runlore.errors import InvalidType, InvalidValue, RunNotFound, a_kind
from runlore.reading.directions import direction_of
from runlore.reading.frames import Rows
from runlore.reading.opening import find_run, find_runs
from runlore.reading.store import open_reader
from runlore.reading.suggestions import nearest

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable

    from runlore.reading.run import StoredRun
    from runlore.reading.store import StoreReader


@dataclass(frozen=True, slots=True)
class MetricChange:
    """How a metric moved: from `before` to `after`, None where a run hasn't got it.

    `is_better` is None where nobody can tell: the direction isn't known, a value is missing or
    NaN, or they are equal.
    """

    before: float | None
    after: float | None
    is_better: bool | None

    @property
    def difference(self) -> float | None:
        """By how much it went up, negative for down."""
        return None if self.before is None or self.after is None else self.after - self.before


@dataclass(frozen=True, slots=True)
class SeriesStep:
    """One run of a series, and what is different from the run before it.

    `params` maps the keys that changed to (before, after), texts as given, None for absent;
    `metrics` maps labels to how they moved. Both are empty for the first run.
    """

    run: StoredRun
    params: dict[str, tuple[str | None, str | None]]
    metrics: dict[str, MetricChange]


class ExperimentSeries(Rows, Sequence[SeriesStep]):
    """Runs in order, with the changes between neighbours; `metrics` are the labels compared."""

    def __init__(self, name: str, steps: Sequence[SeriesStep], metrics: Sequence[str]) -> None:
        """Hold what was found; use `runlore.series`."""
        self.name = name
        self.steps = tuple(steps)
        self.metrics = tuple(metrics)

    def __len__(self) -> int:
        return len(self.steps)

    @overload
    def __getitem__(self, place: int) -> SeriesStep: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[SeriesStep]: ...
    def __getitem__(self, place: int | slice) -> SeriesStep | Sequence[SeriesStep]:
        return self.steps[place]

    def __repr__(self) -> str:
        return f"<ExperimentSeries {self.name!r}: {len(self)} runs>"

    @property
    def runs(self) -> list[StoredRun]:
        """The runs, in order."""
        return [step.run for step in self.steps]

    def to_dicts(self) -> list[dict[str, Any]]:
        """Return a dict per run: label, id, status, `metrics.<label>`, `difference.<label>`."""
        return [
            {
                "label": step.run.label,
                "id": step.run.id,
                "status": step.run.status,
                "changed": _changed(step),
                **{f"metrics.{label}": step.run.metrics.get(label) for label in self.metrics},
                **{
                    f"difference.{label}": step.metrics[label].difference
                    if label in step.metrics
                    else None
                    for label in self.metrics
                },
            }
            for step in self.steps
        ]

    def to_markdown(self) -> str:
        """Return a table in Markdown: each run, what was changed, and how the metrics moved."""
        header = ["run", "status", "changed", *self.metrics]
        is_number = [False, False, False] + [True] * len(self.metrics)
        rows = [
            [
                escaped(step.run.label),
                escaped(step.run.status),
                escaped(_changed(step)),
                *(_moved(step, label) for label in self.metrics),
            ]
            for step in self.steps
        ]
        return markdown_table(header, is_number, rows)

    def _repr_markdown_(self) -> str:
        """Show the table in a notebook."""
        return self.to_markdown()


def series(
    name: str | Sequence[str],
    *,
    increment: str | int | None = None,
    metrics: Iterable[str] | None = None,
    store: str | os.PathLike[str] | None = None,
) -> ExperimentSeries:
    """Return the runs of a series, in the order they were started, and what changed between.

    `name` is the one given as `track_experiment(series=…)`; or a list of names, ids or numbers
    of runs, which are taken in that order. `metrics` chooses labels; by default all.

    Raises:
        RunNotFound, Ambiguous: if there is no such series or run, or several runs of a name.
        NotFound: if there is no such increment.
    """
    experiment = None if increment is None else find_increment(increment).name
    reader = open_reader(store)
    if isinstance(name, str):
        runs = _tagged(reader, name, experiment)
        shown = name
    else:
        if not name or not hasattr(name, "__iter__"):
            raise InvalidType(
                f"the series is {a_kind(name)}: {name!r}", hint="give its name, or a list of runs"
            )
        runs = [find_run(reader, one) for one in name]
        shown = " → ".join(run.label for run in runs)
    labels = _labels(runs, metrics)
    steps = [
        SeriesStep(run, *_changes(before, run, labels))
        for before, run in zip([None, *runs], runs, strict=False)
    ]
    return ExperimentSeries(shown, steps, labels)


def _tagged(reader: StoreReader, name: str, experiment: str | None) -> list[StoredRun]:
    if not name:
        raise InvalidValue("the series is named by an empty text", hint="series='xgboost-tuning'")
    of_series: dict[str, list[StoredRun]] = {}
    for run in find_runs(reader, experiment, archived=None):
        if SERIES_TAG in run.tags:
            of_series.setdefault(run.tag_values.get(SERIES_TAG) or "", []).append(run)
    if name not in of_series:
        where = "" if experiment is None else f" in the experiment {experiment!r}"
        raise RunNotFound(
            f"no run{where} is of the series {name!r}",
            hint=nearest(name, sorted(of_series), nothing="track_experiment(series=…) makes one"),
        )
    found = of_series[name]
    return sorted(found, key=lambda run: (run.created is None, run.created, run.id))


def _labels(runs: Sequence[StoredRun], metrics: Iterable[str] | None) -> list[str]:
    known = sorted({label for run in runs for label in run.metrics})
    if metrics is None:
        return known
    wanted = [metrics] if isinstance(metrics, str) else list(metrics)
    for label in wanted:
        if label not in known:
            raise InvalidValue(
                f"none of the {len(runs)} runs has a metric {label!r}",
                hint=nearest(label, known, nothing="they have logged no metrics"),
            )
    return wanted


def _changes(
    before: StoredRun | None, run: StoredRun, labels: Sequence[str]
) -> tuple[dict[str, tuple[str | None, str | None]], dict[str, MetricChange]]:
    if before is None:
        return {}, {}
    old, new = before.param_texts, run.param_texts
    params = {
        key: (old.get(key), new.get(key))
        for key in sorted(old.keys() | new.keys())
        if before.params.get(key, _ABSENT) != run.params.get(key, _ABSENT)
    }
    was, is_now = before.metrics, run.metrics
    moves = {
        label: _move(label, was.get(label), is_now.get(label), run)
        for label in labels
        if label in was or label in is_now
    }
    return params, moves


def _move(label: str, before: float | None, after: float | None, run: StoredRun) -> MetricChange:
    name = run.summaries[label].name if label in run.summaries else label
    direction = direction_of(name, run.metric_definitions.values())
    is_better = None
    if direction is not None and before is not None and after is not None:
        up = after - before
        if up and not math.isnan(up):
            is_better = (up > 0) == (direction == "max")
    return MetricChange(before, after, is_better)


def _changed(step: SeriesStep) -> str:
    """Write what is different in the params: `lr 0.1 → 0.2, seed added`."""
    parts = []
    for key, (before, after) in step.params.items():
        if before is None:
            parts.append(f"{key} = {after}")
        else:
            parts.append(f"{key} {before} → {after}" if after is not None else f"no {key}")
    return ", ".join(parts)


def _moved(step: SeriesStep, label: str) -> str:
    """Write a value, and by how much it is more than the one before, in bold where better."""
    value = step.run.metrics.get(label)
    if value is None:
        return ""
    change = step.metrics.get(label)
    if change is None or change.difference is None:
        return number(value)
    text = f"{number(value)} ({'+' if change.difference >= 0 else ''}{number(change.difference)})"
    return f"**{text}**" if change.is_better else text


_ABSENT = object()
