"""Put runs out of sight so that it can be undone: the archive and the trash."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from runlore.actions.changing import write_edits
from runlore.actions.parts import parts_within
from runlore.actions.undoable import Edited, Undo, counted, rows_meant
from runlore.editing.editor import Editor
from runlore.errors import RunBusy
from runlore.reading.run import stored_runs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runlore.index.rows import RunRow
    from runlore.reading.store import StoreReader


def shelve(
    reader: StoreReader, runs: Sequence[str], *, is_undone: bool = False, has_parts: bool = True
) -> Edited:
    """Archive runs, or show them in lists again (`is_undone`); with all their parts, or alone.

    Raises:
        RunNotFound, Ambiguous: if a run is none, or several.
        StoreError: if the store can't be written.
    """
    due = [
        row.run for row in _rows(reader, runs, has_parts=has_parts) if row.is_archived == is_undone
    ]
    if not due:
        return Edited("Nothing was to be done")
    write_edits(reader, due, Editor.unarchive if is_undone else Editor.archive)
    said = "Unarchived" if is_undone else "Archived"
    undo = Undo("archive" if is_undone else "unarchive", _alone(due))
    return Edited(f"{said} {counted(len(due))}", due, undo)


def trash(
    reader: StoreReader, runs: Sequence[str], *, is_forced: bool = False, has_parts: bool = True
) -> Edited:
    """Move runs to the trash with all their parts, or alone; those running only if forced.

    Raises:
        RunNotFound, Ambiguous: if a run is none, or several.
        RunBusy: if one is running.
        StoreError: if the store can't be written.
    """
    rows = [row for row in _rows(reader, runs, has_parts=has_parts) if not row.is_deleted]
    if not rows:
        return Edited("Nothing was to be done")
    if not is_forced:
        running = [run for run in stored_runs(reader, rows) if run.status == "running"]
        if running:
            raise RunBusy(
                f"{running[0].label!r} ({running[0].short_id}) is still running"
                + (f", and {len(running) - 1} more" if len(running) > 1 else ""),
                hint="stop it first, or take it out of the selection",
            )
    due = [row.run for row in rows]
    write_edits(reader, due, lambda editor, target: editor.delete(target.run))
    message = f"Moved {counted(len(due))} to the trash"
    return Edited(message, due, Undo("restore", _alone(due)))


def untrash(reader: StoreReader, runs: Sequence[str], *, has_parts: bool = True) -> Edited:
    """Take runs out of the trash with all their parts, or alone.

    Raises:
        RunNotFound, Ambiguous: if a run is none, or several.
        StoreError: if the store can't be written.
    """
    due = [row.run for row in _rows(reader, runs, has_parts=has_parts) if row.is_deleted]
    if not due:
        return Edited("Nothing was to be done")
    write_edits(reader, due, lambda editor, target: editor.restore(target.run))
    undo = Undo("trash", {**_alone(due), "is_forced": True})
    return Edited(f"Restored {counted(len(due))}", due, undo)


def _rows(reader: StoreReader, runs: Sequence[str], *, has_parts: bool) -> list[RunRow]:
    """Return the rows of runs, and of the runs within them."""
    rows = rows_meant(reader, runs)
    return [*rows, *parts_within(reader, rows)] if has_parts else rows


def _alone(due: list[str]) -> dict[str, Any]:
    """Name the runs that an edit takes back: these, whatever lies within them."""
    return {"runs": due, "has_parts": False}
