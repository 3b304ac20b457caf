"""The values of one field for all runs of an index, as arrays by the index's number of the run.

Changing some gives new values and leaves the old ones as they were, so that an answer may keep
them; tables of entries only grow, and are shared.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol, Self

import numpy as np

from runlore.query.columns import (
    Column,
    Members,
    column_of_texts,
    column_of_values,
    no_codes,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    Read = Mapping[int, Any]

NO_ID = b"0" * 32
_EXACT_DIGITS = 15  # integers of so many have a double of their own
_ENTRY_BYTES = 200  # of a text in a list and a dictionary, about


class Values(Protocol):
    """What one field holds; `count` is beyond the greatest number of a run."""

    @property
    def count(self) -> int:
        """How many numbers of runs there are room for."""
        ...

    @property
    def size_bytes(self) -> int:
        """How much memory this takes, about."""
        ...

    def patched(self, count: int, rows: Sequence[int], read: Read) -> Self:
        """Return values in which those of `rows` are as `read`, and absent where it has none."""
        ...


def grown(array: NDArray[Any], count: int, missing: object) -> NDArray[Any]:
    """Copy an array into one of `count` rows, the new ones filled."""
    made = np.full(count, missing, array.dtype)
    made[: len(array)] = array
    return made


class Entries:
    """A table of distinct entries, each with its place; grows only."""

    def __init__(self, entries: Sequence[Any] = ()) -> None:
        self.items: list[Any] = list(entries)
        self._places = {entry: place for place, entry in enumerate(self.items)}

    def __len__(self) -> int:
        return len(self.items)

    def place_of(self, entry: Any) -> int:
        """Return an entry's place, a new one if it is new."""
        place = self._places.get(entry)
        if place is None:
            place = self._places[entry] = len(self.items)
            self.items.append(entry)
        return place


class CodedValues:
    """One entry of a table for each run, or none: `codes` are places, -1 for none.

    Entries are texts, or params as (JSON, text, number).
    """

    def __init__(self, codes: NDArray[np.int32], entries: Entries) -> None:
        self.codes = codes
        self.entries = entries

    @property
    def count(self) -> int:
        """How many numbers of runs there are room for."""
        return len(self.codes)

    @property
    def size_bytes(self) -> int:
        """How much memory this takes, about."""
        return self.codes.nbytes + len(self.entries) * _ENTRY_BYTES

    def patched(self, count: int, rows: Sequence[int], read: Read) -> Self:
        """Return values in which those of `rows` are as `read`."""
        codes = grown(self.codes, count, -1)
        place_of = self.entries.place_of
        codes[list(rows)] = [place_of(read[row]) if row in read else -1 for row in rows]
        return type(self)(codes, self.entries)

    @property
    def column(self) -> Column:
        """The same as a filter looks at it; made anew each time, which is quick."""
        entries = self.entries.items
        if not entries or isinstance(entries[0], str):
            return column_of_texts(self.codes, entries)
        each, codes = self._each, self.codes
        return Column(
            each.is_null[codes],
            each.is_number[codes],
            each.numbers[codes],
            each.codes[codes],
            each.texts,
            None if each.integers is None else each.integers[codes],
        )

    @cached_property
    def _each(self) -> Column:
        """The entries as a filter looks at them; a code of -1 finds the one behind the last."""
        return column_of_values([*map(_as_value, self.entries.items), (None, None, True)])


def _as_value(entry: tuple[str, str, float | None]) -> tuple[float | None, str | None, bool]:
    """Turn a param into what a column holds: (number, text, whether it is null)."""
    json, text, number = entry
    if number is None and text.lower().lstrip("+-") in ("nan", "inf", "infinity"):
        return float(text), text, False  # JSON has no words for them
    if number is not None and len(json) > _EXACT_DIGITS and json.lstrip("-").isdigit():
        return int(json), text, False
    return number, text, json == "null"


