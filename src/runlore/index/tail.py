"""Read what is new in a journal file, in small pieces, without NumPy."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, NamedTuple

from runlore.errors import FormatTooNew
from runlore.index.apply import Event
from runlore.index.points import FrameColumns, SeriesSet
from runlore.journal.frames import (
    CLOSE,
    HAS_STEP,
    HEADER_SIZE,
    HEARTBEAT,
    POINTS,
    VERSION,
    Header,
    unpack_clocks,
    unpack_u32,
)
from runlore.journal.reader import Gap, Reader
from runlore.segments.tables import TABLE_KINDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runlore.index.points import PointsSource
    from runlore.journal.reader import Frame
    from runlore.segments.tables import Tables

_FIRST_READ_BYTES = 1 << 20
_TIME_AND_STEP_BYTES = 16
_VALUE_BYTES = 8


class NeedsScan(Exception):
    """Something is unusual: damage, a table not seen yet, a fork. `scan_stretch` knows better."""


class Stretch(NamedTuple):
    """What a journal file says between two positions.

    `process` is the body of the actor frame if it was met before `end`, `heartbeat` the wall
    clock of the last one. `suspect` is what looks like a gap behind `end` in a file still being
    written: it counts, `confirmed`, once it has been there for a minute. `is_truncated` says
    that the file was cut before the position.
    """

    events: list[Event]
    points: list[PointsSource]
    gaps: Sequence[tuple[int, int]]
    process: dict[str, Any] | None
    heartbeat: int | None
    header: Header | None
    end: int
    crc: int | None
    is_closed: bool
    suspect: tuple[int, int] | None = None
    is_truncated: bool = False


def read_stretch(
    path: str, position: int, crc: int | None, tables: Tables, *, limit_bytes: int
) -> Stretch:
    """Read a journal file from `position` on, about `limit_bytes` of it, up to anything unusual.

    `crc` is the checksum kept with the position, None at the first reading. `tables` take in
    what the stretch declares.

    Raises:
        NeedsScan: if something unusual stands at `position` itself.
        FormatTooNew: if a later release wrote the file.
    """
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
    try:
        size = os.fstat(descriptor).st_size
        header = _header(descriptor, path) if crc is None else None
        if size < HEADER_SIZE or (crc is None and header is None):
            return Stretch([], [], [], None, None, None, position, None, is_closed=False)
        # A reader wants as many bytes in front as a header has.
        base = 0 if position == HEADER_SIZE else position - HEADER_SIZE - 8
        wanted = min(limit_bytes, _FIRST_READ_BYTES) + HEADER_SIZE + 8
        while True:
            data = _read(descriptor, base, wanted)
            if crc is not None and (
                len(data) < position - base or unpack_u32(data, position - base - 4)[0] != crc
            ):
                raise NeedsScan
            sorting = _Sorting(tables, base, position, limit_bytes)
            sorting.read(data)
            is_whole = base + len(data) >= size
            if sorting.end > position or is_whole or not _has_more(data, position - base):
                return sorting.stretch(header)
            wanted = max(wanted * 8, 8 << 20)  # one frame larger than what was read
    finally:
        os.close(descriptor)


def read_header(path: str) -> Header | None:
    """Read the header of a journal file, intact or not; None while it isn't written.

    Raises:
        FormatTooNew: if a later release wrote the file.
    """
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
    try:
        return _header(descriptor, path)
    finally:
        os.close(descriptor)


def has_news(descriptor: int, position: int, crc: int | None) -> bool | None:
    """Look at the 8 bytes around a position: is there more behind it? None for a fork."""
    if crc is None:
        return True
    seen = os.pread(descriptor, 8, position - 4)
    if len(seen) < 4 or unpack_u32(seen, 0)[0] != crc:
        return None
    return any(seen[4:])


def _header(descriptor: int, path: str) -> Header | None:
    """Read the header, intact or not; None while it isn't written."""
    data = os.pread(descriptor, HEADER_SIZE, 0)
    if len(data) < HEADER_SIZE or not any(data):
        return None
    header = Header(data)
    if header.is_intact and header.version > VERSION:
        raise FormatTooNew(
            f"the journal {path} has format {header.version}; this release reads {VERSION}",
            hint="upgrade runlore to read it; nothing of it was changed",
        )
    return header


