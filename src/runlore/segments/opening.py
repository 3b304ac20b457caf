"""Open the segments of a store, wherever they lie."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runlore.errors import SegmentDamaged
from runlore.objects.cache import cache_of
from runlore.objects.choice import in_any_place, places_of
from runlore.objects.ranges import RangedObject
from runlore.segments.file_ranges import FileRanges
from runlore.segments.layout import segment_key
from runlore.segments.segment import Segment

if TYPE_CHECKING:
    from collections.abc import Iterable

    from runlore.journal.folder import StoreFolder
    from runlore.objects.interface import Objects

_AT_ONCE = 8


def open_segment(store: StoreFolder, run: str, actor: str, number: int, *, end: int = 0) -> Segment:
    """Open a segment; of one in a bucket, what was read before comes from the user's cache.

    It is read from its place again if the copy in the cache is damaged, or older than the
    journal's end `end` that the caller knows to be sealed.

    Raises:
        FileNotFoundError: if there is none.
        SegmentDamaged, FormatTooNew: as `Segment`.
        ObjectsUnreachable: if it lies in a place that doesn't answer.
    """
    key = segment_key(run, actor, number)
    return in_any_place(store, lambda objects: _open_at(store, objects, key, end))


def open_to_keep(store: StoreFolder, run: str, actor: str, number: int, *, end: int = 0) -> Segment:
    """Open a segment that is to be read again and again: as `open_segment`, but not mapped.

    Between two readings it can be closed; what is taken apart of it stays.

    Raises:
        FileNotFoundError, SegmentDamaged, FormatTooNew, ObjectsUnreachable: as `open_segment`.
    """
    key = segment_key(run, actor, number)

    def open_at(objects: Objects) -> Segment:
        path = objects.path(key)
        if path is None:
            return _open_at(store, objects, key, end)
        try:
            ranges = FileRanges(path)
        except FileNotFoundError:
            objects.look(key)
            raise
        try:
            return Segment(ranges, path)
        except BaseException:
            ranges.release()
            raise

    return in_any_place(store, open_at)


def segment_name(store: StoreFolder, run: str, actor: str, number: int) -> str:
    """Return what to call a segment to a person: its path or URL."""
    return places_of(store).current.name(segment_key(run, actor, number))


def open_whole(objects: Objects, key: str) -> Segment:
    """Open a segment as its place holds it now, read from begin to end.

    Raises:
        FileNotFoundError, SegmentDamaged, FormatTooNew, ObjectsUnreachable: as `open_segment`.
    """
    path = objects.path(key)
    if path is not None:
        return _open_path(objects, key, path)
    return Segment(b"".join(objects.stream(key)), objects.name(key))


def fetch_ahead(store: StoreFolder, segments: Iterable[tuple[str, str, int]]) -> None:
    """Bring (run, actor, number) segments from a bucket into the cache, several at a time.

    Those that are missing are passed over; elsewhere than in a bucket this does nothing.

    Raises:
        ObjectsUnreachable: if the bucket doesn't answer.
    """
    places = places_of(store).all
    cache = cache_of(store) if any(objects.path("") is None for objects in places) else None
    if cache is None:
        return
    from concurrent.futures import ThreadPoolExecutor

    def fetch(key: str) -> None:
        for objects in places:
            if objects.path(key) is not None:
                continue
            try:
                RangedObject(objects, key, cache).load()
            except FileNotFoundError:
                continue
            return

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        list(pool.map(fetch, [segment_key(*segment) for segment in segments]))


def _open_at(store: StoreFolder, objects: Objects, key: str, end: int) -> Segment:
    path = objects.path(key)
    if path is not None:
        return _open_path(objects, key, path)
    ranged = RangedObject(objects, key, cache_of(store))
    try:
        segment = Segment(ranged, objects.name(key))
        if segment.end >= end or not ranged.is_from_cache:
            return segment
    except SegmentDamaged:
        if not ranged.is_from_cache:
            raise
    ranged.forget()
    return Segment(ranged, objects.name(key))


def _open_path(objects: Objects, key: str, path: str) -> Segment:
    try:
        return Segment.open(path)
    except FileNotFoundError:
        objects.look(key)  # says so if all of the place is gone
        raise
