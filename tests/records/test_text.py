from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runlore.records.text import clean, encode_json

if TYPE_CHECKING:
    from collections.abc import Callable

TEXTS = st.text(st.characters(exclude_categories=()), max_size=20)  # lone surrogates, too
LEAVES: st.SearchStrategy[Any] = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
) | TEXTS


def nested(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4)


def cleaned(value: Any) -> Any:
    """Return what a reader gets back: clean text everywhere, the last of equal keys."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, list):
        return [cleaned(item) for item in value]
    if isinstance(value, dict):
        return {clean(key): cleaned(item) for key, item in value.items()}
    return value


@given(st.recursive(LEAVES, nested, max_leaves=20))
def test_any_json_reader_gets_back_what_was_written(value: Any) -> None:
    read = json.loads(encode_json(value))
    assert read == cleaned(value)
    assert json.dumps(read) == json.dumps(cleaned(value))  # -0.0, and 1 beside 1.0 beside True


@given(TEXTS)
def test_clean_text_is_valid_and_stays_as_it_is(text: str) -> None:
    once = clean(text)
    assert "\0" not in once
    assert once.encode().decode() == once
    assert clean(once) == once


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])))
def test_valid_text_is_not_touched(text: str) -> None:
    assert clean(text) == text


@pytest.mark.parametrize(
    ("given_text", "kept"),
    [
        ("a\0b", "a␀b"),
        ("a\ud800", "a\ufffd"),
        ("\udc00b", "\ufffdb"),
        ("a\ud83db", "a\ufffdb"),
        ("\ud83d\ude00", "😀"),  # a pair of surrogates is the character that it means
        ("\0\ud800\0", "␀\ufffd␀"),
    ],
)
def test_what_no_store_can_hold_is_replaced(given_text: str, kept: str) -> None:
    assert clean(given_text) == kept


def test_not_a_number_and_infinities_become_null() -> None:
    assert encode_json([math.nan, math.inf, -math.inf]) == b"[null, null, null]"


def test_subclasses_are_written_as_what_they_extend() -> None:
    class Shouting(str):
        __slots__ = ()

        def __repr__(self) -> str:
            return "HEY"

    class Counting(int):
        def __repr__(self) -> str:
            return "many"

    class Measuring(float):
        def __repr__(self) -> str:
            return "1 m"

    assert encode_json([Shouting("a"), Counting(3), Measuring(0.5)]) == b'["a", 3, 0.5]'


@pytest.mark.parametrize("make", [object, set, lambda: b"bytes", lambda: 1j])
def test_what_json_has_no_word_for_is_an_error(make: Callable[[], object]) -> None:
    with pytest.raises(TypeError, match="can't be written as JSON"):
        encode_json([make()])