def _read(descriptor: int, begin: int, count: int) -> bytes:
    parts = []
    while count > 0:
        part = os.pread(descriptor, count, begin)
        if not part:
            break
        parts.append(part)
        begin += len(part)
        count -= len(part)
    return parts[0] if len(parts) == 1 else b"".join(parts)


def _has_more(data: bytes, position: int) -> bool:
    return any(data[position : position + 8])


class _Sorting:
    """Sorts frames into tables, events and points."""

    def __init__(self, tables: Tables, base: int, position: int, limit_bytes: int) -> None:
        self.end = position
        self.crc = 0
        self._tables = tables
        self._base = base
        self._position = position
        self._limit = position + limit_bytes
        self._events: list[Event] = []
        self._columns: dict[tuple[int, int], FrameColumns] = {}
        self._heartbeat: int | None = None
        self._is_closed = False

    def read(self, data: bytes) -> None:
        """Take in the frames of `data` up to the limit or to anything unusual."""
        reader = Reader(data, self.end - self._base)
        self.crc = reader.crc
        for item in reader:
            if isinstance(item, Gap) or not self._take(item):
                if self.end == self._position:
                    raise NeedsScan
                return
            self.end = reader.position + self._base
            self.crc = item.crc
            if self.end >= self._limit:
                return

    def stretch(self, header: Header | None) -> Stretch:
        """Give what was taken in."""
        return Stretch(
            self._events,
            list(self._columns.values()),
            [],
            self._tables.process,
            self._heartbeat,
            header,
            self.end,
            self.crc,
            self._is_closed,
        )

    def _take(self, frame: Frame) -> bool:
        """Sort a frame in; false if it has no place yet."""
        kind = frame.kind
        if kind == POINTS and not frame.flags & ~HAS_STEP:
            return self._take_points(frame)
        if not frame.flags and kind in TABLE_KINDS:
            return self._tables.declare(kind, frame.reference, frame.body)
        if not frame.flags and kind == HEARTBEAT and len(frame.body) >= _TIME_AND_STEP_BYTES:
            self._heartbeat = unpack_clocks(frame.body)[0]
            return True
        if not frame.flags and kind == CLOSE:
            self._is_closed = True
            return True
        return self._take_event(frame)

    def _take_points(self, frame: Frame) -> bool:
        has_step = frame.flags & HAS_STEP
        columns = self._columns.get((frame.reference, has_step))
        if columns is None:
            keys = self._tables.key_set(frame.reference)
            if keys is None:
                return False
            series = SeriesSet(keys.run, keys.attempt, keys.rank, keys.context, keys.names)
            columns = FrameColumns(series, has_step=bool(has_step))
        body = frame.body
        if len(body) != _TIME_AND_STEP_BYTES + _VALUE_BYTES * len(columns.series.names):
            return False
        time, step = unpack_clocks(body)
        values = body[_TIME_AND_STEP_BYTES:]
        sequence = (frame.position + self._base) >> 3
        columns.add(sequence, time, step if has_step else 0, values)
        self._columns[frame.reference, has_step] = columns
        return True

    def _take_event(self, frame: Frame) -> bool:
        sequence = (frame.position + self._base) >> 3
        if frame.reference == 0:
            self._events.append(Event(sequence, frame.kind, None, None, 0, frame.body))
            return True
        writer = self._tables.writer(frame.reference)
        if writer is None:
            return False
        event = Event(sequence, frame.kind, writer.run, writer.attempt, writer.rank, frame.body)
        self._events.append(event)
        return True
