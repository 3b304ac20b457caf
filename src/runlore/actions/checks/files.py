"""Check blobs by their hashes, files that wait to become blobs, and leftovers."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, NamedTuple

from runlore.actions.checks.findings import UNFINISHED
from runlore.blobs.opening import StoreBlobs
from runlore.errors import RunloreError
from runlore.helper.spool import numbers_in
from runlore.journal.liveness import ALIVE, holder
from runlore.objects.choice import is_bucket, objects_at, read_choice
from runlore.objects.folder import FolderObjects
from runlore.segments.complete import actors

if TYPE_CHECKING:
    from runlore.actions.checks.findings import Checked
    from runlore.index.interface import Index
    from runlore.index.rows import Artifact, Media
    from runlore.journal.folder import StoreFolder
    from runlore.journal.host import HostIdentity

STALE_SECONDS = 86_400.0
_REPAIR = "runlore doctor --repair"


class KeptFile(NamedTuple):
    """A file that a record names: by digest once it is a blob, before that by where it waits."""

    run: str
    name: str
    digest: str | None
    staged: str | None
    size_bytes: int | None


def kept_files(index: Index) -> list[KeptFile]:
    """List every file that the records of all runs name."""
    found = []
    for row in index.list_runs(is_deleted=None).runs:
        facts = index.run_facts(row.run)
        if facts is None:
            continue
        items: list[Artifact | Media] = [*facts.artifacts, *facts.media]
        found += [
            KeptFile(row.run, item.name, item.digest, item.staged, item.size_bytes)
            for item in items
            if (item.digest or item.staged) and not _is_reference(item)
        ]
    return found


def _is_reference(item: Artifact | Media) -> bool:
    """Whether a record is of what its run used: the file is that of another record."""
    return getattr(item, "direction", None) == "input" and "source" in item.details


def check_files(
    store: StoreFolder, files: list[KeptFile], host: HostIdentity, checked: Checked
) -> None:
    """Hash every blob and see that every file a record names is there."""
    blobs = StoreBlobs(store)
    held = set()
    for digest, _, _ in blobs.list():
        checked.count("blobs")
        held.add(digest)
        try:
            checked.count("blob_bytes", blobs.verify(digest).size_bytes)
        except RunloreError as error:
            checked.find(
                "blob-damaged",
                blobs.name(digest),
                error.message,
                "log the file again from a copy, which replaces it",
            )
    _check_named(store, files, held, blobs, checked)
    _check_waiting(store, files, host, checked)
    _check_spools(store, host, checked)
    _check_leftovers(store, checked)


def _check_named(
    store: StoreFolder, files: list[KeptFile], held: set[str], blobs: StoreBlobs, checked: Checked
) -> None:
    for file in files:
        if file.digest is not None and file.digest not in held:
            where, what = blobs.name(file.digest), "is named by a record and not there"
        elif file.digest is None and file.staged is not None:
            path = os.path.join(store.incoming, *file.staged.split("/"))
            if os.path.exists(path):
                continue
            where, what = path, "was never taken into the store and is gone"
        else:
            continue
        checked.find(
            "file-missing",
            where,
            f"the file {file.name!r} of run {file.run[-8:]} {what}",
            "log it again, or put it back from a copy of the store",
            run=file.run,
        )


def left_spools(store: StoreFolder, host: HostIdentity) -> list[str]:
    """List the actors that were killed, with their helper, before all they printed was recorded."""
    return [
        actor
        for actor in actors(store)
        if numbers_in(store.actor(actor)) and holder(store.lock(actor), host=host) != ALIVE
    ]


def _check_spools(store: StoreFolder, host: HostIdentity, checked: Checked) -> None:
    for actor in left_spools(store, host):
        checked.find(
            "console-waiting",
            store.actor(actor),
            "what a process printed before it was killed is not recorded yet",
            f"it can be read as it is; to record it: {_REPAIR}",
            severity=UNFINISHED,
            is_mendable=True,
        )


def _check_waiting(
    store: StoreFolder, files: list[KeptFile], host: HostIdentity, checked: Checked
) -> None:
    """Report files in `incoming/` whose process is dead; a living one's helper sees to them."""
    named = {file.staged: file.run for file in files}
    for actor, name, path in waiting_files(store):
        checked.count("waiting_files")
        if holder(store.lock(actor), host=host) == ALIVE:
            continue
        if f"{actor}/{name}" in named:
            checked.find(
                "file-waiting",
                path,
                "a file was given by a process that has ended, and is not a blob yet",
                f"it can be read as it is; to take it in: {_REPAIR}",
                severity=UNFINISHED,
                is_mendable=True,
                run=named[f"{actor}/{name}"],
            )
        elif _is_stale(path):
            checked.find(
                "leftover",
                path,
                "no record names this file: its process was killed while giving it",
                f"remove it: {_REPAIR}",
                severity=UNFINISHED,
                is_mendable=True,
            )


def waiting_files(store: StoreFolder) -> list[tuple[str, str, str]]:
    """List (actor, name, path) of what lies in `incoming/`."""
    found = []
    try:
        actors = sorted(os.listdir(store.incoming))
    except FileNotFoundError:
        return []
    for actor in actors:
        folder = os.path.join(store.incoming, actor)
        if os.path.isdir(folder):
            found += [
                (actor, name, os.path.join(folder, name)) for name in sorted(os.listdir(folder))
            ]
    return found


def leftovers(store: StoreFolder) -> list[str]:
    """List temporary files that are older than a day: whoever wrote them was killed."""
    found = []
    folders = [store.path, store.manifest, FolderObjects(store.path).scratch]
    place = read_choice(store).url
    elsewhere = None if is_bucket(place) else objects_at(store, place)
    if isinstance(elsewhere, FolderObjects) and place is not None:
        folders.append(elsewhere.scratch)
    for folder in folders:
        try:
            names = sorted(os.listdir(folder))
        except (FileNotFoundError, NotADirectoryError):
            continue
        for name in names:
            is_temporary = name.endswith((".tmp", ".part")) or name.startswith("store.json.")
            path = os.path.join(folder, name)
            if is_temporary and _is_stale(path):
                found.append(path)
    return found


def _check_leftovers(store: StoreFolder, checked: Checked) -> None:
    for path in leftovers(store):
        checked.find(
            "leftover",
            path,
            "a temporary file is left from a process that was killed",
            f"remove it: {_REPAIR}",
            severity=UNFINISHED,
            is_mendable=True,
        )


def _is_stale(path: str) -> bool:
    try:
        return time.time() - os.path.getmtime(path) > STALE_SECONDS
    except OSError:
        return False
