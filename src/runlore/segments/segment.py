"""Read a segment: its footer at once, columns when they are asked for."""

from __future__ import annotations

import mmap
import os
import zlib
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import accumulate
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from runlore.errors import SegmentDamaged
from runlore.objects.ranges import RangedObject
from runlore.segments import layout
from runlore.segments.columns import decode_column, decode_into
from runlore.segments.file_ranges import FileRanges
from runlore.segments.scan import EventRecord
from runlore.segments.statistics import (
    DOUBLES,
    PER_CHUNK,
    PER_NAME,
    Statistics,
    describe,
    describe_groups,
)
from runlore.segments.tables import KeySet
from runlore.segments.verifying import verify_blocks

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from types import TracebackType

    from numpy.typing import NDArray

    from runlore.segments.columns import Progression
    from runlore.segments.layout import Place

_READ_AT_ONCE_BYTES = 64 << 10  # of a smaller file a map costs more than it saves
TIME, STEP, SEQUENCE, NAME, VALUE = "time", "step", "sequence", "name", "value"


@dataclass(frozen=True, slots=True)
class Track:
    """The points of the names of a key set, with or without steps.

    `points` is the number of frames, `chunks` how many of them each chunk holds. A
    name out of a loose track is a track of its own, with one chunk: number `part` of `rows`.
    """

    key_set: KeySet
    has_step: bool
    points: int
    chunks: tuple[int, ...]
    group: int
    places: dict[str, list[Place]]
    values: list[list[Place]]
    statistics: Place | None
    rows: _Rows | None = None
    part: int = 0


@dataclass(frozen=True, slots=True)
class _Rows:
    """The points of a loose track, ordered by name, each name beginning at one of `starts`."""

    starts: NDArray[np.int64]
    time: NDArray[np.int64]
    step: NDArray[np.int64] | None
    sequence: NDArray[np.int64]
    value: NDArray[np.float64]
    statistics: list[Statistics]

    def of(self, part: int) -> tuple[slice, Statistics]:
        """Return where the points of a name stand, and their statistics."""
        if not self.statistics:
            self.statistics.append(describe_groups(self.value, self.time, self.step, self.starts))
        (found,) = self.statistics
        begin = int(self.starts[part])
        return slice(begin, begin + int(found.count[part])), found.chunk(part)


@dataclass(frozen=True, slots=True)
class Columns:
    """Columns of one series, in the order of the journal; None for what wasn't asked for.

    `step` is None, too, where the track has no steps.
    """

    time: NDArray[np.int64] | None = None
    step: NDArray[np.int64] | None = None
    sequence: NDArray[np.int64] | None = None
    value: NDArray[np.float64] | None = None


