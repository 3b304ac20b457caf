"""Texts that were values before another tracker wrote them as text."""

from __future__ import annotations

_WORDS: dict[str, object] = {"True": True, "False": False, "None": None}


def typed(text: object) -> object:
    """Return the number, boolean or None that writes itself exactly so, else what was given."""
    if not isinstance(text, str):
        return text
    if text in _WORDS:
        return _WORDS[text]
    for kind in (int, float):
        try:
            value = kind(text)
        except ValueError:
            continue
        if str(value) == text:
            return value
    return text
