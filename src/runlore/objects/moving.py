"""Bring all objects of a store to another place, so that a kill at any moment loses nothing."""

from __future__ import annotations

import hashlib
import os
import tempfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from time import time
from typing import TYPE_CHECKING

from runlore.errors import ObjectsUnreachable, StoreError
from runlore.objects.choice import Choice, objects_at, read_choice, write_choice
from runlore.objects.owner import PLACE, claim
from runlore.records.events import now

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from runlore.journal.folder import StoreFolder
    from runlore.objects.interface import Objects, StoredObject

    OnProgress = Callable[[int, int, int], None]  # objects done, objects in all, bytes done

FOLDERS = ("runs", "blobs")
STRAGGLER_SECONDS = 600.0
_AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class Moved:
    """What a move did; `is_over` is false while writers may still put into the old place."""

    url: str | None
    objects: int
    size_bytes: int
    is_over: bool


def move(
    store: StoreFolder,
    url: str | None,
    *,
    straggler_seconds: float = STRAGGLER_SECONDS,
    on_progress: OnProgress = lambda _done, _all, _bytes: None,
) -> Moved:
    """Copy every object to `url`, check the copies, switch, and remove the old ones.

    The steps, and what each leaves behind, are in docs/formats/store.md. A move that was
    cut short is ended by doing it again, or by whoever seals next.

    Raises:
        StoreRefused: if the place is another store's.
        ObjectsUnreachable: if one of the places doesn't answer.
        StoreError: if another move, to a third place, isn't over, or something can't be written.
    """
    choice = read_choice(store)
    if choice.is_moving and url not in (choice.url, choice.previous):
        unfinished = finish_move(store, straggler_seconds=straggler_seconds)
        if unfinished is not None and not unfinished.is_over:
            raise StoreError(
                f"the objects of {store.path} are still moving to {choice.url or 'its folder'}",
                hint="writers may still use the old place: try again in "
                f"{straggler_seconds / 60:.0f} minutes",
            )
        choice = read_choice(store)
    target = objects_at(store, url)
    if url is not None:
        claim(target, store.store_id)
    if choice.url == url:
        if choice.is_moving:
            return _sweep(store, choice, straggler_seconds, on_progress)
        write_choice(store, choice)
        return Moved(url, 0, 0, is_over=True)
    checked = _copy_all(
        objects_at(store, choice.url), target, set(), on_progress, is_switched=False
    )
    switched = Choice(url, choice.url, now())
    write_choice(store, switched)
    return _sweep(store, switched, straggler_seconds, on_progress, checked)


def finish_move(
    store: StoreFolder, *, straggler_seconds: float = STRAGGLER_SECONDS
) -> Moved | None:
    """Go on with a move that was begun, after its switch; None if there is none.

    What was put into the store's own folder while another place didn't answer goes there, too.

    Raises:
        ObjectsUnreachable: if one of the places doesn't answer.
    """
    choice = read_choice(store)
    if choice.url is not None:
        _bring_along(objects_at(store, None), objects_at(store, choice.url))
    if not choice.is_moving:
        return None
    return _sweep(store, choice, straggler_seconds, lambda _done, _all, _bytes: None)


def objects_in(objects: Objects) -> Iterator[StoredObject]:
    """List all segments and blobs of a place."""
    for folder in FOLDERS:
        yield from objects.list(folder)


def _sweep(
    store: StoreFolder,
    choice: Choice,
    straggler_seconds: float,
    on_progress: OnProgress,
    checked: dict[str, int] | None = None,
) -> Moved:
    """Copy what reached the old place late, remove what is in both, and end the move in time."""
    old, new = objects_at(store, choice.previous), objects_at(store, choice.url)
    found = _bring_along(old, new, checked, on_progress)
    is_late = time() - (choice.switched or 0) / 1e6 >= straggler_seconds
    is_over = is_late or not _has_writers(store)
    if is_over and next(objects_in(old), None) is None and read_choice(store) == choice:
        write_choice(store, Choice(choice.url))
        if choice.previous is not None:
            old.delete([PLACE])
    return Moved(choice.url, len(found), sum(found.values()), is_over)


def _bring_along(
    old: Objects,
    new: Objects,
    checked: dict[str, int] | None = None,
    on_progress: OnProgress = lambda _done, _all, _bytes: None,
) -> dict[str, int]:
    """Copy what is at the old place only, then remove all of it there; returns what it was."""
    found = dict(checked or {})
    found |= _copy_all(old, new, set(found), on_progress, is_switched=True)
    old.delete(found)
    return found


def _has_writers(store: StoreFolder) -> bool:
    """Tell whether anybody may be on the way to put something: who does has a journal."""
    try:
        return bool(os.listdir(store.journals))
    except FileNotFoundError:
        return False


def _copy_all(
    old: Objects, new: Objects, known: set[str], on_progress: OnProgress, *, is_switched: bool
) -> dict[str, int]:
    """Copy objects, but for those `known` to be there; returns the sizes of what was checked.

    After the switch what is at the new place is right, whatever the old one holds.
    """
    wanted = [found for found in objects_in(old) if found.key not in known]
    checked: dict[str, int] = {}
    done_bytes = 0

    def copy(found: StoredObject) -> StoredObject | None:
        try:
            _copy(old, new, found.key, is_switched=is_switched)
        except FileNotFoundError:
            return None  # removed since it was listed
        return found

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for copied in pool.map(copy, wanted):
            if copied is not None:
                checked[copied.key] = copied.size_bytes
                done_bytes += copied.size_bytes
            on_progress(len(checked), len(wanted), done_bytes)
    return checked


def _copy(old: Objects, new: Objects, key: str, *, is_switched: bool) -> None:
    """Copy one object unless the same is there, and read the copy back."""
    present = new.look(key)
    digest = None
    if present is not None:
        if is_switched:
            return
        digest = _digest(old, key)
        if _digest(new, key) == digest:
            return
    with _as_file(old, key) as (path, read_digest):
        new.put_file(key, path)
        digest = read_digest or digest or _digest(old, key)
    if _digest(new, key) != digest:
        raise ObjectsUnreachable(
            f"{new.name(key)} isn't what was put there from {old.name(key)}",
            hint="nothing was removed; try again",
        )


@contextmanager
def _as_file(objects: Objects, key: str) -> Iterator[tuple[str, str | None]]:
    """Give an object as a file: its own, or a temporary copy with the digest of its content."""
    own = objects.path(key)
    if own is not None:
        yield own, None
        return
    with tempfile.NamedTemporaryFile(prefix="runlore-") as file:
        digest = hashlib.sha256()
        for chunk in objects.stream(key):
            digest.update(chunk)
            file.write(chunk)
        file.flush()
        yield file.name, digest.hexdigest()


def _digest(objects: Objects, key: str) -> str:
    digest = hashlib.sha256()
    for chunk in objects.stream(key):
        digest.update(chunk)
    return digest.hexdigest()
