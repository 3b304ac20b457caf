"""Clear away journals that have been sealed, and the folders of actors that are dead."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager, suppress
from time import time
from typing import TYPE_CHECKING

from runlore.journal import lock
from runlore.journal.liveness import DEAD, holder
from runlore.objects.choice import places_of
from runlore.segments.complete import SHELL, ends_in_close, journal_numbers, process_of
from runlore.segments.gone import how_gone
from runlore.segments.layout import segment_key
from runlore.segments.verifying import verify_content

if sys.platform != "win32":
    import fcntl

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from runlore.journal.folder import StoreFolder
    from runlore.journal.host import HostIdentity
    from runlore.objects.interface import Objects
    from runlore.segments.complete import JournalFile
    from runlore.segments.manifest import Entry

_STALE_SECONDS = 3600.0
_AT_ONCE = 8
_NOTES = ("lock", "facts.json", "runs")  # the last two are for a helper, which may have been killed


def is_safe_to_remove(store: StoreFolder, entry: Entry) -> bool:
    """Tell whether what a journal file was sealed into is there, whole, and reaches its end.

    Segments of a run that was purged or moved away are missing on purpose. Each one is read
    from the place where it lies, not from what a cache holds of it.

    Raises:
        ObjectsUnreachable: if that place doesn't answer.
    """
    places = places_of(store)

    def is_safe(run: str) -> bool:
        key = segment_key(run, entry.actor, entry.number)
        for objects in places.all:
            try:
                content = b"".join(objects.stream(key))
            except FileNotFoundError:
                continue
            if not verify_content(content, objects.name(key), entry.end):
                return True
        return how_gone(store, run) is not None or _has_no_folder(places.current, key)

    runs = [segment.run for segment in entry.segments]
    if places.current.path("") is not None:
        return all(map(is_safe, runs))
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return all(pool.map(is_safe, runs))


def _has_no_folder(objects: Objects, key: str) -> bool:
    """Tell whether the folder of a segment's run is gone; a bucket has none to tell by."""
    path = objects.path(key)
    return path is not None and not os.path.isdir(os.path.dirname(path))


def remove_journal(
    store: StoreFolder, file: JournalFile, is_still_sealed: Callable[[], bool]
) -> bool:
    """Remove a sealed journal file; false if somebody is about to write to it.

    The last file of shell commands stays: the next command takes its number from it.
    """
    numbers = journal_numbers(store.actor(file.actor))
    if not numbers:
        return False
    if file.number == numbers[-1] and process_of(file.path).get("kind") == SHELL:
        return False
    if file.number < numbers[-1] or ends_in_close(file.path):
        if not is_still_sealed():
            return False
        os.unlink(file.path)
        _remove_mark(file.path)
        return True
    with _held_against_writers(store.lock(file.actor)) as is_held:
        if not is_held or not is_still_sealed():
            return False
        os.unlink(file.path)
        _remove_mark(file.path)
        return True


def clear_actor_folder(store: StoreFolder, actor: str, *, host: HostIdentity) -> bool:
    """Remove the folder of a dead actor that holds no journal any more."""
    folder, lock_path = store.actor(actor), store.lock(actor)
    try:
        names = os.listdir(folder)
    except OSError:
        return False
    for name in names:
        _remove_stale(os.path.join(folder, name))
    if any(not name.endswith((".sealed", ".tmp")) and name not in _NOTES for name in names):
        return False
    if holder(lock_path, host=host) != DEAD:
        return False
    with _held_against_writers(lock_path) as is_held:
        if not is_held or journal_numbers(folder):
            return False
        try:
            for name in names:
                if not name.endswith(".tmp"):
                    os.unlink(os.path.join(folder, name))
            os.rmdir(folder)
        except OSError:
            return False
    return True


@contextmanager
def _held_against_writers(lock_path: str) -> Iterator[bool]:
    """Hold the lock of a dead actor, so that nobody comes back to its journal meanwhile.

    Gives false where somebody holds it. Who wrote the lock file stays in it.
    """
    with lock.guard:
        if sys.platform == "win32" or lock.held_identity(lock_path) is not None:
            yield False
            return
        try:
            descriptor = os.open(lock_path, os.O_RDWR)
        except OSError:
            yield False
            return
        try:
            fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            is_held = True
        except OSError:
            is_held = False
        try:
            yield is_held
        finally:
            os.close(descriptor)


def _remove_mark(journal_file: str) -> None:
    with suppress(FileNotFoundError):
        os.unlink(journal_file.removesuffix(".journal") + ".sealed")


def _remove_stale(path: str) -> None:
    """Remove a temporary file whose writer was killed."""
    if path.endswith(".tmp"):
        try:
            if time() - os.path.getmtime(path) > _STALE_SECONDS:
                os.unlink(path)
        except FileNotFoundError:
            pass
