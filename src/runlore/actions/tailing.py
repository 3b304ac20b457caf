"""Follow a run while another process writes it: its points as they come, from the journals."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from runlore.actions.quiet import without_warnings
from runlore.journal.frames import HEADER_SIZE
from runlore.reading.facts import series_label
from runlore.reading.opening import find_some_runs, get_run, no_runs
from runlore.reading.store import open_reader
from runlore.segments.complete import journal_numbers
from runlore.segments.journals import scan_file

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Generator

    import numpy as np
    from numpy.typing import NDArray

    from runlore.reading.run import StoredRun
    from runlore.reading.store import StoreReader
    from runlore.segments.scan import PointsBlock, Scan
    from runlore.segments.tables import Tables

POLL_SECONDS = 0.25
_GAP_SECONDS = 60.0  # docs/formats/journal.md: a gap of a file being written counts after a minute
_MOST_SERIES_OF_HISTORY = 50
OVER = ("finished", "failed", "stopped", "crashed")


@dataclass(slots=True)
class Step:
    """What was logged at one step: by label (`loss`, `loss[val]`); `time` in microseconds."""

    time: int
    step: int | None
    metrics: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Tail:
    """A run being followed: the run as it was, the steps before, and those to come."""

    run: StoredRun
    history: list[Step]
    steps: Generator[Step, None, None]


def newest_running(store: str | None = None) -> str:
    """Return the id of the newest run that is being written, else of the newest one.

    Raises:
        RunNotFound: if there is none at all.
    """
    reader = open_reader(store)
    runs = find_some_runs(reader)
    for run in runs:
        if run.status == "running":
            return run.id
    if len(runs):
        return runs[0].id
    raise no_runs(reader, "to follow")


@without_warnings
def follow(
    selection: str | None = None,
    *,
    metrics: Collection[str] = (),
    lines: int = 10,
    store: str | None = None,
    sleep: Callable[[float], None] = time.sleep,
) -> Tail:
    """Follow a run until it ends, beginning with its last `lines` steps.

    `metrics` restricts to labels or names; only the lowest rank is shown. What comes is read
    at most four times a second. `sleep` may raise KeyboardInterrupt to end it.

    Raises:
        RunNotFound, Ambiguous: if `selection` names no run, or several.
    """
    run = get_run(selection or newest_running(store), store=store)
    reader = open_reader(store)
    follower = _Follower(reader, run.id, set(metrics))
    before = follower.poll(lines)
    if not before and lines:
        before = _history(run, set(metrics), lines)
    history = before[-lines:] if lines else []
    return Tail(run, history, _steps(run, follower, reader, sleep))


def _steps(
    run: StoredRun, follower: _Follower, reader: StoreReader, sleep: Callable[[float], None]
) -> Generator[Step, None, None]:
    """Give steps as they are complete: when another one begins, or nothing came for a moment."""
    try:
        waiting: Step | None = None
        while True:
            is_over = run.status in OVER  # asked before reading, so that nothing is missed
            new = follower.poll()
            for step in new:
                if waiting is not None and waiting.step == step.step and step.step is not None:
                    waiting.metrics |= step.metrics
                    continue
                if waiting is not None:
                    yield waiting
                waiting = step
            if waiting is not None and (not new or is_over):
                yield waiting
                waiting = None
            if is_over:
                return
            sleep(POLL_SECONDS)
            run.refresh()
    finally:
        reader.close()


class _Cursor:
    """How far one journal file has been read."""

    def __init__(self, path: str) -> None:
        self.path = path
        self._position = HEADER_SIZE
        self._crc: int | None = None
        self._tables: Tables | None = None
        self._suspect: tuple[int, int] | None = None
        self._suspect_since = 0.0

    def read(self) -> Scan | None:
        """Read what is new; None if nothing is."""
        if not self._has_news():
            return None
        try:
            found = scan_file(
                self.path,
                self._position,
                is_complete=False,
                crc=self._crc,
                tables=self._tables,
                confirmed=self._confirmed(),
            )
        except FileNotFoundError:  # sealed and cleared away, which takes longer than a poll
            return None
        if found.suspect != self._suspect:
            self._suspect, self._suspect_since = found.suspect, time.monotonic()
        if found.end >= HEADER_SIZE:
            self._position, self._crc, self._tables = found.end, found.crc, found.tables
        return found

    def _confirmed(self) -> tuple[int, int] | None:
        is_old = time.monotonic() - self._suspect_since > _GAP_SECONDS
        return self._suspect if is_old else None

    def _has_news(self) -> bool:
        try:
            with open(self.path, "rb", buffering=0) as file:
                file.seek(self._position)
                return bool(file.read(4).strip(b"\0"))
        except FileNotFoundError:
            return False


class _Follower:
    """Reads the new points of a run from the journals of all who write it."""

    def __init__(self, reader: StoreReader, run: str, metrics: set[str]) -> None:
        self._reader = reader
        self._run = run
        self._metrics = metrics
        self._rank: int | None = None
        self._cursors: dict[tuple[str, int], _Cursor] = {}

    def poll(self, most: int | None = None) -> list[Step]:
        """Return what was logged since the last time, step by step; at most about the last `most`.

        The first time that is everything, which may be millions of points.
        """
        self._reader.catch_up()
        points: list[tuple[int, int | None, dict[str, float]]] = []
        for cursor in self._open_cursors():
            found = cursor.read()
            if found is not None:
                points += self._points_of(found, most)
        points.sort(key=lambda point: point[0])
        return _by_step(points)

    def _open_cursors(self) -> list[_Cursor]:
        folder = self._reader.folder
        writers = self._reader.index.writers([self._run]).get(self._run, [])
        self._rank = min((writer.rank for writer in writers), default=None)
        for actor in sorted({writer.actor for writer in writers}):
            for number in journal_numbers(folder.actor(actor)):
                if (actor, number) not in self._cursors:
                    self._cursors[actor, number] = _Cursor(folder.journal(actor, number))
        return [self._cursors[key] for key in sorted(self._cursors)]

    def _points_of(
        self, found: Scan, most: int | None
    ) -> list[tuple[int, int | None, dict[str, float]]]:
        points = []
        for block in found.points:
            keys = block.key_set
            if keys.run != self._run or keys.rank != self._rank:
                continue
            labels = [series_label(name, keys.context) for name in keys.names]
            shown = [
                (place, text)
                for place, (name, text) in enumerate(zip(keys.names, labels, strict=True))
                if not self._metrics or self._metrics & {name, text}
            ]
            if not shown:
                continue
            chosen = _last_steps(block, most)
            times = block.time[chosen].tolist()
            steps = [None] * len(times) if block.step is None else block.step[chosen].tolist()
            for moment, step, row in zip(times, steps, block.values[chosen].tolist(), strict=True):
                points.append((moment, step, {text: row[place] for place, text in shown}))
        return points


def _last_steps(block: PointsBlock, most: int | None) -> NDArray[np.intp] | slice:
    """Choose the rows of a block that its last `most` steps are made of, in order of time."""
    if most is None:
        return slice(None)
    import numpy as np

    order = np.argsort(block.time, kind="stable")
    if most == 0 or block.step is None:
        return order[len(order) - min(most, len(order)) :]
    steps = block.step[order]
    begins = np.flatnonzero(steps[1:] != steps[:-1]) + 1
    return order[begins[-most] :] if len(begins) >= most else order


def _by_step(points: list[tuple[int, int | None, dict[str, float]]]) -> list[Step]:
    """Join what was logged at one step by several calls in a row."""
    steps: list[Step] = []
    for moment, number, metrics in points:
        if steps and number is not None and steps[-1].step == number:
            steps[-1].metrics |= metrics
            steps[-1].time = moment
        else:
            steps.append(Step(moment, number, dict(metrics)))
    return steps


def _history(run: StoredRun, metrics: set[str], lines: int) -> list[Step]:
    """Return the last steps of a run whose journals are sealed."""
    found: dict[tuple[int | None, int], Step] = {}
    chosen = [
        (label, summary)
        for label, summary in run.summaries.items()
        if not metrics or metrics & {summary.name, label}
    ]
    for label, summary in chosen[:_MOST_SERIES_OF_HISTORY]:
        series = run.series(summary.name, summary.context or None, rank=summary.rank)
        times, values = series.time[-lines:].tolist(), series.value[-lines:].tolist()
        steps = [None] * len(times) if series.step is None else series.step[-lines:].tolist()
        for moment, number, value in zip(times, steps, values, strict=True):
            key = (number, moment if number is None else 0)
            step = found.setdefault(key, Step(moment, number))
            step.metrics[label] = value
            step.time = max(step.time, moment)
    return sorted(found.values(), key=lambda step: (step.step is None, step.step or 0, step.time))
