"""The files .csv and .parquet."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from runlore.media.jsonable import is_missing
from runlore.media.libraries import comes_from, is_installed, loaded, require
from runlore.media.tables import has_own_index, table_of

if TYPE_CHECKING:
    from pathlib import Path

    from runlore.media.tables import Table

_QUOTED = frozenset(',"\r\n')


def write_csv(value: Any, path: Path, extension: str) -> bool:
    """Write a table as CSV in UTF-8: missing values as nothing, NaN as `NaN`."""
    del extension
    if comes_from(value, "polars", "DataFrame"):
        value.write_csv(path)
        return True
    if comes_from(value, "pandas", "DataFrame"):
        value.to_csv(path, index=has_own_index(value), lineterminator="\n")
        return True
    table = table_of(value)
    if table is None:
        return False
    with path.open("w", encoding="utf-8", errors="backslashreplace", newline="") as file:
        file.write(_line(table.names))
        file.writelines(_line([_text(item) for item in row]) for row in table.rows())
    return True


def write_parquet(value: Any, path: Path, extension: str) -> bool:
    """Write a table as Parquet, with the library it comes from, else pyarrow or polars."""
    del extension
    if comes_from(value, "polars", "DataFrame"):
        value.write_parquet(path)
        return True
    if comes_from(value, "pandas", "DataFrame"):
        require("pyarrow", package="pyarrow", extra="pandas", purpose="writing Parquet")
        value.to_parquet(path, engine="pyarrow", index=has_own_index(value))
        return True
    if comes_from(value, "pyarrow", "Table"):
        require("pyarrow.parquet", package="pyarrow", extra="pandas", purpose="writing Parquet")
        loaded("pyarrow.parquet").write_table(value, path)
        return True
    table = table_of(value)
    if table is None:
        return False
    _write_columns(table, path)
    return True


def _write_columns(table: Table, path: Path) -> None:
    columns = dict(zip(table.names, table.columns, strict=True))
    has_only_polars = is_installed("polars") and not is_installed("pyarrow")
    if has_only_polars:
        polars = require("polars", package="polars", extra="polars", purpose="writing Parquet")
        polars.DataFrame(columns).write_parquet(path)
        return
    arrow = require("pyarrow", package="pyarrow", extra="pandas", purpose="writing Parquet")
    parquet = require(
        "pyarrow.parquet", package="pyarrow", extra="pandas", purpose="writing Parquet"
    )
    parquet.write_table(arrow.table(columns), path)


def _line(texts: list[str]) -> str:
    """Return one line as RFC 4180 has it (`csv.writer` doesn't quote a carriage return)."""
    if texts == [""]:
        return '""\n'  # an empty line would be no row
    return ",".join(_quoted(text) for text in texts) + "\n"


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if _QUOTED.intersection(text) else text


def _text(value: Any) -> str:
    if is_missing(value):
        return ""
    if hasattr(value, "item") and not isinstance(value, int | float | str):
        value = value.item()  # a scalar of NumPy or a framework
    if isinstance(value, float) and value != value:  # noqa: PLR0124  NaN alone differs from itself
        return "NaN"
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    return repr(float(value)) if isinstance(value, float) else str(value)
