"""Summarise series in a few numbers each, packed per run; read without NumPy.

An **entry** sums up the points of one series that one attempt wrote, those with a step and
those without apart: then merging is associative and commutative (but for the rounding of
`total`), so it doesn't matter how journals are cut or which one is read first.
"""

from __future__ import annotations

import sys
from array import array
from bisect import bisect_left, bisect_right
from struct import Struct
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    OrderOf = Callable[[int], tuple[str, int]]
    Column = Sequence[Any]

_FORMAT = 1
_HEADER = Struct("<BBHI")
_I64 = Struct("<q")
_F64 = Struct("<d")
_CONSTANT = 0
INT_COLUMNS = 16
_FLOAT_COLUMNS = 4
_COLUMNS = INT_COLUMNS + _FLOAT_COLUMNS
COLUMNS_AT = _HEADER.size + _COLUMNS
_TYPE_OF_WIDTH = {1: "B", 2: "H", 4: "I", 8: "Q"}


class EntryKey(NamedTuple):
    """Name an entry by the index's own numbers for the series' name and the attempt."""

    series: int
    rank: int
    attempt: int
    has_step: bool


class Entry(NamedTuple):
    """Sum up points; steps are 0 where points have none, extremes NaN where none is finite.

    `last` is the value of the greatest (step, time, writer, sequence), or (writer, sequence)
    where points have no steps; `min_step` the least step at which the minimum was met, `total`
    the sum of the finite values.
    """

    points: int
    nan: int
    positive_infinities: int
    negative_infinities: int
    first_step: int
    first_time: int
    last_step: int
    last_time: int
    last_journal: int
    last_sequence: int
    min_step: int
    max_step: int
    last: float
    minimum: float
    maximum: float
    total: float


Summary = dict[EntryKey, Entry]
COLUMNS = EntryKey._fields + Entry._fields  # in the order in which they are packed


def merge(one: Entry, other: Entry, order_of: OrderOf, *, has_step: bool) -> Entry:
    """Sum up the points of both; `order_of` gives the (actor, number) of a journal file."""
    latest = other if _is_later(other, one, order_of, has_step=has_step) else one
    minimum, min_step = _extreme(one.minimum, one.min_step, other.minimum, other.min_step, 1)
    maximum, max_step = _extreme(one.maximum, one.max_step, other.maximum, other.max_step, -1)
    return Entry(
        one.points + other.points,
        one.nan + other.nan,
        one.positive_infinities + other.positive_infinities,
        one.negative_infinities + other.negative_infinities,
        min(one.first_step, other.first_step),
        min(one.first_time, other.first_time),
        latest.last_step,
        latest.last_time,
        latest.last_journal,
        latest.last_sequence,
        min_step,
        max_step,
        latest.last,
        minimum,
        maximum,
        one.total + other.total,
    )


def _is_later(one: Entry, other: Entry, order_of: OrderOf, *, has_step: bool) -> bool:
    """Compare last points by (step, time, writer, sequence), without steps by the latter two."""
    if has_step and (one.last_step, one.last_time) != (other.last_step, other.last_time):
        return (one.last_step, one.last_time) > (other.last_step, other.last_time)
    if one.last_journal != other.last_journal:
        return order_of(one.last_journal) > order_of(other.last_journal)
    return one.last_sequence > other.last_sequence


def _extreme(
    value: float, step: int, other_value: float, other_step: int, sign: int
) -> tuple[float, int]:
    if other_value != other_value:  # noqa: PLR0124 - NaN, without importing math
        return value, step
    if value != value or (other_value - value) * sign < 0:  # noqa: PLR0124
        return other_value, other_step
    return value, min(step, other_step) if value == other_value else step


def add(summary: Summary, key: EntryKey, entry: Entry, order_of: OrderOf) -> None:
    """Merge one entry into a summary."""
    known = summary.get(key)
    summary[key] = entry if known is None else merge(known, entry, order_of, has_step=key.has_step)


