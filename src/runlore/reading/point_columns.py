"""Read the points of a series again and again, no more of them than a range of x needs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from runlore.errors import DamageError, FormatTooNew
from runlore.reading.kept_journals import KeptJournals
from runlore.reading.kept_segments import KeptSegments
from runlore.segments.opening import segment_name
from runlore.segments.segment import SEQUENCE, STEP, TIME, VALUE

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from runlore.index.change_rows import RunPlaces
    from runlore.index.rows import Limits, Part, Position
    from runlore.reading.store import StoreReader
    from runlore.segments.scan import PointsBlock
    from runlore.segments.segment import Segment, Track
    from runlore.segments.tables import KeySet

_FRAME_BITS = 32  # of a frame's number in its journal file


class PlacesMoved(Exception):
    """A journal is gone since the index was asked: it was sealed and cleared away."""


class SeriesKey(NamedTuple):
    """Names a series within a run."""

    name: str
    context: str
    rank: int


class Window(NamedTuple):
    """A range of steps or times, both ends included, outside of which nothing is wanted."""

    column: str
    least: int
    greatest: int


class Chosen(NamedTuple):
    """Which chunks to read of tracks (actor, number, track): stretches from one to before another.

    Tracks that aren't named are read whole, but for those of parts (actor, number) in `covered`;
    with a `window`, without the chunks at both ends that hold nothing in it.
    """

    ranges: Mapping[tuple[str, int, int], Sequence[tuple[int, int]]]
    covered: Collection[tuple[str, int]]
    window: Window | None = None


ALL = Chosen({}, ())


@dataclass(frozen=True, eq=False, slots=True)
class PointColumns:
    """Points of a series, all with a step or all without; None for what wasn't asked for.

    They stand part after part as they were written. `frame` is unique to each frame of the run
    and ascends within a part.
    """

    attempt: str
    is_stepped: bool
    step: NDArray[np.int64] | None
    time: NDArray[np.int64] | None
    value: NDArray[np.float64] | None
    frame: NDArray[np.int64] | None

    def __len__(self) -> int:
        for column in (self.step, self.time, self.value, self.frame):
            if column is not None:
                return len(column)
        return 0

    def at(self, kept: NDArray[np.bool_] | NDArray[np.int64] | slice) -> PointColumns:
        """Return the points at some places."""
        columns = (self.step, self.time, self.value, self.frame)
        return PointColumns(
            self.attempt,
            self.is_stepped,
            *(None if column is None else column[kept] for column in columns),  # type: ignore[arg-type]
        )


class PointReader:
    """Reads columns of points; what it takes apart of files it keeps, within bounds."""

    def __init__(self, reader: StoreReader) -> None:
        self._reader = reader
        self._segments = KeptSegments(reader.folder)
        self._journals = KeptJournals(reader.folder)

    def read(
        self,
        places: RunPlaces,
        series: SeriesKey,
        columns: Collection[str],
        *,
        chosen: Chosen = ALL,
        superseded: bool = False,
        problems: list[str],
    ) -> list[PointColumns]:
        """Read `columns` (step, time, value, sequence) of the chosen chunks of a series.

        What can't be read is said in `problems`.

        Raises:
            PlacesMoved: if a journal is gone that the index had as unsealed.
        """
        found: list[PointColumns] = []
        wanted: dict[tuple[str, int], dict[int, Sequence[tuple[int, int]]]] = {}
        for (actor, file, track), ranges in chosen.ranges.items():
            wanted.setdefault((actor, file), {})[track] = ranges
        limits = {} if superseded else places.limits
        for number, (part, position) in enumerate(zip(places.parts, places.positions, strict=True)):
            place = (part.actor, part.number)
            ranges_of, is_covered = wanted.get(place, {}), place in chosen.covered
            if is_covered and not any(ranges_of.values()):
                continue
            task = _Task(
                places.run, series, columns, limits, number, ranges_of, is_covered, chosen.window
            )
            try:
                found += self._read_part(part, position, task)
            except FileNotFoundError:
                if not part.is_sealed:
                    raise PlacesMoved from None
                name = segment_name(self._reader.folder, part.run, part.actor, part.number)
                problems.append(f"the segment {name} is missing")
            except (DamageError, FormatTooNew) as error:
                problems.append(error.message)
        return [one for one in found if len(one)]

    def _read_part(self, part: Part, position: Position, task: _Task) -> list[PointColumns]:
        if part.is_sealed:
            with self._segments.lend(part, end=position.position) as segment:
                return list(task.of_segment(segment))
        return list(task.of_journal(self._journals.blocks(part, position)))


class _Task(NamedTuple):
    """What is wanted of one part."""

    run: str
    series: SeriesKey
    columns: Collection[str]
    limits: Mapping[str, Limits]
    part: int
    ranges: Mapping[int, Sequence[tuple[int, int]]]
    is_covered: bool
    window: Window | None

    def of_segment(self, segment: Segment) -> Iterator[PointColumns]:
        """Read the tracks of a segment that hold the series."""
        for number, track in enumerate(segment.tracks):
            for place in self._places_in(track.key_set):
                limit = self._limit_of(track.key_set.attempt, is_stepped=track.has_step)
                names = {*self.columns, *([limit[0]] if limit else [])}
                ranges: Sequence[tuple[int, int] | None] | None = self.ranges.get(number)
                if ranges is None and self.is_covered:
                    continue
                if ranges is None:
                    ranges = self._touched(segment, track, place)
                for chunks in ranges:
                    read = segment.read(track, place, names, chunks=chunks)
                    frame = read.sequence
                    found = PointColumns(
                        track.key_set.attempt,
                        track.has_step,
                        read.step,
                        read.time,
                        read.value,
                        None if frame is None else frame + (self.part << _FRAME_BITS),
                    )
                    yield _current(found, limit)

    def of_journal(self, blocks: Iterable[PointsBlock]) -> Iterator[PointColumns]:
        """Take the points out of what was read of a journal."""
        for block in blocks:
            for place in self._places_in(block.key_set):
                found = PointColumns(
                    block.key_set.attempt,
                    block.has_step,
                    block.step if block.has_step else None,
                    block.time,
                    block.values[:, place],
                    block.sequence + (self.part << _FRAME_BITS),
                )
                yield _current(
                    found, self._limit_of(block.key_set.attempt, is_stepped=block.has_step)
                )

    def _touched(
        self, segment: Segment, track: Track, place: int
    ) -> Sequence[tuple[int, int] | None]:
        """Say which chunks of a track may hold points in the window."""
        window = self.window
        is_whole = len(track.chunks) < 2 or window is None
        if window is None or is_whole or (window.column == STEP and not track.has_step):
            return (None,)
        read = segment.read(track, place, (window.column,))
        values = read.step if window.column == STEP else read.time
        if values is None:
            raise ValueError("a column that was asked for is missing")
        starts = np.cumsum((0, *track.chunks[:-1]))
        is_met = (np.maximum.reduceat(values, starts) >= window.least) & (
            np.minimum.reduceat(values, starts) <= window.greatest
        )
        met = np.flatnonzero(is_met)
        return ((int(met[0]), int(met[-1]) + 1),) if len(met) else ()

    def _places_in(self, keys: KeySet) -> Iterator[int]:
        name, context, rank = self.series
        if (keys.run, keys.context, keys.rank) == (self.run, context, rank):
            for place, one in enumerate(keys.names):
                if one == name:
                    yield place

    def _limit_of(self, attempt: str, *, is_stepped: bool) -> tuple[str, int] | None:
        """Say from where on points of an attempt are left out, as superseded."""
        limit = self.limits.get(attempt)
        if limit is None:
            return None
        bound = limit.step if is_stepped else limit.time
        return None if bound is None else (STEP if is_stepped else TIME, bound)


def _current(columns: PointColumns, limit: tuple[str, int] | None) -> PointColumns:
    """Leave out what is superseded."""
    if limit is None:
        return columns
    bounded = columns.step if limit[0] == STEP else columns.time
    if bounded is None:
        raise ValueError("a column that was asked for is missing")
    is_kept = bounded < limit[1]
    return columns if is_kept.all() else columns.at(is_kept)


EVERYTHING = (STEP, TIME, SEQUENCE, VALUE)
