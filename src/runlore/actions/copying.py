"""Copy runs to another store, or move them there (docs/formats/store.md)."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from time import monotonic, sleep
from typing import TYPE_CHECKING

from runlore.actions.changing import chosen
from runlore.actions.checks.files import kept_files
from runlore.actions.quiet import without_warnings
from runlore.actions.repairs import adopt_waiting
from runlore.actions.transferring import Transfer
from runlore.editing.editor import Editor
from runlore.errors import InvalidValue, RunBusy, StoreError, StoreNotFound
from runlore.helper.chores import NOTES
from runlore.index.artifacts import versions_of_run
from runlore.journal.folder import create_store, failure, open_store
from runlore.journal.liveness import DEAD, holder
from runlore.journal.location import FOLDER, locate_store
from runlore.journal.shell import shell_actor
from runlore.reading.store import StoreReader, open_reader
from runlore.records.events import now
from runlore.segments.gone import MOVED, mark_gone, remove_segments
from runlore.segments.sealing import seal_complete

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from runlore.actions.changing import Confirm
    from runlore.index.rows import JournalRow, Part
    from runlore.reading.run import StoredRun

_AT_ONCE = 50
_WITHOUT_DEADLINE_SECONDS = 86_400.0
_PATIENCE_SECONDS = 30.0
_PAUSE_SECONDS = 0.2
_HELPER_SECONDS = 10.0
_RECENT_SECONDS = 120


@dataclass
class Copied:
    """Runs that were copied or moved to the store `target`, and `unchanged` ones that were there.

    `missing_files` are files of the runs that the source had lost before. Without `is_done`
    nothing was written.
    """

    target: str
    runs: list[StoredRun]
    unchanged: list[StoredRun] = field(default_factory=list)
    size_bytes: int = 0
    missing_files: int = 0
    is_done: bool = False


@without_warnings
def copy_runs(
    selections: Sequence[str],
    target: str,
    *,
    is_moved: bool = False,
    confirm: Confirm,
    store: str | None = None,
    on_step: Callable[[str], None] = lambda _: None,
) -> Copied:
    """Copy runs to the store at `target`, which is made where there is none; or move them.

    What was copied is read back and compared before a run is marked as moved. Cut short, it can
    be done again.

    Raises:
        RunNotFound, Ambiguous: if a selection names no run, or a name several.
        RunBusy: if one is running, or records of it are in a journal that is still written.
        InvalidValue: if source and target are the same, or the target has purged a run.
        StoreError: if a store can't be read or written.
    """
    reader = open_reader(store, budget_seconds=None)
    path = locate_store(target)
    runs = list(chosen(reader, selections))
    _refuse(reader, runs, path)
    copied = Copied(path, runs)
    if not confirm(runs):
        return copied
    on_step("sealing")
    _seal(reader, [run.id for run in runs])
    try:
        with StoreReader(create_store(path)) as there:
            there.catch_up(budget_seconds=None)
            for start in range(0, len(runs), _AT_ONCE):
                some = runs[start : start + _AT_ONCE]
                on_step(f"copying {start} of {len(runs)} runs")
                transfer = Transfer(reader, there, is_thorough=is_moved)
                known = set(transfer.copy([run.id for run in some]))
                copied.unchanged += [run for run in some if run.id in known]
                copied.size_bytes += transfer.size_bytes
                copied.missing_files += transfer.missing_files
                if is_moved:
                    _leave(reader, [run.id for run in some], there.folder.store_id)
    except OSError as error:
        raise failure(error, path, "take runs") from error
    copied.runs = [run for run in runs if run not in copied.unchanged or is_moved]
    copied.is_done = True
    return copied


def _refuse(reader: StoreReader, runs: Sequence[StoredRun], path: str) -> None:
    """Refuse what can't be copied, before anything is written."""
    if os.path.isdir(path) and os.listdir(path):
        if os.path.isdir(os.path.join(path, FOLDER)) and "store.json" not in os.listdir(path):
            raise InvalidValue(
                f"{path} is not a store, but has one in it",
                hint=f"--to {os.path.join(path, FOLDER)}",
            )
        try:
            there = open_store(path).store_id
        except StoreNotFound:  # somebody was about to make one
            there = ""
        if there == reader.folder.store_id:
            raise InvalidValue(
                f"{path} is the store that the runs are in", hint="name another one: --to FOLDER"
            )
    for run in runs:
        if run.is_deleted:
            raise InvalidValue(
                f"the run {run.label!r} ({run.short_id}) is in the trash",
                hint=f"take it out first: runlore restore {run.short_id}",
            )
        if run.status == "running":
            raise RunBusy(
                f"the run {run.label!r} ({run.short_id}) is running",
                hint="copy it when it has ended; `runlore log RUN --status …` ends one of a shell",
            )


