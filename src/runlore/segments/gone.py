"""Runs that are gone from a store: purged, or moved to another (docs/formats/store.md).

A mark, a file in `gone/`, tells those who seal and clear away without an index
what the records say: that a run's segments are missing on purpose.
"""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

from runlore.objects.choice import places_of
from runlore.records.ids import is_id, new_id
from runlore.segments.manifest import sync_folder, write_synced

if TYPE_CHECKING:
    from runlore.journal.folder import StoreFolder

PURGED, MOVED = "purged", "moved"


def mark_gone(store: StoreFolder, run: str, how: str) -> None:
    """Mark a run as purged or moved; the mark is on the device when this returns.

    Raises:
        OSError: if it can't be written.
    """
    path = _mark(store, run)
    if how_gone(store, run) == how:
        return
    os.makedirs(os.path.dirname(path), exist_ok=True)
    temporary = f"{path}.{new_id()}.tmp"
    write_synced(temporary, how.encode())
    os.replace(temporary, path)
    sync_folder(os.path.dirname(path))


def unmark(store: StoreFolder, run: str) -> None:
    """Take the mark of a run away that is back."""
    with suppress(FileNotFoundError):
        os.unlink(_mark(store, run))


def how_gone(store: StoreFolder, run: str) -> str | None:
    """Say whether a run is marked as purged or moved; None if it isn't."""
    try:
        with open(_mark(store, run), encoding="ascii", errors="replace") as file:
            return file.read()
    except (FileNotFoundError, NotADirectoryError):
        return None


def remove_segments(store: StoreFolder, run: str) -> tuple[int, int]:
    """Remove all segments of a run; returns how many, and their bytes.

    Raises:
        StoreError: if the place where they lie can't be changed.
    """
    if not is_id(run):
        raise ValueError(f"{run!r} is no run")
    count = size_bytes = 0
    for objects in places_of(store).all:
        found = list(objects.list(f"runs/{run}"))
        objects.delete(one.key for one in found)
        count += len(found)
        size_bytes += sum(one.size_bytes for one in found)
    return count, size_bytes


def _mark(store: StoreFolder, run: str) -> str:
    return os.path.join(store.path, "gone", run)
