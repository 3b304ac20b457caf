from __future__ import annotations

import dataclasses
import datetime as dt
import enum
import json
import math
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runlore.errors import InvalidType
from runlore.media.jsonable import to_jsonable
from runlore.media.reading import read_object
from runlore.media.writing import write_object

if TYPE_CHECKING:
    from pathlib import Path

SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec="utf-8"))
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(codec="utf-8")), inner, max_size=4)
    ),
    max_leaves=10,
)


def same(left: object, right: object) -> bool:
    """Compare with NaN equal to itself and 1 unequal to 1.0 and True."""
    return repr(left) == repr(right)


@given(value=VALUES)
def test_any_json_value_comes_back_nan_included(
    tmp_path_factory: pytest.TempPathFactory, value: object
) -> None:
    path = tmp_path_factory.mktemp("json") / "value.json"
    assert write_object("value.json", value, path).kind == "json"
    assert same(read_object(path), value)


@given(value=VALUES)
def test_any_json_value_comes_back_from_yaml(
    tmp_path_factory: pytest.TempPathFactory, value: object
) -> None:
    pytest.importorskip("yaml")
    path = tmp_path_factory.mktemp("yaml") / "value.yaml"
    assert write_object("value.yaml", value, path).kind == "yaml"
    assert same(read_object(path), value)


def test_a_large_value_is_written_on_one_line(tmp_path: Path) -> None:
    value = list(range(50_000))
    write_object("a.json", value, tmp_path / "a.json")
    assert "\n" not in (tmp_path / "a.json").read_text()
    assert read_object(tmp_path / "a.json") == value


def test_half_a_character_survives(tmp_path: Path) -> None:
    write_object("a.json", ["\ud800é"], tmp_path / "a.json")
    assert read_object(tmp_path / "a.json") == ["\ud800é"]


class Colour(enum.Enum):
    RED = "red"


@dataclasses.dataclass
class Config:
    rate: float
    path: PurePosixPath


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (np.float32(0.5), 0.5),
        (np.int64(3), 3),
        (np.bool_(True), True),
        (np.array([[1, 2], [3, 4]]), [[1, 2], [3, 4]]),
        (np.array(["a", "b"]), ["a", "b"]),
        (np.datetime64("2024-05-01T10:00:00.000000001"), "2024-05-01T10:00:00.000000001"),
        (np.array([math.nan, math.inf]), [math.nan, math.inf]),
        ({np.int64(3): 1}, {3: 1}),
        ((1, {2, 1}), [1, [1, 2]]),
        (Config(0.1, PurePosixPath("a/b")), {"rate": 0.1, "path": "a/b"}),
        (Colour.RED, "red"),
        (dt.datetime(2024, 5, 1, tzinfo=dt.UTC), "2024-05-01T00:00:00+00:00"),
        (np.float64(1e-3), 1e-3),
    ],
)
def test_other_values_become_plain(value: object, expected: object) -> None:
    assert same(to_jsonable(value), expected)


def test_frames_become_columns_with_missing_values_as_null() -> None:
    pandas = pytest.importorskip("pandas")
    polars = pytest.importorskip("polars")
    frame = pandas.DataFrame({"a": pandas.array([1, None], dtype="Int64")})
    assert to_jsonable(frame) == {"a": [1, None]}
    assert to_jsonable(pandas.NaT) is None
    assert to_jsonable(polars.DataFrame({"a": [1, None]})) == {"a": [1, None]}
    with pytest.raises(InvalidType, match="same name"):
        to_jsonable(pandas.DataFrame([[1, 2]], columns=["a", "a"]))


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (object(), "an object can't be written as JSON"),
        ({"a": b"x"}, "a bytes can't be written as JSON"),
        (1 + 2j, "a complex can't be written"),
        (np.array([1j]), "can't be written as JSON"),
        ({(1, 2): 3}, "can't be a key"),
        ({1: "a", "1": "b"}, "the same text in JSON"),
    ],
)
def test_what_json_cannot_hold_is_refused(tmp_path: Path, value: object, said: str) -> None:
    with pytest.raises(InvalidType, match=said):
        write_object("a.json", value, tmp_path / "a.json")
    assert list(tmp_path.iterdir()) == []


def test_a_value_that_contains_itself_is_refused() -> None:
    loop: list[object] = []
    loop.append(loop)
    with pytest.raises(InvalidType, match="contains itself"):
        to_jsonable(loop)


def test_small_files_are_for_people_to_read(tmp_path: Path) -> None:
    write_object("a.json", {"é": 1}, tmp_path / "a.json")
    assert (tmp_path / "a.json").read_text() == '{\n  "é": 1\n}\n'
    assert json.loads((tmp_path / "a.json").read_text()) == {"é": 1}
