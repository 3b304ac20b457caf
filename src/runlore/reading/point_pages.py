"""The points of a series page by page, exact, without reading all of a long one."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from runlore.errors import StoreError, TooLarge
from runlore.reading.axes import EVERYTHING, joined, sorted_points
from runlore.reading.curve import LONG
from runlore.reading.curves import Asked, KnownRuns
from runlore.reading.point_columns import ALL, Chosen, PlacesMoved, PointColumns
from runlore.records.ids import short

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from runlore.index.change_rows import RunPlaces
    from runlore.reading.chunk_table import ChunkTable
    from runlore.reading.curves import CurveReader
    from runlore.reading.point_columns import SeriesKey
    from runlore.reading.store import StoreReader

_MOST_AT_ONCE = 4_000_000  # points that have to be sorted together
_FRAME_BITS = 32


class PointsAsked(NamedTuple):
    """A series of a run (32 digits), the steps that are wanted, and which of those points."""

    run: str
    label: str
    least: int | None
    greatest: int | None
    offset: int
    limit: int

    def is_within(self, step: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Mark the steps that are wanted."""
        least = np.iinfo(np.int64).min if self.least is None else self.least
        greatest = np.iinfo(np.int64).max if self.greatest is None else self.greatest
        return np.asarray((step >= least) & (step <= greatest))


class PointPage(NamedTuple):
    """Some points, those with a step before those without; `total` in the range of steps."""

    points: list[PointColumns]
    total: int
    problems: list[str]


class _Cluster(NamedTuple):
    """Points that are sorted together: chunks of a table, and columns that were read."""

    least: int
    greatest: int
    size: int
    chunks: list[int]
    loose: list[PointColumns]


def read_points(reader: StoreReader, curves: CurveReader, asked: PointsAsked) -> PointPage:
    """Read points by (step, time, writer, sequence), those without a step as they were written.

    Raises:
        RunNotFound, SeriesNotFound: if there is no such run or series.
        StoreError: if its files are being moved about for too long.
        TooLarge: if the points are so mixed that too many must be read for these.
    """
    wanted = Asked(asked.run, asked.label)
    known = KnownRuns(reader, [wanted])
    known.check(wanted)
    try:
        return _read(known, curves, asked)
    except PlacesMoved:
        known.renew(asked.run)
    try:
        return _read(known, curves, asked)
    except PlacesMoved as error:
        raise StoreError(
            f"the points of run {short(asked.run)} are being moved", hint="ask again"
        ) from error


def _read(known: KnownRuns, curves: CurveReader, asked: PointsAsked) -> PointPage:
    series, summary = known.series_of(Asked(asked.run, asked.label))
    places = known.places[asked.run]
    table = None
    if summary is not None and summary.points >= LONG:
        table = curves.table(places, series, superseded=False)
    return _Pages(curves, places, series, table, asked).page()


