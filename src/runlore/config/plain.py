"""Values of fields as files can hold them, and back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

import param

from runlore.config.fields import fields_of


def to_plain(parameter: Any, value: Any) -> Any:
    """Return a value made of what JSON has: numbers, texts, lists and mappings.

    A choice among named objects becomes its name, where the object itself isn't plain.

    Raises:
        ValueError: for a value that files can't hold, such as a function or a model.
    """
    if isinstance(value, param.Parameterized):
        return {name: to_plain(field, getattr(value, name)) for name, field in _fields(value)}
    names = getattr(parameter, "names", None) or {}
    plain = _plain(value if value is None else _serialized(parameter, value))
    try:
        json.dumps(plain)
    except (TypeError, ValueError):
        for name, candidate in names.items():
            if candidate is value:
                return name
        raise ValueError(f"holds {type(value).__name__}, which a file can't") from None
    return plain


def from_plain(parameter: Any, value: Any) -> Any:
    """Return the value that a field has in Python for one read from a file or given as text.

    What the field doesn't take is returned as it is, for the check of all fields to refuse.
    """
    names = getattr(parameter, "names", None) or {}
    if isinstance(value, str) and value in names and value not in parameter.objects:
        return names[value]
    inner = getattr(parameter, "class_", None)
    if isinstance(value, Mapping) and isinstance(inner, type):
        if issubclass(inner, param.Parameterized):
            known = dict(_fields(inner))
            return inner(
                **{
                    str(name): from_plain(known[name], one) if name in known else one
                    for name, one in value.items()
                }
            )
        return value
    if value is None or isinstance(value, date | bool | int | float):
        return value
    try:
        return parameter.deserialize(value)
    except (TypeError, ValueError):
        return value


def from_text(parameter: Any, text: str) -> Any:
    """Read a text as a field's type; what isn't one stays a text, which the field will refuse."""
    if isinstance(parameter, param.String):
        return text
    if isinstance(parameter, param.ListSelector) and not text.startswith("["):
        return [_choice(parameter, part.strip()) for part in text.split(",") if part.strip()]
    choice = _choice(parameter, text)
    if choice is not text:
        return choice
    if parameter.allow_None and text.lower() in ("none", "null"):
        return None
    for read in (int, float, json.loads):
        try:
            return from_plain(parameter, read(text))
        except ValueError:
            continue
    if isinstance(parameter, param.List):
        return [_item(item.strip()) for item in text.split(",")]
    if isinstance(parameter, param.Tuple):  # ranges as well
        return tuple(_item(item.strip()) for item in text.split(","))
    return from_plain(parameter, text)


def _item(text: str) -> Any:
    """Read one of several values in a text: a number where it is one."""
    for read in (int, float):
        try:
            return read(text)
        except ValueError:
            continue
    return text


def _choice(parameter: Any, text: str) -> Any:
    """Return the choice of a selector that a text names; the text itself if it names none."""
    for choice in getattr(parameter, "objects", ()):
        if str(choice) == text:
            return choice
    return (getattr(parameter, "names", None) or {}).get(text, text)


def _fields(config: Any) -> list[tuple[str, Any]]:
    return list(fields_of(config).items())


def _serialized(parameter: Any, value: Any) -> Any:
    try:
        return parameter.serialize(value)
    except (AttributeError, TypeError):  # a Date field that holds a text, say
        return value


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(name): _plain(inner) for name, inner in value.items()}
    if isinstance(value, set | frozenset):
        return [_plain(inner) for inner in sorted(value, key=str)]
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    if isinstance(value, date):
        return value.isoformat()
    item = getattr(value, "item", None)
    if callable(item) and getattr(value, "ndim", None) == 0:  # a number of NumPy's
        return item()
    return value
