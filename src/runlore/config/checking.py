"""Whether a configuration may become what is proposed: all that stands against it, at once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import param

from runlore.config.conditions import Conditional, condition_of, described, is_met
from runlore.config.fields import fields_of, nearest_hint
from runlore.errors import InvalidConfig, InvalidType, a_kind

_PARAM_PREFIX = re.compile(r"^.*?[Pp]arameter '[^']*'\s*|^.*?[Pp]arameter \w+\s")
_CLASS = re.compile(r"<class '(?:\w+\.)*(\w+)'>")


def check(config: Any, changes: Mapping[str, object], values: Mapping[str, object]) -> None:
    """Refuse changes that the fields of `config` don't take.

    `config` is a class or an object, `values` is what all fields hold before. A conditional
    field is checked against what its condition will be, also if the field itself stays.

    Raises:
        InvalidConfig: with all that is wrong, by field.
    """
    fields = fields_of(config)
    proposed = {**values, **changes}
    problems: dict[str, str] = {}
    hint = None
    for name in changes:
        if name not in fields:
            problems[str(name)] = "is no field of it"
            hint = hint or nearest_hint(str(name), list(fields))
    for name, parameter in fields.items():
        is_conditional = condition_of(parameter) is not None
        if name in changes or (is_conditional and name in proposed):
            problem = problem_with(parameter, proposed, has_changed=name in changes)
            if problem is None and name in changes:
                problem = _constancy(config, parameter, values.get(name), changes[name])
            if problem is not None:
                problems[name] = problem
                hint = hint or _described_field(parameter)
    if problems:
        raise refusal(config, problems, hint)


def refusal(config: Any, problems: dict[str, str], hint: str | None = None) -> InvalidConfig:
    """Return the error that says what is wrong with a configuration, by field."""
    cls = config if isinstance(config, type) else type(config)
    said = "; ".join(f"{cls.__name__}.{name} {problem}" for name, problem in problems.items())
    return InvalidConfig(said, problems=problems, hint=hint)


def problem_with(
    parameter: Any, values: Mapping[str, object], *, has_changed: bool = True
) -> str | None:
    """Say why a field can't hold its value among these, or None if it can."""
    value = values[parameter.name]
    condition = condition_of(parameter)
    if isinstance(parameter, param.Number):
        if isinstance(value, bool):
            return f"must be a number, not {value}"
        if callable(value):
            return f"must be a number, not {a_kind(value)}"
    try:
        if has_changed:
            parameter._validate(value)  # noqa: SLF001 - Param offers no other way to ask beforehand
        if isinstance(parameter, Conditional) and is_met(condition, values):
            parameter.validate_fully(value)
    except (TypeError, ValueError) as error:
        reason = _reason(error, value)
        if condition is not None and is_met(condition, values):
            return f"{reason} (checked because {described(condition)})"
        return reason
    return None


def as_mapping(values: object, what: str) -> dict[str, object]:
    """Return a mapping of fields to values as a dict, refusing anything else."""
    if isinstance(values, Mapping):
        return {str(name): value for name, value in values.items()}
    raise InvalidType(
        f"{what} are {a_kind(values)}, not a mapping of fields to values",
        hint="give a dict: {'learning_rate': 0.001}",
    )


def _constancy(config: Any, parameter: Any, old: object, new: object) -> str | None:
    if isinstance(config, type) or new is old:  # constants are given once, when it is made
        return "is read-only" if parameter.readonly and new is not parameter.default else None
    if parameter.readonly or parameter.constant:
        return "is constant" if parameter.constant and not parameter.readonly else "is read-only"
    return None


def _reason(error: Exception, value: object) -> str:
    """Take Param's own naming of the parameter off its message, since ours names the field."""
    said = _PARAM_PREFIX.sub("", str(error), count=1).strip().rstrip(".")
    said = _CLASS.sub(r"\1", said)
    if said.startswith("only takes numeric values"):
        return f"must be a number, not {value!r}"
    if said.startswith("must be an integer"):
        return f"must be an integer, not {value!r}"
    return said or f"can't be {value!r}"


def _described_field(parameter: Any) -> str | None:
    if not parameter.doc:
        return None
    return f"{parameter.name}: {' '.join(parameter.doc.split())}"
