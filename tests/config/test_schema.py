"""A JSON Schema agrees with the configuration about what is right."""

from __future__ import annotations

import re
from typing import Any

import jsonschema
import param
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runlore.config import MLExperiment, TrackedConfig
from runlore.errors import InvalidConfig
from tests.config.examples import Everything

VALIDATOR = jsonschema.Draft202012Validator(MLExperiment.json_schema())

values = st.fixed_dictionaries(
    {},
    optional={
        "model_name": st.text(max_size=3) | st.integers(),
        "learning_rate": st.floats(0, 1.1) | st.text(max_size=1),
        "batch_size": st.sampled_from([0, 1, 8, 9, 1024, 2048, True]),
        "epochs": st.integers(-1, 3) | st.none(),
        "early_stopping": st.booleans(),
        "patience": st.integers(-1, 3) | st.booleans(),
        "nonsense": st.just(1),
    },
)


def test_the_schemas_are_schemas() -> None:
    for cls in (MLExperiment, Everything):
        jsonschema.Draft202012Validator.check_schema(cls.json_schema())


@given(values)
def test_schema_and_class_take_the_same(given_values: dict[str, Any]) -> None:
    try:
        MLExperiment(**given_values)
    except InvalidConfig:
        assert not VALIDATOR.is_valid(given_values)
    else:
        assert VALIDATOR.is_valid(given_values)


def test_fields_are_described_with_bounds_and_defaults() -> None:
    found = MLExperiment.json_schema()["properties"]["learning_rate"]
    assert found == {
        "type": "number",
        "minimum": 0.0001,
        "maximum": 1.0,
        "description": "Learning rate of the optimizer.",
        "default": 0.001,
    }


@pytest.mark.parametrize(
    ("value", "is_right"),
    [
        ({}, True),
        ({"rate": 0}, False),
        ({"rate": 0.5}, True),
        ({"count": None}, True),
        ({"count": 0}, False),
        ({"optimizer": "rmsprop"}, False),
        ({"parts": ["a", "d"]}, False),
        ({"momentum": 7}, True),
        ({"optimizer": "sgd", "momentum": 7}, False),
        ({"warmup": 10}, False),
        ({"warmup": 10, "is_fast": False}, True),
        ({"prefix": "y"}, False),
        ({"title": "A"}, False),
        ({"dropout": 2}, True),  # its condition is a function, which no schema can state
    ],
)
def test_types_of_every_kind_are_described(value: dict[str, Any], is_right: object) -> None:
    validator = jsonschema.Draft202012Validator(Everything.json_schema())
    assert validator.is_valid(value) == is_right
    if "dropout" not in value:
        try:
            Everything(**value)
        except InvalidConfig:
            assert not is_right
        else:
            assert is_right


def test_what_a_schema_can_not_say_is_left_out() -> None:
    class Odd(TrackedConfig):
        code = param.String(default="ab", regex=re.compile("^a"))
        function: Any = param.Selector(default=max, objects=[max, min])
        anything: Any = param.Parameter(default=object())

    schema = Odd.json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["properties"]["code"]["pattern"] == "^a"
    assert "enum" not in schema["properties"]["function"]
    assert "default" not in schema["properties"]["anything"]
