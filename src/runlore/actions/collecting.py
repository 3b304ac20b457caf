"""Collect garbage: files that no run uses, and what purged and killed processes left.

Every step can be cut short: what is needed is never removed, and what remains is found by the
next collection.
"""

from __future__ import annotations

import os
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from runlore.actions.purging import clear_run
from runlore.actions.quiet import without_warnings
from runlore.blobs.opening import StoreBlobs
from runlore.blobs.trash import trash_of
from runlore.errors import DamageError, StoreError
from runlore.journal.folder import failure
from runlore.journal.liveness import ALIVE, holder
from runlore.objects.choice import places_of, read_choice
from runlore.objects.folder import FolderObjects
from runlore.reading.store import open_reader
from runlore.records.ids import is_id
from runlore.segments.gone import MOVED, mark_gone, remove_segments
from runlore.segments.layout import STORE_RUN
from runlore.settings.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from runlore.index.interface import Index
    from runlore.journal.folder import StoreFolder
    from runlore.reading.store import StoreReader

    Step = Callable[[str], None]

# While records can't be read that are somewhere, what they name must not go.
_HIDING = frozenset(("segment-missing", "segment-damaged", "manifest-damaged", "too-new", "fork"))
_LEFTOVER_SECONDS = 86_400.0


@dataclass
class Tally:
    """How many files of a kind, and their bytes."""

    files: int = 0
    size_bytes: int = 0

    def add(self, size_bytes: int, files: int = 1) -> None:
        """Count more."""
        self.files += files
        self.size_bytes += size_bytes


@dataclass
class Collection:
    """What a collection did, or would do.

    `removed` blobs are gone, `discarded` ones were moved to the trash and go in a collection
    after `grace_seconds`, `restored` ones came back from there; `segments` of runs that were
    purged or moved away, `incoming` files that are blobs or that no record names, and
    `leftovers` of killed processes are gone. `is_done` is false where it was only asked.
    """

    grace_seconds: float
    is_done: bool
    removed: Tally = field(default_factory=Tally)
    discarded: Tally = field(default_factory=Tally)
    restored: Tally = field(default_factory=Tally)
    segments: Tally = field(default_factory=Tally)
    incoming: Tally = field(default_factory=Tally)
    leftovers: Tally = field(default_factory=Tally)

    @property
    def freed_bytes(self) -> int:
        """What is free now that was not before."""
        parts = (self.removed, self.segments, self.incoming, self.leftovers)
        return sum(part.size_bytes for part in parts)


@without_warnings
def collect_garbage(
    *,
    grace_seconds: float | None = None,
    is_dry: bool = False,
    store: str | None = None,
    on_step: Step = lambda _: None,
) -> Collection:
    """Remove what nobody uses, once it was unused for the setting `gc.grace` two times.

    Reads all that was recorded first. `grace_seconds` stands in for the setting.

    Raises:
        DamageError: if records can't be read, which may name files.
        StoreError: if the store can't be read to its end or written, or its objects are moving.
    """
    on_step("reading what was recorded")
    reader = open_reader(store, budget_seconds=None)
    _refuse_blindness(reader)
    if grace_seconds is None:
        grace_seconds = load_settings(reader.folder.path).gc_grace_seconds
    found = Collection(grace_seconds, is_done=not is_dry)
    try:
        _refuse_sharing(reader)
        on_step("looking for segments of runs that are gone")
        _collect_runs(reader.folder, reader.index, found)
        on_step("looking for files that nobody uses")
        _collect_blobs(reader, found)
        on_step("looking for what was left behind")
        _collect_incoming(reader, found)
        _collect_leftovers(reader.folder, found)
    except OSError as error:
        raise failure(error, reader.folder.path, "be cleaned up") from error
    return found


def used_digests(index: Index) -> set[str]:
    """Collect the digests of all blobs that may be needed."""
    return index.mentioned_digests() | {use.digest for use in index.blob_uses()}


def _refuse_blindness(reader: StoreReader) -> None:
    if not reader.freshness.is_current:
        raise StoreError(
            f"the store {reader.folder.path} could not be read to its end: another process is "
            "reading it in",
            hint="try again in a moment",
        )
    hiding = [problem for problem in reader.freshness.problems if problem.kind in _HIDING]
    if hiding:
        raise DamageError(
            f"nothing was removed: {len(hiding)} files of records can't be read, which may name "
            f"what seems to be unused ({hiding[0].message})",
            hint="see `runlore doctor`, and --repair",
        )
    if read_choice(reader.folder).is_moving:
        raise StoreError(
            f"the objects of {reader.folder.path} are being moved to another place",
            hint="finish that first: runlore objects says how far it is",
        )


