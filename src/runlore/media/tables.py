"""Tables of any library as named columns, and tables at a step."""

from __future__ import annotations

import datetime as dt
import json
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from runlore.errors import InvalidType, InvalidValue, TooLarge, a_kind
from runlore.media.arrays import is_array
from runlore.media.encoded import EncodedMedia
from runlore.media.jsonable import is_missing, to_jsonable
from runlore.media.libraries import comes_from

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MAX_ROWS = 100_000
MAX_SIZE_BYTES = 64 * 1024 * 1024
TAG = "$"
# JSON numbers beyond this lose digits in JavaScript.
_MAX_EXACT_INTEGER = 2**53
_HINT = "save_artifact('table.parquet', …) keeps tables of any size"


@dataclass(frozen=True, slots=True)
class Table:
    """Named columns of one length, in order."""

    names: list[str]
    columns: list[Sequence[Any]]

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """Return the rows, in order."""
        return zip(*self.columns, strict=True)


def table_of(value: Any) -> Table | None:
    """Return a DataFrame, rows as dicts, a dict of columns or a 2-D array as a table.

    An index of pandas that isn't the default one becomes the first columns. None for
    anything else; `InvalidValue` for columns of different lengths.
    """
    if comes_from(value, "pandas", "Series"):
        value = value.to_frame()
    if comes_from(value, "pandas", "DataFrame"):
        if has_own_index(value):
            value = value.reset_index(allow_duplicates=True)
        columns = [value.iloc[:, place].tolist() for place in range(value.shape[1])]
        return Table([str(name) for name in value.columns], columns)
    if comes_from(value, "polars", "DataFrame"):
        return Table(list(value.columns), [column.to_list() for column in value.get_columns()])
    if comes_from(value, "pyarrow", "Table"):
        return Table(list(value.column_names), [column.to_pylist() for column in value.columns])
    if isinstance(value, list | tuple):
        return _from_rows(value)
    if isinstance(value, dict):
        return _from_columns(value)
    if is_array(value):
        return _from_array(value)
    return None


def has_own_index(frame: Any) -> bool:
    """Say whether the index of a pandas DataFrame is more than the count of its rows."""
    index = frame.index
    is_count = type(index).__name__ == "RangeIndex" and (index.start, index.step) == (0, 1)
    return not (is_count and index.name is None)


def encode_table(value: object) -> EncodedMedia:
    """Encode a table as the JSON text `{"columns": […], "rows": [[…], …]}`.

    Missing values are null; NaN, infinities and integers beyond 2**53 are tagged
    objects (`{"$": "nan"}`, `{"$": "inf"}`, `{"$": "-inf"}`, `{"$": "int", "text": "…"}`).
    Raises `TooLarge` above 100,000 rows or 64 MiB.
    """
    n_rows = _count_rows(value)
    if n_rows is not None and n_rows > MAX_ROWS:
        raise TooLarge(
            f"a table at a step holds at most {MAX_ROWS:,} rows, and this has {n_rows:,}",
            hint=_HINT,
        )
    table = table_of(value)
    if table is None:
        raise InvalidType(
            f"a table can't be made from {a_kind(value)}",
            hint="pass a DataFrame, a list of dicts, a dict of columns or a 2-D array",
        )
    n_columns = len(table.names)
    header = json.dumps(table.names, ensure_ascii=False)
    pieces: list[bytes] = []
    size_bytes = len(header)
    for row in table.rows():
        text = json.dumps([_cell(item) for item in row], ensure_ascii=False, allow_nan=False)
        pieces.append(text.encode(errors="backslashreplace"))
        size_bytes += len(pieces[-1]) + 2
        if size_bytes > MAX_SIZE_BYTES:
            raise TooLarge("a table at a step holds at most 64 MiB as JSON", hint=_HINT)
    start = f'{{"columns": {header}, "rows": ['.encode(errors="backslashreplace")
    return EncodedMedia(
        kind="table",
        media_type="application/json",
        extension=".table.json",
        payload=start + b",\n".join(pieces) + b"]}\n",
        rows=len(pieces),
        columns=n_columns,
    )


def _count_rows(value: Any) -> int | None:
    """Return the number of rows where that is known without converting anything."""
    if isinstance(value, dict):
        value = next(iter(value.values()), ())
    try:
        return len(value)
    except TypeError:
        return None


def _from_rows(rows: Sequence[object]) -> Table | None:
    if not all(isinstance(row, dict) for row in rows):
        return None
    dicts: list[dict[Any, Any]] = list(rows)  # type: ignore[arg-type]
    names = list(dict.fromkeys(name for row in dicts for name in row))
    return Table(
        [str(name) for name in names], [[row.get(name) for row in dicts] for name in names]
    )


def _from_columns(columns: dict[Any, Any]) -> Table | None:
    lists: list[Sequence[Any]] = []
    for column in columns.values():
        if comes_from(column, "polars", "Series"):
            lists.append(column.to_list())
        elif comes_from(column, "pandas") or (is_array(column) and len(column.shape) == 1):
            lists.append(column.tolist())
        elif isinstance(column, list | tuple | range):
            lists.append(column)
        else:
            return None
    lengths = {str(name): len(column) for name, column in zip(columns, lists, strict=True)}
    if len(set(lengths.values())) > 1:
        raise InvalidValue(f"the columns of a table have different lengths: {lengths}")
    return Table(list(map(str, columns)), lists)


def _from_array(array: Any) -> Table | None:
    names = getattr(array.dtype, "names", None)
    if names and len(array.shape) == 1:
        return Table(list(names), [array[name].tolist() for name in names])
    if len(array.shape) != 2:
        return None
    return Table(
        [str(place) for place in range(array.shape[1])],
        [array[:, place].tolist() for place in range(array.shape[1])],
    )


def _cell(value: object) -> object:
    if is_missing(value):
        return None
    if isinstance(value, bool | str):
        return value
    if isinstance(value, bytes | dt.timedelta):
        return str(value)
    try:
        return _tagged(to_jsonable(value))
    except InvalidType:
        return str(value)


def _tagged(value: object) -> object:
    if isinstance(value, float) and not math.isfinite(value):
        return {TAG: "nan" if math.isnan(value) else "inf" if value > 0 else "-inf"}
    if isinstance(value, int) and abs(value) > _MAX_EXACT_INTEGER:
        return {TAG: "int", "text": str(value)}
    if isinstance(value, list):
        return [_tagged(item) for item in value]
    if isinstance(value, dict):
        tagged = {str(key): _tagged(item) for key, item in value.items()}
        return {TAG: "dict", "items": tagged} if TAG in tagged else tagged
    return value
