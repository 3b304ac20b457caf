"""Read the first rows of a file of a table, whatever its size."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING, Any, NamedTuple

from runlore.media.libraries import require

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_ROWS = 200
MOST_COLUMNS = 200
MOST_CHARACTERS = 500  # of a cell
MOST_BYTES = 2_000_000
_MOST_EXACT_INTEGER = 2**53
_MOST_PARQUET_BYTES = 1 << 30  # of a group of rows, of which one column is unpacked at a time


class TableHead(NamedTuple):
    """The first rows: cells are texts, numbers, booleans or None.

    `total_rows` is None where only reading all of it would tell.
    """

    columns: list[str]
    rows: list[list[object]]
    total_rows: int | None
    is_cut: bool


def csv_head(path: str, delimiter: str) -> TableHead:
    """Read the first rows of a CSV file; all cells are texts.

    Raises:
        ValueError: if it is none.
    """
    with open(path, "rb") as file:
        data = file.read(MOST_BYTES)
        has_more = bool(file.read(1))
    if b"\0" in data:
        raise ValueError("not text")
    text = data.decode("utf-8-sig", "ignore" if has_more else "strict")
    lines = text.splitlines(keepends=True)
    if has_more:
        lines = lines[:-1]  # the last may be cut
    try:
        rows = list(_some(csv.reader(lines, delimiter=delimiter), MOST_ROWS + 2))
    except csv.Error as error:
        raise ValueError(str(error)) from error
    if not rows or not rows[0]:
        raise ValueError("no columns")
    header, *body = rows
    is_whole = not has_more and len(body) <= MOST_ROWS
    width = min(MOST_COLUMNS, max(len(row) for row in rows))
    columns = [*header, *(f"column {place + 1}" for place in range(len(header), width))]
    padded = [[*map(_cut, row[:width]), *[None] * (width - len(row))] for row in body[:MOST_ROWS]]
    return TableHead(
        [_cut(name) for name in columns[:width]],
        [list(row) for row in padded],
        len(body) if is_whole else None,
        is_cut=not is_whole or len(columns) > width,
    )


def json_lines_head(path: str) -> TableHead:
    """Read the first rows of a file with a JSON object on each line.

    Raises:
        ValueError: if it is none.
    """
    with open(path, "rb") as file:
        data = file.read(MOST_BYTES)
        has_more = bool(file.read(1))
    lines = data.split(b"\n")
    if has_more:
        lines = lines[:-1]
    lines = [line for line in lines if line.strip()]
    objects = [json.loads(line) for line in lines[:MOST_ROWS]]
    if not objects or not all(isinstance(one, dict) for one in objects):
        raise ValueError("not an object on each line")
    names = list(dict.fromkeys(name for one in objects for name in one))
    columns = names[:MOST_COLUMNS]
    is_whole = not has_more and len(lines) <= MOST_ROWS
    return TableHead(
        [_cut(name) for name in columns],
        [[plain_cell(one.get(name)) for name in columns] for one in objects],
        None if has_more else len(lines),
        is_cut=not is_whole or len(names) > len(columns),
    )


def parquet_head(path: str) -> TableHead:
    """Read the first rows of a Parquet file.

    Raises:
        MissingExtra: if PyArrow isn't installed.
        ValueError: if it is none, or its first group of rows is too large to look into.
    """
    parquet: Any = require(
        "pyarrow.parquet", package="pyarrow", extra="pandas", purpose="looking into Parquet"
    )
    with parquet.ParquetFile(path) as file:
        names = list(file.schema_arrow.names)
        total = int(file.metadata.num_rows)
        columns = names[:MOST_COLUMNS]
        values: list[list[object]] = [[] for _ in columns]
        if file.num_row_groups and total:
            if file.metadata.row_group(0).total_byte_size > _MOST_PARQUET_BYTES:
                raise ValueError("its groups of rows are too large")
            batches = file.iter_batches(MOST_ROWS, row_groups=[0], columns=columns)
            batch = next(batches, None)
            if batch is not None:
                values = [column.to_pylist() for column in batch.slice(0, MOST_ROWS).columns]
    rows = [[plain_cell(value) for value in row] for row in zip(*values, strict=True)]
    return TableHead(
        [_cut(name) for name in columns],
        rows,
        total,
        is_cut=total > len(rows) or len(names) > len(columns),
    )


def plain_cell(value: object) -> object:
    """Make a cell that any page can show: a text, a number, a boolean or None."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return value if abs(value) <= _MOST_EXACT_INTEGER else str(value)
    if isinstance(value, float):
        return value
    if isinstance(value, str):
        return _cut(value)
    if isinstance(value, bytes):
        return _cut(repr(value[:MOST_CHARACTERS]))
    if isinstance(value, dict | list):
        try:
            return _cut(json.dumps(value, ensure_ascii=False, default=str))
        except (ValueError, RecursionError):
            return _cut(type(value).__name__)
    return _cut(str(value))


def _cut(text: str) -> str:
    return text if len(text) <= MOST_CHARACTERS else text[: MOST_CHARACTERS - 1] + "…"


def _some(rows: Iterator[list[str]], most: int) -> Iterator[list[str]]:
    for row in rows:
        if most == 0:
            return
        most -= 1
        yield row