def pack(summary: Summary) -> bytes:
    """Pack a run's entries, column after column, sorted by key."""
    rows = [(*key, *entry) for key, entry in sorted(summary.items(), key=lambda item: item[0])]
    columns = list(zip(*rows, strict=True)) if rows else [()] * _COLUMNS
    codes = bytearray()
    bodies = []
    for number, column in enumerate(columns):
        code, body = _pack_ints(column) if number < INT_COLUMNS else _pack_floats(column)
        codes.append(code)
        bodies.append(body)
    return b"".join((_HEADER.pack(_FORMAT, _COLUMNS, 0, len(rows)), codes, *bodies))


def _pack_ints(values: Sequence[int]) -> tuple[int, bytes]:
    """Pack as the least number and each one's distance from it, in as few bytes as do."""
    if not values:
        return _CONSTANT, b""
    if values.count(values[0]) == len(values):
        return _CONSTANT, _I64.pack(values[0])
    low = min(values)
    span = max(values) - low
    width = 1 if span < 1 << 8 else 2 if span < 1 << 16 else 4 if span < 1 << 32 else 8
    distances = array(_TYPE_OF_WIDTH[width], [value - low for value in values])
    return width, _I64.pack(low) + _little_endian(distances).tobytes()


def _pack_floats(values: Sequence[float]) -> tuple[int, bytes]:
    body = _little_endian(array("d", values)).tobytes()
    if body == body[:8] * len(values):
        return _CONSTANT, body[:8]
    return 8, body


def _little_endian(values: array[Any]) -> array[Any]:
    if sys.byteorder == "big":  # pragma: no cover
        values.byteswap()
    return values


