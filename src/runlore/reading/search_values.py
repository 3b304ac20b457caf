"""What some runs have of fields that a filter names, for people to look at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from runlore.query.binding import type_of
from runlore.reading.facts import moment
from runlore.reading.search_columns import SearchColumns
from runlore.reading.search_numbers import numbers_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runlore.index.columns import RunColumns
    from runlore.query.columns import Column, Columns, Integers
    from runlore.query.fields import Field
    from runlore.reading.runs import Runs


class FieldValues(NamedTuple):
    """A field and what runs have of it, None for nothing.

    By `type` numbers, durations in seconds, times as datetimes, or texts; `any` are texts as
    they were given. Of a field of several values all, joined by commas.
    """

    field: Field
    type: str
    values: list[Any]


def values_of(runs: Runs, fields: Sequence[Field]) -> list[FieldValues]:
    """Give the values that runs have of fields."""

    def read(columns: RunColumns) -> list[FieldValues]:
        rows = numbers_of(columns, runs.details.rows)
        is_shown = np.zeros(columns.count, np.bool_)
        is_shown[rows] = True
        search = SearchColumns(runs.details.reader, columns, is_shown)
        return [_values(search, field, rows) for field in fields]

    return runs.details.reader.ask(lambda index: index.ask_columns(read))


def _values(search: Columns, field: Field, rows: Integers) -> FieldValues:
    kind = type_of(field)
    if field.has_many:
        members = search.members(field)
        texts: dict[int, list[str]] = {row: [] for row in rows.tolist()}
        here = np.isin(members.rows, rows)
        for row, code in zip(
            members.rows[here].tolist(), members.codes[here].tolist(), strict=True
        ):
            texts[row].append(members.texts[code])
        joined = [", ".join(sorted(texts[row])) or None for row in rows.tolist()]
        return FieldValues(field, "text", joined)
    column = search.column(field)
    if kind == "time":
        times = [_number(column, row) for row in rows.tolist()]
        return FieldValues(field, kind, [None if at is None else moment(int(at)) for at in times])
    read = _number if kind in ("number", "duration") else _text
    return FieldValues(field, kind, [read(column, row) for row in rows.tolist()])


def _number(column: Column, row: int) -> float | None:
    return float(column.numbers[row]) if column.is_number[row] else None


def _text(column: Column, row: int) -> str | None:
    code = int(column.codes[row])
    return column.texts[code] if code >= 0 else None
