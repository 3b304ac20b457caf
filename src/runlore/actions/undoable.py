"""What the edits of the page have in common: which runs are meant, and what undoes them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from runlore.errors import Ambiguous, RunNotFound
from runlore.reading.details import gone, is_gone

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runlore.index.rows import RunRow
    from runlore.reading.store import StoreReader

_MOST_CANDIDATES = 5


@dataclass(frozen=True)
class Undo:
    """The edit that takes another one back: its name, and what it is given."""

    edit: str
    fields: dict[str, Any]


@dataclass(frozen=True)
class Edited:
    """What an edit came to: in words, of which runs (changed ones alone), and what undoes it.

    `undo` is None where nothing was changed. `made` is the id of what was added, a note or a view.
    """

    message: str
    runs: list[str] = field(default_factory=list)
    undo: Undo | None = None
    made: str | None = None


def meant(reader: StoreReader, runs: Sequence[str]) -> dict[str, RunRow]:
    """Return the rows of runs by what names them: ids, short ids or names.

    Raises:
        RunNotFound, Ambiguous: if one names none, or several.
    """
    known = reader.ask(lambda index: index.get_runs(runs))
    found: dict[str, RunRow] = {}
    for run in runs:
        row = known.get(run) or _found(reader, run)
        if is_gone(row):
            raise gone(row.run, row)
        found[run] = row
    return found


def rows_meant(reader: StoreReader, runs: Sequence[str]) -> list[RunRow]:
    """Return the rows of runs, each once; raises what `meant` does."""
    return list({row.run: row for row in meant(reader, runs).values()}.values())


def row_meant(reader: StoreReader, run: str) -> RunRow:
    """Return the row of the run that is meant; raises what `meant` does."""
    return meant(reader, [run])[run]


def _found(reader: StoreReader, run: str) -> RunRow:
    rows = reader.ask(lambda index: index.find_runs(run, limit=_MOST_CANDIDATES))
    if len(rows) > 1:
        raise Ambiguous(
            f"several runs answer to {run!r}: " + ", ".join(row.run for row in rows),
            hint="name one by its whole id",
        )
    if not rows:
        moved = reader.ask(lambda index: index.get_runs([run.lower()])).get(run.lower())
        if moved is not None:
            raise gone(moved.run, moved)
        raise RunNotFound(f"no run answers to {run[:200]!r}", hint="list the runs anew")
    return rows[0]


def counted(count: int, of: str = "run") -> str:
    """Say how many: `1 run`, `3 runs`."""
    return f"{count:,} {of}" if count == 1 else f"{count:,} {of}s"


def shown(text: str, most: int = 60) -> str:
    """Shorten a text for a message."""
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1] + "…"
