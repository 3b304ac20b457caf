from __future__ import annotations

import datetime as dt
import json
import math
from typing import Any

import numpy as np
import pytest

from runlore.errors import InvalidType, InvalidValue, TooLarge
from runlore.media.tables import MAX_ROWS, encode_table, table_of


def decoded(value: object) -> tuple[list[str], list[list[Any]]]:
    encoded = encode_table(value)
    assert encoded.payload is not None
    table = json.loads(encoded.payload)
    assert (encoded.rows, encoded.columns) == (len(table["rows"]), len(table["columns"]))
    assert (encoded.kind, encoded.extension) == ("table", ".table.json")
    return table["columns"], table["rows"]


@pytest.mark.parametrize(
    ("value", "columns", "rows"),
    [
        ([{"b": 1, "a": 2}, {"c": 3}], ["b", "a", "c"], [[1, 2, None], [None, None, 3]]),
        ({"z": [1, 2], "a": ("x", "y")}, ["z", "a"], [[1, "x"], [2, "y"]]),
        ({"a": np.array([1, 2])}, ["a"], [[1], [2]]),
        (np.array([[1, 2], [3, 4]]), ["0", "1"], [[1, 2], [3, 4]]),
        (np.array([(1, 2.5)], dtype=[("n", int), ("x", float)]), ["n", "x"], [[1, 2.5]]),
        ([], [], []),
        ({}, [], []),
        ({"a": []}, ["a"], []),
    ],
)
def test_columns_keep_their_order(value: object, columns: list[str], rows: list[list[Any]]) -> None:
    assert decoded(value) == (columns, rows)


def test_cells_are_kept_or_tagged() -> None:
    cells = {
        "missing": None,
        "nan": math.nan,
        "inf": np.float32(math.inf),
        "minus": -math.inf,
        "large": 2**53 + 1,
        "flag": np.bool_(True),
        "text": "é\n📈",
        "list": [1, math.nan],
        "tagged": {"$": "mine"},
        "day": dt.date(2024, 5, 1),
        "other": 1j,
    }
    names, rows = decoded([cells])
    assert dict(zip(names, rows[0], strict=True)) == {
        "missing": None,
        "nan": {"$": "nan"},
        "inf": {"$": "inf"},
        "minus": {"$": "-inf"},
        "large": {"$": "int", "text": "9007199254740993"},
        "flag": True,
        "text": "é\n📈",
        "list": [1, {"$": "nan"}],
        "tagged": {"$": "dict", "items": {"$": "mine"}},
        "day": "2024-05-01",
        "other": "1j",
    }


def test_pandas_tables_keep_missing_values_and_their_index() -> None:
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(
        {
            "x": [1.5, math.nan],
            "n": pandas.array([1, None], dtype="Int64"),
            "t": pandas.to_datetime(["2024-05-01", None]),
            "c": pandas.Categorical(["a", "b"]),
        }
    )
    rows = [[1.5, 1, "2024-05-01T00:00:00", "a"], [{"$": "nan"}, None, None, "b"]]
    assert decoded(frame) == (["x", "n", "t", "c"], rows)
    indexed = pandas.DataFrame({"x": [1, 2]}, index=pandas.Index(["p", "q"], name="id"))
    assert decoded(indexed) == (["id", "x"], [["p", 1], ["q", 2]])
    assert decoded(pandas.Series([1, 2], name="s")) == (["s"], [[1], [2]])
    double = pandas.DataFrame([[1, 2]], columns=["a", "a"])
    assert decoded(double) == (["a", "a"], [[1, 2]])
    assert decoded(pandas.DataFrame([[1], [2], [3]])[1:]) == (["index", "0"], [[1, 2], [2, 3]])


def test_polars_and_arrow_tables() -> None:
    polars = pytest.importorskip("polars")
    pyarrow = pytest.importorskip("pyarrow")
    columns = {"b": [1, None], "a": [math.nan, 2.0]}
    expected = (["b", "a"], [[1, {"$": "nan"}], [None, 2.0]])
    assert decoded(polars.DataFrame(columns)) == expected
    assert decoded(pyarrow.table(columns)) == expected
    assert decoded({name: polars.Series(cells) for name, cells in columns.items()}) == expected


def test_a_table_too_long_for_a_step_is_refused_with_a_way_out() -> None:
    with pytest.raises(TooLarge, match="at most 100,000 rows, and this has 100,001") as caught:
        encode_table({"a": np.zeros(MAX_ROWS + 1)})
    assert "parquet" in str(caught.value.hint)
    assert encode_table({"a": range(MAX_ROWS)}).rows == MAX_ROWS
    with pytest.raises(TooLarge, match="64 MiB"):
        encode_table([{"a": "x" * 40_000_000}, {"a": "y" * 40_000_000}])


@pytest.mark.parametrize("value", [3, "text", [1, 2], [{"a": 1}, 2], {"a": 1}, np.zeros(3)])
def test_what_is_no_table_is_refused(value: object) -> None:
    assert table_of(value) is None
    with pytest.raises(InvalidType, match="a table can't be made from"):
        encode_table(value)


def test_columns_of_different_lengths_are_refused() -> None:
    with pytest.raises(InvalidValue, match=r"different lengths: \{'a': 1, 'b': 2\}"):
        encode_table({"a": [1], "b": [1, 2]})