class PackedSummary:
    """Look up entries in a packed summary without taking apart the rest."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        _, _, _, self.count = _HEADER.unpack_from(data)
        self._codes = data[_HEADER.size : COLUMNS_AT]
        self._places: list[int] = []
        place = COLUMNS_AT
        for number, code in enumerate(self._codes):
            self._places.append(place)
            if self.count:
                base = 8 if code == _CONSTANT or number < INT_COLUMNS else 0
                place += base + code * self.count

    @property
    def layout(self) -> list[tuple[int, int]]:
        """The columns in order: how many bytes a number has, 0 for a constant, and its place."""
        return list(zip(self._codes, self._places, strict=True))

    @property
    def series(self) -> set[int]:
        """The series that have entries."""
        return set(self._column(0, 0, self.count)) if self.count else set()

    @property
    def series_bytes(self) -> bytes:
        """What is equal in summaries of the same series, attempts and ranks."""
        end = self._places[1] if len(self._places) > 1 else len(self._data)
        return self._data[_HEADER.size - 4 : _HEADER.size + 1] + self._data[COLUMNS_AT:end]

    def last_values(self) -> dict[int, float] | None:
        """Give the last value of each series, if each has one entry alone; else None."""
        if not self.count:
            return {}
        series = self._column(COLUMNS.index("series"), 0, self.count)
        last = self._column(COLUMNS.index("last"), 0, self.count)
        values = dict(zip(series, last, strict=True))
        return values if len(values) == self.count else None

    def entries(self, series: int | None = None) -> Iterator[tuple[EntryKey, Entry]]:
        """Yield the entries of one series, or all, in order of their keys."""
        start, end = 0, self.count
        if series is not None and self.count:
            numbers = self._column(0, 0, self.count)
            start, end = bisect_left(numbers, series), bisect_right(numbers, series)
        if start == end:
            return
        columns = [self._column(number, start, end) for number in range(_COLUMNS)]
        for row in zip(*columns, strict=True):
            yield EntryKey(row[0], row[1], row[2], bool(row[3])), Entry(*row[4:])

    def _column(self, number: int, start: int, end: int) -> Column:
        code, place = self._codes[number], self._places[number]
        if number >= INT_COLUMNS:
            if code == _CONSTANT:
                (constant,) = _F64.unpack_from(self._data, place)
                return [constant] * (end - start)
            return self._slice("d", place, 8, start, end)
        (low,) = _I64.unpack_from(self._data, place)
        if code == _CONSTANT:
            return [low] * (end - start)
        distances = self._slice(_TYPE_OF_WIDTH[code], place + 8, code, start, end)
        return [low + distance for distance in distances]

    def _slice(self, kind: str, place: int, width: int, start: int, end: int) -> array[Any]:
        values: array[Any] = array(kind)
        values.frombytes(self._data[place + start * width : place + end * width])
        return _little_endian(values)


def unpack(data: bytes) -> Summary:
    """Take apart a whole packed summary."""
    return dict(PackedSummary(data).entries())


class SeriesSummary(NamedTuple):
    """Say what a series came to; superseded points don't count.

    `last` is by (step, time, writer, sequence), points without a step keep the order in which
    they were written; of the last with and the last without a step, that of the later time.
    Steps are None where the points concerned have none. `minimum`, `maximum` and `total` are
    over finite values, NaN and 0 where there are none. Times in microseconds UTC.
    """

    name: str
    context: str
    rank: int
    points: int
    last: float
    last_step: int | None
    last_time: int
    minimum: float
    min_step: int | None
    maximum: float
    max_step: int | None
    total: float
    nan: int
    positive_infinities: int
    negative_infinities: int
    first_step: int | None
    first_time: int

    @property
    def finite_count(self) -> int:
        """How many of its values are finite."""
        return self.points - self.nan - self.positive_infinities - self.negative_infinities

    @property
    def mean(self) -> float:
        """The mean of the finite values, NaN where there are none."""
        return self.total / self.finite_count if self.finite_count else float("nan")


def summarise_series(
    name: str,
    context: str,
    rank: int,
    entries: Sequence[tuple[bool, Entry]],
    order_of: OrderOf,
) -> SeriesSummary:
    """Combine the entries of one series, each with whether its points have steps."""
    stepped = _merge_all(entries, order_of, has_step=True)
    unstepped = _merge_all(entries, order_of, has_step=False)
    if stepped is None or unstepped is None:
        both = stepped or unstepped
        if both is None:
            raise ValueError("a series has at least one entry")
        return _from_entry(name, context, rank, both, has_step=stepped is not None)
    one = _from_entry(name, context, rank, stepped, has_step=True)
    other = _from_entry(name, context, rank, unstepped, has_step=False)
    latest = other if other.last_time > one.last_time else one
    # Without a finite value both extremes are NaN, which nothing is less than.
    least = one if one.minimum <= other.minimum or not other.finite_count else other
    greatest = one if one.maximum >= other.maximum or not other.finite_count else other
    return SeriesSummary(
        name,
        context,
        rank,
        one.points + other.points,
        latest.last,
        latest.last_step,
        latest.last_time,
        least.minimum,
        least.min_step,
        greatest.maximum,
        greatest.max_step,
        one.total + other.total,
        one.nan + other.nan,
        one.positive_infinities + other.positive_infinities,
        one.negative_infinities + other.negative_infinities,
        one.first_step,
        min(one.first_time, other.first_time),
    )


def _merge_all(
    entries: Sequence[tuple[bool, Entry]], order_of: OrderOf, *, has_step: bool
) -> Entry | None:
    merged = None
    for entry in (entry for is_stepped, entry in entries if is_stepped == has_step):
        merged = entry if merged is None else merge(merged, entry, order_of, has_step=has_step)
    return merged


def _from_entry(
    name: str, context: str, rank: int, entry: Entry, *, has_step: bool
) -> SeriesSummary:
    is_finite = entry.minimum == entry.minimum
    return SeriesSummary(
        name,
        context,
        rank,
        entry.points,
        entry.last,
        entry.last_step if has_step else None,
        entry.last_time,
        entry.minimum,
        entry.min_step if has_step and is_finite else None,
        entry.maximum,
        entry.max_step if has_step and is_finite else None,
        entry.total,
        entry.nan,
        entry.positive_infinities,
        entry.negative_infinities,
        entry.first_step if has_step else None,
        entry.first_time,
    )
