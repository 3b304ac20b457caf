"""What the index knows of the chunks of a series, as columns over all of its files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from runlore.index.chunks import FLOATS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from runlore.index.change_rows import RunPlaces
    from runlore.index.chunks import ChunkStatistics
    from runlore.index.rows import Limits
    from runlore.reading.point_columns import SeriesKey

    Mask = NDArray[np.bool_]

_PER_NAME = (
    *("min", "max", "sum", "first", "last"),
    *("nan", "positive_infinities", "negative_infinities"),
)
_PER_CHUNK = ("count", "step_from", "step_to", "time_from", "time_to")
_UNBOUNDED = np.iinfo(np.int64).max


@dataclass(frozen=True, eq=False)
class ChunkTable:
    """The chunks of one series: `columns` holds a number for each, f64 or i64.

    Those that a resumed run has replaced are not among them, unless they were asked for; of a
    chunk that `is_cut`, some points are replaced. `track` is an index into `tracks`, each an
    (actor, number, track), `chunk` the place in it. Parts (actor, number) in `covered` hold
    nothing of their run in tracks whose chunks the index doesn't know.
    """

    tracks: list[tuple[str, int, int]]
    columns: dict[str, NDArray[Any]]
    track: NDArray[np.int64]
    chunk: NDArray[np.int64]
    has_step: Mask
    is_cut: Mask
    covered: frozenset[tuple[str, int]]

    def __getitem__(self, name: str) -> NDArray[Any]:
        return self.columns[name]

    def __len__(self) -> int:
        return len(self.track)

    @property
    def size_bytes(self) -> int:
        """How much memory it takes."""
        return len(self) * 8 * (len(self.columns) + 3)

    def ranges(self, chosen: Mask) -> dict[tuple[str, int, int], list[tuple[int, int]]]:
        """Give the stretches of chosen chunks of every track; of some, none."""
        found: dict[tuple[str, int, int], list[tuple[int, int]]]
        found = {track: [] for track in self.tracks}
        places = np.flatnonzero(chosen)
        if len(places):
            track, chunk = self.track[places], self.chunk[places]
            is_new = (track[1:] != track[:-1]) | (chunk[1:] != chunk[:-1] + 1)
            starts = np.concatenate(([0], np.flatnonzero(is_new) + 1))
            ends = np.append(starts[1:], len(places)) - 1
            for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
                stretch = (int(chunk[start]), int(chunk[end]) + 1)
                found[self.tracks[int(track[start])]].append(stretch)
        return found


def table_of(
    statistics: Sequence[ChunkStatistics],
    places: RunPlaces,
    series: SeriesKey,
    limits: Mapping[str, Limits],
) -> ChunkTable:
    """Join the statistics of a run's tracks that hold a series; `limits` says what is replaced."""
    name, context, rank = series
    own = [
        one
        for one in statistics
        if (one.context, one.rank) == (context, rank) and name in one.names
    ]
    columns: dict[str, NDArray[Any]] = {}
    begins = [one.names.index(name) * one.chunk_count for one in own]
    for column in (*_PER_NAME, *_PER_CHUNK):
        views = [one.columns[column] for one in own]
        if column in _PER_NAME:
            views = [
                view[begin : begin + one.chunk_count]
                for view, begin, one in zip(views, begins, own, strict=True)
            ]
        columns[column] = np.frombuffer(b"".join(views), "<f8" if column in FLOATS else "<i8")
    counts = [one.chunk_count for one in own]
    has_step = np.repeat(np.array([one.has_step for one in own], np.bool_), counts)
    bounds = np.repeat(np.array([_bound(one, limits) for one in own], np.int64), counts)
    least = np.where(has_step, columns["step_from"], columns["time_from"])
    greatest = np.where(has_step, columns["step_to"], columns["time_to"])
    track = np.repeat(np.arange(len(own)), counts)
    chunk = np.concatenate([np.arange(count) for count in counts] or [np.empty(0, np.int64)])
    is_kept = least < bounds
    is_cut = greatest >= bounds
    if not is_kept.all():
        columns = {column: values[is_kept] for column, values in columns.items()}
        track, chunk = track[is_kept], chunk[is_kept]
        has_step, is_cut = has_step[is_kept], is_cut[is_kept]
    tracks = [(one.actor, one.number, one.track) for one in own]
    return ChunkTable(tracks, columns, track, chunk, has_step, is_cut, _covered(statistics, places))


def _bound(track: ChunkStatistics, limits: Mapping[str, Limits]) -> int:
    limit = limits.get(track.attempt)
    bound = None if limit is None else limit.step if track.has_step else limit.time
    return _UNBOUNDED if bound is None else bound


def _covered(
    statistics: Sequence[ChunkStatistics], places: RunPlaces
) -> frozenset[tuple[str, int]]:
    points: dict[tuple[str, int], int] = {}
    for one in statistics:
        key = (one.actor, one.number)
        points[key] = points.get(key, 0) + sum(one.columns["count"]) * len(one.names)
    return frozenset(
        (part.actor, part.number)
        for part in places.parts
        if part.is_sealed and points.get((part.actor, part.number)) == part.points
    )
