from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runlore.errors import InvalidType
from runlore.media.reading import read_object
from runlore.media.writing import write_object

if TYPE_CHECKING:
    from pathlib import Path

# A letter first, so that no text looks like a number; NUL is no text that CSV knows.
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8).map("t".__add__)
COLUMNS = st.one_of(
    st.lists(st.integers() | st.none(), min_size=3, max_size=3),
    st.lists(st.floats() | st.none(), min_size=3, max_size=3),
    st.lists(TEXTS | st.none(), min_size=3, max_size=3),
)


@given(columns=st.dictionaries(TEXTS, COLUMNS, min_size=1, max_size=4))
def test_any_table_comes_back_from_csv(
    tmp_path_factory: pytest.TempPathFactory, columns: dict[str, list[Any]]
) -> None:
    path = tmp_path_factory.mktemp("csv") / "a.csv"
    assert write_object("a.csv", columns, path).kind == "table"
    rows = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    back = read_object(path, tables="plain")
    assert isinstance(back, list)
    for row, expected in zip(back, rows, strict=True):
        for name, value in expected.items():
            # A float column of whole numbers is written with its point, and stays one.
            assert repr(row[name]) == repr(value)


def test_csv_of_frames_is_read_by_every_library(tmp_path: Path) -> None:
    pandas = pytest.importorskip("pandas")
    polars = pytest.importorskip("polars")
    columns = {"name": ["NA", "None", "é,\n"], "x": [0.1, 2.0, 3.5], "n": [1, 2, 3]}
    for value in [pandas.DataFrame(columns), polars.DataFrame(columns), columns]:
        write_object("a.csv", value, tmp_path / "a.csv")
        for library in ("pandas", "polars"):
            frame: Any = read_object(tmp_path / "a.csv", tables=library)
            assert type(frame).__module__.startswith(library)
            assert {name: list(frame[name]) for name in frame.columns} == columns


def test_an_index_of_ones_own_is_written(tmp_path: Path) -> None:
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"x": [1]}, index=pandas.Index(["p"], name="id"))
    write_object("a.csv", frame, tmp_path / "a.csv")
    assert (tmp_path / "a.csv").read_text() == "id,x\np,1\n"
    write_object("b.csv", pandas.DataFrame({"x": [1]}), tmp_path / "b.csv")
    assert (tmp_path / "b.csv").read_text() == "x\n1\n"


def test_parquet_from_every_library_comes_back(tmp_path: Path) -> None:
    pandas = pytest.importorskip("pandas")
    polars = pytest.importorskip("polars")
    pyarrow = pytest.importorskip("pyarrow")
    columns = {"x": [0.1, math.inf], "name": ["é", "NA"]}
    rows = [{"x": 0.1, "name": "é"}, {"x": math.inf, "name": "NA"}]
    for value in [
        pandas.DataFrame(columns),
        polars.DataFrame(columns),
        pyarrow.table(columns),
        columns,
        rows,
    ]:
        write_object("a.parquet", value, tmp_path / "a.parquet")
        assert read_object(tmp_path / "a.parquet", tables="plain") == rows
        frame: Any = read_object(tmp_path / "a.parquet", tables="polars")
        assert frame.to_dicts() == rows
        frame = read_object(tmp_path / "a.parquet")
        assert frame.to_dict("records") == rows
    write_object("a.parquet", np.array([[1, 2]]), tmp_path / "a.parquet")
    assert read_object(tmp_path / "a.parquet", tables="plain") == [{"0": 1, "1": 2}]


def test_a_column_of_mixed_types_is_refused_by_parquet(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    with pytest.raises(InvalidType, match=r"a dict can't be written as a \.parquet file: "):
        write_object("a.parquet", {"a": [1, "x"]}, tmp_path / "a.parquet")
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_table_is_refused(tmp_path: Path) -> None:
    for name in ("a.csv", "a.parquet"):
        with pytest.raises(InvalidType) as caught:
            write_object(name, 3, tmp_path / name)
        assert "DataFrame" in str(caught.value.hint)
