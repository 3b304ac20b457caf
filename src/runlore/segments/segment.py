"""Read a segment: its footer at once, columns when they are asked for."""

from __future__ import annotations

import mmap
import zlib
from contextlib import suppress
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from runlore.errors import SegmentDamaged
from runlore.segments import layout
from runlore.segments.columns import decode_column, decode_into
from runlore.segments.scan import EventRecord
from runlore.segments.statistics import DOUBLES, PER_CHUNK, PER_NAME, Statistics
from runlore.segments.tables import KeySet

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from types import TracebackType

    from numpy.typing import NDArray

    from runlore.segments.layout import Place

TIME, STEP, SEQUENCE, VALUE = "time", "step", "sequence", "value"


@dataclass(frozen=True, slots=True)
class Track:
    """The points of one key set, with or without steps; `chunks` are counts of frames."""

    key_set: KeySet
    has_step: bool
    points: int
    chunks: tuple[int, ...]
    group: int
    places: dict[str, list[Place]]
    values: list[list[Place]]
    statistics: Place


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

    def __init__(self, buffer: bytes | mmap.mmap, path: str) -> None:
        """Take apart the segment in `buffer`; `path` is what errors call it.

        Raises:
            SegmentDamaged: if its header or footer isn't whole.
            FormatTooNew: if a later release wrote it.
        """
        self.path = path
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
            self.tracks = [self._track(fields) for fields in self.footer["tracks"]]
            self.event_count: int = self.footer["events"]["count"]
            self.first_time: int | None = self.footer["first_time"]
            self.last_time: int | None = self.footer["last_time"]
        except (KeyError, TypeError, ValueError, IndexError) as error:
            raise layout.damaged(path, 0, f"the footer is malformed: {error!r}") from error

    @classmethod
    def open(cls, path: str) -> Segment:
        """Map a segment into memory and read its footer.

        Raises:
            FileNotFoundError: if there is none.
            SegmentDamaged, FormatTooNew: as the constructor.
        """
        with open(path, "rb") as file:
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

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def events(self) -> list[EventRecord]:
        """Read the frames that are neither points nor tables, in order."""
        place = self._place(self.footer["events"]["block"])
        stored = layout.checked(self._view, place, self.path, "block of events")
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
    ) -> Columns:
        """Read columns (`time`, `step`, `sequence`, `value`) of the points of one name.

        With `after_sequence`, only frames whose sequence number is greater.
        """
        wanted = set(columns)
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
        """Read the statistics of a track, without its points."""
        stored = layout.checked(self._view, track.statistics, self.path, "block of statistics")
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
        places = [("block of events", self._place(self.footer["events"]["block"]))]
        for track in self.tracks:
            places.append(("block of statistics", track.statistics))
            columns = [place for places in track.places.values() for place in places]
            columns += [place for chunk in track.values for place in chunk]
            places += [("column", place) for place in columns]
        problems = []
        for what, place in places:
            try:
                layout.checked(self._view, place, self.path, what)
            except SegmentDamaged as error:
                problems.append(error)
        return problems

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
        stored = layout.checked(self._view, place, self.path, "column")
        try:
            decode_into(stored, values)
        except ValueError as error:
            raise layout.damaged(self.path, place[0], str(error)) from error

    def _unpack_events(self, data: bytes) -> Iterator[EventRecord]:
        at, front = 0, layout.EVENT_FRONT
        while at < len(data):
            if at + front.size > len(data):
                raise ValueError("a front is cut off")
            sequence, kind, flags, number, size = front.unpack_from(data, at)
            at += front.size
            if at + size > len(data):
                raise ValueError("a body is cut off")
            body = data[at : at + size]
            at += size
            if number == layout.NO_WRITER:
                yield EventRecord(sequence, kind, flags, None, None, 0, body)
            else:
                attempt, rank = self.writers[number]
                yield EventRecord(sequence, kind, flags, self.run, attempt, rank, body)

    def _track(self, fields: dict[str, Any]) -> Track:
        attempt, rank = self.writers[fields["writer"]]
        names = tuple(fields["names"])
        columns = {name: fields[name] or [] for name in (TIME, STEP, SEQUENCE)}
        track = Track(
            key_set=KeySet(self.run, attempt, rank, fields["context"], names),
            has_step=fields["has_step"],
            points=fields["points"],
            chunks=tuple(fields["chunks"]),
            group=fields["group"],
            places={name: [self._place(one) for one in column] for name, column in columns.items()},
            values=[[self._place(one) for one in chunk] for chunk in fields["values"]],
            statistics=self._place(fields["statistics"]),
        )
        if sum(track.chunks) != track.points or len(track.values) != len(track.chunks):
            raise ValueError("the chunks of a track don't add up")
        return track

    @staticmethod
    def _place(place: list[int]) -> Place:
        offset, size, crc = place
        return offset, size, crc


def _close_when_unused(buffer: mmap.mmap) -> None:
    with suppress(BufferError):  # views of it are alive: it goes with the last of them
        buffer.close()
