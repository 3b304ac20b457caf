"""Compare columns with values, for all runs at once."""

from __future__ import annotations

import operator as operators
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from runlore.query import patterns
from runlore.query.columns import MOST_EXACT
from runlore.query.values import Boolean, Moment, Number, Quantity, Text, number_of, quantity_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from runlore.query.columns import Booleans, Codes, Column, Doubles, Integers
    from runlore.query.fields import Field
    from runlore.query.moments import Span
    from runlore.query.values import Value

    IsMatch = Callable[[str], bool]

LEAST_ID_CHARACTERS = 4
_OPERATORS = {
    "=": operators.eq,
    "<": operators.lt,
    "<=": operators.le,
    ">": operators.gt,
    ">=": operators.ge,
}
# Attributes of which one may write the beginning, or the beginning or the end.
_BY_START = frozenset({"commit"})
_BY_EITHER_END = frozenset({"id", "parent"})
_AMOUNT_STARTS = frozenset(" +-.0123456789")
_SPECIAL = ("inf", "nan", "-inf", "+inf", "-nan", "+nan")


class Numbers(NamedTuple):
    """The numbers of a column: those it has, and those that its texts say."""

    is_number: Booleans
    values: Doubles
    integers: Integers | None


def numbers_of(field: Field, column: Column) -> Numbers:
    """Read the numbers of a column; texts of tags and context count, of params `inf` and `nan`.

    Other texts of params were read when they were recorded.
    """
    known = Numbers(column.is_number, column.numbers, column.integers)
    is_text_alone = (column.codes >= 0) & ~column.is_number
    if field.kind not in ("param", "tag", "context") or not is_text_alone.any():
        return known
    is_read = field.kind != "param"
    said = [
        number_of(text) if is_read or text.lower().startswith(_SPECIAL) else None
        for text in column.texts
    ]
    if not any(number is not None for number in said):
        return known
    values = np.array([np.nan if number is None else float(number) for number in said], np.float64)
    has_value = np.array([number is not None for number in said], np.bool_)
    is_said = is_text_alone & has_value[column.codes]
    integers = column.integers
    if np.any(is_said & (np.abs(values) > MOST_EXACT)[column.codes]):
        large = np.array([_large(number) for number in said], np.int64)
        base = np.zeros(len(is_said), np.int64) if integers is None else integers
        integers = np.where(is_said, large[column.codes], base)
    return Numbers(
        column.is_number | is_said, np.where(is_said, values[column.codes], known.values), integers
    )


def _large(number: object) -> int:
    is_large = isinstance(number, int) and MOST_EXACT < abs(number) < 1 << 63
    return number if is_large and isinstance(number, int) else 0


def matches_value(
    field: Field, column: Column, numbers: Numbers, operator: str, value: Value
) -> Booleans:
    """Tell where a column compares so with a value; `operator` is `=`, `<`, … or a pattern's."""
    if isinstance(value, Number):
        return compare_numbers(numbers, operator, value.number)
    if isinstance(value, Quantity):
        amounts = _amounts(column, numbers, value.dimension)
        return compare_numbers(amounts, operator, value.amount)
    if isinstance(value, Boolean):
        wanted = "true" if value.is_true else "false"
        return where_text(column.codes, column.texts, lambda text: text.lower() == wanted)
    if isinstance(value, Moment):
        raise TypeError("moments are compared as spans")
    found = where_text(column.codes, column.texts, text_test(field, operator, value.text))
    number = number_of(value.text) if operator in _OPERATORS else None
    if operator in _OPERATORS and operator != "=":
        found &= ~numbers.is_number
    if number is None or field.kind == "attribute":
        return found
    return found | compare_numbers(numbers, operator, number)


def compare_numbers(numbers: Numbers, operator: str, value: float) -> Booleans:
    """Compare exactly, integers of 64 bits among doubles too; NaN compares with nothing."""
    nearest = float(value)
    limit = nearest
    if nearest == value or operator == "=":
        compare = _OPERATORS[operator]
    else:  # the value lies between two doubles, and `nearest` is one of them
        is_below = nearest < value
        if operator in ("<", "<="):
            compare = operators.le if is_below else operators.lt
        else:
            compare = operators.gt if is_below else operators.ge
    found: Booleans = np.asarray(compare(numbers.values, limit)) & numbers.is_number
    if operator == "=" and nearest != value:
        found = np.zeros_like(found)
    if numbers.integers is not None:
        is_large = numbers.integers != 0
        exact = int(value) if nearest == value and nearest.is_integer() else value
        found[is_large] = _OPERATORS[operator](numbers.integers[is_large], exact)
    return found


