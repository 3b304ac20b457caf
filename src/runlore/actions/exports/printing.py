"""Tables on a stream: runs as an export has them, and rows of any kind."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from runlore.actions.exports.contents import TEXT_PARAMS, write_runs
from runlore.actions.exports.tables import columns_of, stream_table, writing
from runlore.actions.exports.values import iso_time

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import TextIO

    from runlore.reading.run import StoredRun
    from runlore.reading.runs import Runs

_ABOUT = (
    "id", "label", "status", "goal", "experiment", "project", "parent", "created", "ended",
    "duration_seconds", "reason",
)  # fmt: skip


class Fact(NamedTuple):
    """Something that a run has: in which section, what it is called, and what it is, as text."""

    section: str
    name: str
    value: str


def print_runs(runs: Runs, form: str, stream: TextIO) -> int:
    """Write the table of runs that an export writes; returns how many texts look like formulas.

    Raises:
        InvalidValue: for Parquet on a terminal.
        MissingExtra: if Parquet is wanted and pyarrow isn't installed.
    """
    is_text = form in TEXT_PARAMS
    return write_runs(
        runs, lambda columns: stream_table(stream, columns, form), has_text_params=is_text
    )


def print_rows(rows: Sequence[Mapping[str, Any]], form: str, stream: TextIO) -> int:
    """Write rows, whose columns are the keys they have; returns how many texts look like formulas.

    Raises:
        InvalidValue: for Parquet on a terminal.
        MissingExtra: if Parquet is wanted and pyarrow isn't installed.
    """
    columns = columns_of(rows)
    with writing(stream_table(stream, columns, form)) as writer:
        for row in rows:
            writer.write([row.get(column.name) for column in columns])
    return writer.formulas


def facts_of(run: StoredRun) -> Iterator[Fact]:
    """Give what is known of a run, a fact a row, but for its points.

    Of metrics the current value, of load the mean, of artifacts the SHA-256, of stages how they
    ended.
    """
    for name in _ABOUT:
        value = getattr(run, name)
        if value is not None:
            yield Fact("run", name, _said(value))
    if run.error is not None:
        yield Fact("run", "error", f"{run.error.get('type')}: {run.error.get('message')}")
    for tag, value in run.tag_values.items():
        yield Fact("tags", tag, value or "")
    for key, text in run.param_texts.items():
        yield Fact("params", key, text)
    for label, number in run.metrics.items():
        yield Fact("metrics", label, repr(number))
    for name, summary in run.load.items():
        yield Fact("load", name, repr(summary.mean))
    for stage in (run.context.get("pipeline") or {}).get("stages") or ():
        yield Fact("stages", str(stage.get("name")), str(stage.get("status") or "waiting"))
    for file in run.artifacts:
        yield Fact("artifacts", file.name, file.digest or "")
    for note in run.notes:
        yield Fact("notes", _said(note.time), note.text)
    for key, value in run.context.items():
        yield Fact("context", key, _said(value))


def _said(value: Any) -> str:
    """Write a value as text: a time in ISO 8601, what holds others as JSON, nothing as ""."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return iso_time(value)
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else str(value)
