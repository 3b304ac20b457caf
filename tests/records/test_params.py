from __future__ import annotations

import argparse
import json
import math
import re
from collections import OrderedDict
from dataclasses import dataclass, field
from enum import IntEnum
from fractions import Fraction
from pathlib import PurePosixPath
from typing import Any, NamedTuple

import numpy as np
import pytest

from runlore.errors import InvalidType, InvalidValue, TooLarge
from runlore.records.params import chunks, flatten
from runlore.records.text import encode_json

MIB = 1 << 20


@dataclass
class Optimizer:
    name: str = "adam"
    betas: tuple[float, float] = (0.9, 0.999)


@dataclass(slots=True)
class Config:
    lr: float = 1e-3
    optimizer: Optimizer = field(default_factory=Optimizer)


class Level(IntEnum):
    HIGH = 3


class Frame(dict[str, list[int]]):
    """As wide as a table of pandas: a mapping with a shape."""

    shape = (500, 2)
    dtypes = ("int64", "int64")


@dataclass
class Inputs:
    """As deep-learning libraries describe what goes into a model."""

    shape: tuple[int, ...] = (3, 32)
    dtype: str = "float32"


class Pair(NamedTuple):
    x: int
    y: int


class Settings:
    """Stands for pydantic's models, which offer the same method."""

    def model_dump(self) -> dict[str, Any]:
        return {"lr": 0.5, "inner": {"depth": 2}}


@pytest.mark.parametrize(
    ("value", "param"),
    [
        (1e-3, [0.001, "0.001", 0.001]),
        ("1e-3", ["1e-3", "1e-3", 0.001]),
        ("adam", ["adam", "adam", None]),
        ("", ["", "", None]),
        (7, [7, "7", 7.0]),
        (True, [True, "True", None]),
        (None, [None, "None", None]),
        (math.nan, [math.nan, "nan", None]),
        (math.inf, [math.inf, "inf", None]),
        ("inf", ["inf", "inf", None]),
        (10**400, [10**400, str(10**400), None]),
        (10**6000, [hex(10**6000), hex(10**6000), None]),
        ([1, "a"], [[1, "a"], '[1, "a"]', None]),
        ((), [[], "[]", None]),
        ({}, [{}, "{}", None]),
        ({3, 1}, [[1, 3], "[1, 3]", None]),
        (range(3), [[0, 1, 2], "[0, 1, 2]", None]),
        ([{"a": {1: None}}], [[{"a": {"1": None}}], '[{"a": {"1": null}}]', None]),
        (Fraction(1, 3), ["1/3", "1/3", None]),
        (PurePosixPath("a/b"), ["a/b", "a/b", None]),
        (Level.HIGH, [3, "3", 3.0]),
        (np.float32(0.5), [0.5, "0.5", 0.5]),
        (np.int64(3), [3, "3", 3.0]),
        (np.array(2.0), [2.0, "2.0", 2.0]),
        (np.bool_(True), [True, "True", None]),
        (np.str_("x"), ["x", "x", None]),
        (np.array([1, 2]), [[1, 2], "[1, 2]", None]),
        (np.array([[0.5], [1.0]]), [[[0.5], [1.0]], "[[0.5], [1.0]]", None]),
        (
            np.zeros((100, 3), np.float32),
            [text := "float32 ndarray of shape (100, 3)", text, None],
        ),
        ("a\0\ud800", ["a␀\ufffd", "a␀\ufffd", None]),
    ],
    ids=lambda given: type(given).__name__,
)
def test_a_param_keeps_its_value_its_text_and_its_number(value: object, param: list[Any]) -> None:
    found = flatten({"key": value})["key"]
    assert str(found[0]) == str(param[0])
    assert found[1:] == param[1:]
    assert json.loads(encode_json(found)) == json.loads(encode_json(param))


