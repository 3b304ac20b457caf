"""One curve: the points of a series in a range of x, as rows of buckets or one by one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from runlore.errors import TooLarge
from runlore.reading.axes import EVERYTHING, is_in_order, joined, over_metric, sorted_points
from runlore.reading.curve_rows import (
    NOTHING,
    Pieces,
    pieces_of_points,
    raw_rows,
    rows_of_pieces,
    rows_of_points,
)
from runlore.reading.point_columns import ALL, Chosen
from runlore.segments.segment import STEP, VALUE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from runlore.index.change_rows import RunPlaces
    from runlore.index.summaries import SeriesSummary
    from runlore.reading.axes import Axis
    from runlore.reading.chunk_table import ChunkTable
    from runlore.reading.curve_rows import Cut, Range, Rows
    from runlore.reading.point_columns import PointColumns, PointReader, SeriesKey

    Doubles = NDArray[np.float64]
    Mask = NDArray[np.bool_]
    Extent = tuple[float, float] | None

LONG = 65_536  # points, from which on the statistics of chunks are looked at
MOST_OVER_METRIC = 4_000_000  # points of both series
MOST_LISTED = 200  # of each kind of what is not finite
_MOST_READ_CHUNKS = 32  # for those lists


class Reading(NamedTuple):
    """What is read: a series of a run, and of it all or what is current.

    `other` is what it is drawn over if that is a metric. `table` is given of a long series.
    """

    places: RunPlaces
    series: SeriesKey
    summary: SeriesSummary | None
    axis: Axis | None
    other: SeriesKey | None = None
    superseded: bool = False
    table: ChunkTable | None = None


@dataclass(eq=False, slots=True)
class CurveFound:
    """A curve as it is drawn.

    `points` are in the range and `total` in all, `unstepped` of these have no such x. The lists
    name the first x of points that are not finite, `not_finite` counts them all. `seams` are
    where a later attempt goes on.
    """

    rows: Rows = NOTHING
    is_raw: bool = True
    points: int = 0
    total: int = 0
    unstepped: int = 0
    nan: list[float] = field(default_factory=list)
    positive_infinities: list[float] = field(default_factory=list)
    negative_infinities: list[float] = field(default_factory=list)
    not_finite: int = 0
    seams: list[float] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


class _Points(NamedTuple):
    """Points in the order of x, and how many have none."""

    x: Doubles
    y: Doubles
    unstepped: int


class Curve:
    """Reads a curve, as little of it as is needed. Raises PlacesMoved where files have gone."""

    def __init__(self, reader: PointReader, reading: Reading, cuts: list[Cut]) -> None:
        self._reader = reader
        self._cuts = cuts
        self._reading = reading
        self._problems: list[str] = []
        self._begins: dict[str, int] = {}  # the least step of an attempt, as far as it was read

    def extent(self) -> Extent:
        """Say from where to where it goes; None if it has no points."""
        axis, summary = self._reading.axis, self._reading.summary
        if axis is None:
            x = self._over_metric().x
            return (float(x.min()), float(x.max())) if len(x) else None
        if axis.is_steps and summary is not None and not self._reading.superseded:
            first, last = summary.first_step, summary.last_step
            if first is not None and last is not None:
                least, greatest = axis.x(np.array([first, last])).tolist()
                return least, greatest
        ends = []
        chosen, table = ALL, self._reading.table
        if table is not None:
            whole = ~table.is_cut
            chosen = Chosen(table.ranges(~whole), table.covered)
            shown = whole & table.has_step if axis.is_steps else whole
            for name, pick in (("from", np.min), ("to", np.max)):
                column = table[f"{axis.column}_{name}"][shown]
                ends += [int(pick(column))] if len(column) else []
        for one in self._read((axis.column,), chosen):
            if one.is_stepped or not axis.is_steps:
                values = axis.values(one)
                ends += [int(values.min()), int(values.max())]
        if not ends:
            return None
        least, greatest = axis.x(np.array([min(ends), max(ends)])).tolist()
        return least, greatest

    def draw(self, within: Range, most_read: int) -> CurveFound:
        """Reduce what lies in a range; read about `most_read` points at most."""
        table, axis = self._reading.table, self._reading.axis
        if table is not None and axis is not None and len(table):
            found = self._draw_long(table, axis, within, most_read)
        else:
            found = self._draw_points(self._all_points(within), within)
        if self._reading.summary is not None and not self._reading.superseded:
            found.total = self._reading.summary.points
        found.problems = list(dict.fromkeys(self._problems))
        found.seams = [x for x in self._seams() if within.start <= x <= within.stop]
        return found

    def _draw_points(self, points: _Points, within: Range) -> CurveFound:
        x, y = points.x, points.y
        total = len(x) + points.unstepped
        begin = int(np.searchsorted(x, within.start, side="left"))
        end = int(np.searchsorted(x, within.stop, side="right"))
        x, y = x[begin:end], y[begin:end]
        found = CurveFound(points=len(x), total=total, unstepped=points.unstepped)
        found.is_raw = len(x) <= within.buckets
        found.rows = raw_rows(x, y) if found.is_raw else rows_of_points(x, y, within, self._cuts)
        _list_not_finite(found, x, y)
        return found

    def _draw_long(
        self, table: ChunkTable, axis: Axis, within: Range, most_read: int
    ) -> CurveFound:
        least, greatest = (axis.x(table[f"{axis.column}_{end}"]) for end in ("from", "to"))
        has_x = table.has_step if axis.is_steps else np.ones(len(table), np.bool_)
        is_touched = has_x & (greatest >= within.start) & (least <= within.stop)
        is_inside = is_touched & (least >= within.start) & (greatest <= within.stop)
        is_whole = is_inside & ~table.is_cut
        in_touched = int(table["count"][is_touched].sum())
        if in_touched <= most_read:
            is_whole = np.zeros(len(table), np.bool_)
        is_read = is_touched & ~is_whole
        chosen = Chosen(table.ranges(is_read), table.covered)
        points = self._points((axis.column, VALUE), chosen)
        beside = has_x & ~is_read
        found = self._draw_points(points, within)
        known = int(table["count"][beside].sum())
        without = int(table["count"][~has_x].sum())
        found.total += known + without
        found.unstepped += without
        if is_whole.any():
            self._add_chunks(found, table, axis, is_whole, points, within)
        return found

    def _add_chunks(
        self,
        found: CurveFound,
        table: ChunkTable,
        axis: Axis,
        is_whole: Mask,
        points: _Points,
        within: Range,
    ) -> None:
        """Add chunks of which the statistics alone are known."""
        pieces = _pieces_of(table, axis, is_whole)
        is_inside = (points.x >= within.start) & (points.x <= within.stop)
        rest = pieces_of_points(points.x[is_inside], points.y[is_inside])
        found.rows = rows_of_pieces(pieces.joined(rest), within)
        found.is_raw = False
        found.points += int(pieces.count.sum())
        found.not_finite += int((pieces.count - pieces.finite).sum())
        odd = is_whole & (_not_finite(table) > 0)
        places = np.flatnonzero(odd)
        if len(places):
            odd[places[_MOST_READ_CHUNKS:]] = False
            chosen = Chosen(table.ranges(odd), {(part.actor, part.number) for part in
                                                self._reading.places.parts})  # fmt: skip
            known = self._points((axis.column, VALUE), chosen)
            x = np.concatenate([points.x[is_inside], known.x])
            y = np.concatenate([points.y[is_inside], known.y])
            order = np.argsort(x, kind="stable")
            count = found.not_finite
            _list_not_finite(found, x[order], y[order])
            found.not_finite = count

    def _all_points(self, within: Range) -> _Points:
        axis = self._reading.axis
        if axis is not None:
            return self._points((axis.column, VALUE), ALL, within)
        points = self._over_metric()
        order = np.argsort(points.x, kind="stable")
        return _Points(points.x[order], points.y[order], points.unstepped)

    def _points(
        self, columns: Sequence[str], chosen: Chosen, within: Range | None = None
    ) -> _Points:
        """Read points in the order of x; of those out of the range, some may be left out."""
        axis = self._reading.axis
        if axis is None:
            raise ValueError("a curve over a metric has no column")
        if within is not None and self._is_cut_by(axis, within):
            chosen = chosen._replace(window=axis.window(within.start, within.stop))
        blocks = self._read(columns, chosen)
        shown = [one for one in blocks if one.is_stepped or not axis.is_steps]
        unstepped = sum(map(len, blocks)) - sum(map(len, shown))
        points = joined(shown)
        if points is None:
            return _Points(np.empty(0), np.empty(0), unstepped)
        values = axis.values(points)
        may_repeat = len(shown) == 1 and not axis.is_steps
        if not is_in_order(values, may_repeat=may_repeat):
            blocks = self._read(EVERYTHING, chosen)
            if axis.is_steps:
                points = joined([one for one in blocks if one.is_stepped])
            else:  # of some, steps may be missing, which don't matter here
                points = joined([_without_steps(one) for one in blocks])
            if points is None:
                return _Points(np.empty(0), np.empty(0), unstepped)
            points = sorted_points(points, by_step=axis.is_steps)
            values = axis.values(points)
        if points.value is None:
            raise ValueError("a column that was asked for is missing")
        return _Points(axis.x(values), points.value, unstepped)

    def _is_cut_by(self, axis: Axis, within: Range) -> bool:
        """Whether a range may leave out points that needn't be read to be counted."""
        summary = self._reading.summary
        if summary is None or self._reading.superseded:
            return False
        ends = (summary.first_step, summary.last_step)
        if not axis.is_steps or ends[0] is None or ends[1] is None:
            return True
        first, last = axis.x(np.array(ends)).tolist()
        return bool(first < within.start or last > within.stop)

    def _over_metric(self) -> _Points:
        other = self._reading.other
        if other is None:
            raise ValueError("a curve is drawn over a column or a metric")
        both = [self._read((STEP, VALUE), ALL), self._read((STEP, VALUE), ALL, other)]
        if not all(_ascends(blocks) for blocks in both):
            both = [self._read(EVERYTHING, ALL), self._read(EVERYTHING, ALL, other)]
        points, others = both
        if sum(map(len, points)) + sum(map(len, others)) > MOST_OVER_METRIC:
            raise TooLarge(
                "the series is too long to be drawn over another metric",
                hint="draw it over steps or time",
            )
        return _Points(*over_metric(points, others))

    def _read(
        self, columns: Sequence[str], chosen: Chosen, series: SeriesKey | None = None
    ) -> list[PointColumns]:
        reading = self._reading
        wanted = {*columns}
        needs_begins = any(one.is_resumed and one.from_step is None
                           for one in reading.places.attempts)  # fmt: skip
        if needs_begins and reading.axis is not None and reading.axis.is_steps:
            wanted.add(STEP)
        blocks = self._reader.read(
            reading.places,
            series or reading.series,
            wanted,
            chosen=chosen,
            superseded=reading.superseded,
            problems=self._problems,
        )
        if needs_begins:
            self._note_begins(blocks)
        return blocks

    def _note_begins(self, blocks: Sequence[PointColumns]) -> None:
        for one in blocks:
            if one.is_stepped and one.step is not None:
                least = int(one.step.min())
                self._begins[one.attempt] = min(least, self._begins.get(one.attempt, least))

    def _seams(self) -> list[float]:
        """Say where attempts that go on from others begin."""
        axis, found = self._reading.axis, []
        for one in self._reading.places.attempts:
            if axis is None or not (one.is_resumed or one.parent is not None):
                continue
            at = one.started
            if axis.is_steps:
                at = self._begins.get(one.attempt) if one.from_step is None else one.from_step
            if at is not None:
                found += axis.x(np.array([at])).tolist()
        return sorted(set(found))


