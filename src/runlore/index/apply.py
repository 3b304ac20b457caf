"""Apply records and points to an index, whatever engine it runs on.

A `Portion` is what a stretch of one journal file says about some runs, met in the journal or in
segments. The effect of applying it depends on nothing but the set of portions applied so far.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any, NamedTuple

from runlore.index.record_fields import Context, Origin
from runlore.index.records import ABOUT_RUNS, OF_ANYTHING, OF_RUNS
from runlore.index.run_state import RunState
from runlore.index.schema import BY_NAME
from runlore.index.summaries import EntryKey, add, pack, unpack
from runlore.journal.frames import EVENT
from runlore.records.ids import is_id

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from runlore.index.interface import Transaction
    from runlore.index.points import PointsSource
    from runlore.index.rows import Limits
    from runlore.index.run_state import Row
    from runlore.index.summaries import Summary

    Reread = Callable[[Transaction, str, str], Iterable[tuple[int, PointsSource]]]

_NO_RUN = "0" * 32
_KEEPS_VERSIONS = ("run.purged", "run.moved")  # of a run that may be purged already


class Event(NamedTuple):
    """A frame that is neither points nor a table; `run` is None for the store as a whole."""

    sequence: int
    kind: int
    run: str | None
    attempt: str | None
    rank: int
    body: bytes


class Sealed(NamedTuple):
    """What a segment adds to a run's part of a journal file."""

    run: str
    size_bytes: int
    statistics: bytes | None


class Trouble(NamedTuple):
    """A problem with the segment of a run; `place` is its place in the manifest entry."""

    kind: str
    run: str
    place: int
    message: str


class Journal(NamedTuple):
    """The journal file a portion comes from; `number_in_index` is the index's own for it."""

    number_in_index: int
    actor: str
    serves: str | None


class Portion(NamedTuple):
    """What a journal file says up to byte `end`; `writers` are (run, attempt, rank) newly met."""

    journal: Journal
    end: int
    events: list[Event]
    points: list[PointsSource]
    writers: list[tuple[str, str, int]]
    sealed: list[Sealed]
    troubles: list[Trouble]


class Memory:
    """What appliers may remember between transactions; emptied when one fails."""

    def __init__(self) -> None:
        self.series: dict[tuple[str, str], int] = {}
        self.orders: dict[int, tuple[str, int]] = {}

    def clear(self) -> None:
        """Forget everything: the numbers given out in a failed transaction aren't stored."""
        self.series.clear()
        self.orders.clear()


