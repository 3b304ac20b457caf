"""Text made safe and measured."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runlore.cli.text import cells, padded, shortened, visible, visible_lines, wrapped


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("a\nb\r\tc", "a\\nb\\r\\tc"),
        ("\x1b[31mred", "\\x1b[31mred"),
        ("\x9b31m", "\\x9b31m"),
        ("\x00\x7f", "\\x00\\x7f"),
        ("\u202eabc\u2066", "\\u202eabc\\u2066"),
        ("\u2028", "\\u2028"),
        ("日本語 🎉 é", "日本語 🎉 é"),
        ("👩\u200d🔬", "👩\u200d🔬"),
        ("\ud800", "\\ud800"),
    ],
)
def test_what_acts_on_a_terminal_is_escaped(text: str, shown: str) -> None:
    assert visible(text) == shown


@given(st.text())
def test_visible_text_never_holds_a_control(text: str) -> None:
    shown = visible(text)
    assert all(character == "\u200d" or character.isprintable() or character.isspace()
               for character in shown)  # fmt: skip
    assert not any(ord(character) < 32 or 0x7F <= ord(character) < 0xA0 for character in shown)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("abc", 3),
        ("日本", 4),
        ("é", 1),
        ("e\u0301", 1),
        ("🎉", 2),
        ("👩\u200d🔬", 2),
        ("❤\ufe0f", 2),
    ],
)
def test_cells_are_counted_as_a_terminal_shows_them(text: str, count: int) -> None:
    assert cells(text) == count


@given(st.text(), st.integers(min_value=1, max_value=40))
def test_shortened_text_fits_and_keeps_both_ends(text: str, width: int) -> None:
    shown = visible(text)
    short = shortened(shown, width)
    assert cells(short) <= max(width, 1)
    if cells(shown) <= width:
        assert short == shown


def test_the_middle_is_what_is_left_out() -> None:
    assert shortened("learning_rate=0.001_seed=7", 15) == "learnin…_seed=7"
    assert shortened("日本語日本語", 7) == "日…語"


@given(st.text(alphabet="ab 日"), st.integers(min_value=2, max_value=20))
def test_wrapped_lines_fit_and_lose_nothing_but_spaces(text: str, width: int) -> None:
    lines = wrapped(text, width)
    assert all(cells(line) <= width for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


def test_words_stay_whole_where_a_line_has_room_for_them() -> None:
    assert wrapped("one two, threefourfive six", 14) == ["one two,", "threefourfive", "six"]
    assert wrapped("one two three", 7) == ["one two", "three"]
    assert wrapped("on threefourfivesix", 8) == ["on three", "fourfive", "six"]


def test_text_is_padded_by_cells() -> None:
    assert padded("日", 4) == "日  "
    assert padded("7", 3, is_right=True) == "  7"


def test_lines_are_made_visible_one_by_one() -> None:
    assert visible_lines("a\tb\n\x1bc") == ["a   b", "\\x1bc"]
    assert visible_lines("") == [""]
