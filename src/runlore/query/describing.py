"""Describe the language: what the shell, the page and the documentation show of it."""

from __future__ import annotations

from typing import NamedTuple

from runlore.query.fields import ATTRIBUTES, DATASET_PARTS, STATISTICS
from runlore.query.moments import WORDS
from runlore.query.values import BYTES, SECONDS, UNITS

_ANY = ("text", "number", "duration", "time", "boolean")
_ORDERED = ("number", "duration", "time", "text")


class Entry(NamedTuple):
    """A word of the language and what it means."""

    text: str
    meaning: str


class FieldEntry(NamedTuple):
    """A field, or a prefix that a name follows; `type` is what it compares with."""

    text: str
    type: str
    meaning: str
    aliases: tuple[str, ...] = ()


class OperatorEntry(NamedTuple):
    """An operator, what it means, and the types of fields that it is for."""

    text: str
    meaning: str
    types: tuple[str, ...]


class Description(NamedTuple):
    """Everything that can stand in a filter."""

    fields: list[FieldEntry]
    prefixes: list[FieldEntry]
    statistics: list[Entry]
    operators: list[OperatorEntry]
    units: list[Entry]
    times: list[Entry]
    keywords: list[Entry]


PREFIXES = (
    FieldEntry("metrics.", "number", "a metric's current value, `metrics.loss[val].min` its least"),
    FieldEntry("params.", "any", "a param", ("param.",)),
    FieldEntry("tags.", "any", "the value of a tag", ("tag.",)),
    FieldEntry("context.", "any", "a captured fact: code, environment, machine"),
    *(
        FieldEntry(f"dataset.{part}", "set", f"the {part} of a dataset that was used")
        for part in DATASET_PARTS
    ),
)
SETS = (
    FieldEntry("tags", "set", "the names of the tags"),
    FieldEntry("notes", "set", "the texts of the notes", ("note",)),
    FieldEntry("artifacts", "set", "the names of the artifacts"),
)
OPERATORS = (
    OperatorEntry("=", "is equal; == too", (*_ANY, "set")),
    OperatorEntry("!=", "has a value that is not equal; <> too", (*_ANY, "set")),
    OperatorEntry("<", "is less, or before", _ORDERED),
    OperatorEntry("<=", "is less or equal, or not after", _ORDERED),
    OperatorEntry(">", "is greater, or after", _ORDERED),
    OperatorEntry(">=", "is greater or equal, or not before", _ORDERED),
    OperatorEntry("between", "lies between two values, both included: between 1 and 2", _ORDERED),
    OperatorEntry("in", "is one of a list: in (1, 2)", (*_ANY, "set")),
    OperatorEntry("not in", "has a value that is not in a list", (*_ANY, "set")),
    OperatorEntry(
        "like", 'fits a pattern: "res%", % is anything, _ one character', ("text", "set")
    ),
    OperatorEntry("not like", "has a text that doesn't fit", ("text", "set")),
    OperatorEntry("ilike", "like, whatever the case", ("text", "set")),
    OperatorEntry("not ilike", "not like, whatever the case", ("text", "set")),
    OperatorEntry("~", 'holds a regular expression: "v[0-9]+$"', ("text", "set")),
    OperatorEntry("!~", "has a text that doesn't hold it", ("text", "set")),
    OperatorEntry("is null", "has no value", (*_ANY, "set")),
    OperatorEntry("is not null", "has a value", (*_ANY, "set")),
    OperatorEntry("is nan", "is not a number", ("number", "duration")),
    OperatorEntry("is not nan", "has a value that isn't NaN", ("number", "duration")),
)
KEYWORDS = (
    Entry("and", "both; && too"),
    Entry("or", "either; || too"),
    Entry("not", "the runs that the next condition leaves out"),
    Entry("order by", "sort by fields: order by metrics.acc desc, started"),
    Entry("asc", "least first"),
    Entry("desc", "greatest first"),
    Entry("limit", "at most so many runs"),
    Entry("true", "true"),
    Entry("false", "false"),
    Entry("null", "no value"),
    Entry("nan", "not a number"),
    Entry("inf", "infinity"),
)
TIMES = (
    *(Entry(word, "a day" if word != "now" else "this moment") for word in WORDS),
    Entry("-7d", "seven days ago; -2h30m, -1w"),
    Entry("2026-11-01", "a day, from its beginning to its end"),
    Entry("2026-11-01T10:30", "a minute, in the local zone"),
    Entry("2026-11-01T10:30:00Z", "a second, in UTC; +01:00 is another zone"),
)


def describe() -> Description:
    """List fields, operators, units and words, in the order in which to show them."""
    attributes = [
        FieldEntry(name, known.type, known.meaning, known.aliases)
        for name, known in ATTRIBUTES.items()
    ]
    return Description(
        [*attributes, *SETS],
        list(PREFIXES),
        [Entry(name, meaning) for name, meaning in STATISTICS.items()],
        list(OPERATORS),
        [Entry(unit, _size(dimension, size)) for unit, (dimension, size) in UNITS.items()],
        list(TIMES),
        list(KEYWORDS),
    )


def operators_for(kind: str) -> list[OperatorEntry]:
    """List the operators that fields of a type take; `any` takes them all."""
    return [entry for entry in OPERATORS if kind == "any" or kind in entry.types]


def _size(dimension: str, size: float) -> str:
    names = {SECONDS: "seconds", BYTES: "bytes"}
    return f"{size:,.10g} {names[dimension]}"
