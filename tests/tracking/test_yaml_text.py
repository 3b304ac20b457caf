"""YAML that we write, read back by a YAML reader."""

from __future__ import annotations

from typing import Any

import yaml
from hypothesis import given
from hypothesis import strategies as st

from runlore.tracking.yaml_text import yaml_of

texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"))
keys = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)
scalars = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), texts,
    st.sampled_from(["yes", "null", "~", "1e3", "0x1F", "2026-11-21", "a: b", "- a", "#", "1_000",
                     "a\nb", "a\nb\n", "a\n b", " a\nb", "a \nb", "=", "<<", "off", ".nan", "e5"]),
)  # fmt: skip
values = st.one_of(
    scalars,
    st.lists(scalars, max_size=3),
    st.lists(st.dictionaries(keys, scalars, min_size=1, max_size=2), max_size=2),
    st.dictionaries(keys, scalars, max_size=3),
)


@given(st.dictionaries(keys, values, min_size=1, max_size=4))
def test_any_yaml_reader_takes_it_back_as_it_was(given_values: dict[str, Any]) -> None:
    assert yaml.safe_load(yaml_of(given_values)) == given_values


def test_numbers_that_json_has_no_word_for() -> None:
    text = yaml_of({"up": float("inf"), "down": float("-inf"), "none": float("nan"), "big": 1e300})
    assert text == 'up: .inf\ndown: -.inf\n"none": .nan\nbig: 1.0e+300\n'
    assert yaml.safe_load(text)["big"] == 1e300


def test_texts_of_several_lines_are_blocks() -> None:
    assert yaml_of({"note": "first\nsecond"}) == "note: |-\n  first\n  second\n"
