"""Describe runs in a line each, for tables and lists."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from runlore.reading.details import Details
from runlore.reading.run import StoredRun
from runlore.reading.run_names import derived_names_in

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runlore.index.columns import RunColumns
    from runlore.index.columns_chosen import ChosenColumns
    from runlore.index.rows import RunRow
    from runlore.reading.store import StoreReader

# A living process gives a sign every 15 s; a busy machine may miss one.
_SILENT_SECONDS = 45.0


@dataclass(frozen=True)
class RunLine:
    """What a line of a table says of a run; times are milliseconds UTC.

    `silent_seconds` is how long a run that should be running has given no sign of life, `parts`
    how many runs within it a table has left out.
    """

    id: str
    short: str
    label: str
    experiment: str | None
    status: str
    started_ms: int | None
    ended_ms: int | None
    seconds: float | None
    colour: str | None
    is_archived: bool
    is_deleted: bool
    tags: list[str]
    parent: str | None
    silent_seconds: float | None
    parts: int = 0


def lines_of(
    reader: StoreReader,
    ids: Sequence[str],
    columns: RunColumns | None = None,
    chosen: ChosenColumns | None = None,
) -> list[RunLine]:
    """Describe runs by their whole ids, in that order; those that are gone are left out.

    Whoever is within a question to the columns of the store gives them, and what was chosen of
    them for these runs.
    """
    known = reader.ask(lambda index: index.get_runs(ids))
    rows = [known[run] for run in ids if run in known]
    rows = [row for row in rows if not row.is_purged and row.moved_to is None]
    unnamed = [row.run for row in rows if row.name is None]
    names = {}
    if unnamed and columns is not None:
        names = _names(columns, unnamed, chosen)
    elif unnamed:
        names = reader.ask(lambda index: index.ask_columns(lambda all_: _names(all_, unnamed)))
    details = Details(reader, rows)
    now = time.time_ns() // 1000
    return [_line(row, details, names, now) for row in rows]


def _names(
    columns: RunColumns, ids: Sequence[str], chosen: ChosenColumns | None = None
) -> dict[str, str]:
    """Name runs that nobody named; by id."""
    numbers = columns.find(ids)
    names = derived_names_in(columns, numbers, chosen)
    pairs = zip(ids, numbers, strict=True)
    return {run: names[number] for run, number in pairs if number in names}


def _line(row: RunRow, details: Details, names: dict[str, str], now: int) -> RunLine:
    run, reading = StoredRun(row, details), details.status(row)
    silent = None
    if reading.status == "running" and reading.last_sign_of_life is not None:
        seconds = (now - reading.last_sign_of_life) / 1e6
        silent = seconds if seconds >= _SILENT_SECONDS else None
    return RunLine(
        id=run.id,
        short=run.short_id,
        label=row.name if row.name is not None else names.get(row.run, run.short_id),
        experiment=run.experiment,
        status=reading.status,
        started_ms=milliseconds(row.created if row.created is not None else row.first_time),
        ended_ms=milliseconds(row.ended),
        seconds=run.duration_seconds,
        colour=run.colour,
        is_archived=run.is_archived,
        is_deleted=run.is_deleted,
        tags=run.tags,
        parent=run.parent,
        silent_seconds=silent,
    )


def milliseconds(microseconds: int | None) -> int | None:
    """Round a time down to milliseconds."""
    return None if microseconds is None else microseconds // 1000
