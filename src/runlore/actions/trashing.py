"""Move runs to the trash and take them out again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from runlore.actions.parts import parts_within
from runlore.actions.quiet import without_warnings
from runlore.editing.editor import Editor
from runlore.errors import RunBusy
from runlore.reading.run import stored_runs
from runlore.reading.selection import Scope, select_rows
from runlore.reading.store import open_reader

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runlore.actions.changing import Confirm
    from runlore.index.rows import RunRow
    from runlore.reading.run import StoredRun
    from runlore.reading.store import StoreReader


@dataclass(frozen=True)
class Removal:
    """Runs that were moved to the trash, and what a purge of them would free.

    Without `is_done` nothing was written.
    """

    runs: list[StoredRun]
    freed_bytes: int
    is_done: bool


@without_warnings
def remove(
    selections: Sequence[str],
    *,
    is_forced: bool = False,
    confirm: Confirm,
    store: str | None = None,
) -> Removal:
    """Move runs to the trash with all their parts; those running only if that is forced.

    Raises:
        RunNotFound, Ambiguous: if a selection names no run, or a name several.
        RunBusy: if one is running.
        StoreError: if the store can't be written.
    """
    reader = open_reader(store)
    runs = _with_parts(reader, select_rows(reader, selections), is_deleted=False)
    running = [run for run in runs if run.status == "running"]
    if running and not is_forced:
        raise RunBusy(
            f"{_named(running)} still running",
            hint="stop it first, or move it to the trash all the same: --force",
        )
    freed_bytes = bytes_of(reader, [run.id for run in runs])
    if not runs or not confirm(runs):
        return Removal(runs, freed_bytes, is_done=not runs)
    with Editor(reader.folder.path) as editor:
        for run in runs:
            editor.delete(run.id)
    return Removal(runs, freed_bytes, is_done=True)


@without_warnings
def restore(selections: Sequence[str], *, confirm: Confirm, store: str | None = None) -> Removal:
    """Take runs out of the trash with all their parts; one that is a part comes alone.

    Raises:
        RunNotFound, Ambiguous: if a selection names no run in the trash, or a name several.
        StoreError: if the store can't be written.
    """
    reader = open_reader(store)
    rows = select_rows(reader, selections, Scope(is_deleted=True))
    runs = _with_parts(reader, rows, is_deleted=True)
    if not runs or not confirm(runs):
        return Removal(runs, 0, is_done=not runs)
    with Editor(reader.folder.path) as editor:
        for run in runs:
            editor.restore(run.id)
    return Removal(runs, 0, is_done=True)


def _with_parts(
    reader: StoreReader, rows: Sequence[RunRow], *, is_deleted: bool
) -> list[StoredRun]:
    """Add the parts of runs; keep those that are in the trash, or those that aren't."""
    rows = [*rows, *parts_within(reader, rows)]
    return stored_runs(reader, [row for row in rows if row.is_deleted == is_deleted])


def bytes_of(reader: StoreReader, runs: Sequence[str]) -> int:
    """Say what runs alone take: their segments, and the blobs that no other run uses."""
    segments = sum(reader.ask(lambda index: index.segment_bytes(runs)).values())
    going = set(runs)
    sizes: dict[str, int] = {}
    shared: set[str] = set()
    for use in reader.ask(lambda index: index.blob_uses()):
        if use.run in going:
            sizes[use.digest] = use.size_bytes or 0
        else:
            shared.add(use.digest)
    return segments + sum(size for digest, size in sizes.items() if digest not in shared)


def _named(runs: Sequence[StoredRun]) -> str:
    if len(runs) == 1:
        return f"the run {runs[0].label!r} ({runs[0].short_id}) is"
    return f"{len(runs)} runs, {runs[0].label!r} among them, are"
