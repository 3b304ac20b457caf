"""Give the points of a series as they were logged, page by page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np

from runlore.errors import InvalidValue, RunNotFound
from runlore.reading.point_pages import PointsAsked, read_points
from runlore.reading.selection import find_row

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runlore.reading.curves import CurveReader
    from runlore.reading.point_columns import PointColumns
    from runlore.reading.store import StoreReader

MOST_POINTS = 50_000
_CSV_AT_ONCE = 50_000
_DIGITS = frozenset("0123456789abcdef")


@dataclass(frozen=True)
class PointLines:
    """Points: steps (None without), times in microseconds UTC, values; `total` in the range."""

    run: str
    label: str
    step: list[int | None]
    time: list[int]
    value: list[float]
    total: int
    problems: list[str]


def list_points(
    reader: StoreReader,
    curves: CurveReader,
    run: str,
    label: str,
    *,
    least: int | None = None,
    greatest: int | None = None,
    offset: int = 0,
    limit: int = MOST_POINTS,
) -> PointLines:
    """List current points by step and time, those without a step behind them.

    `run` is an id, or an end of it that is unique. With `least` or `greatest`, only points
    with such a step.

    Raises:
        RunNotFound, Ambiguous, SeriesNotFound: if that names no run, or no series of it.
        InvalidValue: if the range of steps can't be.
    """
    if least is not None and greatest is not None and least > greatest:
        raise InvalidValue(f"the range of steps ends at {greatest}, before it begins")
    if not 4 <= len(run) <= 32 or not _DIGITS.issuperset(run):
        raise RunNotFound(f"there is no run {run[:100]!r}", hint="give its id")
    row = find_row(reader, run)
    asked = PointsAsked(row.run, label, least, greatest, offset, limit)
    page = read_points(reader, curves, asked)
    step: list[int | None] = []
    for one in page.points:
        step += [None] * len(one) if one.step is None else one.step.tolist()
    time, value = (
        np.concatenate([_known(one, name) for one in page.points] or [np.empty(0)]).tolist()
        for name in ("time", "value")
    )
    return PointLines(row.run, label, step, time, value, page.total, page.problems)


def csv_of(
    reader: StoreReader,
    curves: CurveReader,
    first: PointLines,
    *,
    least: int | None = None,
    greatest: int | None = None,
    offset: int = 0,
) -> Iterator[str]:
    """Write points and all that follow them as CSV: step, time, value.

    A million points take as little memory as a few.
    """
    yield "step,time,value\r\n"
    lines = first
    while lines.value:
        yield "".join(map(_line, lines.step, lines.time, lines.value))
        offset += len(lines.value)
        if offset >= lines.total:
            return
        lines = list_points(
            reader, curves, first.run, first.label,
            least=least, greatest=greatest, offset=offset, limit=_CSV_AT_ONCE,
        )  # fmt: skip


def _line(step: int | None, time: int, value: float) -> str:
    moment = datetime.fromtimestamp(time // 1_000_000, UTC).replace(microsecond=time % 1_000_000)
    said = moment.isoformat(timespec="microseconds").replace("+00:00", "Z")
    return f"{'' if step is None else step},{said},{value!r}\r\n"


def _known(points: PointColumns, name: str) -> np.ndarray:
    column: np.ndarray | None = getattr(points, name)
    if column is None:
        raise ValueError("a column that was asked for is missing")
    return column
