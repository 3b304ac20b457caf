"""The fields of a configuration class as a JSON Schema."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import param

from runlore.config.conditions import condition_of, described, names_in
from runlore.config.fields import default_of, fields_of
from runlore.config.plain import to_plain
from runlore.config.powers import PowerOfTwo

DRAFT = "https://json-schema.org/draft/2020-12/schema"
_TYPES: list[tuple[Any, str]] = [
    (param.Boolean, "boolean"),
    (param.Date, "string"),  # in Param, dates are numbers
    (param.CalendarDate, "string"),
    (param.Integer, "integer"),
    (param.Number, "number"),
    (param.String, "string"),
    (param.List, "array"),
    (param.Tuple, "array"),
    (param.Dict, "object"),
]


def schema_of(cls: Any) -> dict[str, Any]:
    """Describe what files of a class may hold (draft 2020-12).

    The bounds of a conditional field stand under `if` and `then`; where the condition is a
    function, which a schema can't state, they are left out and its description says so.
    """
    fields = fields_of(cls)
    schema: dict[str, Any] = {"$schema": DRAFT, "title": cls.__name__, "type": "object"}
    about = (cls.__doc__ or "").strip().partition("\n\n")[0]
    if about:
        schema["description"] = " ".join(about.split())
    schema["properties"] = {name: _property(field) for name, field in fields.items()}
    schema["additionalProperties"] = False
    conditions = [_conditional(name, field, fields) for name, field in fields.items()]
    stated = [one for one in conditions if one is not None]
    if stated:
        schema["allOf"] = stated
    return schema


def _property(field: Any) -> dict[str, Any]:
    condition = condition_of(field)
    found = _type(field)
    if condition is None:
        found |= _bounds(field)
    if field.allow_None and found:
        found = {"anyOf": [found, {"type": "null"}]}
    about = " ".join((field.doc or "").split())
    if condition is not None:
        about = f"{about} Checked while {described(condition)}.".strip()
    if about:
        found["description"] = about
    with suppress(ValueError):  # a default that files can't hold has no place here
        found["default"] = to_plain(field, default_of(field))
    return found


def _type(field: Any) -> dict[str, Any]:
    """Return the type alone; of a choice and of what JSON has no type for, nothing."""
    inner = getattr(field, "class_", None)
    if isinstance(inner, type) and issubclass(inner, param.Parameterized):
        return {key: value for key, value in schema_of(inner).items() if key != "$schema"}
    return next(({"type": name} for kind, name in _TYPES if isinstance(field, kind)), {})


def _bounds(field: Any) -> dict[str, Any]:
    if isinstance(field, PowerOfTwo):
        return {"enum": field.powers()}
    if isinstance(field, param.ListSelector):
        return {"type": "array", "items": {"enum": _choices(field)}}
    if isinstance(field, param.Selector):
        is_open = not getattr(field, "check_on_set", True)
        choices = [] if is_open else _choices(field)
        return {"enum": choices} if choices else {}
    if isinstance(field, param.Number) and not isinstance(field, param.Date | param.CalendarDate):
        return _limits(field)
    if isinstance(field, param.List) and field.bounds:
        low, high = field.bounds
        return _stated(minItems=low, maxItems=high)
    regex = getattr(field, "regex", None)
    return _stated(pattern=getattr(regex, "pattern", regex))  # compiled, or as text


def _limits(field: Any) -> dict[str, Any]:
    low, high = field.bounds or (None, None)
    takes_low, takes_high = field.inclusive_bounds
    return _stated(
        minimum=low if takes_low else None,
        exclusiveMinimum=None if takes_low else low,
        maximum=high if takes_high else None,
        exclusiveMaximum=None if takes_high else high,
    )


def _choices(field: Any) -> list[Any]:
    choices = []
    for choice in field.objects:
        try:
            choices.append(to_plain(field, choice))
        except ValueError:
            continue
    return choices


def _conditional(name: str, field: Any, fields: dict[str, Any]) -> dict[str, Any] | None:
    condition = condition_of(field)
    named = names_in(condition)
    bounds = _bounds(field)
    if condition is None or not named or not bounds:
        return None
    wishes = condition if isinstance(condition, dict) else dict.fromkeys(named, True)
    required = {one: _wanted(wishes[one]) for one in named}
    # An absent field has its default; where that wouldn't do, the condition needs it to be there.
    absent = [one for one in named if not _has_default(fields[one], required[one]["enum"])]
    then = {"anyOf": [bounds, {"type": "null"}]} if field.allow_None else bounds
    found: dict[str, Any] = {"if": {"properties": required}, "then": {"properties": {name: then}}}
    if absent:
        found["if"]["required"] = absent
    return found


def _wanted(wish: object) -> dict[str, Any]:
    return {"enum": list(wish) if isinstance(wish, list | tuple | set | frozenset) else [wish]}


def _has_default(field: Any, wanted: list[Any]) -> bool:
    return default_of(field) in wanted


def _stated(**limits: Any) -> dict[str, Any]:
    return {key: value for key, value in limits.items() if value is not None}
