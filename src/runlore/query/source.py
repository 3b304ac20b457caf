"""The text of a filter, and errors that point into it."""

from __future__ import annotations

import unicodedata

from runlore.errors import QueryError

MOST_CHARACTERS = 64 * 1024
_BEFORE, _AFTER = 48, 24  # characters shown on either side of the spot


class Source:
    """A text that is being read."""

    def __init__(self, text: str) -> None:
        if len(text) > MOST_CHARACTERS:
            raise QueryError(
                f"the filter has {len(text):,} characters, more than {MOST_CHARACTERS:,}",
                hint="divide it into several searches",
            )
        self.text = text

    def error(self, reason: str, position: int, hint: str | None = None) -> QueryError:
        """Make the error that shows the text with a caret under a spot."""
        return QueryError(
            reason,
            excerpt=_excerpt(self.text, position),
            text=self.text,
            position=position,
            hint=hint,
        )


def quoted(text: str) -> str:
    """Quote a part of the text for a message, shortened."""
    return repr(text if len(text) <= 40 else text[:39] + "…")


def _excerpt(text: str, position: int) -> str:
    """Draw the line around a spot, and a caret below."""
    line_start = text.rfind("\n", 0, position) + 1
    line_end = text.find("\n", position)
    line_end = len(text) if line_end < 0 else line_end
    start = max(line_start, position - _BEFORE)
    end = min(line_end, position + _AFTER)
    before = ("…" if start > line_start else "") + _shown(text[start:position])
    after = _shown(text[position:end]) + ("…" if end < line_end else "")
    return f"  {before}{after}\n  {' ' * _width(before)}^"


def _shown(text: str) -> str:
    """Replace what would move or colour a terminal's line."""
    return "".join(
        " " if letter == "\t" else letter if letter.isprintable() else "\ufffd" for letter in text
    )


def _width(text: str) -> int:
    """Count the columns that a text takes on a terminal."""
    wide = sum(unicodedata.east_asian_width(letter) in "WF" for letter in text)
    marks = sum(unicodedata.combining(letter) != 0 for letter in text)
    return len(text) + wide - marks
