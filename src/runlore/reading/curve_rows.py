"""Reduce points to rows as wide as buckets of x, so that no extreme is lost. Pure functions."""

from __future__ import annotations

from dataclasses import dataclass, fields
from math import inf
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Doubles = NDArray[np.float64]
    Integers = NDArray[np.int64]


class Range(NamedTuple):
    """The range of x of an answer, both ends included, and into how many parts it is cut."""

    start: float
    stop: float
    buckets: int

    def cut(self, x: Doubles, known: list[Cut]) -> Cut:
        """Say where rows of ascending x begin and end; `known` keeps the latest for the next.

        The curves of a chart mostly have the same x.
        """
        if not (known and np.array_equal(known[0].x, x)):
            starts = _starts(self.numbers(x))
            count = np.diff(np.append(starts, len(x)))
            known[:] = [Cut(x, starts, starts + count - 1, count)]
        return known[0]

    def numbers(self, x: Doubles) -> Integers:
        """Give the bucket of each x, as any reader of the answer computes it from `x_first`.

        The last bucket holds `stop`; there is one alone where the range has no width.
        """
        width = (self.stop - self.start) / self.buckets
        if not 0.0 < width < inf:
            return np.zeros(len(x), np.int64)
        with np.errstate(over="ignore"):
            places = np.floor((x - self.start) / width)
        return np.asarray(np.clip(places, 0, self.buckets - 1).astype(np.int64))


class Cut(NamedTuple):
    """Where the rows of some x begin and end, and how many points each has."""

    x: Doubles
    starts: Integers
    ends: Integers
    sizes: Integers


@dataclass(frozen=True, eq=False, slots=True)
class Rows:
    """Rows of a curve, ascending in x: f64 but for `count`, i64.

    `count` is of all points of a row, the other columns are over its finite values and NaN
    where it has none; `first` and `last` are in the order of x.
    """

    x_first: Doubles
    x_last: Doubles
    min: Doubles
    max: Doubles
    first: Doubles
    last: Doubles
    mean: Doubles
    count: Integers

    def __len__(self) -> int:
        return len(self.count)


@dataclass(frozen=True, eq=False, slots=True)
class Pieces:
    """Stretches of a curve known by their sums alone; a point is one whose ends are the same."""

    x_first: Doubles
    x_last: Doubles
    min: Doubles
    max: Doubles
    first: Doubles
    last: Doubles
    total: Doubles
    finite: Integers
    count: Integers

    def __len__(self) -> int:
        return len(self.count)

    def at(self, places: Integers | NDArray[np.bool_]) -> Pieces:
        """Return some of the pieces."""
        return Pieces(*(getattr(self, field.name)[places] for field in fields(Pieces)))

    def joined(self, other: Pieces) -> Pieces:
        """Return these pieces and others, ascending in x."""
        both = Pieces(
            *(
                np.concatenate([getattr(self, field.name), getattr(other, field.name)])
                for field in fields(Pieces)
            )
        )
        return both.at(np.lexsort((both.x_last, both.x_first)))


_NO_X = np.empty(0)
NOTHING = Rows(_NO_X, _NO_X, _NO_X, _NO_X, _NO_X, _NO_X, _NO_X, np.empty(0, np.int64))


def raw_rows(x: Doubles, value: Doubles) -> Rows:
    """Make a row of each point."""
    shown = np.where(np.isfinite(value), value, np.nan)
    return Rows(x, x, shown, shown, shown, shown, shown, np.ones(len(x), np.int64))


def rows_of_points(
    x: Doubles, value: Doubles, within: Range, known: list[Cut] | None = None
) -> Rows:
    """Reduce points that ascend in x; `known` as `Range.cut`."""
    if not len(x):
        return NOTHING
    _, starts, ends, count = within.cut(x, [] if known is None else known)
    is_finite = np.isfinite(value)
    if is_finite.all():
        least, greatest, first, last, mean = _reduced(value, starts, ends, count)
    else:
        least, greatest, first, last, mean = (np.full(len(starts), np.nan) for _ in range(5))
        finite = value[is_finite]
        if len(finite):
            row = np.repeat(np.arange(len(starts)), count)[is_finite]
            own = _starts(row)
            some = np.diff(np.append(own, len(finite)))
            at = row[own]
            found = _reduced(finite, own, own + some - 1, some)
            for column, values in zip((least, greatest, first, last, mean), found, strict=True):
                column[at] = values
    return Rows(x[starts], x[ends], least, greatest, first, last, mean, count)


def pieces_of_points(x: Doubles, value: Doubles) -> Pieces:
    """Make a piece of each point."""
    is_finite = np.isfinite(value)
    shown = np.where(is_finite, value, np.nan)
    total = np.where(is_finite, value, 0.0)
    finite = is_finite.astype(np.int64)
    return Pieces(x, x, shown, shown, shown, shown, total, finite, np.ones(len(x), np.int64))


def rows_of_pieces(pieces: Pieces, within: Range) -> Rows:
    """Reduce pieces that ascend in x; one that begins in a bucket belongs to it as a whole."""
    if not len(pieces):
        return NOTHING
    starts = _starts(within.numbers(pieces.x_first))
    finite = np.add.reduceat(pieces.finite, starts)
    has_none = finite == 0
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        mean = np.add.reduceat(pieces.total, starts) / finite
    row = np.repeat(np.arange(len(starts)), np.diff(np.append(starts, len(pieces))))
    least, greatest = np.fmin.reduceat(pieces.min, starts), np.fmax.reduceat(pieces.max, starts)
    first = _outermost(pieces.first, row, len(starts), is_last=False)
    last = _outermost(pieces.last, row, len(starts), is_last=True)
    # Where no piece ends in a finite value, one from the inside stands for it.
    inside = np.where(np.isnan(first), np.where(np.isnan(last), least, last), first)
    return Rows(
        pieces.x_first[starts],
        np.maximum.reduceat(pieces.x_last, starts),
        least,
        greatest,
        inside,
        np.where(np.isnan(last), inside, last),
        np.where(has_none, np.nan, mean),
        np.add.reduceat(pieces.count, starts),
    )


def _outermost(values: Doubles, row: Integers, rows: int, *, is_last: bool) -> Doubles:
    """Take the first or last finite value of each row, NaN where there is none."""
    found = np.full(rows, np.nan)
    places = np.flatnonzero(np.isfinite(values))
    if not is_last:
        places = places[::-1]
    found[row[places]] = values[places]  # what is written last stays
    return found


def _reduced(
    value: Doubles, starts: Integers, ends: Integers, count: Integers
) -> tuple[Doubles, Doubles, Doubles, Doubles, Doubles]:
    with np.errstate(over="ignore", invalid="ignore"):
        mean = np.add.reduceat(value, starts) / count
    return (
        np.minimum.reduceat(value, starts),
        np.maximum.reduceat(value, starts),
        value[starts],
        value[ends],
        mean,
    )


def _starts(number: Integers) -> Integers:
    """Say where each run of equal numbers begins."""
    return np.concatenate(([0], np.flatnonzero(number[1:] != number[:-1]) + 1))
