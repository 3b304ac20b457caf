"""Many curves at once: the index is asked once for all of their runs."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from runlore.errors import RunloreError, RunNotFound, SeriesNotFound
from runlore.reading import kept_facts
from runlore.reading.axes import Axis
from runlore.reading.chunk_table import table_of
from runlore.reading.curve import LONG, Curve, CurveFound, Reading
from runlore.reading.curve_rows import Range
from runlore.reading.details import gone, is_gone
from runlore.reading.facts import series_label
from runlore.reading.kept_facts import KeptFacts
from runlore.reading.point_columns import PlacesMoved, PointReader, SeriesKey
from runlore.reading.series_reader import places_named
from runlore.reading.suggestions import nearest
from runlore.records.ids import short
from runlore.segments.segment import STEP, TIME

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from runlore.index.change_rows import RunPlaces
    from runlore.index.summaries import SeriesSummary
    from runlore.reading.chunk_table import ChunkTable
    from runlore.reading.curve_rows import Cut
    from runlore.reading.kept_facts import RunFacts
    from runlore.reading.store import StoreReader

Result = TypeVar("Result")

METRIC = "metric:"
_MOST_READ = 1_000_000  # points of all curves, of which more are known by their chunks only
_MOST_TABLE_BYTES = 8 << 20
_MICROSECONDS = 1e6


class Asked(NamedTuple):
    """A curve that is asked for: a series of a run (32 digits) by its label."""

    run: str
    label: str
    superseded: bool = False


class Span(NamedTuple):
    """What curves are drawn over, and the part of it that is wanted, None for an open end.

    `x` is step, relative (seconds since the run began), time (milliseconds UTC) or `metric:` and
    a label.
    """

    x: str
    start: float | None
    stop: float | None
    buckets: int


@dataclass(eq=False, slots=True)
class Drawn:
    """What came of one curve: how its run stands, and its rows or why there are none."""

    asked: Asked
    status: str = "unknown"
    found: CurveFound = field(default_factory=CurveFound)
    error: RunloreError | None = None


class CurveReader:
    """Draws curves of a store; keeps what it takes apart of files, some 32 MB at most."""

    def __init__(self, reader: StoreReader) -> None:
        self._reader = reader
        self.points = PointReader(reader)
        self._tables: OrderedDict[tuple[str, SeriesKey, bool], tuple[int, ChunkTable]]
        self._tables = OrderedDict()
        self._lock = Lock()
        self._facts = KeptFacts(reader)

    def draw(self, asked: Sequence[Asked], span: Span) -> tuple[Range | None, list[Drawn]]:
        """Draw curves over a common range of x; None if none of them has a point."""
        known = KnownRuns(self._reader, asked, span.x, facts_of=self._facts.of)
        drawn = [Drawn(one, known.status(one.run)) for one in asked]
        curves: list[tuple[Drawn, Callable[[], Curve]]] = []
        for one in drawn:
            try:
                known.check(one.asked)
            except RunloreError as error:
                one.error = error
                continue
            curves.append((one, self._maker(known, one.asked, span)))
        within = self._range_of(curves, known, span)
        most_read = max(LONG, _MOST_READ // max(len(curves), 1))
        # Where nothing has an x, points are counted all the same.
        drawn_in = Range(0.0, 0.0, 1) if within is None else within
        for one, make in curves:
            if one.error is None:
                one.found = _guarded(
                    one, known, make, lambda curve: curve.draw(drawn_in, most_read), CurveFound()
                )
        return within, drawn

    def _range_of(
        self, curves: Sequence[tuple[Drawn, Callable[[], Curve]]], known: KnownRuns, span: Span
    ) -> Range | None:
        """Find the range that is answered: what was asked, else as far as the curves go."""
        start, stop = span.start, span.stop
        if start is None or stop is None:
            ends = [
                found
                for one, make in curves
                if (found := _guarded(one, known, make, _extent_of, None))
            ]
            if not ends:
                return None
            if start is None:
                least = min(end[0] for end in ends)
                start = least if stop is None else min(least, stop)
            if stop is None:
                stop = max(start, *(end[1] for end in ends))
        return Range(start, stop, span.buckets)

    def _maker(self, known: KnownRuns, asked: Asked, span: Span) -> Callable[[], Curve]:
        """Say how to make a curve, of the places that are known when it is made."""

        def make() -> Curve:
            places = known.places[asked.run]
            series, summary = known.series_of(asked)
            other = None
            axis = _axis_of(span.x, places)
            if axis is None:
                wanted = asked._replace(label=span.x.removeprefix(METRIC))
                other, _ = known.series_of(wanted)
            table = None
            if axis is not None and summary is not None and summary.points >= LONG:
                table = self.table(places, series, superseded=asked.superseded)
            return Curve(
                self.points,
                Reading(places, series, summary, axis, other, asked.superseded, table),
                known.cuts,
            )

        return make

    def table(self, places: RunPlaces, series: SeriesKey, *, superseded: bool) -> ChunkTable:
        """Give what is known of the chunks of a long series."""
        key = (places.run, series, superseded)
        with self._lock:
            kept = self._tables.get(key)
            if kept is not None and kept[0] == places.revision:
                self._tables.move_to_end(key)
                return kept[1]
        statistics = self._reader.ask(lambda index: index.chunk_statistics(places.run))
        table = table_of(statistics, places, series, {} if superseded else places.limits)
        with self._lock:
            self._tables[key] = (places.revision, table)
            self._tables.move_to_end(key)
            while (
                len(self._tables) > 1
                and sum(one.size_bytes for _, one in self._tables.values()) > _MOST_TABLE_BYTES
            ):
                self._tables.popitem(last=False)
        return table


class KnownRuns:
    """What the index says of all runs of an answer."""

    def __init__(
        self,
        reader: StoreReader,
        asked: Sequence[Asked],
        x: str = "step",
        *,
        facts_of: Callable[[Sequence[str]], RunFacts] | None = None,
    ) -> None:
        self.cuts: list[Cut] = []
        self._reader = reader
        runs = list(dict.fromkeys(one.run for one in asked))
        labels = {one.label for one in asked}
        if x.startswith(METRIC):
            labels.add(x.removeprefix(METRIC))
        self._candidates = {label: places_named(label) for label in labels}
        names = sorted({name for found in self._candidates.values() for name, _ in found})
        facts = kept_facts.facts_of(reader, runs) if facts_of is None else facts_of(runs)
        self.places = dict(facts.places)
        self._rows, self._writers = facts.rows, facts.writers
        self._summaries: dict[str, dict[tuple[str, str], SeriesSummary]] = {}
        for run, found in reader.ask(lambda index: index.summaries(runs, names)).items():
            own = self._summaries[run] = {}
            for one in found:  # by name, context and rank: of several the lowest stands first
                own.setdefault((one.name, one.context), one)

    def status(self, run: str) -> str:
        """Say how a run stands."""
        row = self._rows.get(run)
        if row is None:
            return "unknown"
        return self._reader.status_of(row, self._writers.get(run, [])).status

    def check(self, asked: Asked) -> None:
        """Raise RunNotFound or SeriesNotFound where there is nothing to draw."""
        row = self._rows.get(asked.run)
        if row is None or asked.run not in self.places:
            raise RunNotFound(f"there is no run {asked.run}", hint="list the runs anew")
        if is_gone(row):
            raise gone(asked.run, row)
        self.series_of(asked)

    def series_of(self, asked: Asked) -> tuple[SeriesKey, SeriesSummary | None]:
        """Find the series of a label, of the lowest rank; without a summary if none is current.

        Raises:
            SeriesNotFound: if the run has none.
        """
        own = self._summaries.get(asked.run, {})
        candidates = self._candidates[asked.label]
        for place in candidates:
            found = own.get(place)
            if found is not None:
                return SeriesKey(found.name, found.context, found.rank), found
        if asked.superseded:
            ranks = [writer.rank for writer in self._writers.get(asked.run, [])]
            return SeriesKey(*candidates[0], min(ranks, default=0)), None
        raise self._no_series(asked)

    def renew(self, run: str) -> None:
        """Look again where the points of a run lie."""
        self._reader.catch_up()
        self.places |= self._reader.ask(lambda index: index.point_places([run]))

    def _no_series(self, asked: Asked) -> SeriesNotFound:
        found = self._reader.ask(lambda index: index.summaries([asked.run])).get(asked.run, [])
        labels = sorted({series_label(one.name, one.context) for one in found})
        return SeriesNotFound(
            f"run {short(asked.run)} has no series {asked.label!r}",
            hint=nearest(asked.label, labels, nothing="it has logged no metrics"),
        )


def _extent_of(curve: Curve) -> tuple[float, float] | None:
    return curve.extent()


def _guarded(
    one: Drawn,
    known: KnownRuns,
    make: Callable[[], Curve],
    read: Callable[[Curve], Result],
    nothing: Result,
) -> Result:
    """Read of one curve; what goes wrong is noted there, and doesn't keep the others back."""
    try:
        try:
            return read(make())
        except PlacesMoved:
            known.renew(one.asked.run)
            return read(make())
    except PlacesMoved:
        one.error = SeriesNotFound(
            f"the points of run {short(one.asked.run)} are being moved", hint="ask again"
        )
    except RunloreError as error:
        one.error = error
    return nothing


def _axis_of(x: str, places: RunPlaces) -> Axis | None:
    """Make the axis for a kind of x; None for a metric."""
    if x.startswith(METRIC):
        return None
    if x == "step":
        return Axis(STEP)
    if x == "time":
        return Axis(TIME, scale=1_000.0)
    return Axis(TIME, places.begun or 0, _MICROSECONDS)
