"""Tables as files, written row by row in bounded memory: CSV, JSON, Markdown, Parquet."""

from __future__ import annotations

import csv
import json
import math
import sys
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from runlore.actions.exports.values import iso_time, number
from runlore.compare.markdown import escaped, markdown_row, markdown_table
from runlore.errors import InvalidValue
from runlore.media.libraries import require

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from typing import BinaryIO, TextIO

FORMATS = ("csv", "json", "jsonl", "md", "parquet")
_GROUP_ROWS = 50_000
_KINDS = {str: "text", int: "integer", float: "number", bool: "claim", datetime: "time"}
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class Column(NamedTuple):
    """A column: its name, and what its values are, where they aren't None.

    `text`, `integer`, `number`, `claim` (true or false), `time` (a datetime), or `json`
    (anything that JSON holds).
    """

    name: str
    kind: str


class TableWriter(Protocol):
    """Writes the rows of one table; `formulas` counts texts that spreadsheets would run."""

    formulas: int

    def write(self, row: Sequence[Any]) -> None:
        """Write a row with a value, or None, for each column."""

    def close(self) -> None:
        """Write what remains."""

    def abandon(self) -> None:
        """Let go of a table that can't be finished."""


@contextmanager
def writing(table: TableWriter) -> Iterator[TableWriter]:
    """Close a table at the end of the block, and abandon it after an error."""
    try:
        yield table
    except BaseException:
        table.abandon()
        raise
    table.close()


def open_table(
    path: str, columns: Sequence[Column], form: str, *, is_guarded: bool = False
) -> TableWriter:
    """Begin a table in a new file; `form` is one of FORMATS.

    `is_guarded` puts an apostrophe before texts that a spreadsheet takes for formulas, in CSV.

    Raises:
        MissingExtra: if pyarrow is needed and not installed.
        OSError: if the file can't be written.
    """
    if form == "parquet":
        return ParquetTable(path, columns)
    stream = open(path, "w", encoding="utf-8", newline="")  # noqa: SIM115 - closed with the table
    return stream_table(stream, columns, form, is_guarded=is_guarded)


def stream_table(
    stream: TextIO, columns: Sequence[Column], form: str, *, is_guarded: bool = False
) -> TableWriter:
    """Begin a table on an open stream; Parquet goes to the bytes below a stream of text.

    Raises:
        InvalidValue: for Parquet on a terminal, or on a stream that has no bytes below.
        MissingExtra: if pyarrow is needed and not installed.
    """
    if form == "parquet":
        if not takes_bytes(stream):
            raise InvalidValue(
                "Parquet isn't text that a terminal shows",
                hint="write it to a file: > runs.parquet",
            )
        stream.flush()
        return ParquetTable(stream.buffer, columns)
    if form == "md":
        return MarkdownTable(stream, columns)
    if form == "csv":
        return CsvTable(stream, columns, is_guarded=is_guarded)
    return JsonTable(stream, columns, is_lines=form == "jsonl")


def takes_bytes(stream: TextIO) -> bool:
    """Say whether bytes can be written to a stream: a file or a pipe, and no terminal."""
    return not stream.isatty() and getattr(stream, "buffer", None) is not None


def columns_of(rows: Sequence[Mapping[str, Any]]) -> list[Column]:
    """List the columns that rows have, as first met, each with the kind that all its values are."""
    names = dict.fromkeys(name for row in rows for name in row)
    return [Column(name, _kind_of([row.get(name) for row in rows])) for name in names]


def _kind_of(values: Sequence[Any]) -> str:
    kinds = {type(value) for value in values if value is not None}
    if kinds == {int, float}:
        return "number"
    return _KINDS.get(kinds.pop(), "json") if len(kinds) == 1 else "json" if kinds else "text"


class CsvTable:
    """CSV as RFC 4180 has it: a header, commas, quotes doubled. None is an empty field."""

    def __init__(self, stream: TextIO, columns: Sequence[Column], *, is_guarded: bool) -> None:
        self.formulas = 0
        self._stream = stream
        self._is_guarded = is_guarded
        self._kinds = [column.kind for column in columns]
        self._writer = csv.writer(stream, lineterminator="\r\n")
        self._writer.writerow([self._guarded(column.name) for column in columns])

    def write(self, row: Sequence[Any]) -> None:
        """Write a row."""
        self._writer.writerow(
            [self._said(value, kind) for value, kind in zip(row, self._kinds, strict=True)]
        )

    def close(self) -> None:
        """Hand over what was written, and close the file."""
        _close(self._stream)

    def abandon(self) -> None:
        """Close the file."""
        _close(self._stream)

    def _said(self, value: Any, kind: str) -> str:
        if value is None:
            return ""
        if kind == "number":
            return repr(value) if math.isfinite(value) else str(number(value))
        if kind == "claim":
            return "true" if value else "false"
        if kind == "time":
            return iso_time(value)
        if kind == "json":
            return _json(value)
        return self._guarded(value) if kind == "text" else str(value)

    def _guarded(self, text: str) -> str:
        if not text.startswith(_FORMULA):
            return text
        self.formulas += 1
        return f"'{text}" if self._is_guarded else text


