"""Make any text safe and measurable on a terminal: escaped, counted in cells, shortened.

Names are whatever users logged. A newline or an escape sequence in one must not reach the
terminal as such, nor may it push the columns of a table apart.
"""

from __future__ import annotations

import unicodedata

ELLIPSIS = "…"
_SHORT_ESCAPES = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
_JOINER = "\u200d"  # joins emoji into one
_EMOJI_STYLE = "\ufe0f"  # shows the character before it as an emoji
_SKIN_TONES = range(0x1F3FB, 0x1F400)
_ESCAPED_CATEGORIES = frozenset(("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"))


def visible(text: str) -> str:
    """Escape what would act on a terminal: controls, directions, line breaks."""
    if text.isprintable():
        return text
    return "".join(map(_visible_character, text))


def visible_lines(text: str) -> list[str]:
    """Split a text into its lines, each safe to print; tabs become spaces."""
    return [visible(line.expandtabs(4)) for line in text.splitlines()] or [""]


def cells(text: str) -> int:
    """Count the cells that a visible text takes on a terminal."""
    if text.isascii():
        return len(text)
    count = 0
    is_joined = False
    for character in text:
        if character == _JOINER:
            is_joined = True
        elif is_joined:
            is_joined = False
        elif character == _EMOJI_STYLE:
            count += count > 0
        else:
            count += _cells_of(character)
    return count


def shortened(text: str, width: int) -> str:
    """Cut the middle out of a visible text that takes more than `width` cells."""
    if cells(text) <= width:
        return text
    if width <= 1:
        return ELLIPSIS[:width]
    tail_width = (width - 1) // 2
    head = _fitting(text, width - 1 - tail_width)
    tail = _fitting(text[::-1], tail_width)[::-1]
    return f"{head}{ELLIPSIS}{tail}"


def padded(text: str, width: int, *, is_right: bool = False) -> str:
    """Fill a visible text with spaces up to `width` cells."""
    space = " " * (width - cells(text))
    return space + text if is_right else text + space


def wrapped(text: str, width: int | None) -> list[str]:
    """Break a visible text into lines of at most `width` cells.

    It is broken at spaces, but within a word that no line has room for and that begins in the
    first half of one.
    """
    lines = []
    while width is not None and cells(text) > width:
        line = _fitting(text, max(2, width))
        at = line.rfind(" ")
        if at > 0 and text[len(line) : len(line) + 1] != " ":
            word = text[at + 1 :].partition(" ")[0]
            if at > len(line) // 2 or cells(word) <= width:
                line = line[:at]
        lines.append(line.rstrip())
        text = text[len(line) :].lstrip()
    return [*lines, text]


def _visible_character(character: str) -> str:
    if character == _JOINER or unicodedata.category(character) not in _ESCAPED_CATEGORIES:
        return character
    if character in _SHORT_ESCAPES:
        return _SHORT_ESCAPES[character]
    code = ord(character)
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def _cells_of(character: str) -> int:
    if ord(character) in _SKIN_TONES or unicodedata.category(character) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1


def _fitting(text: str, width: int) -> str:
    """Return as many characters from the start as fit."""
    count = 0
    for place, character in enumerate(text):
        count += _cells_of(character)
        if count > width:
            return text[:place]
    return text
