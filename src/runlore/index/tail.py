"""Read what is new in a journal file, in small pieces, without NumPy."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, NamedTuple

from runlore.errors import FormatTooNew, JournalForked
from runlore.index.apply import Event
from runlore.index.points import FrameColumns, SeriesSet
from runlore.journal.frames import (
    CLOSE,
    HAS_STEP,
    HEADER_SIZE,
    HEARTBEAT,
    OVERHEAD,
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


class Stretch(NamedTuple):
    """What a journal file says between two positions.

    `process` is the body of the actor frame if it was met before `end`, `heartbeat` the wall
    clock of the last one. `suspect` is a gap in a file still being written, before which
    reading has stopped: look again, with it as `confirmed`; it counts if it is still there.
    """

    events: list[Event]
    points: list[PointsSource]
    gaps: Sequence[tuple[int, int]]
    process: dict[str, Any] | None
    heartbeat: int | None
    header: Header | None
    end: int
    crc: int
    is_closed: bool
    suspect: tuple[int, int] | None


def read_stretch(
    path: str,
    position: int,
    crc: int | None,
    tables: Tables,
    *,
    is_complete: bool,
    limit_bytes: int,
    confirmed: tuple[int, int] | None = None,
) -> Stretch:
    """Read a journal file from `position` on, about `limit_bytes` of it.

    `crc` is the checksum kept with the position, None at the first reading. `tables` take in
    what the stretch declares.

    Raises:
        JournalForked: if the file is shorter than `position` or holds another checksum there.
        FormatTooNew: if a later release wrote it.
    """
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
    try:
        size = os.fstat(descriptor).st_size
        header = _header(descriptor, path) if crc is None else None
        if size < HEADER_SIZE or (crc is None and header is None):
            return Stretch([], [], [], None, None, None, position, 0, is_closed=False, suspect=None)
        base = max(0, position - 8)
        if position == HEADER_SIZE:
            base = 0
        wanted = min(limit_bytes, _FIRST_READ_BYTES) + 8
        while True:
            data = _read(descriptor, base, wanted)
            _refuse_fork(data, path, position - base, crc)
            is_whole = base + len(data) >= size
            sorting = _Sorting(tables, base, position, limit_bytes, confirmed)
            sorting.read(data, is_complete=is_complete and is_whole)
            if (
                sorting.end > position
                or sorting.suspect
                or is_whole
                or not _has_more(data, position - base)
            ):
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


def _refuse_fork(data: bytes, path: str, position: int, crc: int | None) -> None:
    if crc is not None and (len(data) < position or unpack_u32(data, position - 4)[0] != crc):
        raise JournalForked(
            f"the journal {path} holds other records than when it was last read, as if an older "
            "copy had been put back and continued",
            hint="keep a copy of that file; nothing of its new continuation is shown",
        )


def _has_more(data: bytes, position: int) -> bool:
    return any(data[position : position + 8])


class _Sorting:
    """Sorts frames into tables, events and points."""

    def __init__(
        self,
        tables: Tables,
        base: int,
        position: int,
        limit_bytes: int,
        confirmed: tuple[int, int] | None,
    ) -> None:
        self.end = position
        self.crc = 0
        self.suspect: tuple[int, int] | None = None
        self._tables = tables
        self._base = base
        self._limit = position + limit_bytes
        self._confirmed = confirmed
        self._events: list[Event] = []
        self._columns: dict[tuple[int, int], FrameColumns | None] = {}
        self._gaps: list[tuple[int, int]] = []
        self._heartbeat: int | None = None
        self._is_closed = False

    def read(self, data: bytes, *, is_complete: bool) -> None:
        """Take in the frames of `data` up to the limit or to a gap that isn't confirmed."""
        reader = Reader(data, self.end - self._base, is_complete=is_complete)
        self.crc = reader.crc
        for item in reader:
            if isinstance(item, Gap):
                gap = (item.position + self._base, item.end + self._base)
                if not is_complete and gap != self._confirmed and gap[0] >= HEADER_SIZE:
                    self.suspect = gap
                    return
                self._gaps.append(gap)
            else:
                self._take(item)
            self.end = reader.position + self._base
            # Behind a gap the checksum before the position isn't that of the last whole frame.
            (self.crc,) = unpack_u32(data, reader.position - 4)
            if self.end >= self._limit:
                return

    def stretch(self, header: Header | None) -> Stretch:
        """Give what was taken in."""
        return Stretch(
            self._events,
            [columns for columns in self._columns.values() if columns and columns.point_count],
            self._gaps,
            self._tables.process,
            self._heartbeat,
            header,
            self.end,
            self.crc,
            self._is_closed,
            self.suspect,
        )

    def _take(self, frame: Frame) -> None:
        kind = frame.kind
        if kind == POINTS:
            self._take_points(frame)
        elif kind in TABLE_KINDS:
            if not self._tables.declare(kind, frame.reference, frame.body):
                self._misplace(frame)
        elif kind == HEARTBEAT and len(frame.body) >= _TIME_AND_STEP_BYTES:
            self._heartbeat = unpack_clocks(frame.body)[0]
        elif kind == CLOSE:
            self._is_closed = True
        else:
            self._take_event(frame)

    def _take_points(self, frame: Frame) -> None:
        key = (frame.reference, frame.flags & HAS_STEP)
        columns = self._columns.get(key)
        if columns is None:
            columns = self._columns_for(frame.reference, has_step=bool(frame.flags & HAS_STEP))
            self._columns[key] = columns
        body = frame.body
        if columns is None or len(body) != _TIME_AND_STEP_BYTES + _VALUE_BYTES * len(
            columns.series.names
        ):
            self._misplace(frame)
            return
        time, step = unpack_clocks(body)
        values = body[_TIME_AND_STEP_BYTES:]
        columns.add((frame.position + self._base) >> 3, time, step if key[1] else 0, values)

    def _columns_for(self, reference: int, *, has_step: bool) -> FrameColumns | None:
        keys = self._tables.key_set(reference)
        if keys is None:
            return None
        series = SeriesSet(keys.run, keys.attempt, keys.rank, keys.context, keys.names)
        return FrameColumns(series, has_step=has_step)

    def _take_event(self, frame: Frame) -> None:
        sequence = (frame.position + self._base) >> 3
        writer = self._tables.writer(frame.reference)
        if writer is not None:
            event = Event(sequence, frame.kind, writer.run, writer.attempt, writer.rank, frame.body)
            self._events.append(event)
        elif frame.reference == 0:
            self._events.append(Event(sequence, frame.kind, None, None, 0, frame.body))
        else:
            self._misplace(frame)

    def _misplace(self, frame: Frame) -> None:
        begin = frame.position + self._base
        self._gaps.append((begin, begin + len(frame.body) + OVERHEAD))