class Applier:
    """Applies portions within one transaction; `write` hands their effect over to it.

    `reread` yields the points of an attempt that are applied already, each with its journal's
    number: they are summed up again when it turns out that some are superseded.
    """

    def __init__(self, transaction: Transaction, memory: Memory, reread: Reread) -> None:
        self._transaction = transaction
        self._memory = memory
        self._reread = reread
        self._next_ids: dict[str, int] = {}
        self._pending: dict[str, list[Row]] = {}
        self._states: dict[str, RunState] = {}
        self._touched: set[str] = set()
        self._revision = 0
        self.last_time: int | None = None  # of all that the last portion held

    def apply(self, portion: Portion) -> int:
        """Apply a portion, to be written later; returns how many points it held."""
        journal = portion.journal
        if any(run in self._states for run in _begun(portion)):
            self.write()  # for what is applied of the run may be read again
        for run, attempt, rank in portion.writers:
            state = self.state(run)
            number = state.attempt_number(attempt, self._next_attempt)
            state.put("writers", journal.actor, number, rank)
        limits_before = self._limits(portion)
        times: dict[str, list[int]] = {}
        for event in portion.events:
            self._apply_event(event, journal, times)
        for trouble in portion.troubles:
            state = self.state(trouble.run)
            place = (journal.number_in_index, trouble.place, 0, state.number)
            self._add("problems", (trouble.kind, *place, None, trouble.message, 0))
        self._restrict(limits_before)
        points = self._apply_points(portion, times)
        self._meet(portion, times, points)
        self.last_time = max((time for some in times.values() for time in some), default=None)
        return sum(points.values())

    def write(self) -> None:
        """Write what the portions since the last time changed, under a revision of its own."""
        if not (self._states or self._pending or self._touched):
            return
        self._revision = self._revision or self._next_revision()
        for state in self._states.values():
            state.write(self._pending, self._order_of, self._revision)
        purged = {state.number for state in self._states.values() if state.is_purged}
        problems = [row for row in self._pending.get("problems", []) if row[4] not in purged]
        self._pending["problems"] = problems
        for table, rows in self._pending.items():
            self._transaction.upsert(table, rows)
        for actor in sorted(self._touched):
            self._transaction.touch_runs(actor, self._revision)
        self._pending.clear()
        self._states.clear()
        self._touched.clear()

    def know(self, journal: int, actor: str, number: int) -> None:
        """Tell which journal file a number of the index is for, before its row is written."""
        self._memory.orders[journal] = (actor, number)

    def state(self, run: str) -> RunState:
        """Give the rows of a run, which may not exist yet."""
        known = self._states.get(run)
        if known is None:
            known = self._states[run] = self._load(run)
        return known

    def number_of(self, run: str) -> int:
        """Give the index's own number for a run, without creating it; 0 if it isn't known."""
        rows = self._transaction.select("runs", "id", run=run)
        return int(rows[0][0]) if rows else 0

    def _load(self, run: str) -> RunState:
        if run == _NO_RUN:
            return RunState(self._transaction, run, 0, None)
        rows = self._transaction.select("runs", BY_NAME["runs"].selected, run=run)
        if rows:
            return RunState(self._transaction, run, rows[0][0], rows[0])
        return RunState(self._transaction, run, self._next_id("runs"), None)

    def _limits(self, portion: Portion) -> dict[str, dict[str, Limits]]:
        """Note the limits of the runs in which an attempt begins."""
        return {run: self.state(run).limits() for run in _begun(portion)}

    def _apply_event(self, event: Event, journal: Journal, times: dict[str, list[int]]) -> None:
        if event.kind != EVENT:
            return  # of a later release: applied after an upgrade, which rebuilds the index
        state = self.state(event.run or _NO_RUN)
        try:
            record = json.loads(event.body)
            kind, time = record["kind"], record["time"]
            if kind in ABOUT_RUNS and event.run is None:
                state = self.state(_run_of(record))
            handler = OF_ANYTHING.get(kind) or (OF_RUNS.get(kind) if state.number else None)
            if type(time) is not int or not -(1 << 63) <= time < 1 << 63:
                raise TypeError("time")
            times.setdefault(event.run or _NO_RUN, []).append(time)
            if handler is None or (state.is_purged and kind not in _KEEPS_VERSIONS):
                return
            self._handle(handler, state, record, event, journal)
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            message = f"a record could not be read: {type(error).__name__}: {error}"[:500]
            message = message.encode("utf-8", "replace").decode()
            place = (journal.number_in_index, event.sequence << 3)
            self._add("problems", ("unreadable-record", *place, 0, state.number, None, message, 0))

    def _handle(
        self, handler: Any, state: RunState, record: Any, event: Event, journal: Journal
    ) -> None:
        attempt = event.attempt or ""
        number = state.attempt_number(attempt, self._next_attempt) if event.run else 0
        actor = journal.serves or journal.actor
        origin = Origin(journal.number_in_index, event.sequence, number, event.rank, actor)
        context = Context(self._order_of, attempt, self._add, self._latest_stamp, self._touched.add)
        handler(state, record, origin, context)

    def _restrict(self, limits_before: dict[str, dict[str, Limits]]) -> None:
        """Sum up again what was applied of attempts that are superseded otherwise now."""
        for run, before in limits_before.items():
            state = self.state(run)
            now = state.limits()
            for attempt in sorted(before.keys() | now.keys()):
                if now.get(attempt) != before.get(attempt) and not state.is_purged:
                    self._sum_up_again(state, attempt, now.get(attempt))

    def _sum_up_again(self, state: RunState, attempt: str, limits: Limits | None) -> None:
        known = state.rows("attempts").get((attempt,))
        if known is None:
            return
        whole = self._summary(state)
        summary = {key: entry for key, entry in whole.items() if key.attempt != known[2]}
        if len(summary) == len(whole):
            return
        for journal, source in self._reread(self._transaction, state.run, attempt):
            self._sum_up(state, summary, source, journal, limits)
        state.put("summaries", pack(summary))

    def _apply_points(self, portion: Portion, times: dict[str, list[int]]) -> dict[str, int]:
        """Sum up the points; returns how many there were of each run, superseded ones too."""
        counts: dict[str, int] = {}
        by_run: dict[str, list[PointsSource]] = {}
        for source in portion.points:
            run = source.series.run
            by_run.setdefault(run, []).append(source)
            counts[run] = counts.get(run, 0) + source.point_count
            times.setdefault(run, []).extend(source.times)
        for run, sources in by_run.items():
            state = self.state(run)
            if state.is_purged:
                continue
            summary, limits = self._summary(state), state.limits()
            for source in sources:
                limit = limits.get(source.series.attempt)
                self._sum_up(state, summary, source, portion.journal.number_in_index, limit)
            state.put("summaries", pack(summary))
        return counts

    def _summary(self, state: RunState) -> Summary:
        row = state.row("summaries")
        return unpack(row[1]) if row else {}

    def _sum_up(
        self,
        state: RunState,
        summary: Summary,
        source: PointsSource,
        journal: int,
        limits: Limits | None,
    ) -> None:
        before = None
        if limits is not None:
            before = limits.step if source.has_step else limits.time
        entries = source.entries(journal, before)
        if entries is None:
            return
        series = source.series
        attempt = state.attempt_number(series.attempt, self._next_attempt)
        for name, entry in zip(series.names, entries, strict=True):
            number = self._series_number(name, series.context)
            key = EntryKey(number, series.rank, attempt, source.has_step)
            add(summary, key, entry, self._order_of)

    def _meet(self, portion: Portion, times: dict[str, list[int]], points: dict[str, int]) -> None:
        """Note which runs this journal file has something of, how much and from when."""
        journal = portion.journal.number_in_index
        sealed = {part.run: part for part in portion.sealed}
        met = {run for run, _, _ in portion.writers}
        for run in met | times.keys() | sealed.keys():
            state = self.state(run)
            count, met_times = points.get(run, 0), times.get(run, [])
            if not state.is_purged:
                state.meet(count, met_times)
            known = state.row("parts", journal)
            all_points, first, last = _widened(known, count, met_times)
            size, statistics = (known[4], known[8]) if known else (None, None)
            if run in sealed:
                size, statistics = sealed[run].size_bytes, sealed[run].statistics
            extent = (int(run in sealed), portion.end, size, all_points, first, last)
            state.put("parts", journal, *extent, statistics)

    def _series_number(self, name: str, context: str) -> int:
        known = self._memory.series.get((name, context))
        if known is None:
            rows = self._transaction.select("series", "id", name=name, context=context)
            known = int(rows[0][0]) if rows else self._next_id("series")
            if not rows:
                self._add("series", (known, name, context))
            self._memory.series[name, context] = known
        return known

    def _order_of(self, journal: int) -> tuple[str, int]:
        known = self._memory.orders.get(journal)
        if known is None:
            rows = self._transaction.select("journals", "actor, number", id=journal)
            known = self._memory.orders[journal] = (rows[0][0], rows[0][1])
        return known

    def _next_attempt(self) -> int:
        return self._next_id("attempts")

    def _next_id(self, table: str) -> int:
        number = self._next_ids.get(table) or self._transaction.next_id(table)
        self._next_ids[table] = number + 1
        return number

    def _next_revision(self) -> int:
        rows = self._transaction.select("meta", "value", key="revision")
        revision = int(rows[0][0]) + 1 if rows else 1
        if not rows:  # so that nobody takes this index for the one before
            self._add("meta", ("generation", os.urandom(16).hex()))
        self._add("meta", ("revision", str(revision)))
        return revision

    def _latest_stamp(self, table: str, key: Row) -> str:
        declaration = BY_NAME[table]
        pending = [row for row in self._pending.get(table, ()) if row[: len(key)] == key]
        equals = dict(zip(declaration.key, key, strict=True))
        rows = pending or self._transaction.select(table, declaration.selected, **equals)
        return max((str(row[-1]) for row in rows), default="")

    def _add(self, table: str, row: Row) -> None:
        self._pending.setdefault(table, []).append(row)


def _begun(portion: Portion) -> set[str]:
    """Name the runs in which an attempt begins."""
    return {
        event.run
        for event in portion.events
        if event.run is not None and b"attempt.started" in event.body
    }


def _run_of(record: dict[str, Any]) -> str:
    run = record["run"]
    if not isinstance(run, str) or not is_id(run) or run == _NO_RUN:
        raise ValueError("not a run's id")
    return run


def _widened(part: Row | None, count: int, times: list[int]) -> tuple[int, int | None, int | None]:
    """Add points and times to those of a part: its points, first and last time."""
    known = [] if part is None else [time for time in part[6:8] if time is not None]
    everything = known + times
    points = count + (part[5] if part else 0)
    return points, min(everything, default=None), max(everything, default=None)
