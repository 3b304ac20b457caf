"""Divide a filter into tokens."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from runlore.query.values import UNITS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runlore.query.source import Source

NAME, STRING, NUMBER, QUANTITY, DATE, SYMBOL, END = (
    "name",
    "string",
    "number",
    "quantity",
    "date",
    "symbol",
    "end",
)

_UNITS = "|".join(sorted(map(re.escape, UNITS), key=len, reverse=True))
_UNSIGNED = r"(?:\d[\d_]*(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?"
_SPACE = re.compile(r"\s+")
_DATE = re.compile(
    r"\d{4}-\d{2}-\d{2}"
    r"(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?(?:Z|[+-]\d{2}:?\d{2})?)?(?![\w:])",
    re.ASCII,
)
_QUANTITY = re.compile(
    rf"[+-]?{_UNSIGNED}\s*(?:{_UNITS})(?:\s*{_UNSIGNED}\s*(?:{_UNITS}))*(?![\w/.:-])"
)
_NUMBER = re.compile(
    rf"[+-]?(?:{_UNSIGNED}(?![\w.])|(?:inf|infinity|nan)(?![\w./:@+#%-]))", re.IGNORECASE
)
_SYMBOL = re.compile(r"<=|>=|<>|!=|!~|==|&&|\|\||[<>=~(),\[\]]")
# There is no arithmetic, so names may hold what would be operators elsewhere.
_LETTERS = re.compile(r"[\w./:@+#%-]+")
_NAME_START = re.compile(r"[\w`]")


class Piece(NamedTuple):
    """A part of a name: bare, or in quotes, where dots are just dots."""

    text: str
    is_quoted: bool


class Token(NamedTuple):
    """A token: its kind, its text (of a string what is between the quotes), its place."""

    kind: str
    text: str
    start: int
    end: int
    pieces: tuple[Piece, ...] = ()

    @property
    def keyword(self) -> str:
        """A bare name in lower case, a symbol as it is, else nothing."""
        if self.kind == NAME and len(self.pieces) == 1 and not self.pieces[0].is_quoted:
            return self.text.lower()
        return self.text if self.kind == SYMBOL else ""


def tokens_of(source: Source) -> Iterator[Token]:
    """Yield the tokens of a text, and last one of kind `end`.

    Raises:
        QueryError: at what can't be a token.
    """
    text, place = source.text, 0
    while True:
        space = _SPACE.match(text, place)
        place = space.end() if space else place
        if place == len(text):
            yield Token(END, "", place, place)
            return
        token = _token(source, place)
        yield token
        place = token.end


def _token(source: Source, place: int) -> Token:
    text = source.text
    for kind, pattern in ((DATE, _DATE), (QUANTITY, _QUANTITY), (NUMBER, _NUMBER)):
        found = pattern.match(text, place)
        if found:
            return Token(kind, found[0], place, found.end())
    if text[place] in "\"'":
        content, end = _quoted(source, place)
        return Token(STRING, content, place, end)
    if _NAME_START.match(text, place):
        return _name(source, place)
    symbol = _SYMBOL.match(text, place)
    if symbol:
        return Token(SYMBOL, symbol[0], place, symbol.end())
    raise source.error(f"{text[place]!r} has no meaning here", place, _hint(text, place))


def _hint(text: str, place: int) -> str | None:
    if text[place] in "+-":
        return "a sign belongs to a number or a time: -1, -7d; there is no arithmetic"
    if text[place] in "*/":
        return 'there is no arithmetic; in a pattern use like "%part%"'
    if text[place] in "“”‘’«»":
        return "quotes are \" and '"
    return "names with special characters are quoted: metrics.`my metric`"


def _quoted(source: Source, place: int) -> tuple[str, int]:
    """Read a quoted text, in which the quote itself is doubled; give its content and end."""
    text, quote = source.text, source.text[place]
    parts, start = [], place + 1
    while True:
        end = text.find(quote, start)
        if end < 0:
            raise source.error(
                f"the {quote} that opens here is never closed",
                place,
                f"a {quote} within is written twice",
            )
        parts.append(text[start:end])
        if not text.startswith(quote, end + 1):
            return quote.join(parts), end + 1
        start = end + 2


def _name(source: Source, place: int) -> Token:
    text, end = source.text, place
    pieces: list[Piece] = []
    while end < len(text):
        letter = text[end]
        is_after_dot = bool(pieces) and pieces[-1].text.endswith(".") and not pieces[-1].is_quoted
        if letter == "`" or (letter in "\"'" and is_after_dot):
            if pieces and pieces[-1].is_quoted:
                break
            content, end = _quoted(source, end)
            pieces.append(Piece(content, is_quoted=True))
            continue
        start = end
        found = _LETTERS.match(text, end)
        if found:
            end = found.end()
        elif letter == "[" and pieces and text[place:end].lower() != "in":
            end = _after_brackets(source, end)
        else:
            break
        if pieces and not pieces[-1].is_quoted:
            pieces[-1] = Piece(pieces[-1].text + text[start:end], is_quoted=False)
        else:
            pieces.append(Piece(text[start:end], is_quoted=False))
    return Token(NAME, text[place:end], place, end, tuple(pieces))


def _after_brackets(source: Source, place: int) -> int:
    """Find the end of a context in brackets, `[fold=1,split=val]`."""
    depth = 0
    for end in range(place, len(source.text)):
        letter = source.text[end]
        depth += (letter == "[") - (letter == "]")
        if depth == 0:
            return end + 1
    raise source.error("the [ that opens here is never closed", place)
