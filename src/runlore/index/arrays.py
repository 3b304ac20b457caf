"""Sum up points in NumPy: large stretches of journals, and what is read back from segments."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from runlore.index.apply import Event
from runlore.index.points import SeriesSet
from runlore.index.summaries import Entry
from runlore.index.tail import Stretch, read_header
from runlore.journal.frames import HEADER_SIZE
from runlore.segments.journals import read_journal, scan_file
from runlore.segments.scan import scan

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from runlore.segments.scan import PointsBlock
    from runlore.segments.tables import Tables

_GREATEST = np.iinfo(np.int64).max


class ArrayColumns:
    """Points of one key set: `sequence`, `time`, `step` i64[F] and `values` f64[F, names]."""

    def __init__(
        self,
        series: SeriesSet,
        sequence: NDArray[np.int64],
        time: NDArray[np.int64],
        step: NDArray[np.int64] | None,
        values: NDArray[np.float64],
    ) -> None:
        self.series = series
        self.has_step = step is not None
        self._sequence = sequence
        self._time = time
        self._step = np.zeros(len(time), np.int64) if step is None else step
        self._values = values

    @property
    def point_count(self) -> int:
        """How many values there are in all."""
        return int(self._values.size)

    @property
    def times(self) -> tuple[int, int]:
        """The least and the greatest time."""
        return int(self._time.min()), int(self._time.max())

    def between(self, first: int, end: int) -> ArrayColumns | None:
        """Keep the frames with `first` ≤ sequence < `end`; None if there are none."""
        start, stop = np.searchsorted(self._sequence, (first, end)).tolist()
        if start == stop:
            return None
        kept = slice(start, stop)
        step = self._step[kept] if self.has_step else None
        return ArrayColumns(
            self.series, self._sequence[kept], self._time[kept], step, self._values[kept]
        )

    def entries(self, journal: int, before: int | None) -> list[Entry] | None:
        """Sum up each series, of the points before a step or time only."""
        sequence, time, step, values = self._sequence, self._time, self._step, self._values
        if before is not None:
            is_kept = (step if self.has_step else time) < before
            if not is_kept.any():
                return None
            if not is_kept.all():
                sequence, time = sequence[is_kept], time[is_kept]
                step, values = step[is_kept], values[is_kept]
        place = -1
        if self.has_step and _is_mixed(step, time):
            place = int(np.lexsort((sequence, time, step))[-1])
        finite = np.isfinite(values)
        is_finite = bool(finite.all())
        nan, positive, negative = _counts(values, is_finite=is_finite)
        minimum, min_step = _extreme(values, finite, step, np.inf)
        maximum, max_step = _extreme(values, finite, step, -np.inf)
        with np.errstate(over="ignore"):
            total = (values if is_finite else np.where(finite, values, 0.0)).sum(axis=0)
        shared = (int(step.min()), int(time.min()), int(step[place]), int(time[place]), journal)
        columns = (
            nan,
            positive,
            negative,
            min_step,
            max_step,
            values[place],
            minimum,
            maximum,
            total,
        )
        last_sequence = int(sequence[place])
        return [
            Entry._make((len(time), *row[:3], *shared, last_sequence, *row[3:]))
            for row in zip(*(column.tolist() for column in columns), strict=True)
        ]


def _is_mixed(step: NDArray[np.int64], time: NDArray[np.int64]) -> bool:
    """Whether the last frame may not be the greatest by (step, time)."""
    ahead = step[1:] - step[:-1]
    return not bool(((ahead > 0) | ((ahead == 0) & (time[1:] >= time[:-1]))).all())


def _counts(
    values: NDArray[np.float64], *, is_finite: bool
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    if is_finite:
        none = np.zeros(values.shape[1], np.int64)
        return none, none, none
    return (
        np.isnan(values).sum(axis=0),
        np.isposinf(values).sum(axis=0),
        np.isneginf(values).sum(axis=0),
    )


def _extreme(
    values: NDArray[np.float64], finite: NDArray[np.bool_], step: NDArray[np.int64], worst: float
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Find each column's extreme and the least step it was met at; NaN and 0 without one."""
    pick = np.min if worst > 0 else np.max
    candidates = values if finite.all() else np.where(finite, values, worst)
    best = pick(candidates, axis=0)
    is_best = (candidates == best) & finite
    at = np.where(is_best, step[:, None], _GREATEST).min(axis=0)
    has_any = finite.any(axis=0)
    return np.where(has_any, best, np.nan), np.where(has_any, at, 0)


def scan_stretch(
    path: str,
    position: int,
    crc: int | None,
    tables: Tables,
    *,
    is_complete: bool,
    confirmed: tuple[int, int] | None,
) -> Stretch:
    """Read all of a journal file from `position` on, whatever stands there.

    Raises:
        JournalForked: if the file goes on otherwise than it did.
        FormatTooNew: if a later release wrote it.
    """
    header = read_header(path) if crc is None else None
    found = scan_file(
        path, position, is_complete=is_complete, crc=crc, tables=tables, confirmed=confirmed
    )
    events = [
        Event(event.sequence, event.kind, event.run, event.attempt, event.rank, event.body)
        for event in found.events
    ]
    has_begun = found.end >= HEADER_SIZE
    return Stretch(
        events,
        [_columns(block) for block in found.points],
        found.gaps if has_begun else [],
        found.process,
        found.heartbeat[0] if found.heartbeat else None,
        header,
        max(found.end, position),
        found.crc if has_begun else None,
        found.is_closed,
        found.suspect,
        found.is_truncated,
    )


def _columns(block: PointsBlock) -> ArrayColumns:
    keys = block.key_set
    series = SeriesSet(keys.run, keys.attempt, keys.rank, keys.context, keys.names)
    step = block.step if block.has_step else None
    return ArrayColumns(series, block.sequence, block.time, step, block.values)


def scan_applied(path: str, position: int) -> list[ArrayColumns]:
    """Read the points of a journal file again that stand before byte `position`.

    Raises:
        FileNotFoundError: if the file is sealed and gone.
    """
    if position <= HEADER_SIZE:
        return []
    found = scan(read_journal(path), is_complete=False, limit_bytes=position - HEADER_SIZE)
    columns = (_columns(block).between(0, position >> 3) for block in found.points)
    return [column for column in columns if column is not None]