def _refuse_sharing(reader: StoreReader) -> None:
    """Refuse where a copy of this store writes to the same place: it names files unknown here."""
    place = places_of(reader.folder).current
    if place.url is None:
        return
    runs = sorted(set(_runs_with_segments(reader.folder)) - {STORE_RUN})
    if len(reader.index.get_runs(runs)) == len(runs):
        return
    reader.catch_up(budget_seconds=None)  # one may have begun since
    known = reader.index.get_runs(runs)
    unknown = [run for run in runs if run not in known]
    if unknown:
        raise StoreError(
            f"nothing was removed: {place.name(f'runs/{unknown[0]}')} holds a run that this store "
            "doesn't know; a copy of the store seems to use the same place, and what its runs "
            "need looks unused from here",
            hint="give the copy a place of its own: runlore objects --move-to; if it is what a "
            "`runlore copy` left that was cut short, give that command again",
        )


def _collect_runs(folder: StoreFolder, index: Index, found: Collection) -> None:
    """Remove segments of runs whose purge or move was cut short, and mark those runs."""
    purged, moved = set(index.tombstones()), index.moved_runs()
    for run in sorted(
        {run for run in _runs_with_segments(folder) if run in purged or run in moved}
    ):
        sizes = [one.size_bytes for one in places_of(folder).current.list(f"runs/{run}")]
        found.segments.add(sum(sizes), len(sizes))
        if not found.is_done:
            continue
        if run in purged:
            clear_run(folder, run)
        else:
            mark_gone(folder, run, MOVED)
            remove_segments(folder, run)


def _runs_with_segments(folder: StoreFolder) -> Iterator[str]:
    objects = places_of(folder).current
    if isinstance(objects, FolderObjects):
        with suppress(FileNotFoundError):
            yield from (name for name in os.listdir(objects.path("runs")) if is_id(name))
        return
    for one in objects.list("runs"):
        yield one.key.split("/")[1]


def _collect_blobs(reader: StoreReader, found: Collection) -> None:
    """Empty the trash of what is old there, then fill it with what nobody uses."""
    used = used_digests(reader.index)
    trash = trash_of(reader.folder)
    now = time.time()
    known = set()
    for blob in list(trash.discarded()):
        known.add(blob.digest)
        if blob.digest in used:
            found.restored.add(blob.size_bytes)
            if found.is_done:
                trash.restore(blob)
        elif now - blob.since >= found.grace_seconds:
            found.removed.add(blob.size_bytes)
            if found.is_done:
                trash.remove(blob)
    limit = (now - found.grace_seconds) * 1e6
    for stored in StoreBlobs(reader.folder).list():
        if stored.digest in used or stored.digest in known or stored.modified >= limit:
            continue
        if not found.is_done or trash.discard(stored, int(now)):
            found.discarded.add(stored.size_bytes)


def _collect_incoming(reader: StoreReader, found: Collection) -> None:
    """Remove given files that are blobs already, and those of dead processes without a record."""
    folder, index = reader.folder, reader.index
    limit = time.time() - max(found.grace_seconds, _LEFTOVER_SECONDS)
    named = {file.staged: file.digest for file in index.waiting_files()}
    blobs = StoreBlobs(folder)
    with suppress(FileNotFoundError):
        for actor in sorted(name for name in os.listdir(folder.incoming) if is_id(name)):
            if holder(folder.lock(actor), host=reader.host) == ALIVE:
                continue
            place = os.path.join(folder.incoming, actor)
            for name in sorted(os.listdir(place)):
                path, staged = os.path.join(place, name), f"{actor}/{name}"
                size_bytes, modified = os.stat(path).st_size, os.stat(path).st_mtime
                digest = named.get(staged)
                is_blob = digest is not None and blobs.look(digest) is not None
                if modified < limit and (is_blob or staged not in named):
                    found.incoming.add(size_bytes)
                    if found.is_done:
                        os.unlink(path)
            if found.is_done:
                with suppress(OSError):  # something waits there
                    os.rmdir(place)


def _collect_leftovers(folder: StoreFolder, found: Collection) -> None:
    """Remove half-written files of processes that were killed."""
    objects = places_of(folder).current
    if not isinstance(objects, FolderObjects):
        return
    limit = time.time() - _LEFTOVER_SECONDS
    for place in (objects.scratch, folder.manifest, os.path.join(folder.path, "gone")):
        with suppress(FileNotFoundError):
            for name in os.listdir(place):
                path = os.path.join(place, name)
                if name.endswith((".part", ".tmp")) and os.path.getmtime(path) < limit:
                    found.leftovers.add(os.path.getsize(path))
                    if found.is_done:
                        os.unlink(path)
