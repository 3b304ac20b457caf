from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from runlore.helper.screen import Screen


def shown(*pieces: str) -> list[str]:
    """What is left of output that was fed piece by piece, nothing taken in between."""
    screen, position = Screen(0), 0
    for piece in pieces:
        screen.feed(piece.encode(), position)
        position += len(piece.encode())
    lines, _ = screen.take(everything=True)
    return [text for _, text in lines]


def test_lines_come_as_they_were_printed() -> None:
    assert shown("one\n", "two", "\n", "\n", "end") == ["one", "two", "", "end"]


def test_a_progress_bar_is_kept_as_its_last_state() -> None:
    assert shown(*[f"\r{done}%" for done in range(101)], "\n", "done\n") == ["100%", "done"]


def test_a_line_that_ends_in_a_return_and_a_newline_stays() -> None:
    assert shown("windows\r\n", "next\r\n") == ["windows", "next"]


def test_bars_below_each_other_are_kept_as_their_last_states() -> None:
    bars = ["\router 0/2", "\n\rinner 1/2\x1b[A", "\n\rinner 2/2\x1b[A", "\router 2/2", "\n\n"]
    assert shown(*bars, "after\n") == ["outer 2/2", "inner 2/2", "after"]


def test_a_cleared_bar_leaves_nothing_of_itself() -> None:
    assert shown("\r50%", "\r\x1b[K", "result\n") == ["result"]
    assert shown("\r50%", "\x1b[2K\r", "result\n") == ["result"]


def test_colours_stay_and_the_rest_of_a_terminals_language_goes() -> None:
    text = "\x1b]0;title\x07\x1b[?25l\x1b[31mred\x1b[0m \x1b[5;5Hx\x1b[?25h\x1b(B\n"
    assert shown(text) == ["\x1b[31mred\x1b[0m x"]


def test_a_backspace_takes_the_last_character() -> None:
    assert shown("|\b/\b-\b\\\n") == ["\\"]


def test_text_that_is_no_utf8_is_shown_with_marks() -> None:
    screen = Screen(0)
    screen.feed(b"\xff\xfeab\n", 0)
    assert screen.take(everything=True)[0][0][1].endswith("ab")


def test_a_line_without_end_is_cut() -> None:
    (line,) = shown(*["x" * 1000] * 1000)
    assert line.endswith("…")
    assert len(line) < 70_000


def test_a_line_is_given_out_when_it_was_not_drawn_upon_for_a_while() -> None:
    screen = Screen(0)
    screen.feed(b"one\ntwo\nthree", 0)
    assert screen.take() == ([], True)
    assert screen.take() == ([(0, "one"), (4, "two")], True)
    screen.feed(b"\rbar", 13)
    assert screen.take() == ([], True)
    assert screen.take(everything=True) == ([(14, "bar")], False)


def test_a_line_that_a_bar_may_still_change_is_not_given_out() -> None:
    screen = Screen(0)
    screen.feed(b"outer 0\n", 0)
    screen.take()
    screen.feed(b"inner\x1b[A\router 1", 8)
    assert screen.take() == ([], True)
    assert screen.take() == ([], True)
    screen.feed(b"\n\n", 23)
    screen.take()
    assert [text for _, text in screen.take()[0]] == ["outer 1", "inner"]


_PIECES = st.lists(
    st.sampled_from(
        ["a", "bb", "é", "\n", "\r", "\r\n", "\x1b[A", "\x1b[2A", "\x1b[B", "\x1b[K", "\x1b[J",
         "\x08", "\x1b[31m", "\x1b[0m", "\x1b[2K", "\x1b[", "\x1b"]
    ),
    max_size=40,
)  # fmt: skip


@given(_PIECES, st.sets(st.integers(0, 40)))
def test_whoever_goes_on_from_the_position_sees_the_same_lines(
    pieces: list[str], taken_after: set[int]
) -> None:
    """Lines given out, and those that a reader makes of the bytes from the position on."""
    data = "".join(pieces).encode()
    screen, position, first = Screen(0), 0, []
    for at, piece in enumerate(pieces):
        screen.feed(piece.encode(), position)
        position += len(piece.encode())
        if at in taken_after:
            first += screen.take()[0]
    begin = screen.position
    again = Screen(begin)
    again.feed(data[begin:], begin)
    rest, _ = screen.take(everything=True)
    rest_again, _ = again.take(everything=True)
    assert [place for place, _ in first] == sorted(place for place, _ in first) or "\x1b" in str(
        pieces
    )
    if not any(piece.startswith("\x1b") or piece == "\x08" for piece in pieces):
        assert rest_again == rest


@given(_PIECES)
def test_nothing_makes_it_fail(pieces: list[str]) -> None:
    screen = Screen(0)
    for at, piece in enumerate(pieces):
        screen.feed(piece.encode(), at)
        screen.take()
    screen.take(everything=True)
    assert screen.take(everything=True) == ([], True)
