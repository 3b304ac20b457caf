"""Seal a journal file: split it by run into immutable segments (docs/formats/segment.md)."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

from runlore.errors import JournalDamaged, SegmentDamaged
from runlore.journal.folder import failure
from runlore.objects.cache import cache_of
from runlore.objects.choice import in_current_place
from runlore.objects.folder import FolderObjects
from runlore.objects.ranges import keep
from runlore.records.events import now
from runlore.records.ids import is_id, new_id
from runlore.segments.composing import Content, compose
from runlore.segments.gone import PURGED, how_gone
from runlore.segments.journals import header_of, read_journal
from runlore.segments.layout import STORE_RUN, segment_key
from runlore.segments.manifest import Entry, SealedSegment, sync_folder, write_synced
from runlore.segments.opening import open_whole
from runlore.segments.scan import scan
from runlore.segments.segment import Segment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from runlore.journal.folder import StoreFolder
    from runlore.objects.cache import ObjectCache
    from runlore.objects.interface import Objects
    from runlore.segments.scan import Scan

    _Composed = tuple[str, bytes, int]  # a run, its segment, the checksum of the footer

_AT_ONCE = 16


@dataclass(frozen=True, slots=True)
class Sealed:
    """A journal file that was sealed: what to put into the manifest, and the segments.

    `paths` are those of files, or the URLs of what lies in a bucket.
    """

    entry: Entry
    paths: tuple[str, ...]


def seal(journal_file: str, store: StoreFolder) -> Sealed:
    """Write the segments of a complete journal file and return its manifest entry.

    The entry isn't in the manifest yet; `runlore.segments.sealing.seal_file` puts it there.

    Raises:
        FormatTooNew: if a later release wrote the journal.
        JournalDamaged: if its header names another actor or number than its path.
        StoreFull, StoreReadOnly, StoreError: if the segments can't be written.
        ObjectsUnreachable: if the place where they are to lie doesn't answer.
    """
    journal_file = os.path.abspath(journal_file)
    actor, number = named_by(journal_file)
    view = read_journal(journal_file)
    header = header_of(view)
    if header is not None and (header.actor, header.number) != (actor, number):
        raise JournalDamaged(
            f"the journal {journal_file} says that it is file {header.number} of {header.actor}",
            hint="it was moved or copied: put it back where it was",
        )
    found = scan(view, is_complete=True)
    del view
    source = {
        "end": found.end,
        "crc": found.crc,
        "gaps": found.gaps,
        "created": header.created if header else None,
        "previous_crc": header.previous_crc if header else 0,
        "closed": found.is_closed,
    }
    about = {"source": source, "process": found.process, "heartbeat": found.heartbeat}
    contents = [
        (run, content)
        for run, content in sorted(_by_run(found).items())
        if how_gone(store, run) != PURGED  # what still arrives of a purged run is dropped
    ]

    def put_all(objects: Objects) -> list[tuple[SealedSegment, str]]:
        composed = (
            (run, *compose(run, actor, number, content, about)) for run, content in contents
        )
        if isinstance(objects, FolderObjects):
            scratch = objects.scratch if objects.url else os.path.dirname(journal_file)
            return _put_files(objects, composed, found.end, scratch, (actor, number))
        return _put_objects(objects, composed, found.end, cache_of(store), (actor, number))

    try:
        put_segments = in_current_place(store, put_all)
    except OSError as error:
        raise failure(error, store.path, "seal a journal") from error
    entry = Entry(
        actor=actor,
        number=number,
        end=found.end,
        crc=found.crc,
        previous_crc=header.previous_crc if header else 0,
        closed=found.is_closed,
        sealed=now(),
        segments=tuple(segment for segment, _ in put_segments),
        gaps=tuple(found.gaps),
        heartbeat=found.heartbeat,
    )
    return Sealed(entry, tuple(name for _, name in put_segments))


def named_by(journal_file: str) -> tuple[str, int]:
    """Read actor and number from the path of a journal file.

    Raises:
        JournalDamaged: if it isn't called like one.
    """
    folder, name = os.path.split(os.path.abspath(journal_file))
    actor, (stem, extension) = os.path.basename(folder), os.path.splitext(name)
    if not is_id(actor) or extension != ".journal" or not (stem.isascii() and stem.isdigit()):
        raise JournalDamaged(
            f"{journal_file} isn't called like a journal: <actor>/<number>.journal",
            hint="put it back under the name that it had",
        )
    return actor, int(stem)


def _put_files(
    objects: FolderObjects,
    composed: Iterator[_Composed],
    end: int,
    scratch: str,
    source: tuple[str, int],
) -> list[tuple[SealedSegment, str]]:
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
    composed: Iterator[_Composed],
    end: int,
    cache: ObjectCache | None,
    source: tuple[str, int],
) -> list[tuple[SealedSegment, str]]:
    """Put segments into a bucket, several at a time: each takes as long as a request."""

    def put_one(one: _Composed) -> tuple[SealedSegment, str]:
        run, data, crc = one
        key = segment_key(run, *source)
        present = _covering(partial(open_whole, objects, key), end)
        if present is not None:
            return SealedSegment(run, *present), objects.name(key)
        objects.put(key, data)
        if cache is not None:
            keep(objects, key, data, cache)
        return SealedSegment(run, len(data), crc), objects.name(key)

    done: list[tuple[SealedSegment, str]] = []
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


def _by_run(found: Scan) -> dict[str, Content]:
    contents: dict[str, Content] = {}
    for block in found.points:
        contents.setdefault(block.key_set.run, Content()).points.append(block)
    for event in found.events:
        contents.setdefault(event.run or STORE_RUN, Content()).events.append(event)
    for record in found.declarations:
        if record.run in contents:
            contents[record.run].declarations.append(record)
    return contents
