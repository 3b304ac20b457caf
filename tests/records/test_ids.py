from __future__ import annotations

import hashlib
import time

import pytest

from runlore.records.ids import id_from_text, is_id, new_id, short


def test_ids_are_32_hexadecimal_digits_and_never_twice_the_same() -> None:
    made = {new_id() for _ in range(10_000)}
    assert len(made) == 10_000
    assert all(is_id(identifier) for identifier in made)


def test_ids_sort_by_the_millisecond_they_were_made_in() -> None:
    before = time.time_ns() // 1_000_000
    made = new_id()
    after = time.time_ns() // 1_000_000
    assert before <= int(made[:12], 16) <= after


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0" * 32, True),
        ("0192f0c1a2b30123456789abcdef0011", True),
        ("0192F0C1A2B30123456789ABCDEF0011", False),
        ("0" * 31, False),
        ("0" * 33, False),
        ("g" * 32, False),
        ("٣" * 32, False),
        ("", False),
    ],
)
def test_an_id_is_lower_case_hexadecimal_and_nothing_else(text: str, *, expected: bool) -> None:
    assert is_id(text) is expected


def test_an_id_from_text_is_the_beginning_of_its_sha256() -> None:
    assert id_from_text("sweep 7") == hashlib.sha256(b"sweep 7").hexdigest()[:32]
    assert is_id(id_from_text("\ud800"))


def test_the_short_form_is_the_random_end() -> None:
    assert short("0192f0c1a2b30123456789abcdef0011") == "cdef0011"
