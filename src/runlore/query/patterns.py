"""Match texts with the patterns of `like` and `~`, in time that is linear in the text."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    Matches = Callable[[str], bool]

MOST_CHARACTERS = 1000
_MOST_MEMORY_BYTES = 8 << 20
_PARTS = re.compile(r"\\[%_\\]|.", re.DOTALL)


def like(pattern: str, *, ignores_case: bool = False) -> Matches:
    r"""Make the test of `like`: `%` is anything, `_` one character, `\%` and `\_` themselves."""
    pieces: list[list[str]] = [[]]
    has_blank = False
    for part in _PARTS.findall(pattern.lower() if ignores_case else pattern):
        if part == "%":
            pieces.append([])
        else:
            has_blank |= part == "_"
            pieces[-1].append(part)
    matches = _with_blanks(pieces) if has_blank else _without_blanks(pieces)
    return (lambda text: matches(text.lower())) if ignores_case else matches


def _without_blanks(pieces: list[list[str]]) -> Matches:
    """Look for texts one after the other; the first place that fits is as good as any other."""
    head, *middle = ["".join(part[-1] for part in piece) for piece in pieces]
    if not middle:
        return lambda text: text == head
    tail = middle.pop()

    def matches(text: str) -> bool:
        if not text.startswith(head):
            return False
        place = len(head)
        for piece in middle:
            found = text.find(piece, place)
            if found < 0:
                return False
            place = found + len(piece)
        return len(text) - len(tail) >= place and text.endswith(tail)

    return matches


def _with_blanks(pieces: list[list[str]]) -> Matches:
    parts = (
        "".join("." if part == "_" else re.escape(part[-1]) for part in piece) for piece in pieces
    )
    return _compiled(f"(?s)^{'.*'.join(parts)}$")


def regex(pattern: str) -> Matches:
    """Make the test of `~`: whether the pattern occurs in a text, by RE2.

    Raises:
        ValueError: if it isn't a pattern, or a larger one than is allowed; says why.
    """
    if len(pattern) > MOST_CHARACTERS:
        raise ValueError(f"it has {len(pattern):,} characters, more than {MOST_CHARACTERS:,}")
    return _compiled(pattern)


def _compiled(pattern: str) -> Matches:
    import re2

    options = re2.Options()
    options.log_errors = False
    options.max_mem = _MOST_MEMORY_BYTES
    try:
        compiled = re2.compile(pattern, options)
    except re2.error as error:
        reason = error.args[0] if error.args else error
        text = reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)
        raise ValueError(text) from None
    return lambda text: compiled.search(text) is not None


@lru_cache(maxsize=64)
def refusal_of(pattern: str) -> tuple[str, str] | None:
    """Say why a regular expression can't be used, and a hint; None if it can."""
    try:
        regex(pattern)
    except ValueError as error:
        hint = "regular expressions are RE2's: no lookaround, no references to groups"
        return f"the pattern can't be used: {error}", hint
    return None
