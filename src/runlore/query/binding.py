"""Fit what a field is compared with to the field: a date to a time, `FINISHED` to a status."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from runlore.query import patterns
from runlore.query.fields import ATTRIBUTES, Field
from runlore.query.moments import WORDS, moment_at, moment_of
from runlore.query.printing import format_field
from runlore.query.source import quoted
from runlore.query.suggestions import meant
from runlore.query.tree import (
    AFFIRMED,
    ORDERED,
    PATTERNS,
    Comparison,
    IsNan,
    IsNull,
    Membership,
)
from runlore.query.values import (
    BYTES,
    SECONDS,
    UNITS,
    Boolean,
    Moment,
    Number,
    Quantity,
    Text,
    number_of,
    quantity_of,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runlore.query.source import Source
    from runlore.query.tree import Node
    from runlore.query.values import Value

STATUSES = ("running", "finished", "failed", "stopped", "crashed", "unknown")
# MLflow writes statuses in capitals; some of them are two or none here.
_MLFLOW_STATUSES = {
    "FAILED": ("failed", "crashed"),
    "KILLED": ("stopped",),
    "SCHEDULED": ("scheduled",),
}
_MILLISECONDS_FROM, _MILLISECONDS_TO = 10**11, 10**14  # 1973 to 5138
_LEAST_SUSPICIOUS = 10**8


class Literal(NamedTuple):
    """A value as it stands in the text; None for null. A bare word is a text too."""

    value: Value | None
    raw: str
    start: int
    is_bare: bool = False


class Binder:
    """Makes conditions, and refuses those that can't mean anything."""

    def __init__(self, source: Source) -> None:
        self._source = source

    def comparison(self, field: Field, operator: str, literal: Literal, at: int) -> Node:
        """Make the condition that a field compares so with a value; `at` is the operator's place.

        Raises:
            QueryError: if they don't go together.
        """
        is_negated = operator in AFFIRMED
        if operator in PATTERNS:
            return self._pattern(field, operator, literal, at)
        if operator in ORDERED and (field.has_many or type_of(field) == "boolean"):
            raise self._source.error(
                f"{shown(field)} has no order, so {operator} means nothing", at, "use = or !="
            )
        if literal.value is None:
            self._refuse_order(operator, "null", at, "is null")
            return IsNull(field, is_negated)
        if isinstance(literal.value, Number) and math.isnan(literal.value.number):
            self._refuse_order(operator, "NaN", at, "is nan")
            return self.is_nan(field, at, is_negated=is_negated)
        if operator in ORDERED and literal.is_bare and type_of(field) in ("text", "any"):
            raise self._source.error(
                f"{quoted(literal.raw)} is a name, and fields are compared with values",
                literal.start,
                f'if it is meant as text, put it in quotes: "{literal.raw}"',
            )
        values = self._values(field, literal)
        if operator in ORDERED and type_of(field) == "any" and isinstance(values[0], Text):
            values = [quantity_of(values[0].text) or values[0]]
        if len(values) > 1:
            return Membership(field, tuple(values), is_negated)
        return Comparison(field, operator, values[0])

    def membership(self, field: Field, literals: Sequence[Literal], *, is_negated: bool) -> Node:
        """Make the condition that a field's value is, or isn't, one of a list."""
        values: list[Value] = []
        for literal in literals:
            if literal.value is None:
                raise self._source.error(
                    "a list can't hold null", literal.start, f"add: or {shown(field)} is null"
                )
            if isinstance(literal.value, Number) and math.isnan(literal.value.number):
                raise self._source.error(
                    "a list can't hold NaN", literal.start, f"add: or {shown(field)} is nan"
                )
            values += self._values(field, literal)
        return Membership(field, tuple(dict.fromkeys(values)), is_negated)

    def between(
        self, field: Field, low: Literal, high: Literal, at: int, *, is_negated: bool
    ) -> list[Node]:
        """Make the two conditions of a range, both of whose ends belong to it."""
        operators = ("<", ">") if is_negated else (">=", "<=")
        return [
            self.comparison(field, operator, literal, at)
            for operator, literal in zip(operators, (low, high), strict=True)
        ]

    def is_nan(self, field: Field, at: int, *, is_negated: bool) -> Node:
        """Make the condition that a field's value is, or isn't, NaN."""
        if field.has_many or type_of(field) in ("text", "boolean", "time"):
            raise self._source.error(f"{shown(field)} is never NaN", at, "only numbers can be")
        return IsNan(field, is_negated)

    def truth(self, field: Field, start: int) -> Node:
        """Make the condition of a field that stands alone, like `dirty`."""
        if type_of(field) != "boolean":
            raise self._source.error(
                f"{shown(field)} isn't compared with anything",
                start,
                f"write a comparison, or: {shown(field)} is not null",
            )
        return Comparison(field, "=", Boolean(is_true=True))

    def _refuse_order(self, operator: str, what: str, at: int, instead: str) -> None:
        if operator in ORDERED:
            raise self._source.error(f"nothing is {operator} {what}", at, f"use {instead}")

    def _pattern(self, field: Field, operator: str, literal: Literal, at: int) -> Node:
        if type_of(field) not in ("text", "any"):
            raise self._source.error(
                f"{shown(field)} isn't text, so {operator} means nothing", at, "use =, < or >"
            )
        if literal.value is None:
            raise self._source.error("null is no pattern", literal.start, "use is null")
        text = literal.value.text if isinstance(literal.value, Text) else literal.raw
        if len(text) > patterns.MOST_CHARACTERS:
            most = f"at most {patterns.MOST_CHARACTERS:,} are allowed"
            raise self._source.error(
                f"the pattern has {len(text):,} characters", literal.start, most
            )
        if operator in ("~", "!~"):
            refusal = patterns.refusal_of(text)
            if refusal is not None:
                raise self._source.error(refusal[0], literal.start, refusal[1])
        return Comparison(field, operator, Text(text))

    def _values(self, field: Field, literal: Literal) -> list[Value]:
        """Fit a literal to a field; a status of MLflow may be several of ours."""
        if literal.value is None:
            raise self._source.error("null can't be compared", literal.start, "use is null")
        kind = type_of(field)
        if field == Field("attribute", "status"):
            return [Text(status) for status in self._statuses(literal)]
        if kind == "time":
            return [self._moment(field, literal)]
        if kind == "boolean":
            return [self._boolean(field, literal)]
        if kind in ("number", "duration"):
            return [self._number(field, literal, kind)]
        if kind == "text" or isinstance(literal.value, Moment):
            value = literal.value
            return [value if isinstance(value, Text) else Text(literal.raw)]
        return [literal.value]

    def _statuses(self, literal: Literal) -> Sequence[str]:
        text = literal.value.text if isinstance(literal.value, Text) else literal.raw
        if text in _MLFLOW_STATUSES:
            return _MLFLOW_STATUSES[text]
        if text.lower() in STATUSES:
            return (text.lower(),)
        known = ", ".join(STATUSES)
        raise self._source.error(
            f"there is no status {quoted(text)}",
            literal.start,
            meant(text, STATUSES) or f"there are {known}",
        )

    def _boolean(self, field: Field, literal: Literal) -> Value:
        value = literal.value
        if isinstance(value, Boolean):
            return value
        text = value.text.lower() if isinstance(value, Text) else literal.raw
        if text in ("true", "1", "false", "0"):
            return Boolean(text in ("true", "1"))
        raise self._source.error(
            f"{shown(field)} is true or false, not {quoted(literal.raw)}", literal.start
        )

    def _number(self, field: Field, literal: Literal, kind: str) -> Value:
        value = literal.value
        if isinstance(value, Text):
            number = number_of(value.text)
            if number is not None and not math.isnan(number):
                return Number(number)
            value = quantity_of(value.text) or value
        if isinstance(value, Number):
            return value
        if isinstance(value, Quantity) and (kind == "number" or value.dimension == SECONDS):
            return value
        what = "durations" if kind == "duration" else "numbers"
        raise self._source.error(
            f"{shown(field)} is compared with {what}, not with {quoted(literal.raw)}",
            literal.start,
            _units_hint(kind),
        )

    def _moment(self, field: Field, literal: Literal) -> Value:
        value = literal.value
        moment: Moment | None = None
        if isinstance(value, Moment):
            moment = value
        elif isinstance(value, Number):
            moment = self._moment_of_number(value.number, literal)
        elif isinstance(value, Text | Quantity):
            moment = moment_of(value.text)
        if moment is not None:
            return moment
        example = "-7d" if not isinstance(value, Quantity) else f"-{literal.raw}"
        words = ", ".join(WORDS)
        raise self._source.error(
            f"{shown(field)} is compared with times, not with {quoted(literal.raw)}",
            literal.start,
            f"a time is 2026-11-01, 2026-11-01T10:30Z, {words}, or ago like {example}",
        )

    def _moment_of_number(self, number: float, literal: Literal) -> Moment | None:
        """Read a number as milliseconds since 1970, as in MLflow, unless it looks like others."""
        size = abs(number)
        if not math.isfinite(number):
            return None
        if _LEAST_SUSPICIOUS <= size < _MILLISECONDS_FROM or size >= _MILLISECONDS_TO:
            unit = "seconds" if size < _MILLISECONDS_FROM else "microseconds or less"
            raise self._source.error(
                f"{literal.raw} looks like {unit} since 1970; a number here is milliseconds",
                literal.start,
                "write a date, 2026-11-01T10:30Z, or milliseconds",
            )
        return moment_at(round(number * 1000))


def type_of(field: Field) -> str:
    """Say what a field compares with: a type of an attribute, or `any` where it depends."""
    if field.kind == "attribute":
        return ATTRIBUTES[field.name].type
    if field.kind == "metric":
        return "number"
    return "text" if field.has_many else "any"


def shown(field: Field) -> str:
    """Name a field in a message, shortened."""
    text = format_field(field)
    return text if len(text) <= 60 else text[:57] + "..."


def _units_hint(kind: str) -> str:
    dimensions = (SECONDS,) if kind == "duration" else (SECONDS, BYTES)
    units = [unit for unit, (dimension, _) in UNITS.items() if dimension in dimensions]
    return "units are " + ", ".join(units)