@pytest.mark.parametrize(
    ("values", "keys"),
    [
        ({}, []),
        ({"a": {"b": {"c": 1}}, "a.b": 2, "d": {}}, ["a.b.c", "a.b", "d"]),
        ({1: 2, False: 3}, ["1", "False"]),
        (Config(), ["lr", "optimizer.name", "optimizer.betas"]),
        ({"config": Config()}, ["config.lr", "config.optimizer.name", "config.optimizer.betas"]),
        (argparse.Namespace(lr=1, deep=argparse.Namespace(x=1)), ["lr", "deep.x"]),
        (OrderedDict(b=1, a=2), ["b", "a"]),
        (Pair(1, 2), ["x", "y"]),
        (Settings(), ["lr", "inner.depth"]),
        ({"../x\n": 1, "🙂": 2, "'; --": 3}, ["../x\n", "🙂", "'; --"]),
    ],
)
def test_params_get_flat_dotted_keys(values: object, keys: list[str]) -> None:
    assert list(flatten(values)) == keys


def test_nesting_beyond_reason_ends_in_a_value() -> None:
    deep: dict[str, Any] = {"leaf": 1}
    for _ in range(100):
        deep = {"k": deep}
    (key,) = flatten(deep)
    assert key == ".".join("k" * 33)
    itself: list[Any] = []
    itself.append(itself)
    assert "[...]" in str(flatten({"key": itself})["key"][1])


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (5, "params are an int, which has no names\nhint: give a dict: params={'lr': 0.001}"),
        (dict, "params are a type, which has no names\nhint: give a dict: params={'lr': 0.001}"),
        (["a"], "params are a list, which has no names\nhint: give a dict: params={'lr': 0.001}"),
        ({None: 1}, "a param's name is a NoneType, not text: None\nhint: give it as a string"),
    ],
)
def test_what_has_no_names_is_refused(values: object, message: str) -> None:
    with pytest.raises(InvalidType, match=f"^{re.escape(message)}$"):
        flatten(values)


def test_an_empty_or_endless_name_is_refused() -> None:
    with pytest.raises(InvalidValue, match="a param's name is empty"):
        flatten({"a": {"": 1}})
    with pytest.raises(TooLarge, match="a param's name has 1,201 characters"):
        flatten({"a" * 600: {"b" * 600: 1}})


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"a": "x" * 100_000_000}, "the value of param 'a' has 100,000,000 characters"),
        ({f"k{n}": "x" * MIB for n in range(100)}, "the params of this call are over 16 MiB"),
        ({"a": [["x" * 1000] * 1000] * 100}, "the value of param 'a' has"),
    ],
    ids=["one value", "many values", "nested"],
)
def test_a_hundred_megabytes_are_refused(values: dict[str, object], message: str) -> None:
    with pytest.raises(TooLarge, match=message):
        flatten(values)


@pytest.mark.parametrize("character", ["x", "😀", "\x01", '"'])
def test_whatever_is_accepted_fits_records_of_two_megabytes(character: str) -> None:
    """Of a frame's four; so no record is refused after the first has been written."""
    values = {f"k{n}": character * 400 for n in range(2500)}
    values["large"] = character * (
        250_000 if character == "\x01" else 900_000 // len(character.encode())
    )
    flat = flatten(values)
    parts = list(chunks(flat))
    assert {key: param for part in parts for key, param in part.items()} == flat
    assert len(parts) > 1
    assert max(len(encode_json(part)) for part in parts if "large" not in part) <= MIB
    assert max(len(encode_json(part)) for part in parts) < 4 * MIB - 1000


def test_a_table_among_params_is_said_to_be_one_and_not_taken_apart() -> None:
    table = Frame(a=[1] * 500, b=[2] * 500)
    said = "Frame of shape (500, 2)"
    assert flatten({"data": table, "lr": 0.1}) == {
        "data": [said, said, None], "lr": [0.1, "0.1", 0.1]
    }  # fmt: skip


def test_a_configuration_with_a_shape_is_no_array() -> None:
    assert {key: param[0] for key, param in flatten({"inputs": Inputs()}).items()} == {
        "inputs.shape": [3, 32], "inputs.dtype": "float32"
    }  # fmt: skip