def _seal(reader: StoreReader, runs: Sequence[str]) -> None:
    """Bring all records of runs into segments.

    Raises:
        RunBusy: if some are in a journal that is still written.
    """
    folder = reader.folder
    _await_helpers(reader, runs)
    going = set(runs)
    waiting = [file for file in kept_files(reader.index) if file.run in going
               and file.digest is None]  # fmt: skip
    if waiting:
        adopt_waiting(folder, reader.index, waiting, reader.host)
        reader.catch_up(budget_seconds=None)
    own = shell_actor(reader.host)
    if any(part.actor == own for run in runs for part in _unsealed(reader, run)):
        with Editor(folder.path) as editor:
            editor.complete()
    left = _seal_all(reader, runs)
    deadline = monotonic() + _PATIENCE_SECONDS
    # A helper is through with a run that has ended in a moment.
    while left and {row.kind for row in left} == {"helper"} and monotonic() < deadline:
        sleep(_PAUSE_SECONDS)
        left = _seal_all(reader, runs)
    if left:
        writer = left[0]
        who = f"a {writer.kind or 'process'} of {writer.user or 'somebody'} on {writer.host}"
        raise RunBusy(
            f"some records of the runs are in a journal that {who} still writes",
            hint="try again when it has ended; nothing was copied",
        )


def _await_helpers(reader: StoreReader, runs: Sequence[str]) -> None:
    """Give helpers of processes that have just ended the time to record what they found out.

    Until it is through, a helper leaves its notes beside the process' journal. One that was
    killed leaves them for good: after two minutes nobody waits for it.
    """
    since = now() - _RECENT_SECONDS * 1_000_000
    rows = reader.index.get_runs(runs)
    recent = [run for run in runs if (rows[run].last_time or 0) > since]
    writers = reader.index.writers(recent)
    actors = {one.actor for of_run in writers.values() for one in of_run}
    notes = [
        os.path.join(reader.folder.actor(actor), NOTES[0])
        for actor in actors
        if holder(reader.folder.lock(actor), host=reader.host) == DEAD
    ]
    deadline = monotonic() + _HELPER_SECONDS
    while any(os.path.exists(path) for path in notes) and monotonic() < deadline:
        sleep(_PAUSE_SECONDS)
    reader.catch_up(budget_seconds=None)


def _seal_all(reader: StoreReader, runs: Sequence[str]) -> list[JournalRow]:
    """Seal what is complete; returns the journals with records of the runs that aren't."""
    folder = reader.folder
    seal_complete(folder, host=reader.host, deadline_seconds=_WITHOUT_DEADLINE_SECONDS)
    reader.catch_up(budget_seconds=None)
    if not reader.freshness.is_current:
        raise StoreError(
            f"the store {folder.path} could not be read to its end", hint="try again in a moment"
        )
    actors = {part.actor for run in runs for part in _unsealed(reader, run)}
    return [row for row in reader.index.journals() if row.actor in actors] if actors else []


def _unsealed(reader: StoreReader, run: str) -> list[Part]:
    return [part for part in reader.index.parts(run) if not part.is_sealed]


def _leave(reader: StoreReader, runs: Sequence[str], target_id: str) -> None:
    """Record that runs live elsewhere, and then remove what is left of them here."""
    versions = {run: versions_of_run(reader.index, run) for run in runs}
    with Editor(reader.folder.path) as editor:
        for run in runs:
            editor.move(run, target_id, versions[run])
        editor.sync()
    for run in runs:
        mark_gone(reader.folder, run, MOVED)
        remove_segments(reader.folder, run)