def _pieces_of(table: ChunkTable, axis: Axis, chosen: Mask) -> Pieces:
    """Take chunks as pieces, ascending in x."""
    known = {name: column[chosen] for name, column in table.columns.items()}
    finite = known["count"] - _not_finite(table)[chosen]
    pieces = Pieces(
        x_first=axis.x(known[f"{axis.column}_from"]),
        x_last=axis.x(known[f"{axis.column}_to"]),
        min=known["min"],
        max=known["max"],
        first=known["first"],
        last=known["last"],
        total=known["sum"],
        finite=finite,
        count=known["count"],
    )
    if is_in_order(known[f"{axis.column}_from"], may_repeat=True):
        return pieces
    return pieces.at(np.lexsort((pieces.x_last, pieces.x_first)))


def _not_finite(table: ChunkTable) -> NDArray[np.int64]:
    kinds = ("nan", "positive_infinities", "negative_infinities")
    found: NDArray[np.int64] = sum((table[kind] for kind in kinds), np.zeros(1, np.int64))
    return found


def _list_not_finite(found: CurveFound, x: Doubles, y: Doubles) -> None:
    is_finite = np.isfinite(y)
    found.not_finite = len(y) - int(is_finite.sum())
    if not found.not_finite:
        return
    odd_x, odd_y = x[~is_finite], y[~is_finite]
    for names, is_kind in (
        (found.nan, np.isnan(odd_y)),
        (found.positive_infinities, odd_y == np.inf),
        (found.negative_infinities, odd_y == -np.inf),
    ):
        names[:] = odd_x[is_kind][:MOST_LISTED].tolist()


def _ascends(blocks: Sequence[PointColumns]) -> bool:
    """Whether all points have a step, and each a greater one than the one before."""
    points = joined(blocks)
    if points is None or points.step is None:
        return points is None
    return is_in_order(points.step, may_repeat=False)


def _without_steps(points: PointColumns) -> PointColumns:
    return type(points)(points.attempt, False, None, points.time, points.value, points.frame)