class Segment:
    """A sealed part of a run: what one actor recorded into it in one journal file.

    Whatever is read is held against its checksum; all methods that read raise SegmentDamaged.
    """

    def __init__(self, buffer: bytes | mmap.mmap | RangedObject | FileRanges, path: str) -> None:
        """Take apart the segment in `buffer`; `path` is what errors call it.

        Raises:
            SegmentDamaged: if its header or footer isn't whole.
            FormatTooNew: if a later release wrote it.
        """
        self.path = path
        self._progressions: dict[Place, Progression] = {}  # columns that a few bytes say, as read
        self._view: RangedObject | FileRanges | memoryview
        if isinstance(buffer, RangedObject | FileRanges):
            self._view = buffer
        else:
            self._view = memoryview(buffer)
        self._buffer = buffer
        self.size_bytes = len(self._view)
        self.run, self.actor, self.number = layout.unpack_header(self._view, path)
        self.footer, self.crc = layout.unpack_footer(self._view, path)
        try:
            source = self.footer["source"]
            self.end: int = source["end"]
            self.end_crc: int = source["crc"]
            self.gaps = [(begin, end) for begin, end in source["gaps"]]
            self.process: dict[str, Any] | None = self.footer["process"]
            self.heartbeat: tuple[int, int] | None = (
                tuple(self.footer["heartbeat"]) if self.footer.get("heartbeat") else None
            )
            self.writers = [(one["attempt"], one["rank"]) for one in self.footer["writers"]]
            self._stored_tracks = [self._track(fields) for fields in self.footer["tracks"]]
            self.event_count: int = self.footer["events"]["count"]
            self.first_time: int | None = self.footer["first_time"]
            self.last_time: int | None = self.footer["last_time"]
        except (KeyError, TypeError, ValueError, IndexError) as error:
            raise layout.damaged(path, 0, f"the footer is malformed: {error!r}") from error

    @classmethod
    def open(cls, path: str) -> Segment:
        """Map a segment into memory, or read it if it is small, and read its footer.

        Raises:
            FileNotFoundError: if there is none.
            SegmentDamaged, FormatTooNew: as the constructor.
        """
        buffer: bytes | mmap.mmap
        with open(path, "rb", buffering=0) as file:
            if os.fstat(file.fileno()).st_size <= _READ_AT_ONCE_BYTES:
                return cls(file.readall(), path)
            try:
                buffer = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            except ValueError:
                raise layout.damaged(path, 0, "it is empty") from None
        try:
            return cls(buffer, path)
        except BaseException:
            _close_when_unused(buffer)
            raise

    def close(self) -> None:
        """Let go of the file."""
        self._view.release()
        if isinstance(self._buffer, mmap.mmap):
            _close_when_unused(self._buffer)

    def check(self) -> None:
        """See that the file of a segment that was closed is still the one that was read.

        Raises:
            FileReplacedError, FileNotFoundError: if it isn't.
        """
        if isinstance(self._view, FileRanges):
            self._view.check()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    @cached_property
    def tracks(self) -> list[Track]:
        """The tracks, in the order of the footer; loose ones name by name."""
        tracks: list[Track] = []
        for fields, track in zip(self.footer["tracks"], self._stored_tracks, strict=True):
            if fields.get("loose", False):
                tracks += self._parts_of(track)
            else:
                tracks.append(track)
        return tracks

    def events(self) -> list[EventRecord]:
        """Read the frames that are neither points nor tables, in order."""
        place = self._place(self.footer["events"]["block"])
        stored = self._stored(place, "block of events")
        try:
            events = list(self._unpack_events(zlib.decompress(stored)))
        except (zlib.error, ValueError, IndexError) as error:
            raise layout.damaged(self.path, place[0], f"its events: {error}") from error
        if len(events) != self.event_count:
            raise layout.damaged(self.path, place[0], f"it holds {len(events)} events")
        return events

    def read(
        self,
        track: Track,
        name_index: int,
        columns: Iterable[str] = (STEP, TIME, VALUE),
        after_sequence: int | None = None,
        chunks: tuple[int, int] | None = None,
    ) -> Columns:
        """Read columns (`time`, `step`, `sequence`, `value`) of the points of one name.

        With `after_sequence`, only frames whose sequence number is greater; with `chunks`, only
        those from the first one to before the second. A name out of a loose track has one chunk.
        """
        wanted = set(columns)
        if track.rows is not None:
            return _read_rows(track.rows, track.part, wanted, after_sequence)
        if chunks is not None:
            track = _part_of(track, *chunks)
        first_chunk, skipped = 0, 0
        if after_sequence is not None:
            sequence = self._integers(track, SEQUENCE, 0)
            skipped = int(np.searchsorted(sequence, after_sequence, side="right"))
            ends = list(accumulate(track.chunks))
            first_chunk = next((at for at, end in enumerate(ends) if end > skipped), len(ends))
            skipped -= ends[first_chunk - 1] if first_chunk else 0
        read: dict[str, NDArray[np.int64]] = {
            name: self._integers(track, name, first_chunk)[skipped:]
            for name in (TIME, STEP, SEQUENCE)
            if name in wanted and (name != STEP or track.has_step)
        }
        value = None
        if VALUE in wanted:
            value = self._values_of(track, name_index, first_chunk)[skipped:]
        return Columns(**read, value=value)

    def read_values(self, track: Track) -> NDArray[np.float64]:
        """Read the values of all names as f64[frames, names]."""
        if track.rows is not None:
            return track.rows.value[track.rows.of(track.part)[0], None]
        names = len(track.key_set.names)
        values = np.empty((track.points, names))
        begin = 0
        for frames, places in zip(track.chunks, track.values, strict=True):
            for number, place in enumerate(places):
                first = number * track.group
                width = min(track.group, names - first)
                column = self._column(place, frames * width, np.float64)
                rows = values[begin : begin + frames, first : first + width]
                rows[:] = column.reshape(width, frames).T
            begin += frames
        return values

    def statistics(self, track: Track) -> Statistics:
        """Read the statistics of a track; without its points, but for a handful of them."""
        if track.rows is not None:
            return track.rows.of(track.part)[1]
        if track.statistics is None:
            time = self._integers(track, TIME, 0)
            step = self._integers(track, STEP, 0) if track.has_step else None
            return describe(self.read_values(track), time, step, track.points)
        stored = self._stored(track.statistics, "block of statistics")
        names, chunks = len(track.key_set.names), len(track.chunks)
        read: dict[str, NDArray[Any]] = {"count": np.array(track.chunks, np.int64)}
        at = 0
        try:
            for field in (*PER_NAME, *PER_CHUNK):
                shape = (names, chunks) if field in PER_NAME else (chunks,)
                size = int.from_bytes(stored[at : at + 4], "little")
                dtype = np.float64 if field in DOUBLES else np.int64
                column = stored[at + 4 : at + 4 + size]
                read[field] = decode_column(column, int(np.prod(shape)), dtype).reshape(shape)
                at += 4 + size
        except ValueError as error:
            raise layout.damaged(self.path, track.statistics[0], str(error)) from error
        return Statistics(**read)

    def verify(self) -> list[SegmentDamaged]:
        """Hold every block against its checksum and return what fails."""
        return verify_blocks(self._view, self.footer, self.path)

    def _stored(self, place: Place, what: str) -> memoryview:
        """Return the bytes at a place; what a cache kept wrongly is read again."""
        try:
            return layout.checked(self._view, place, self.path, what)
        except SegmentDamaged:
            if not (isinstance(self._view, RangedObject) and self._view.is_from_cache):
                raise
        self._view.forget()
        return layout.checked(self._view, place, self.path, what)

    def _parts_of(self, track: Track) -> list[Track]:
        """Read a loose track and return one for each of its names."""
        name = self._integers(track, NAME, 0)
        names = len(track.key_set.names)
        if track.points and not 0 <= name.min() <= name.max() < names:
            raise layout.damaged(self.path, track.places[NAME][0][0], "a name isn't in the footer")
        order = np.argsort(name, kind="stable")
        counts = np.bincount(name, minlength=names)
        starts = np.cumsum(counts) - counts
        present = np.flatnonzero(counts)
        rows = _Rows(
            starts[present],
            self._integers(track, TIME, 0)[order],
            self._integers(track, STEP, 0)[order] if track.has_step else None,
            self._integers(track, SEQUENCE, 0)[order],
            self._values_of(track, 0, 0)[order],
            [],
        )
        return [
            replace(
                track,
                key_set=replace(track.key_set, names=(track.key_set.names[number],)),
                points=int(counts[number]),
                chunks=(int(counts[number]),),
                rows=rows,
                part=part,
            )
            for part, number in enumerate(present.tolist())
        ]

    def _integers(self, track: Track, name: str, first_chunk: int) -> NDArray[np.int64]:
        """Read one of the columns that all names of a track share."""
        chunks = track.chunks[first_chunk:]
        values = np.empty(sum(chunks), np.int64)
        begin = 0
        for frames, place in zip(chunks, track.places[name][first_chunk:], strict=True):
            self._decode(place, values[begin : begin + frames])
            begin += frames
        return values

    def _values_of(self, track: Track, name_index: int, first_chunk: int) -> NDArray[np.float64]:
        """Read the values of one name; a column may hold those of other names, too."""
        number, row = divmod(name_index, track.group)
        width = min(track.group, len(track.key_set.names) - number * track.group)
        chunks = track.chunks[first_chunk:]
        values = np.empty(sum(chunks))
        begin = 0
        for frames, places in zip(chunks, track.values[first_chunk:], strict=True):
            target = values[begin : begin + frames]
            if width == 1:
                self._decode(places[number], target)
            else:
                column = self._column(places[number], frames * width, np.float64)
                target[:] = column[row * frames : (row + 1) * frames]
            begin += frames
        return values

    def _column(self, place: Place, count: int, dtype: type[np.float64]) -> NDArray[np.float64]:
        values = np.empty(count, dtype)
        self._decode(place, values)
        return values

    def _decode(self, place: Place, values: NDArray[Any]) -> None:
        known = self._progressions.get(place)
        if known is not None:
            return known.fill(values)
        stored = self._stored(place, "column")
        try:
            progression = decode_into(stored, values)
            if progression is not None:
                self._progressions[place] = progression
        except ValueError as error:
            raise layout.damaged(self.path, place[0], str(error)) from error

    def _unpack_events(self, data: bytes) -> Iterator[EventRecord]:
        at, front = 0, layout.EVENT_FRONT
        while at < len(data):
            if at + front.size > len(data):
                raise ValueError("a front is cut off")
            sequence, kind, flags, number, reference, size = front.unpack_from(data, at)
            at += front.size
            if at + size > len(data):
                raise ValueError("a body is cut off")
            body = data[at : at + size]
            at += size
            if number == layout.NO_WRITER:
                yield EventRecord(sequence, kind, flags, None, None, 0, body, reference)
            else:
                attempt, rank = self.writers[number]
                yield EventRecord(sequence, kind, flags, self.run, attempt, rank, body, reference)

    def _track(self, fields: dict[str, Any]) -> Track:
        attempt, rank = self.writers[fields["writer"]]
        names = tuple(fields["names"])
        columns = {name: fields.get(name) or [] for name in (TIME, STEP, SEQUENCE, NAME)}
        track = Track(
            key_set=KeySet(self.run, attempt, rank, fields["context"], names),
            has_step=fields["has_step"],
            points=fields["points"],
            chunks=tuple(fields["chunks"]),
            group=fields["group"],
            places={name: [self._place(one) for one in column] for name, column in columns.items()},
            values=[[self._place(one) for one in chunk] for chunk in fields["values"]],
            statistics=self._place(fields["statistics"]) if fields["statistics"] else None,
        )
        if sum(track.chunks) != track.points or len(track.values) != len(track.chunks):
            raise ValueError("the chunks of a track don't add up")
        return track

    @staticmethod
    def _place(place: list[int]) -> Place:
        offset, size, crc = place
        return offset, size, crc


def _part_of(track: Track, first: int, end: int) -> Track:
    """Return a track of some chunks of another."""
    return replace(
        track,
        points=sum(track.chunks[first:end]),
        chunks=track.chunks[first:end],
        places={name: column[first:end] for name, column in track.places.items()},
        values=track.values[first:end],
    )


def _read_rows(rows: _Rows, part: int, wanted: set[str], after_sequence: int | None) -> Columns:
    """Read columns of one name of a loose track."""
    at, _ = rows.of(part)
    if after_sequence is not None:
        skipped = int(np.searchsorted(rows.sequence[at], after_sequence, side="right"))
        at = slice(at.start + skipped, at.stop)
    return Columns(
        time=rows.time[at] if TIME in wanted else None,
        step=rows.step[at] if STEP in wanted and rows.step is not None else None,
        sequence=rows.sequence[at] if SEQUENCE in wanted else None,
        value=rows.value[at] if VALUE in wanted else None,
    )


def _close_when_unused(buffer: mmap.mmap) -> None:
    with suppress(BufferError):  # views of it are alive: it goes with the last of them
        buffer.close()
