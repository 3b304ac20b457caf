"""What a curve is drawn over: steps, times, or the values of another metric."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from runlore.reading.point_columns import PointColumns, Window
from runlore.segments.segment import SEQUENCE, STEP, TIME, VALUE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Doubles = NDArray[np.float64]
    Integers = NDArray[np.int64]

_FARTHEST = 2.0**62
EVERYTHING = (STEP, TIME, SEQUENCE, VALUE)


class Axis(NamedTuple):
    """Steps or times as numbers: (`column` - `origin`) / `scale`."""

    column: str
    origin: int = 0
    scale: float = 1.0

    @property
    def is_steps(self) -> bool:
        """Whether points without a step have no place on it."""
        return self.column == STEP

    def x(self, values: Integers) -> Doubles:
        """Turn steps or times into x; neither order nor equality is lost below 2^53."""
        shifted = values - self.origin if self.origin else values
        x = shifted.astype(np.float64)
        return x if self.scale == 1.0 else x / self.scale

    def window(self, start: float, stop: float) -> Window:
        """Give the steps or times within which x lies in a range, or a little outside of it."""
        ends = [end * self.scale + self.origin for end in (start, stop)]
        margin = 1 + max(abs(end) for end in ends) * 2**-50
        least, greatest = (
            int(min(max(end, -_FARTHEST), _FARTHEST))
            for end in (ends[0] - margin, ends[1] + margin)
        )
        return Window(self.column, least, greatest)

    def values(self, columns: PointColumns) -> Integers:
        """Take the column out of points."""
        found = columns.step if self.is_steps else columns.time
        if found is None:
            raise ValueError("a column that was asked for is missing")
        return found


def joined(found: Sequence[PointColumns]) -> PointColumns | None:
    """Put points behind one another that have the same columns."""
    if len(found) < 2:
        return found[0] if found else None
    columns = [
        None if any(part is None for part in parts) else np.concatenate(parts)
        for parts in zip(
            *((one.step, one.time, one.value, one.frame) for one in found), strict=True
        )
    ]
    return PointColumns(found[0].attempt, found[0].is_stepped, *columns)


def is_in_order(values: Integers, *, may_repeat: bool) -> bool:
    """Whether numbers ascend."""
    before, after = values[:-1], values[1:]
    return bool((before <= after).all() if may_repeat else (before < after).all())


def sorted_points(points: PointColumns, *, by_step: bool) -> PointColumns:
    """Sort points by (step, time, writer, sequence), or without the step."""
    if by_step and points.step is not None and is_in_order(points.step, may_repeat=False):
        return points
    if points.frame is None or points.time is None:
        raise ValueError("points are sorted by all of their columns")
    keys = [points.frame, points.time]
    if by_step and points.step is not None:
        keys.append(points.step)
    return points.at(np.lexsort(keys))


def over_metric(
    points: Sequence[PointColumns], others: Sequence[PointColumns]
) -> tuple[Doubles, Doubles, int]:
    """Give x, the values of another metric, and y of each point that has one; how many haven't.

    Points with a step take the other's last value at that step, those without what was
    logged in the same call. They stand in the order of steps.
    """
    xs, ys, count = [np.empty(0)], [np.empty(0)], 0
    for is_stepped in (True, False):
        own = joined([one for one in points if one.is_stepped == is_stepped])
        other = joined([one for one in others if one.is_stepped == is_stepped])
        count += 0 if own is None else len(own)
        if own is None or other is None:
            continue
        if is_stepped:
            own = sorted_points(own, by_step=True)
            other = sorted_points(other, by_step=True)
            mine, theirs = own.step, other.step
        else:
            other = other.at(np.argsort(_known(other.frame)))
            mine, theirs = own.frame, other.frame
        x, y = other.value, own.value
        if x is None or y is None:
            raise ValueError("a column that was asked for is missing")
        if not np.array_equal(_known(mine), _known(theirs)):
            at = np.searchsorted(_known(theirs), _known(mine), side="right") - 1
            is_met = (at >= 0) & (_known(theirs)[at] == mine)
            x, y = x[at[is_met]], y[is_met]
        is_finite = np.isfinite(x)
        xs.append(x[is_finite])
        ys.append(y[is_finite])
    x, y = np.concatenate(xs), np.concatenate(ys)
    return x, y, count - len(x)


def _known(column: NDArray[np.generic] | None) -> NDArray[np.generic]:
    if column is None:
        raise ValueError("a column that was asked for is missing")
    return column
