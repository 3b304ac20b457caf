"""A run recorded frame by frame, and in plain lists what a curve of it must hold."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

from hypothesis import strategies as st

from runlore.journal.folder import create_store
from runlore.journal.host import current_host
from runlore.reading.store import StoreReader
from runlore.segments.sealing import seal_complete
from runlore.testing.journals import JournalComposer

if TYPE_CHECKING:
    from pathlib import Path

RUN = "0192f0c1a2b4a1a2a3a4a50000000001"
BEGUN = 1_700_000_000_000_000
_ACTORS = ("0192f0c1a2b30123456789abcdef0011", "0192f0c1a2b30123456789abcdef0022")
_FILLERS = {f"filler_{number}": 0.0 for number in range(8)}  # wide key sets are never loose

values = st.sampled_from([0.0, 1.0, -1.0, 0.5, 3.25, 1e300, math.nan, math.inf, -math.inf])
points = st.tuples(
    st.just("points"),
    st.none() | st.integers(-3, 30),
    st.lists(values, min_size=1, max_size=6),
    st.sampled_from(["alone", "wide", "pair"]),
    st.sampled_from([0, 0, 0, 1]),
)
others = st.sampled_from([("seal",), ("file",), ("apply",)])
resumes = st.tuples(st.just("resume"), st.none() | st.integers(-3, 30))
actions = st.lists(points | points | points | others | resumes, min_size=1, max_size=14)


class Point(NamedTuple):
    """A point of `loss`; `order` is that of writing."""

    step: int | None
    time: int
    writer: str
    order: int
    value: float
    attempt: int


class Recorded:
    """Records into a store and remembers every point of rank 0."""

    def __init__(self, folder: Path) -> None:
        self.store = create_store(str(folder))
        self.points: list[Point] = []
        self.accuracy: dict[tuple[str, int], float] = {}
        self.attempts: list[tuple[int | None, int]] = [(None, BEGUN)]
        self._journals = [JournalComposer(self.store, actor) for actor in _ACTORS]
        self._time = BEGUN
        self._written = 0
        self.reader = StoreReader(self.store)
        self._begin(None)
        self._log(-10, [2.0], "alone", 0)  # which stays current: rank 0 is what is shown

    def do(self, action: tuple[Any, ...]) -> None:
        """Do one of `actions`."""
        kind, *rest = action
        if kind == "points":
            self._log(*rest)
        elif kind == "resume":
            self._time += 1_000
            self.attempts.append((rest[0], self._time))
            self._begin(rest[0])
        elif kind == "file":
            self._journals[0].begin_file()
        elif kind == "seal":
            self._journals[0].begin_file()
            report = seal_complete(
                self.store, host=current_host(), deadline_seconds=60, grace_seconds=0
            )
            assert not report.problems
        else:
            self.reader.catch_up(budget_seconds=None)

    def current(self) -> list[Point]:
        """Give the points that no later attempt has replaced."""
        return [point for point in self.points if not self._is_superseded(point)]

    def _is_superseded(self, point: Point) -> bool:
        for from_step, started in self.attempts[point.attempt + 1 :]:
            if from_step is None:
                continue
            if point.step is None and point.time >= started:
                return True
            if point.step is not None and point.step >= from_step:
                return True
        return False

    def _begin(self, from_step: int | None) -> None:
        number = len(self.attempts) - 1
        journal = self._journals[0]
        slot = journal.slot(RUN, _attempt(number))
        if number == 0:
            journal.event(slot, "run.started", time=self._time, name="n")
        journal.event(
            slot,
            "attempt.started",
            time=self._time,
            resumed=number > 0,
            from_step=from_step,
            parent_attempt=_attempt(number - 1) if number else None,
            rank=0,
            world_size=1,
        )

    def _log(self, step: int | None, values: list[float], key_set: str, writer: int) -> None:
        """Log a few points, one call each, by the first process of rank 0 or by rank 1."""
        journal = self._journals[writer]
        number = len(self.attempts) - 1
        for place, value in enumerate(values):
            # Times go back now and then, and some are equal.
            self._time += (0, 1_000, 7)[self._written % 3]
            self._written += 1
            at = None if step is None else step + place
            logged = {"loss": value}
            if key_set == "wide":
                logged |= _FILLERS
            elif key_set == "pair" and writer == 0:
                logged["acc"] = float(self._written % 5)
            slot = journal.slot(RUN, _attempt(number), writer)
            journal.points(slot, logged, time=self._time, step=at)
            if writer == 0:
                point = Point(at, self._time, _ACTORS[0], self._written, value, number)
                self.points.append(point)
                if "acc" in logged:
                    self.accuracy[_ACTORS[0], self._written] = logged["acc"]


def _attempt(number: int) -> str:
    return f"0192f0c1a2b4b1b2b3b4b5b6000000{number:02x}"
