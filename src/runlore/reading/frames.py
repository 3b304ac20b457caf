"""Tables for pandas and polars, imported when they are asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from runlore.media.libraries import require

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd
    import polars as pl
    import pyarrow as pa


class Rows:
    """Rows as data frames, of what gives them by `to_dicts`."""

    __slots__ = ()

    def to_dicts(self) -> list[dict[str, Any]]:
        """Return a dict per row."""
        raise NotImplementedError

    def _columns(self, rows: Sequence[Mapping[str, Any]]) -> list[str]:
        """Put the columns in order."""
        return column_names(rows)

    def to_pandas(self) -> pd.DataFrame:
        """Return a DataFrame of pandas with the columns of `to_dicts`.

        Raises:
            MissingExtra: if pandas isn't installed.
        """
        rows = self.to_dicts()
        return pandas_frame(rows, self._columns(rows))

    def to_polars(self) -> pl.DataFrame:
        """Return a DataFrame of polars with the columns of `to_dicts`.

        Raises:
            MissingExtra: if polars isn't installed.
        """
        rows = self.to_dicts()
        return polars_frame(rows, self._columns(rows))

    def to_arrow(self) -> pa.Table:
        """Return a table of Arrow with the columns of `to_dicts`.

        Raises:
            MissingExtra: if pyarrow isn't installed.
        """
        rows = self.to_dicts()
        return arrow_table(rows, self._columns(rows))


def names_met(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """List the keys of all rows as they are first met."""
    return list(dict.fromkeys(key for row in rows for key in row))


def column_names(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """List the keys of all rows: plain ones first, then params, then metrics, each as first met."""
    found = names_met(rows)
    return sorted(found, key=lambda key: (key.startswith("metrics."), key.startswith("params.")))


def pandas_frame(rows: Sequence[Mapping[str, Any]], columns: list[str]) -> pd.DataFrame:
    """Make a DataFrame of pandas; what a row lacks is missing there."""
    pandas = require("pandas", package="pandas", extra="pandas", purpose="to_pandas()")
    frame: pd.DataFrame = pandas.DataFrame(list(rows), columns=columns)
    return frame


def polars_frame(rows: Sequence[Mapping[str, Any]], names: list[str]) -> pl.DataFrame:
    """Make a DataFrame of polars; values of different kinds in a column become texts."""
    polars = require("polars", package="polars", extra="polars", purpose="to_polars()")
    columns = {}
    for name in names:
        values = [row.get(name) for row in rows]
        columns[name] = polars.Series(name, alike(values), strict=False)
    frame: pl.DataFrame = polars.DataFrame(columns)
    return frame


def arrow_table(rows: Sequence[Mapping[str, Any]], names: list[str]) -> pa.Table:
    """Make a table of Arrow; values of different kinds in a column become texts."""
    arrow = require("pyarrow", package="pyarrow", extra="arrow", purpose="to_arrow()")
    columns = {name: alike([row.get(name) for row in rows]) for name in names}
    return arrow.table(columns)


def alike(values: list[Any]) -> list[Any]:
    """Make values one kind, which a column of polars or Arrow needs."""
    kinds = {type(value) for value in values if value is not None}
    if len(kinds) < 2 and not kinds & {dict}:
        return values
    if kinds == {int, float}:
        return [None if value is None else float(value) for value in values]
    return [None if value is None else str(value) for value in values]