def matches_span(numbers: Numbers, operator: str, span: Span) -> Booleans:
    """Compare times with a moment, which is as long as it is written."""
    values = numbers.values
    if operator == "=":
        return (values >= span.start) & (values < span.end) & numbers.is_number
    if operator in ("<", ">="):
        found: Booleans = _OPERATORS[operator](values, span.start)
    else:
        found = values < span.end if operator == "<=" else values >= span.end
    return found & numbers.is_number


def is_in_spans(numbers: Numbers, spans: Sequence[Span]) -> Booleans:
    """Tell which times lie in one of some moments."""
    ordered = sorted(spans)
    starts = np.array([span.start for span in ordered], np.float64)
    ends = np.maximum.accumulate(np.array([span.end for span in ordered], np.float64))
    place = np.searchsorted(starts, numbers.values, "right") - 1
    return (place >= 0) & (numbers.values < ends[place]) & numbers.is_number


def is_in(field: Field, column: Column, numbers: Numbers, values: Iterable[Value]) -> Booleans:
    """Tell where a column has one of many values, moments apart."""
    values = list(values)
    texts = [value.text for value in values if isinstance(value, Text)]
    found = where_text(column.codes, column.texts, is_one_of(field, texts))
    wanted: list[float] = [value.number for value in values if isinstance(value, Number)]
    if field.kind != "attribute":
        wanted += [number for number in map(number_of, texts) if number is not None]
    if wanted:
        found |= _is_any_number(numbers, wanted)
    for dimension in {value.dimension for value in values if isinstance(value, Quantity)}:
        amounts = [
            value.amount
            for value in values
            if isinstance(value, Quantity) and value.dimension == dimension
        ]
        found |= _is_any_number(_amounts(column, numbers, dimension), amounts)
    for value in values:
        if isinstance(value, Boolean):
            found |= matches_value(field, column, numbers, "=", value)
    return found


def _is_any_number(numbers: Numbers, wanted: Sequence[float]) -> Booleans:
    doubles = [float(number) for number in wanted if float(number) == number]
    found: Booleans = np.isin(numbers.values, doubles) & numbers.is_number
    if numbers.integers is not None:
        integers = [
            int(number) for number in wanted if number == number // 1 and number - number == 0
        ]
        fitting = [number for number in integers if abs(number) < 1 << 63]
        is_large = numbers.integers != 0
        found[is_large] = np.isin(numbers.integers[is_large], np.array(fitting, np.int64))
    return found


def _amounts(column: Column, numbers: Numbers, dimension: str) -> Numbers:
    """Read numbers as seconds or bytes, and texts with units of that dimension."""
    is_text_alone = (column.codes >= 0) & ~numbers.is_number
    if not is_text_alone.any():
        return numbers
    amounts = np.full(len(column.texts) + 1, np.nan)  # the last one is for the code -1
    for code, text in enumerate(column.texts):
        quantity = quantity_of(text) if text[:1] in _AMOUNT_STARTS else None
        if quantity is not None and quantity.dimension == dimension:
            amounts[code] = quantity.amount
    said = amounts[column.codes]
    is_said = is_text_alone & ~np.isnan(said)
    return Numbers(
        numbers.is_number | is_said, np.where(is_said, said, numbers.values), numbers.integers
    )


def where_text(codes: Codes, texts: Sequence[str], is_match: IsMatch) -> Booleans:
    """Ask once for each text, and tell which rows have one that matches."""
    answers = np.zeros(len(texts) + 1, np.bool_)  # the last one is for the code -1
    answers[:-1] = np.fromiter(map(is_match, texts), np.bool_, len(texts))
    return answers[codes]


def text_test(field: Field, operator: str, wanted: str) -> IsMatch:
    """Make the test that a text compares so with another."""
    if operator == "=":
        return is_one_of(field, [wanted])
    if operator == "~":
        return patterns.regex(wanted)
    if operator in ("like", "ilike"):
        return patterns.like(wanted, ignores_case=operator == "ilike")
    compare = _OPERATORS[operator]
    return lambda text: bool(compare(text, wanted))


def is_one_of(field: Field, wanted: Sequence[str]) -> IsMatch:
    """Make the test that a text is one of some; of ids and commits a part is enough."""
    whole = frozenset(wanted)
    by_start = field.kind == "attribute" and field.name in _BY_START | _BY_EITHER_END
    if not by_start:
        return whole.__contains__
    sizes = sorted({len(text) for text in whole if len(text) >= LEAST_ID_CHARACTERS})
    by_end = field.name in _BY_EITHER_END
    return lambda text: (
        text in whole
        or any(text[:size] in whole or (by_end and text[-size:] in whole) for size in sizes)
    )
