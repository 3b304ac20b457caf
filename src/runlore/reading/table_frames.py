"""Tables of runs for pandas, polars and Arrow, a column at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from runlore.media.libraries import require
from runlore.reading.frames import alike

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import pyarrow as pa
    from numpy.typing import NDArray

    from runlore.reading.tables import TableColumn


def pandas_table(table: list[TableColumn]) -> pd.DataFrame:
    """Make a DataFrame of pandas; what a run lacks is missing there."""
    pandas = require("pandas", package="pandas", extra="pandas", purpose="to_pandas()")
    columns = {}
    for column in table:
        values: Any = column.cells
        if column.kind == "time":
            values = pandas.Series(_times(column)).dt.tz_localize("UTC")
        columns[column.name] = values
    frame: pd.DataFrame = pandas.DataFrame(columns)
    return frame


def polars_table(table: list[TableColumn]) -> pl.DataFrame:
    """Make a DataFrame of polars; values of different kinds in a column become texts."""
    polars = require("polars", package="polars", extra="polars", purpose="to_polars()")
    columns = []
    for column in table:
        if column.kind == "time":
            series = polars.Series(column.name, _times(column)).dt.replace_time_zone("UTC")
        elif column.kind in ("number", "integer") and not column.is_missing.any():
            series = polars.Series(column.name, np.ascontiguousarray(column.cells))
        else:
            series = polars.Series(column.name, _objects(column), strict=False)
        columns.append(series)
    frame: pl.DataFrame = polars.DataFrame(columns)
    return frame


def arrow_table(table: list[TableColumn]) -> pa.Table:
    """Make a table of Arrow; values of different kinds in a column become texts."""
    arrow = require("pyarrow", package="pyarrow", extra="arrow", purpose="to_arrow()")
    columns = {}
    for column in table:
        if column.kind == "time":
            array = arrow.array(_times(column), arrow.timestamp("us", tz="UTC"))
        elif column.kind in ("number", "integer"):
            array = arrow.array(column.cells, mask=column.is_missing)
        elif column.kind == "texts":
            array = arrow.array(column.cells.tolist(), arrow.list_(arrow.string()))
        else:
            kind = arrow.string() if column.kind == "text" else None
            array = arrow.array(_objects(column), kind)
        columns[column.name] = array
    return arrow.table(columns)


def _times(column: TableColumn) -> NDArray[np.datetime64]:
    whole = np.where(column.is_missing, 0, np.nan_to_num(column.cells)).astype(np.int64)
    times = whole.astype("datetime64[us]")
    times[column.is_missing] = np.datetime64("NaT")
    return times


def _objects(column: TableColumn) -> list[Any]:
    gaps = column.is_missing.tolist()
    values = [
        None if gap else value for value, gap in zip(column.cells.tolist(), gaps, strict=True)
    ]
    return alike(values) if column.kind == "value" else values
