"""Fields that are held to their bounds only while a condition on other fields is true.

Their type is always checked: files, schemas and widgets rely on an integer being one. What they
may hold beyond that (bounds, a pattern, a choice) isn't asked while the condition is false.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import param

if TYPE_CHECKING:
    from collections.abc import Collection

Condition = str | Mapping[str, object] | Callable[[Mapping[str, object]], object]


class Conditional:
    """Give a Param type the keyword `validated_when=`: mix it in before that type.

        class Date(Conditional, param.Date):
            __slots__ = ["validated_when"]

    `validated_when` is the name of a field (true while that is), a mapping of fields to the value
    or the collection of values that each must have, or a function of all values by field.
    The condition is looked after by `TrackedConfig`, which also checks the field anew
    when the condition becomes true.
    """

    __slots__ = ()
    validated_when: Condition | None

    def __init__(
        self, *arguments: Any, validated_when: Condition | None = None, **named: Any
    ) -> None:
        # Set first: while the parameter is made, it checks its own default.
        object.__setattr__(self, "validated_when", validated_when)
        super().__init__(*arguments, **named)

    def _validate(self, val: Any) -> None:
        if self.validated_when is None:
            super()._validate(val)  # type: ignore[misc] # of the Param type beside this one
        elif not isinstance(self, param.Selector):  # of which any object may be a choice
            self._validate_value(val, self.allow_None)  # type: ignore[attr-defined]

    def validate_fully(self, value: object) -> None:
        """Check a value as if the condition were true; raises what the Param type raises."""
        super()._validate(value)  # type: ignore[misc]


class Integer(Conditional, param.Integer):  # type: ignore[type-arg]
    """An integer, with `validated_when=`."""

    __slots__ = ["validated_when"]


class Number(Conditional, param.Number):  # type: ignore[type-arg]
    """A number, with `validated_when=`."""

    __slots__ = ["validated_when"]


class String(Conditional, param.String):  # type: ignore[type-arg]
    """A text, with `validated_when=`."""

    __slots__ = ["validated_when"]


class Selector(Conditional, param.Selector):  # type: ignore[type-arg]
    """One of several objects, with `validated_when=`; any object while that is false."""

    __slots__ = ["validated_when"]


def condition_of(parameter: object) -> Condition | None:
    """Return the condition of a field, or None where it is always validated."""
    return parameter.validated_when if isinstance(parameter, Conditional) else None


def is_met(condition: Condition | None, values: Mapping[str, object]) -> bool:
    """Tell whether a condition holds for these values; no condition always does."""
    if condition is None:
        return True
    if isinstance(condition, str):
        return bool(values[condition])
    if isinstance(condition, Mapping):
        return all(values[name] in _wanted(wish) for name, wish in condition.items())
    return bool(condition(values))


def described(condition: Condition) -> str:
    """Say a condition in words: "early_stopping is true"."""
    if isinstance(condition, str):
        return f"{condition} is true"
    if isinstance(condition, Mapping):
        return " and ".join(
            f"{name} is {' or '.join(map(repr, _wanted(wish)))}" for name, wish in condition.items()
        )
    return f"{getattr(condition, '__name__', 'its condition')} is true"


def names_in(condition: Condition | None) -> list[str]:
    """List the fields that a condition names; none of a function, which doesn't say."""
    if isinstance(condition, str):
        return [condition]
    return list(condition) if isinstance(condition, Mapping) else []


def _wanted(wish: object) -> Collection[object]:
    is_several = isinstance(wish, list | tuple | set | frozenset)
    return wish if is_several else [wish]  # type: ignore[return-value]
