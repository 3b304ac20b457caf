"""Segments taken apart once and read many times, as few as a bound on memory allows."""

from __future__ import annotations

from collections import OrderedDict
from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING

from runlore.segments.file_ranges import FileReplacedError
from runlore.segments.opening import open_to_keep

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runlore.index.rows import Part
    from runlore.journal.folder import StoreFolder
    from runlore.segments.segment import Segment

MOST_BYTES = 8 << 20
_BYTES_OF_A_PLACE = 250  # three numbers, their tuple, and the list from the footer
_BYTES_OF_A_SEGMENT = 4_000


class KeptSegments:
    """Lends segments, each to one reader at a time; a second one takes its own apart."""

    def __init__(self, folder: StoreFolder, most_bytes: int = MOST_BYTES) -> None:
        self._folder = folder
        self._most_bytes = most_bytes
        self._kept: OrderedDict[tuple[str, str, int], tuple[Segment, int]] = OrderedDict()
        self._bytes = 0
        self._lock = Lock()

    @contextmanager
    def lend(self, part: Part, *, end: int = 0) -> Iterator[Segment]:
        """Open the segment of a part, which covers its journal up to `end` bytes.

        Raises:
            FileNotFoundError, SegmentDamaged, FormatTooNew, ObjectsUnreachable: as `open_segment`.
        """
        key = (part.run, part.actor, part.number)
        segment = self._take(key, end)
        if segment is None:
            segment = open_to_keep(self._folder, *key, end=end)
        try:
            yield segment
        finally:
            segment.close()
        self._put(key, segment)

    def _take(self, key: tuple[str, str, int], end: int) -> Segment | None:
        with self._lock:
            kept = self._kept.pop(key, None)
            if kept is None:
                return None
            segment, size = kept
            self._bytes -= size
        if segment.end < end:
            return None
        try:
            segment.check()
        except (FileReplacedError, FileNotFoundError):
            return None
        return segment

    def _put(self, key: tuple[str, str, int], segment: Segment) -> None:
        size = _size_of(segment)
        if size > self._most_bytes // 4:
            return
        with self._lock:
            self._kept[key] = (segment, size)
            self._bytes += size
            while self._bytes > self._most_bytes:
                _, (_, released) = self._kept.popitem(last=False)
                self._bytes -= released


def _size_of(segment: Segment) -> int:
    """Estimate the memory of what was taken apart."""
    places = rows = 0
    for track in segment.tracks:
        if track.rows is not None and track.part == 0:
            rows += len(track.rows.value)
        elif track.rows is None:
            places += sum(len(chunk) for chunk in track.values) + 3 * len(track.chunks)
    names = sum(len(track.key_set.names) for track in segment.tracks)
    return _BYTES_OF_A_SEGMENT + _BYTES_OF_A_PLACE * (places + names) + 40 * rows
