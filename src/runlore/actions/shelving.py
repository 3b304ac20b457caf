"""Put runs out of sight so that it can be undone: the archive and the trash."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runlore.actions.changing import write_edits
from runlore.actions.undoable import Edited, Undo, counted, rows_meant
from runlore.editing.editor import Editor
from runlore.errors import RunBusy
from runlore.reading.run import stored_runs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runlore.reading.store import StoreReader


def shelve(reader: StoreReader, runs: Sequence[str], *, is_undone: bool = False) -> Edited:
    """Archive runs, or show them in lists again (`is_undone`).

    Raises:
        RunNotFound, Ambiguous: if a run is none, or several.
        StoreError: if the store can't be written.
    """
    due = [row.run for row in rows_meant(reader, runs) if row.is_archived == is_undone]
    if not due:
        return Edited("Nothing was to be done")
    write_edits(reader, due, Editor.unarchive if is_undone else Editor.archive)
    said = "Unarchived" if is_undone else "Archived"
    undo = Undo("archive" if is_undone else "unarchive", {"runs": due})
    return Edited(f"{said} {counted(len(due))}", due, undo)


def trash(reader: StoreReader, runs: Sequence[str], *, is_forced: bool = False) -> Edited:
    """Move runs to the trash; those that are running only if that is forced.

    Raises:
        RunNotFound, Ambiguous: if a run is none, or several.
        RunBusy: if one is running.
        StoreError: if the store can't be written.
    """
    rows = [row for row in rows_meant(reader, runs) if not row.is_deleted]
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
    return Edited(message, due, Undo("restore", {"runs": due}))


def untrash(reader: StoreReader, runs: Sequence[str]) -> Edited:
    """Take runs out of the trash.

    Raises:
        RunNotFound, Ambiguous: if a run is none, or several.
        StoreError: if the store can't be written.
    """
    due = [row.run for row in rows_meant(reader, runs) if row.is_deleted]
    if not due:
        return Edited("Nothing was to be done")
    write_edits(reader, due, lambda editor, target: editor.restore(target.run))
    undo = Undo("trash", {"runs": due, "is_forced": True})
    return Edited(f"Restored {counted(len(due))}", due, undo)
