"""Remove what lies in the trash for good."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from runlore.actions.changing import chosen
from runlore.actions.depending import users_of
from runlore.actions.quiet import without_warnings
from runlore.actions.trashing import bytes_of
from runlore.editing.editor import Editor
from runlore.index.artifacts import versions_of_run
from runlore.journal.folder import failure
from runlore.reading.runs import Runs
from runlore.reading.selection import Scope
from runlore.reading.store import open_reader
from runlore.segments.gone import PURGED, mark_gone, remove_segments
from runlore.settings.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from runlore.actions.changing import Confirm
    from runlore.journal.folder import StoreFolder
    from runlore.reading.run import StoredRun
    from runlore.reading.store import StoreReader


@dataclass(frozen=True)
class Purge:
    """Runs that were removed for good.

    `freed_bytes` is what goes: segments at once, the rest with the next collections of garbage.
    `young` are those that were deleted too short a time ago, `running` those that are still
    written; both stay. `users` are other runs that used files which go with them. Without
    `is_done` nothing was removed.
    """

    runs: list[StoredRun]
    freed_bytes: int
    young: list[StoredRun]
    running: list[StoredRun]
    users: list[StoredRun]
    keep_seconds: float
    is_done: bool


@without_warnings
def purge(
    selections: Sequence[str] = (),
    *,
    older_than_seconds: float | None = None,
    confirm: Confirm,
    warn: Callable[[Sequence[StoredRun]], None] = lambda _: None,
    store: str | None = None,
) -> Purge:
    """Remove runs in the trash for good: `selections` of them, or all.

    Only those that were deleted longer ago than `older_than_seconds`, by default the setting
    `trash.keep`. A run that is still being written stays. Where other runs used files that go,
    `warn` is told which, before `confirm` is asked.

    Raises:
        RunNotFound, Ambiguous: if a selection names no run in the trash, or a name several.
        StoreError: if the store can't be written.
    """
    reader = open_reader(store, budget_seconds=None)
    keep_seconds = older_than_seconds
    if keep_seconds is None:
        keep_seconds = load_settings(reader.folder.path).trash_keep_seconds
    if selections:
        found = [run for run in chosen(reader, selections, Scope(is_deleted=True))
                 if run.is_deleted]  # fmt: skip
    else:
        page = reader.ask(lambda index: index.list_runs(is_deleted=True))
        found = list(Runs(reader, page.runs, page.total))
    deleted = reader.ask(lambda index: index.deletion_times())
    limit = reader.caught_up_at - keep_seconds * 1e6
    young = [run for run in found if deleted.get(run.id, 0) > limit]
    old = [run for run in found if deleted.get(run.id, 0) <= limit]
    running = [run for run in old if run.status == "running"]
    runs = [run for run in old if run.status != "running"]
    freed_bytes = bytes_of(reader, [run.id for run in runs])
    users = users_of(reader, [run.id for run in runs])
    if users:
        warn(users)
    is_done = not runs or confirm(runs)
    if runs and is_done:
        _purge(reader, [run.id for run in runs])
    return Purge(runs, freed_bytes, young, running, users, keep_seconds, is_done)


def _purge(reader: StoreReader, runs: list[str]) -> None:
    """Record first what goes; whoever is killed behind that leaves the rest to `gc`."""
    versions = {run: versions_of_run(reader.index, run) for run in runs}
    with Editor(reader.folder.path) as editor:
        for run in runs:
            editor.purge(run, versions[run])
        editor.sync()
    try:
        for run in runs:
            clear_run(reader.folder, run)
    except OSError as error:
        raise failure(error, reader.folder.path, "be purged") from error


def clear_run(folder: StoreFolder, run: str) -> int:
    """Remove the segments and waiting files of a run that is recorded as purged; their bytes."""
    mark_gone(folder, run, PURGED)
    _, size_bytes = remove_segments(folder, run)
    for path in waiting_files(folder, run):
        with suppress(FileNotFoundError):
            size_bytes += os.stat(path).st_size
            os.unlink(path)
    return size_bytes


def waiting_files(folder: StoreFolder, run: str) -> list[str]:
    """List the files in `incoming/` that a run has given."""
    found = []
    for top, _, names in os.walk(folder.incoming):
        found += [os.path.join(top, name) for name in names if name.partition("-")[0] == run]
    return found
