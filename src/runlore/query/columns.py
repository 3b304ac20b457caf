"""What a filter is evaluated on: the values of one field for all runs at once, as arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from runlore.query.fields import Field

    Booleans = NDArray[np.bool_]
    Doubles = NDArray[np.float64]
    Integers = NDArray[np.int64]
    Codes = NDArray[np.int32]

MOST_EXACT = 1 << 53  # an integer up to here has a double of its own


class Column(NamedTuple):
    """The values of a field that each of n runs has one of, or none.

    A value has a number, a text, or both: the param `1e-3` is 0.001 and "1e-3". Predicates
    on text are asked once for each of `texts`, so those should be distinct; texts that no run
    has do no harm. Arrays are never written to.

    - `is_null`: nothing there, or a param that was given as None (whose text is "None")
    - `numbers`: NaN where `is_number` is false, and where the value is NaN
    - `codes`: places in `texts`, -1 for no text
    - `integers`: None, or the exact values of integers beyond ±2⁵³, 0 for all other rows
    """

    is_null: Booleans
    is_number: Booleans
    numbers: Doubles
    codes: Codes
    texts: Sequence[str]
    integers: Integers | None = None


class Members(NamedTuple):
    """The values of a field that a run can have several of: pairs of a run's row and a text."""

    rows: Integers
    codes: Codes
    texts: Sequence[str]


class Columns(Protocol):
    """The runs that a query looks at; all arrays of one answer have `count` rows.

    A field that no run has is a column of nulls, or has no members. The same field may be
    asked for several times in one query.
    """

    @property
    def count(self) -> int:
        """How many runs there are."""
        ...

    def column(self, field: Field) -> Column:
        """Give the values of a field of one value."""
        ...

    def members(self, field: Field) -> Members:
        """Give the values of a field of several: tags, notes, artifacts, dataset."""
        ...


class ChosenRows:
    """Columns of some rows of others, with only the texts that those have."""

    def __init__(self, columns: Columns, rows: Integers) -> None:
        self._columns = columns
        self._rows = rows

    @property
    def count(self) -> int:
        """How many rows were chosen."""
        return len(self._rows)

    def column(self, field: Field) -> Column:
        """Give the values of the chosen rows."""
        whole, rows = self._columns.column(field), self._rows
        codes, texts = _used_texts(whole.codes[rows], whole.texts)
        integers = None if whole.integers is None else whole.integers[rows]
        return Column(
            whole.is_null[rows], whole.is_number[rows], whole.numbers[rows], codes, texts, integers
        )

    def members(self, field: Field) -> Members:
        """Give the members of the chosen rows, by their place among those."""
        whole = self._columns.members(field)
        places = np.full(self._columns.count, -1, np.int64)
        places[self._rows] = np.arange(len(self._rows))
        is_chosen = places[whole.rows] >= 0
        codes, texts = _used_texts(whole.codes[is_chosen], whole.texts)
        return Members(places[whole.rows[is_chosen]], codes, texts)


def _used_texts(codes: Codes, texts: Sequence[str]) -> tuple[Codes, list[str]]:
    used, places = np.unique(codes, return_inverse=True)
    has_none = int(len(used) > 0 and used[0] < 0)
    return (places - has_none).astype(np.int32), [texts[code] for code in used[has_none:]]


def column_of_numbers(numbers: Doubles, is_number: Booleans) -> Column:
    """Make a column without texts: of a metric, a time, a count."""
    known = np.where(is_number, numbers, np.nan)
    return Column(~is_number, is_number, known, no_codes(len(numbers)), ())


def no_codes(count: int) -> Codes:
    """Give the codes of rows without texts, which take no memory however many they are."""
    return np.broadcast_to(np.int32(-1), count)


def column_of_texts(codes: Codes, texts: Sequence[str]) -> Column:
    """Make a column without numbers; a code of -1 is null."""
    nothing = np.broadcast_to(np.False_, len(codes))
    return Column(codes < 0, nothing, np.broadcast_to(np.nan, len(codes)), codes, texts)


def column_of_booleans(values: Booleans, is_known: Booleans) -> Column:
    """Make a column of what is true or false."""
    codes = np.where(is_known, values.astype(np.int32), np.int32(-1))
    return column_of_texts(codes, ("false", "true"))


def empty_column(count: int) -> Column:
    """Make the column of a field that no run has."""
    return column_of_texts(np.full(count, -1, np.int32), ())


def empty_members() -> Members:
    """Make the members of a field that no run has."""
    return Members(np.empty(0, np.int64), np.empty(0, np.int32), ())


def column_of_values(values: Iterable[tuple[float | None, str | None, bool]]) -> Column:
    """Make a column of (number, text, whether it is null), one per run; integers stay exact."""
    rows = list(values)
    known: dict[str, int] = {}
    codes = np.array(
        [-1 if text is None else known.setdefault(text, len(known)) for _, text, _ in rows],
        np.int32,
    )
    numbers = np.array([_double(number) for number, _, _ in rows], np.float64)
    integers = np.array([_large(number) for number, _, _ in rows], np.int64)
    return Column(
        np.array([is_null for _, _, is_null in rows], np.bool_),
        np.array([number is not None for number, _, _ in rows], np.bool_),
        numbers,
        codes,
        list(known),
        integers if integers.any() else None,
    )


def _double(number: float | None) -> float:
    if number is None:
        return float("nan")
    try:
        return float(number)
    except OverflowError:
        return float("inf") if number > 0 else float("-inf")


def _large(number: object) -> int:
    """Return an integer that a double may not hold and 64 bits do, else 0."""
    if not isinstance(number, int) or abs(number) <= MOST_EXACT:
        return 0
    return number if -(1 << 63) <= number < 1 << 63 else 0
