"""Sum up the points of a segment: from its statistics where they suffice, else from its points."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from runlore.index import chunks
from runlore.index.arrays import ArrayColumns
from runlore.index.points import SeriesSet
from runlore.index.summaries import Entry

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from runlore.index.points import PointsSource
    from runlore.segments.segment import Segment, Track
    from runlore.segments.statistics import Statistics

_GREATEST = np.iinfo(np.int64).max
_COLUMNS = (
    *("nan", "positive_infinities", "negative_infinities", "min_step", "max_step"),
    *("last", "min", "max", "sum"),
)


class TrackSource:
    """All points of one track of a segment; `between` gives some of them."""

    def __init__(self, segment: Segment, track: Track) -> None:
        keys = track.key_set
        self.series = SeriesSet(keys.run, keys.attempt, keys.rank, keys.context, keys.names)
        self.has_step = track.has_step
        self.track = track
        self.statistics: Statistics = segment.statistics(track)
        self._segment = segment

    @property
    def point_count(self) -> int:
        """How many values there are in all."""
        return self.track.points * len(self.series.names)

    @property
    def times(self) -> tuple[int, int]:
        """The least and the greatest time."""
        return int(self.statistics.time_from.min()), int(self.statistics.time_to.max())

    @property
    def last(self) -> tuple[int, int]:
        """Step and time of the last point."""
        steps, times = self.statistics.last_step, self.statistics.last_time
        place = int(np.lexsort((times, steps))[-1])
        return int(steps[place]), int(times[place])

    def entries(self, journal: int, before: int | None) -> list[Entry] | None:
        """Sum up each series; reads points only if some count and others don't."""
        found = self.statistics
        if before is not None:
            least, greatest = (
                (found.step_from, found.step_to)
                if self.has_step
                else (found.time_from, found.time_to)
            )
            if int(least.min()) >= before:
                return None
            if int(greatest.max()) >= before:
                return self.points().entries(journal, before)
        return _entries(found, self.track.points, journal)

    def points(self) -> ArrayColumns:
        """Read the points."""
        track, segment = self.track, self._segment
        read = segment.read(track, 0, ("time", "step", "sequence"))
        if read.sequence is None or read.time is None:
            raise ValueError("columns that were asked for are missing")
        values = segment.read_values(track)
        return ArrayColumns(self.series, read.sequence, read.time, read.step, values)

    def between(self, first: int, end: int) -> ArrayColumns | None:
        """Read the frames with `first` ≤ sequence < `end`; None if there are none."""
        return self.points().between(first, end)


def _entries(found: Statistics, frames: int, journal: int) -> list[Entry]:
    """Take over the statistics of chunks.

    They don't tell the sequence of the last point, which matters only between equal
    (step, time) of one journal file: see `sources_of`.
    """
    if len(found.count) == 1:
        columns = {name: getattr(found, name)[:, 0] for name in _COLUMNS}
        last = (int(found.last_step[0]), int(found.last_time[0]))
    else:
        place = int(np.lexsort((np.arange(len(found.count)), found.last_time, found.last_step))[-1])
        last = (int(found.last_step[place]), int(found.last_time[place]))
        columns = _reduced(found, place)
    shared = (int(found.step_from.min()), int(found.time_from.min()), *last, journal, 0)
    rows = zip(*(columns[name].tolist() for name in _COLUMNS), strict=True)
    return [Entry._make((frames, *row[:3], *shared, *row[3:])) for row in rows]


def _reduced(found: Statistics, last_chunk: int) -> dict[str, NDArray[np.generic]]:
    """Reduce chunks to one number a name."""
    columns: dict[str, NDArray[np.generic]] = {
        name: getattr(found, name).sum(axis=1)
        for name in ("nan", "positive_infinities", "negative_infinities")
    }
    for name, pick, worst in (("min", np.min, np.inf), ("max", np.max, -np.inf)):
        values, steps = getattr(found, name), getattr(found, f"{name}_step")
        candidates = np.where(np.isnan(values), worst, values)
        best = pick(candidates, axis=1)
        is_best = (candidates == best[:, None]) & ~np.isnan(values)
        has_any = is_best.any(axis=1)
        at = np.where(is_best, steps, _GREATEST).min(axis=1)
        columns[name] = np.where(has_any, best, np.nan)
        columns[f"{name}_step"] = np.where(has_any, at, 0)
    with np.errstate(over="ignore", invalid="ignore"):
        columns["sum"] = found.sum.sum(axis=1)
    columns["last"] = found.last[:, last_chunk]
    return columns


def sources_of(segment: Segment, first: int, end: int) -> Iterator[PointsSource]:
    """Give the points of a segment with `first` ≤ sequence < `end`, whole tracks as such.

    `first` is 0 for everything from the beginning on.
    """
    tracks = [TrackSource(segment, track) for track in segment.tracks]
    if first > 0 or segment.end > end << 3:
        parts = (source.between(first, end) for source in tracks)
        yield from (part for part in parts if part is not None)
        return
    if len(tracks) < 2:
        yield from tracks
        return
    lasts = Counter(key for source in tracks for key in _lasts(source))
    # What of an attempt is superseded is known later, and with it which of its points is the last.
    attempts = Counter(series for series, _ in {(key[:-2], key[-2]) for key in lasts})
    for source in tracks:
        is_tied = any(lasts[key] > 1 or attempts[key[:-2]] > 1 for key in _lasts(source))
        yield source.points() if is_tied else source


def _lasts(
    source: TrackSource,
) -> Iterator[tuple[str, str, int, bool, str, tuple[int, int]]]:
    series = source.series
    # Without steps the sequence alone decides, so all tracks of one series are tied.
    last = source.last if source.has_step else (0, 0)
    for name in series.names:
        yield name, series.context, series.rank, source.has_step, series.attempt, last


def chunk_blob(segment: Segment) -> bytes | None:
    """Pack the statistics of the tracks of more than one chunk; None if there are none."""
    packed = []
    for number, track in enumerate(segment.tracks):
        if len(track.chunks) < 2:
            continue
        keys = track.key_set
        names = list(keys.names)
        head = chunks.TrackHead(
            number, keys.attempt, keys.rank, keys.context, names, track.has_step, len(track.chunks)
        )
        found = segment.statistics(track)
        columns = [
            np.ascontiguousarray(getattr(found, name)).astype(
                "<f8" if name in chunks.FLOATS else "<i8", copy=False
            )
            for name in chunks.PER_NAME + chunks.PER_CHUNK
        ]
        packed.append((head, b"".join(column.tobytes() for column in columns)))
    return chunks.pack(packed)