class MarkdownTable:
    """A table in Markdown, each row on a line; None is an empty cell."""

    def __init__(self, stream: TextIO, columns: Sequence[Column]) -> None:
        self.formulas = 0
        self._stream = stream
        self._kinds = [column.kind for column in columns]
        is_number = [kind in ("integer", "number") for kind in self._kinds]
        stream.write(markdown_table([column.name for column in columns], is_number, []))

    def write(self, row: Sequence[Any]) -> None:
        """Write a row."""
        cells = [_cell(value, kind) for value, kind in zip(row, self._kinds, strict=True)]
        self._stream.write(markdown_row(cells))

    def close(self) -> None:
        """Close the file."""
        _close(self._stream)

    def abandon(self) -> None:
        """Close the file as it is."""
        _close(self._stream)


class JsonTable:
    """An object a row: in one array, or each on a line of its own."""

    def __init__(self, stream: TextIO, columns: Sequence[Column], *, is_lines: bool) -> None:
        self.formulas = 0
        self._stream = stream
        self._columns = columns
        self._is_lines = is_lines
        self._count = 0
        if not is_lines:
            stream.write("[")

    def write(self, row: Sequence[Any]) -> None:
        """Write a row."""
        found = {
            column.name: _plain(value, column.kind)
            for column, value in zip(self._columns, row, strict=True)
        }
        if not self._is_lines:
            self._stream.write(",\n" if self._count else "\n")
        self._stream.write(_json(found) + ("\n" if self._is_lines else ""))
        self._count += 1

    def close(self) -> None:
        """End the array and close the file."""
        if not self._is_lines:
            self._stream.write("\n]\n")
        _close(self._stream)

    def abandon(self) -> None:
        """Close the file as it is: nobody shall take it for whole."""
        _close(self._stream)


class ParquetTable:
    """Parquet with typed columns; what is `json` is its text."""

    def __init__(self, place: str | BinaryIO, columns: Sequence[Column]) -> None:
        arrow = require("pyarrow", package="pyarrow", extra="pandas", purpose="Parquet")
        parquet = require("pyarrow.parquet", package="pyarrow", extra="pandas", purpose="Parquet")
        types = {
            "text": arrow.string(),
            "integer": arrow.int64(),
            "number": arrow.float64(),
            "claim": arrow.bool_(),
            "time": arrow.timestamp("us", tz="UTC"),
            "json": arrow.string(),
        }
        self.formulas = 0
        self._columns = columns
        self._schema = arrow.schema([(column.name, types[column.kind]) for column in columns])
        self._batch: Callable[..., Any] = arrow.record_batch
        self._rows: list[Sequence[Any]] = []
        self._writer = parquet.ParquetWriter(place, self._schema)

    def write(self, row: Sequence[Any]) -> None:
        """Keep a row until there are enough for a group."""
        self._rows.append(row)
        if len(self._rows) >= _GROUP_ROWS:
            self._flush()

    def close(self) -> None:
        """Write the rest and close the file."""
        self._flush()
        self._writer.close()

    def abandon(self) -> None:
        """Close the file."""
        self._writer.close()

    def _flush(self) -> None:
        if not self._rows:
            return
        values = [
            [
                _json(value) if column.kind == "json" and value is not None else value
                for value in found
            ]
            for column, found in zip(self._columns, zip(*self._rows, strict=True), strict=True)
        ]
        self._writer.write_batch(self._batch(values, schema=self._schema))
        self._rows.clear()


def _cell(value: Any, kind: str) -> str:
    """Write a value so that nothing in it is taken for Markdown."""
    if value is None:
        return ""
    if kind == "number":
        return repr(value) if math.isfinite(value) else str(number(value))
    if kind == "claim":
        return "true" if value else "false"
    if kind in ("time", "json"):
        return escaped(iso_time(value) if kind == "time" else _json(value))
    return escaped(str(value))


def _plain(value: Any, kind: str) -> Any:
    if value is None:
        return None
    if kind == "number":
        return number(value)
    return iso_time(value) if kind == "time" else value


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, default=str)


def _close(stream: TextIO) -> None:
    if stream is sys.stdout:
        stream.flush()
    else:
        stream.close()  # whether or not the rest could be written
