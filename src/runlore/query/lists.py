"""Names of fields in one text, separated by commas."""

from __future__ import annotations

_QUOTES = "`\"'"


def split_names(text: str) -> list[str]:
    """Split a text at its commas, but for those within quotes and brackets; no name is empty.

    A quote that is never closed goes to the end.
    """
    names: list[str] = []
    begun, quote, depth = 0, "", 0
    for place, letter in enumerate(text):
        if quote:
            quote = "" if letter == quote else quote
        elif letter in _QUOTES:
            quote = letter
        elif letter in "[]":
            depth = max(0, depth + (1 if letter == "[" else -1))
        elif letter == "," and not depth:
            names.append(text[begun:place].strip())
            begun = place + 1
    names.append(text[begun:].strip())
    return [name for name in names if name]