class NumberValues:
    """A number for each run: NaN where it is none, or where there is none (`is_present`)."""

    def __init__(self, numbers: NDArray[np.float64], is_present: NDArray[np.bool_]) -> None:
        self.numbers = numbers
        self.is_present = is_present

    @property
    def count(self) -> int:
        """How many numbers of runs there are room for."""
        return len(self.numbers)

    @property
    def size_bytes(self) -> int:
        """How much memory this takes."""
        return self.numbers.nbytes + self.is_present.nbytes

    def patched(self, count: int, rows: Sequence[int], read: Read) -> Self:
        """Return values in which those of `rows` are as `read`."""
        numbers = grown(self.numbers, count, np.nan)
        is_present = grown(self.is_present, count, missing=False)
        places = list(rows)
        numbers[places] = [read.get(row, np.nan) for row in rows]
        is_present[places] = [row in read for row in rows]
        return type(self)(numbers, is_present)

    @property
    def column(self) -> Column:
        """The same as a filter looks at it."""
        present = self.is_present
        return Column(~present, present, self.numbers, no_codes(self.count), ())


class IdValues:
    """The id of each run in `ids`, 32 bytes of text; zeros where there is no run."""

    def __init__(self, ids: NDArray[np.bytes_]) -> None:
        self.ids = ids

    @property
    def count(self) -> int:
        """How many numbers of runs there are room for."""
        return len(self.ids)

    @property
    def size_bytes(self) -> int:
        """How much memory this takes, about."""
        return self.ids.nbytes

    def patched(self, count: int, rows: Sequence[int], read: Read) -> Self:
        """Return values in which those of `rows` are as `read`."""
        ids = grown(self.ids, count, NO_ID)
        ids[list(rows)] = [read[row].encode() if row in read else NO_ID for row in rows]
        return type(self)(ids)

    @property
    def texts(self) -> list[str]:
        """The ids as texts, by number."""
        found: list[str] = self.ids.astype("U32").tolist()
        return found

    @property
    def column(self) -> Column:
        """The same as a filter looks at it."""
        codes = np.arange(self.count, dtype=np.int32)
        return column_of_texts(np.where(self.ids == NO_ID, np.int32(-1), codes), self.texts)


class ManyValues:
    """Several texts for each run: pairs of `rows` and `codes`, which are places in a table."""

    def __init__(
        self, count: int, rows: NDArray[np.int64], codes: NDArray[np.int32], entries: Entries
    ) -> None:
        self.count = count
        self.rows = rows
        self.codes = codes
        self.entries = entries

    @property
    def size_bytes(self) -> int:
        """How much memory this takes, about."""
        return self.rows.nbytes + self.codes.nbytes + len(self.entries) * _ENTRY_BYTES

    def patched(self, count: int, rows: Sequence[int], read: Read) -> Self:
        """Return values in which those of `rows` are as `read`."""
        is_kept = np.ones(max(count, self.count), np.bool_)
        is_kept[list(rows)] = False
        kept = is_kept[self.rows]
        return self._extended(count, self.rows[kept], self.codes[kept], read)

    def _extended(
        self, count: int, rows: NDArray[np.int64], codes: NDArray[np.int32], read: Read
    ) -> Self:
        place_of = self.entries.place_of
        pairs = [(row, place_of(text)) for row, texts in read.items() for text in texts]
        new_rows = np.array([row for row, _ in pairs], np.int64)
        new_codes = np.array([code for _, code in pairs], np.int32)
        return type(self)(
            count,
            np.concatenate([rows, new_rows]),
            np.concatenate([codes, new_codes]),
            self.entries,
        )

    @cached_property
    def members(self) -> Members:
        """The same as a filter looks at it."""
        return Members(self.rows, self.codes, self.entries.items)


class NameValues(ManyValues):
    """Names that runs of a block have, each with one of the runs; none is ever taken back."""

    def patched(self, count: int, rows: Sequence[int], read: Read) -> Self:  # noqa: ARG002 - as the others
        """Return values with the names that `read` holds as well."""
        known = set(self.entries.items)
        new = {row: [name for name in names if name not in known] for row, names in read.items()}
        return self._extended(count, self.rows, self.codes, new)
