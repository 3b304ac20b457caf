"""Print reports as JSON (docs/reference/json.md)."""

from __future__ import annotations

import json
import sys
from datetime import datetime
from typing import Any

from runlore.actions.exports.values import iso_time, number


def print_json(report: object) -> None:
    """Print a report as one JSON document, indented for people who look at it."""
    sys.stdout.write(_escaped(json.dumps(jsonable(report), ensure_ascii=False, indent=2)) + "\n")


def print_json_line(report: object) -> None:
    """Print a report on a line of its own and hand it over at once."""
    sys.stdout.write(_escaped(json.dumps(jsonable(report), ensure_ascii=False)) + "\n")
    sys.stdout.flush()


def _escaped(text: str) -> str:
    """Escape what JSON lets pass and a terminal may act on: C1 controls, directions."""
    if text.isascii():
        return text.replace("\x7f", "\\u007f")
    return "".join(
        character
        if character == "\n" or character.isprintable()
        else json.dumps(character).strip('"')
        for character in text
    )


def jsonable(value: Any) -> Any:
    """Turn a report into what JSON holds.

    Times become ISO 8601 in UTC; NaN and infinities the texts "NaN", "Infinity", "-Infinity".
    """
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return number(value)
    if isinstance(value, datetime):
        return iso_time(value)
    if hasattr(value, "items"):
        return {str(key): jsonable(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [jsonable(item) for item in value]
    raise TypeError(f"{type(value).__name__} has no form in JSON")
