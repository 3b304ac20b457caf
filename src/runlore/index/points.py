"""Sum up points of a journal that were read frame by frame, without NumPy."""

from __future__ import annotations

import sys
from array import array
from math import inf, isfinite, isnan, nan
from typing import TYPE_CHECKING, NamedTuple, Protocol

from runlore.index.summaries import Entry

if TYPE_CHECKING:
    from collections.abc import Sequence


class SeriesSet(NamedTuple):
    """Name the series that frames of one key set belong to."""

    run: str
    attempt: str
    rank: int
    context: str
    names: Sequence[str]


class PointsSource(Protocol):
    """Points of one key set, all with a step or all without, of one journal file."""

    @property
    def series(self) -> SeriesSet:
        """Whose points these are."""
        ...

    @property
    def has_step(self) -> bool:
        """Whether they have steps."""
        ...

    @property
    def point_count(self) -> int:
        """How many values there are in all."""
        ...

    @property
    def times(self) -> tuple[int, int]:
        """The least and the greatest time."""
        ...

    def entries(self, journal: int, before: int | None) -> list[Entry] | None:
        """Sum up each series, in the order of the names; None if no point remains.

        With `before`, only points with a smaller step count (a smaller time, if
        they have no steps).
        """
        ...


class FrameColumns:
    """Points gathered frame by frame."""

    def __init__(self, series: SeriesSet, *, has_step: bool) -> None:
        self.series = series
        self.has_step = has_step
        self.sequence_list: list[int] = []
        self.time_list: list[int] = []
        self.step_list: list[int] = []
        self.value_parts: list[bytes] = []

    def add(self, sequence: int, time: int, step: int, values: bytes) -> None:
        """Add one frame; `values` are its doubles as they stand."""
        self.sequence_list.append(sequence)
        self.time_list.append(time)
        self.step_list.append(step)
        self.value_parts.append(values)

    @property
    def point_count(self) -> int:
        """How many values there are in all."""
        return len(self.sequence_list) * len(self.series.names)

    @property
    def times(self) -> tuple[int, int]:
        """The least and the greatest time."""
        return min(self.time_list), max(self.time_list)

    def entries(self, journal: int, before: int | None) -> list[Entry] | None:
        """Sum up each series, of the points before a step or time only."""
        sequences, times, steps, parts = (
            self.sequence_list,
            self.time_list,
            self.step_list,
            self.value_parts,
        )
        bounded = steps if self.has_step else times
        if before is not None and max(bounded) >= before:
            kept = [place for place, value in enumerate(bounded) if value < before]
            if not kept:
                return None
            sequences = [sequences[place] for place in kept]
            times = [times[place] for place in kept]
            steps = [steps[place] for place in kept]
            parts = [parts[place] for place in kept]
        values = array("d")
        values.frombytes(b"".join(parts))
        if sys.byteorder == "big":  # pragma: no cover
            values.byteswap()
        frames = list(zip(steps, times, sequences, strict=True))
        last = max(frames) if self.has_step else frames[-1]
        shared = _Shared(
            journal, len(frames), min(steps), min(times), last, frames.index(last), steps
        )
        width = len(self.series.names)
        return [_entry(shared, values[place::width]) for place in range(width)]


class _Shared(NamedTuple):
    """What all series of a key set have in common."""

    journal: int
    frames: int
    first_step: int
    first_time: int
    last: tuple[int, int, int]
    last_place: int
    steps: list[int]


def _entry(shared: _Shared, values: array[float]) -> Entry:
    total = sum(values)
    counts = (0, 0, 0)
    finite, steps = values, shared.steps
    if not isfinite(total):
        places = [place for place, value in enumerate(values) if isfinite(value)]
        finite = array("d", [values[place] for place in places])
        steps = [steps[place] for place in places]
        counts = (sum(map(isnan, values)), values.count(inf), values.count(-inf))
        total = sum(finite)
    minimum = min(finite, default=nan)
    maximum = max(finite, default=nan)
    return Entry(
        shared.frames,
        *counts,
        shared.first_step,
        shared.first_time,
        shared.last[0],
        shared.last[1],
        shared.journal,
        shared.last[2],
        _least_step(minimum, finite, steps),
        _least_step(maximum, finite, steps),
        values[shared.last_place],
        minimum,
        maximum,
        float(total),
    )


def _least_step(value: float, values: array[float], steps: list[int]) -> int:
    if len(values) <= 1:
        return steps[0] if values else 0
    if values.count(value) == 1:
        return steps[values.index(value)]
    return min(step for step, candidate in zip(steps, values, strict=True) if candidate == value)
