"""The tables of an export: their columns, and the rows that runs give."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from runlore.actions.exports.tables import Column, writing
from runlore.reading.facts import moment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from runlore.actions.exports.tables import TableWriter
    from runlore.reading.run import StoredRun
    from runlore.reading.runs import Runs

# Formats in which params are texts as they were given: of one kind in a column, or to be read.
TEXT_PARAMS = ("csv", "md", "parquet")
_AT_ONCE = 500
_POINTS_AT_ONCE = 65_536
_FIXED = (
    Column("id", "text"), Column("label", "text"), Column("name", "text"),
    Column("experiment", "text"), Column("project", "text"), Column("goal", "text"),
    Column("parent", "text"), Column("status", "text"), Column("reason", "text"),
    Column("error", "json"), Column("created", "time"), Column("ended", "time"),
    Column("duration_seconds", "number"), Column("is_archived", "claim"), Column("tags", "json"),
)  # fmt: skip
_SUMMARY = (
    ("points", "integer"), ("last", "number"), ("last_step", "integer"), ("minimum", "number"),
    ("min_step", "integer"), ("maximum", "number"), ("max_step", "integer"), ("mean", "number"),
    ("nan", "integer"), ("positive_infinities", "integer"), ("negative_infinities", "integer"),
)  # fmt: skip
_OF_FINITE = frozenset(("minimum", "maximum", "mean"))


class Table(NamedTuple):
    """A table of an export: what a run gives of it."""

    columns: tuple[Column, ...]
    rows: Callable[[StoredRun], Iterator[Sequence[Any]]]


def params_of(run: StoredRun) -> Iterator[Sequence[Any]]:
    """Give the params, as they were given and as JSON."""
    texts = run.param_texts
    for key, value in run.params.items():
        yield run.id, key, texts[key], value


def metrics_of(run: StoredRun) -> Iterator[Sequence[Any]]:
    """Sum up each series of each rank."""
    for one in run.all_summaries:
        values = [
            None if name in _OF_FINITE and not one.finite_count else getattr(one, name)
            for name, _ in _SUMMARY
        ]
        yield run.id, one.name, one.context or None, one.rank, *values


def tags_of(run: StoredRun) -> Iterator[Sequence[Any]]:
    """Give the tags with their values."""
    for tag, value in run.tag_values.items():
        yield run.id, tag, value


def notes_of(run: StoredRun) -> Iterator[Sequence[Any]]:
    """Give the notes."""
    for note in run.notes:
        yield run.id, note.id, note.time, note.text


def context_of(run: StoredRun) -> Iterator[Sequence[Any]]:
    """Give the facts of the context."""
    for key, value in run.context.items():
        yield run.id, key, value


def attempts_of(run: StoredRun) -> Iterator[Sequence[Any]]:
    """Give the attempts."""
    for one in run.attempts:
        yield (
            run.id,
            one.attempt,
            one.parent,
            one.is_resumed,
            one.from_step,
            one.started,
            one.world_size,
        )


def points_of(run: StoredRun) -> Iterator[Sequence[Any]]:
    """Give every point, those that a resumed run has replaced marked."""
    current = [(one.name, one.context, one.rank) for one in run.all_summaries]
    for name, context, rank in sorted([*current, *run.replaced_series]):
        series = run.series(name, context, rank=rank, superseded=True)
        marks = series.is_superseded
        step = series.step
        has_step = None if step is None else ~np.ma.getmaskarray(step)
        for start in range(0, len(series), _POINTS_AT_ONCE):
            part = slice(start, start + _POINTS_AT_ONCE)
            times, values = series.time[part].tolist(), series.value[part].tolist()
            steps = [None] * len(times) if step is None else np.ma.getdata(step)[part].tolist()
            stepped = [False] * len(times) if has_step is None else has_step[part].tolist()
            replaced = [False] * len(times) if marks is None else marks[part].tolist()
            for at, time in enumerate(times):
                yield (
                    run.id, name, context or None, rank,
                    steps[at] if stepped[at] else None, moment(time), values[at], replaced[at],
                )  # fmt: skip


_RUN = Column("run", "text")
_SERIES = (_RUN, Column("name", "text"), Column("context", "text"), Column("rank", "integer"))
TABLES = {
    "params": Table((_RUN, Column("key", "text"), Column("text", "text"), Column("value", "json")),
                    params_of),
    "metrics": Table((*_SERIES, *(Column(name, kind) for name, kind in _SUMMARY)), metrics_of),
    "tags": Table((_RUN, Column("tag", "text"), Column("value", "text")), tags_of),
    "notes": Table((_RUN, Column("id", "text"), Column("time", "time"), Column("text", "text")),
                   notes_of),
    "context": Table((_RUN, Column("key", "text"), Column("value", "json")), context_of),
    "attempts": Table((_RUN, Column("attempt", "text"), Column("parent", "text"),
                       Column("is_resumed", "claim"), Column("from_step", "integer"),
                       Column("started", "time"), Column("world_size", "integer")), attempts_of),
    "points": Table((*_SERIES, Column("step", "integer"), Column("time", "time"),
                     Column("value", "number"), Column("is_superseded", "claim")), points_of),
}  # fmt: skip


def batches(runs: Runs) -> Iterator[Runs]:
    """Take the runs some at a time, so that no more than those are in memory."""
    for start in range(0, len(runs), _AT_ONCE):
        yield runs[start : start + _AT_ONCE]


def write_runs(
    runs: Runs, begin: Callable[[Sequence[Column]], TableWriter], *, has_text_params: bool
) -> int:
    """Write the table of runs: a row a run, a column for each param and metric.

    With `has_text_params` params are the texts as they were given; else JSON values. Two passes,
    for what columns there are is known only then. Returns how many texts look like formulas.
    """
    keys: dict[str, None] = {}
    labels: dict[str, None] = {}
    for some in batches(runs):
        for run in some:
            keys |= dict.fromkeys(run.params)
            labels |= dict.fromkeys(run.metrics)
    kind = "text" if has_text_params else "json"
    columns = [*_FIXED, *(Column(f"params.{key}", kind) for key in sorted(keys)),
               *(Column(f"metrics.{label}", "number") for label in sorted(labels))]  # fmt: skip
    with writing(begin(columns)) as writer:
        for some in batches(runs):
            for run in some:
                params: dict[str, Any] = run.param_texts if has_text_params else run.params
                metrics = run.metrics
                writer.write([
                    run.id, run.label, run.name, run.experiment, run.project, run.goal,
                    run.parent, run.status, run.reason, run.error, run.created, run.ended,
                    run.duration_seconds, run.is_archived, run.tags,
                    *(params.get(key) for key in sorted(keys)),
                    *(metrics.get(label) for label in sorted(labels)),
                ])  # fmt: skip
    return writer.formulas