class _Pages:
    """Finds the points at an offset from what is known of chunks."""

    def __init__(
        self,
        curves: CurveReader,
        places: RunPlaces,
        series: SeriesKey,
        table: ChunkTable | None,
        asked: PointsAsked,
    ) -> None:
        self._reader = curves.points
        self._places = places
        self._series = series
        self._table = table
        self._asked = asked
        self._problems: list[str] = []

    def page(self) -> PointPage:
        """Read the points that are asked for."""
        table = self._table
        chosen = ALL if table is None else Chosen(table.ranges(table.is_cut), table.covered)
        loose = self._read(chosen)
        found: list[PointColumns] = []
        total, begin = 0, self._asked.offset
        end = begin + self._asked.limit
        for cluster, is_stepped in self._clusters(loose):
            count, points = cluster.size, None
            if is_stepped and not self._is_whole(cluster):
                points = self._points(cluster, is_stepped=True)
                count = len(points)
            if total < end and total + count > begin:
                if points is None:
                    points = self._points(cluster, is_stepped=is_stepped)
                some = points.at(slice(max(0, begin - total), end - total))
                found += [some] if len(some) else []
            total += count
        return PointPage(found, total, list(dict.fromkeys(self._problems)))

    def _clusters(self, loose: Sequence[PointColumns]) -> Iterator[tuple[_Cluster, bool]]:
        """Yield stretches of points that follow one another, with whether they have steps."""
        asked, table = self._asked, self._table
        units = [
            _Cluster(int(one.step.min()), int(one.step.max()), len(one), [], [one])
            for one in loose
            if one.is_stepped and one.step is not None
        ]
        if table is not None:
            columns = (table["step_from"], table["step_to"], table["count"])
            places = np.flatnonzero(table.has_step & ~table.is_cut)
            rows = zip(*(column[places].tolist() for column in columns), strict=True)
            units += [
                _Cluster(least, greatest, size, [place], [])
                for (least, greatest, size), place in zip(rows, places.tolist(), strict=True)
            ]
        for cluster in _together(units):
            is_before = asked.least is not None and cluster.greatest < asked.least
            is_behind = asked.greatest is not None and cluster.least > asked.greatest
            if not (is_before or is_behind):
                yield cluster, True
        if asked.least is None and asked.greatest is None:
            yield from ((cluster, False) for cluster in self._unstepped(loose))

    def _unstepped(self, loose: Sequence[PointColumns]) -> list[_Cluster]:
        """Put points without a step together that lie in one file."""
        table = self._table
        parts: dict[int, _Cluster] = {}
        for one in loose:
            if not one.is_stepped and one.frame is not None:
                part = int(one.frame[0]) >> _FRAME_BITS
                known = parts.get(part, _Cluster(part, part, 0, [], []))
                parts[part] = known._replace(size=known.size + len(one), loose=[*known.loose, one])
        if table is not None:
            files = [(part.actor, part.number) for part in self._places.parts]
            for place in np.flatnonzero(~table.has_step & ~table.is_cut).tolist():
                part = files.index(table.tracks[int(table.track[place])][:2])
                known = parts.get(part, _Cluster(part, part, 0, [], []))
                count = known.size + int(table["count"][place])
                parts[part] = known._replace(size=count, chunks=[*known.chunks, place])
        return [parts[part] for part in sorted(parts)]

    def _is_whole(self, cluster: _Cluster) -> bool:
        """Whether all of a cluster is in the range of steps."""
        least, greatest = self._asked.least, self._asked.greatest
        return (least is None or cluster.least >= least) and (
            greatest is None or cluster.greatest <= greatest
        )

    def _points(self, cluster: _Cluster, *, is_stepped: bool) -> PointColumns:
        """Read the points of a cluster in order, those in the range of steps."""
        if cluster.size > _MOST_AT_ONCE:
            raise TooLarge(
                f"{cluster.size:,} points have to be sorted together, for their steps overlap",
                hint="read the series in Python: run.series(…)",
            )
        found = list(cluster.loose)
        if cluster.chunks and self._table is not None:
            is_chosen = np.zeros(len(self._table), np.bool_)
            is_chosen[cluster.chunks] = True
            everywhere = {(part.actor, part.number) for part in self._places.parts}
            found += self._read(Chosen(self._table.ranges(is_chosen), everywhere))
        points = joined(found)
        if points is None:  # a file that can't be read
            return _empty()
        if not is_stepped:
            return points if points.frame is None else points.at(np.argsort(points.frame))
        points = sorted_points(points, by_step=True)
        if points.step is None:
            raise ValueError("a column that was asked for is missing")
        is_within = self._asked.is_within(points.step)
        return points if is_within.all() else points.at(is_within)

    def _read(self, chosen: Chosen) -> list[PointColumns]:
        return self._reader.read(
            self._places, self._series, EVERYTHING, chosen=chosen, problems=self._problems
        )


def _together(units: Sequence[_Cluster]) -> list[_Cluster]:
    """Join what overlaps, so that all steps of one are before those of the next."""
    clusters: list[_Cluster] = []
    for unit in sorted(units, key=lambda unit: (unit.least, unit.greatest)):
        if clusters and unit.least <= clusters[-1].greatest:
            last = clusters[-1]
            clusters[-1] = _Cluster(
                last.least,
                max(last.greatest, unit.greatest),
                last.size + unit.size,
                last.chunks + unit.chunks,
                last.loose + unit.loose,
            )
        else:
            clusters.append(unit)
    return clusters


def _empty() -> PointColumns:
    nothing = np.empty(0, np.int64)
    return PointColumns(
        "", is_stepped=True, step=nothing, time=nothing, value=np.empty(0), frame=nothing
    )
