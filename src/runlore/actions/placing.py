"""Say where the segments and blobs of a store lie, and move them elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from runlore.blobs.trash import trash_of
from runlore.errors import MissingExtra, StoreError
from runlore.journal.folder import create_store, open_store
from runlore.journal.location import locate_store
from runlore.objects.choice import places_of, read_choice, spelled
from runlore.objects.moving import FOLDERS, STRAGGLER_SECONDS, move

if TYPE_CHECKING:
    from collections.abc import Callable

    from runlore.journal.folder import StoreFolder

    OnProgress = Callable[[int, int, int], None]


@dataclass(frozen=True)
class ObjectsPlace:
    """Where segments and blobs lie: `place` is a bucket's URL, a file's, or the store's folder.

    `previous` is the place that they are moving from, None if nothing moves. The sizes are
    None where the place doesn't answer, which `unreachable` then explains.
    """

    store: str
    place: str
    previous: str | None
    segment_bytes: int | None
    segments: int | None
    blob_bytes: int | None
    blobs: int | None
    unreachable: str | None = None


@dataclass(frozen=True)
class ObjectsMove:
    """What a move did; until `is_over` the old place, `previous`, is read as well."""

    store: str
    place: str
    previous: str
    objects: int
    size_bytes: int
    is_over: bool


def objects_place(store: str | None = None) -> ObjectsPlace:
    """Say where a store keeps its objects, and how much that is.

    Raises:
        StoreError: if there is no store, or it can't be read.
    """
    folder = open_store(locate_store(store))
    choice = read_choice(folder)
    place = choice.url or folder.path
    previous = (choice.previous or folder.path) if choice.is_moving else None
    sums = {}
    try:
        for kind in FOLDERS:
            found = [one.size_bytes for at in places_of(folder).all for one in at.list(kind)]
            sums[kind] = (sum(found), len(found))
    except (StoreError, MissingExtra) as error:
        return ObjectsPlace(
            folder.path, place, previous, None, None, None, None, unreachable=error.message
        )
    return ObjectsPlace(folder.path, place, previous, *sums["runs"], *sums["blobs"])


def move_objects(
    place: str,
    store: str | None = None,
    *,
    straggler_seconds: float = STRAGGLER_SECONDS,
    on_progress: OnProgress = lambda _done, _all, _bytes: None,
) -> ObjectsMove:
    """Move every segment and blob to `place`: a bucket (`s3://…`), or a folder.

    The store's own folder brings them home. Each is copied, the copy is read back, then the
    store switches, then the old ones are removed; it may be killed at any time and done
    again. Files that `gc` has put aside are files again, for it to look at anew. Where
    there is no store yet, one is made.

    Raises:
        InvalidValue: if `place` is no place.
        StoreRefused: if it is another store's.
        ObjectsUnreachable: if one of the two places doesn't answer.
        MissingExtra: if obstore isn't installed.
        StoreError: if something can't be written, or another move isn't over.
    """
    folder = create_store(locate_store(store))
    url = spelled(folder, place)
    before = read_choice(folder)
    source = before.previous if before.is_moving and before.url == url else before.url
    if before.url != url:
        _empty_trash(folder)
    moved = move(folder, url, straggler_seconds=straggler_seconds, on_progress=on_progress)
    return ObjectsMove(
        folder.path,
        url or folder.path,
        source or folder.path,
        moved.objects,
        moved.size_bytes,
        moved.is_over,
    )


def _empty_trash(folder: StoreFolder) -> None:
    """Put back what was found unused: each kind of place has a trash of its own."""
    trash = trash_of(folder)
    for blob in list(trash.discarded()):
        trash.restore(blob)
