from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from runlore.errors import InvalidType, InvalidValue, TooLarge
from runlore.records import limits

if TYPE_CHECKING:
    from collections.abc import Callable

    from runlore.errors import RunloreError

MIB = 1 << 20


@pytest.mark.parametrize(
    "name", ["loss", "a\nb", "../x", "'; DROP TABLE runs; --", "🙂", " ", "x" * 1024]
)
def test_a_name_may_be_any_text(name: str) -> None:
    assert limits.name(name, "a name") == name


def test_what_no_store_can_hold_is_replaced_in_names_and_texts() -> None:
    assert limits.name("a\0\ud800", "a name") == "a␀\ufffd"
    assert limits.text("a\0\ud800", "a note") == "a␀\ufffd"
    assert limits.text("", "a note") == ""


@pytest.mark.parametrize(
    ("check", "value", "error", "message"),
    [
        (limits.name, 5, InvalidType, "a tag is an int, not text: 5\nhint: give it as a string"),
        (
            limits.name,
            None,
            InvalidType,
            "a tag is a NoneType, not text: None\nhint: give it as a string",
        ),
        (limits.name, "", InvalidValue, "a tag is empty\nhint: give it at least one character"),
        (
            limits.name,
            "x" * 1025,
            TooLarge,
            f"a tag has 1,025 characters: '{'x' * 56}...\nhint: use at most 1,024",
        ),
        (
            limits.text,
            b"bytes",
            InvalidType,
            "a tag is a bytes, not text: b'bytes'\nhint: give it as a string, str(value)",
        ),
        (
            limits.text,
            "x" * (MIB + 1),
            TooLarge,
            (
                "a tag has 1,048,577 characters, more than a record holds (1 MiB)\n"
                "hint: keep it as a file: run.save_artifact('notes.txt', text)"
            ),
        ),
    ],
)
def test_what_is_refused_is_refused_in_words(
    check: Callable[[object, str], str], value: object, error: type[RunloreError], message: str
) -> None:
    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        check(value, "a tag")


@pytest.mark.parametrize("character", ["a", "é", "😀"])
def test_a_text_may_have_a_mebibyte_of_utf_8(character: str) -> None:
    most = MIB // len(character.encode())
    assert limits.text(character * most, "a note") == character * most
    with pytest.raises(TooLarge):
        limits.text(character * (most + 1), "a note")


def test_a_text_whose_escapes_fill_a_frame_is_refused() -> None:
    limits.text("\x01" * (MIB // 4), "a note")
    with pytest.raises(TooLarge):
        limits.text("\x01" * (MIB // 2), "a note")
