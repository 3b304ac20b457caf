"""Very many runs as one table, made column by column."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from runlore.index.columns_keys import Key
from runlore.index.columns_values import NumberValues
from runlore.query.fields import Field
from runlore.reading.facts import is_load, moment
from runlore.reading.search_catalogue import catalogue_of
from runlore.reading.search_columns import SearchColumns
from runlore.reading.search_numbers import numbers_of
from runlore.records.ids import short

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from runlore.index.columns import RunColumns
    from runlore.query.columns import Booleans, Column, Integers
    from runlore.reading.runs import Runs

_TEXTS = ("experiment", "project")
_MOST_DERIVED = 2000  # runs in a table, of more of which no names are derived


class TableColumn(NamedTuple):
    """One column of a table: a value for each run, and where there is none.

    `kind` says what `cells` holds: "text" and "value" objects of Python, "texts" lists, "number"
    and "integer" and "boolean" arrays of NumPy, "time" microseconds UTC.
    """

    name: str
    kind: str
    cells: NDArray[Any]
    is_missing: Booleans


def table_of(runs: Runs) -> list[TableColumn]:
    """Make the columns of a table: what runs are, `params.<key>`, `metrics.<label>`."""

    def read(columns: RunColumns) -> list[TableColumn]:
        rows = numbers_of(columns, runs.details.rows)
        is_shown = np.zeros(columns.count, np.bool_)
        is_shown[rows] = True
        table = _Table(columns, SearchColumns(runs.details.reader, columns, is_shown), rows)
        return [*table.facts(runs), *table.params(), *table.metrics()]

    return runs.details.reader.ask(lambda index: index.ask_columns(read))


class _Table:
    """The rows of some runs in columns."""

    def __init__(self, columns: RunColumns, search: SearchColumns, rows: Integers) -> None:
        self._columns = columns
        self._search = search
        self._rows = rows
        self._nothing = np.zeros(len(rows), np.bool_)

    def facts(self, runs: Runs) -> list[TableColumn]:
        """What runs are: ids, names, times, tags."""
        ids = np.array(self._columns.ids.ids[self._rows].astype("U32").tolist(), object)
        names = self._text("name", self._attribute("name"))
        if len(runs) <= _MOST_DERIVED:
            labels = [run.label for run in runs]
        else:
            pairs = zip(names.cells.tolist(), ids.tolist(), strict=True)
            labels = [short(run) if name is None else name for name, run in pairs]
        return [
            TableColumn("id", "text", ids, self._nothing),
            TableColumn("label", "text", np.array(labels, object), self._nothing),
            names,
            *(self._text(name, self._attribute(name)) for name in _TEXTS),
            self._text("status", self._attribute("status")),
            self._number("created", "time", self._attribute("started")),
            self._number("ended", "time", self._attribute("ended")),
            self._number("duration_seconds", "number", self._attribute("duration")),
            self._tags(),
        ]

    def params(self) -> list[TableColumn]:
        """The params that at least one of the runs has, as JSON values."""
        keys = [Key("param", key) for key in catalogue_of(self._columns).params]
        self._columns.load(*keys)
        found = []
        for key in keys:
            values = self._columns.texts("param", key.name)
            codes = values.codes[self._rows]
            if (codes >= 0).any():
                used, places = np.unique(codes, return_inverse=True)
                items = values.entries.items
                decoded = [None if at < 0 else json.loads(items[at][0]) for at in used.tolist()]
                found.append(_values(f"params.{key.name}", decoded, places, codes < 0))
        return found

    def metrics(self) -> list[TableColumn]:
        """The current values of the metrics that at least one of the runs has."""
        known = catalogue_of(self._columns).metrics
        keys = [Key("metric", label, "last") for label in known if not is_load(label)]
        loaded = self._columns.load(*keys)
        found = []
        for key, values in zip(keys, loaded, strict=True):
            if isinstance(values, NumberValues) and values.is_present[self._rows].any():
                found.append(self._number(f"metrics.{key.name}", "number", values.column))
        return found

    def _attribute(self, name: str) -> Column:
        return self._search.column(Field("attribute", name))

    def _text(self, name: str, column: Column) -> TableColumn:
        codes = column.codes[self._rows]
        texts = np.array([*column.texts, None], object)
        return TableColumn(name, "text", texts[codes], codes < 0)

    def _number(self, name: str, kind: str, column: Column) -> TableColumn:
        is_missing = ~column.is_number[self._rows]
        return TableColumn(name, kind, column.numbers[self._rows], is_missing)

    def _tags(self) -> TableColumn:
        members = self._columns.members("tags").members
        by_row: dict[int, list[str]] = {}
        for row, code in zip(members.rows.tolist(), members.codes.tolist(), strict=True):
            by_row.setdefault(row, []).append(members.texts[code])
        values = np.empty(len(self._rows), object)
        for place, row in enumerate(self._rows.tolist()):
            values[place] = sorted(by_row.get(row, ()))
        return TableColumn("tags", "texts", values, self._nothing)


def _values(
    name: str, decoded: list[Any], places: NDArray[np.intp], is_missing: Booleans
) -> TableColumn:
    """Make the column of a param from its distinct values."""
    kinds = {type(value) for value in decoded if value is not None}
    has_null = any(value is None for value in decoded)
    if kinds and kinds <= {int, float}:
        is_whole = kinds == {int} and not has_null
        fits = all(abs(value) < 1 << 63 for value in decoded if value is not None)
        if fits:
            numbers = [np.nan if value is None else value for value in decoded]
            kind = "integer" if is_whole else "number"
            array = np.array(numbers, np.int64 if is_whole else np.float64)
            missing = np.array([value is None for value in decoded])
            return TableColumn(name, kind, array[places], missing[places])
    objects = np.empty(len(decoded), object)
    objects[:] = decoded
    kind = "text" if kinds == {str} else "boolean" if kinds == {bool} else "value"
    return TableColumn(name, kind, objects[places], is_missing)


def dicts_of(table: list[TableColumn]) -> list[dict[str, Any]]:
    """Turn a table into a dict per run; params and metrics that it lacks are left out."""
    names = [column.name for column in table]
    may_lack = [name.startswith(("params.", "metrics.")) for name in names]
    lists = [_listed(column) for column in table]
    missing = [column.is_missing.tolist() for column in table]
    return [
        {
            name: value
            for name, value, lacks, is_missing in zip(names, row, may_lack, gaps, strict=True)
            if not (lacks and is_missing)
        }
        for row, gaps in zip(zip(*lists, strict=True), zip(*missing, strict=True), strict=True)
    ]


def _listed(column: TableColumn) -> list[Any]:
    """List the values of a column as Python has them."""
    values: list[Any] = column.cells.tolist()
    if column.kind == "time":
        values = [None if at != at else moment(int(at)) for at in values]  # noqa: PLR0124 - NaN
    elif column.kind != "texts":
        gaps = column.is_missing.tolist()
        values = [None if gap else value for value, gap in zip(values, gaps, strict=True)]
    return values
