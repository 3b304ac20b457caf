"""Move runs to the trash and take them out again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from runlore.actions.changing import chosen
from runlore.actions.quiet import without_warnings
from runlore.editing.editor import Editor
from runlore.errors import RunBusy
from runlore.reading.selection import Scope
from runlore.reading.store import open_reader

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runlore.actions.changing import Confirm
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
    """Move runs to the trash; those that are running only if that is forced.

    Raises:
        RunNotFound, Ambiguous: if a selection names no run, or a name several.
        RunBusy: if one is running.
        StoreError: if the store can't be written.
    """
    reader = open_reader(store)
    runs = [run for run in chosen(reader, selections) if not run.is_deleted]
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
    """Take runs out of the trash.

    Raises:
        RunNotFound, Ambiguous: if a selection names no run in the trash, or a name several.
        StoreError: if the store can't be written.
    """
    reader = open_reader(store)
    runs = [run for run in chosen(reader, selections, Scope(is_deleted=True)) if run.is_deleted]
    if not runs or not confirm(runs):
        return Removal(runs, 0, is_done=not runs)
    with Editor(reader.folder.path) as editor:
        for run in runs:
            editor.restore(run.id)
    return Removal(runs, 0, is_done=True)


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
