"""Say where the consoles of runs are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    ReadRows = Callable[[str, Sequence[object]], list[tuple[Any, ...]]]


class ConsolePlace(NamedTuple):
    """A record of a stretch of a console; `actor` and `number` name the journal it is in.

    `served` is the process that printed it, `spool` the position in its spool up to which all is
    recorded, None where the next record says so.
    """

    attempt: str
    rank: int
    served: str
    stream: str
    line: int
    lines: int
    skipped_lines: int
    size_bytes: int
    time: int
    spool: int | None
    actor: str
    number: int
    sequence: int
    is_sealed: bool


def console_places(read: ReadRows, run: str) -> list[ConsolePlace]:
    """List the records of a run's consoles, by attempt, rank, process, stream and line."""
    rows = read(
        "SELECT attempts.attempt, t.rank, COALESCE(journals.serves, journals.actor), t.stream, "
        "t.line, t.lines, t.skipped_lines, t.size_bytes, t.time, t.spool, journals.actor, "
        "journals.number, t.sequence, parts.is_sealed FROM console AS t "
        "JOIN runs ON runs.id = t.run JOIN journals ON journals.id = t.journal "
        "JOIN attempts ON attempts.id = t.attempt "
        "JOIN parts ON parts.run = t.run AND parts.journal = t.journal WHERE runs.run = ? "
        "ORDER BY COALESCE(attempts.started, 0), attempts.attempt, t.rank, 3, t.stream, t.line, "
        "t.time, t.sequence",
        [run],
    )
    return [ConsolePlace._make((*row[:-1], bool(row[-1]))) for row in rows]
