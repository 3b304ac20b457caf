"""Put segments where a store keeps them (docs/formats/store.md)."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

from runlore.errors import SegmentDamaged
from runlore.objects.cache import cache_of
from runlore.objects.choice import in_current_place
from runlore.objects.folder import FolderObjects
from runlore.objects.ranges import keep
from runlore.records.ids import new_id
from runlore.segments.layout import segment_key
from runlore.segments.manifest import SealedSegment, sync_folder, write_synced
from runlore.segments.opening import open_whole
from runlore.segments.segment import Segment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from runlore.journal.folder import StoreFolder
    from runlore.objects.cache import ObjectCache
    from runlore.objects.interface import Objects

    Composed = tuple[str, bytes, int]  # a run, its segment, the checksum of the footer
    Put = list[tuple[SealedSegment, str]]  # what was put, and what it is called there

_AT_ONCE = 16


def put_segments(
    store: StoreFolder, journal_file: str, end: int, composed: Callable[[], Iterator[Composed]]
) -> Put:
    """Put the segments of a journal file, which reach its byte `end`, and return what is there.

    `composed` composes them, perhaps more than once. Returns when they are there to stay.

    Raises:
        OSError: if they can't be written.
        ObjectsUnreachable: if the place where they are to lie doesn't answer.
    """
    folder, name = os.path.split(journal_file)
    source = (os.path.basename(folder), int(os.path.splitext(name)[0]))

    def put_all(objects: Objects) -> Put:
        if isinstance(objects, FolderObjects):
            scratch = objects.scratch if objects.url else folder
            return _put_files(objects, composed(), end, scratch, source)
        return _put_objects(objects, composed(), end, cache_of(store), source)

    return in_current_place(store, put_all)


def _put_files(
    objects: FolderObjects,
    composed: Iterator[Composed],
    end: int,
    scratch: str,
    source: tuple[str, int],
) -> Put:
    """Put segments into a folder, and wait until they and their names are on the device."""
    objects.require()
    done = []
    for run, data, crc in composed:
        path = objects.path(segment_key(run, *source))
        done.append((SealedSegment(run, *put(path, data, crc, end, scratch)), path))
    for folder in sorted({os.path.dirname(path) for _, path in done}):
        sync_folder(folder)
    if done:
        sync_folder(os.path.join(objects.root, "runs"))
    return done


def _put_objects(
    objects: Objects,
    composed: Iterator[Composed],
    end: int,
    cache: ObjectCache | None,
    source: tuple[str, int],
) -> Put:
    """Put segments into a bucket, several at a time: each takes as long as a request."""

    def put_one(one: Composed) -> tuple[SealedSegment, str]:
        run, data, crc = one
        key = segment_key(run, *source)
        present = _covering(partial(open_whole, objects, key), end)
        if present is not None:
            return SealedSegment(run, *present), objects.name(key)
        objects.put(key, data)
        if cache is not None:
            keep(objects, key, data, cache)
        return SealedSegment(run, len(data), crc), objects.name(key)

    done: Put = []
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        while batch := list(islice(composed, _AT_ONCE)):  # no more than these are in memory
            done += pool.map(put_one, batch)
    return done


def put(path: str, data: bytes, crc: int, end: int, scratch: str) -> tuple[int, int]:
    """Put a segment in place, unless a whole one that covers as much is there.

    It is written to a temporary file in the folder `scratch` of the same file system.
    Returns the size and the footer's checksum of the one that is there then.
    """
    present = _covering(partial(Segment.open, path), end)
    if present is not None:
        return present
    os.makedirs(os.path.dirname(path), exist_ok=True)
    os.makedirs(scratch, exist_ok=True)
    temporary = os.path.join(scratch, f"{new_id()}.tmp")
    try:
        write_synced(temporary, data)
        os.replace(temporary, path)
    except BaseException:
        if os.path.exists(temporary):
            os.unlink(temporary)
        raise
    return len(data), crc


def _covering(open_present: Callable[[], Segment], end: int) -> tuple[int, int] | None:
    """Return size and checksum of the segment that is there if it is whole and reaches `end`."""
    try:
        with open_present() as segment:
            is_covering = segment.end >= end and not segment.verify()
            return (segment.size_bytes, segment.crc) if is_covering else None
    except (FileNotFoundError, SegmentDamaged):
        return None
