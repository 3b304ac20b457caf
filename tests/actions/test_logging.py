"""What can be logged from a shell, checked before it is written."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runlore.actions.logging import (
    checked_params,
    checked_point,
    point_of_line,
)
from runlore.errors import InvalidType, InvalidValue, UsageError


def test_metrics_are_names_and_numbers() -> None:
    point = checked_point(["loss=0.31", "a=b=1e3"], step=7, context="val")
    assert point.metrics == {"loss": 0.31, "a=b": 1000.0}
    assert (point.step, point.context) == (7, "val")


@pytest.mark.parametrize("pair", ["loss", "=1", "loss=", "loss=high"])
def test_what_is_no_metric_is_refused_with_a_hint(pair: str) -> None:
    with pytest.raises(InvalidValue) as raised:
        checked_point([pair])
    assert raised.value.hint


@pytest.mark.parametrize(
    ("text", "value", "number"),
    [
        ("1e-3", 0.001, 0.001),
        ("64", 64, 64.0),
        ("-7", -7, -7.0),
        ("true", True, None),
        ("null", None, None),
        ("adam", "adam", None),
        ("", "", None),
        ("nan", "nan", None),
        ("1_000", 1000.0, 1000.0),
        ("a=b", "a=b", None),
    ],
)
def test_params_keep_their_text_and_mean_what_it_says(
    text: str, value: object, number: float | None
) -> None:
    assert checked_params([f"key={text}"]) == {"key": [value, text, number]}


@given(
    st.dictionaries(
        st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1)
        .filter(lambda name: name not in ("step", "time", "context")),
        st.floats() | st.integers(-(2**53), 2**53),
        min_size=1,
        max_size=5,
    ),
    st.none() | st.integers(-(2**63), 2**63 - 1),
)  # fmt: skip
def test_a_line_of_json_comes_back_as_it_was(metrics: dict[str, float], step: int | None) -> None:
    told = {
        name: value if math.isfinite(value) else {math.inf: "Infinity", -math.inf: "-Infinity"}.get(
            value, "NaN") for name, value in metrics.items()
    }  # fmt: skip
    point = point_of_line(json.dumps({**told, "step": step}), 1)
    assert point is not None
    assert point.step == step
    assert repr(dict(point.metrics)) == repr({name: float(v) for name, v in metrics.items()})


@pytest.mark.parametrize(
    "line", ["[1]", "7", "{", '{"loss": "x"}', '{"loss": [1]}', '{"loss": 1, "step": 0.5}',
             '{"loss": 1, "time": "noon"}', '{"": 1}', '{"loss": 1, "context": 3}']
)  # fmt: skip
def test_a_wrong_line_is_named(line: str) -> None:
    with pytest.raises((InvalidValue, InvalidType), match="line 7") as raised:
        point_of_line(line, 7)
    assert isinstance(raised.value, UsageError)
    assert raised.value.hint


def test_an_empty_line_is_passed_over() -> None:
    assert point_of_line(" \n", 1) is None
