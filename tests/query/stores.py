"""Runs as dicts, as columns, and filters over them answered one run at a time, in plain Python."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from runlore.query.columns import Members, column_of_values
from runlore.query.tree import And, Comparison, IsNan, IsNull, Membership, Not, Or
from runlore.query.values import Boolean, Moment, Number, Quantity, Text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from runlore.query.columns import Column
    from runlore.query.fields import Field
    from runlore.query.tree import Node, OrderKey
    from runlore.query.values import Value

NOW = datetime(2026, 11, 21, 12, 30, tzinfo=UTC)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Cell(NamedTuple):
    """What a run has of a field of one value."""

    number: float | None = None
    text: str | None = None
    is_null: bool = False


ABSENT = Cell(is_null=True)
Run = dict["Field", Any]  # a Cell, or a list of texts


class RunColumns:
    """Columns made of runs that are dicts."""

    def __init__(self, runs: Sequence[Run]) -> None:
        self._runs = runs

    @property
    def count(self) -> int:
        return len(self._runs)

    def column(self, field: Field) -> Column:
        return column_of_values(run.get(field, ABSENT) for run in self._runs)

    def members(self, field: Field) -> Members:
        pairs = [(row, text) for row, run in enumerate(self._runs) for text in run.get(field, [])]
        texts = sorted({text for _, text in pairs})
        return Members(
            np.array([row for row, _ in pairs], np.int64),
            np.array([texts.index(text) for _, text in pairs], np.int32),
            texts,
        )


def meets(run: Run, node: Node) -> bool:
    """Tell whether one run meets a filter."""
    if isinstance(node, And):
        return all(meets(run, item) for item in node.items)
    if isinstance(node, Or):
        return any(meets(run, item) for item in node.items)
    if isinstance(node, Not):
        return not meets(run, node.item)
    if node.field.has_many:
        return _meets_as_set(run.get(node.field, []), node)
    cell = run.get(node.field, ABSENT)
    number = number_in(node.field, cell)
    is_nan = number is not None and math.isnan(number)
    if isinstance(node, IsNull):
        return bool(cell.is_null != node.is_negated)
    if isinstance(node, IsNan):
        return not cell.is_null and not is_nan if node.is_negated else is_nan
    if isinstance(node, Membership):
        found = any(_compared(node.field, cell, "=", value) for value in node.values)
        is_negated = node.is_negated
    else:
        is_negated = node.operator.startswith(("!", "not "))
        operator = {"!=": "=", "!~": "~"}.get(node.operator, node.operator.removeprefix("not "))
        found = _compared(node.field, cell, operator, node.value)
    if not is_negated:
        return found
    has_value = cell.text is not None or number is not None
    return has_value and not cell.is_null and not is_nan and not found


def number_in(field: Field, cell: Cell) -> float | None:
    if cell.number is not None or cell.text is None:
        return cell.number
    if field.kind in ("tag", "context") or (
        field.kind == "param" and cell.text.lower().lstrip("+-")[:3] in ("inf", "nan")
    ):
        return plain_number(cell.text)
    return None


def plain_number(text: str) -> float | None:
    for read in (int, float):
        try:
            return read(text)
        except ValueError:
            continue
    return None


def _compared(field: Field, cell: Cell, operator: str, value: Value) -> bool:
    number = number_in(field, cell)
    if isinstance(value, Moment):
        return number is not None and _compared_times(number, operator, value)
    if isinstance(value, Number):
        return number is not None and _ordered(number, operator, value.number)
    if isinstance(value, Quantity):
        if number is None and cell.text is not None:
            number = _amount(cell.text, value.dimension)
        return number is not None and _ordered(number, operator, value.amount)
    if cell.text is None and number is None:
        return False
    if isinstance(value, Boolean):
        return cell.text is not None and cell.text.lower() == str(value.is_true).lower()
    other = plain_number(value.text) if field.kind != "attribute" else None
    by_number = (
        operator in ("=", "<", "<=", ">", ">=")
        and number is not None
        and other is not None
        and _ordered(number, operator, other)
    )
    if cell.text is None or (operator in ("<", "<=", ">", ">=") and number is not None):
        return by_number
    return by_number or _text_compared(field, cell.text, operator, value.text)


def _text_compared(field: Field, text: str, operator: str, wanted: str) -> bool:
    if operator == "~":
        return re.search(wanted, text) is not None
    if operator in ("like", "ilike"):
        flags = re.DOTALL | (re.IGNORECASE if operator == "ilike" else 0)
        return re.fullmatch(_regex_of_like(wanted), text, flags) is not None
    if operator == "=" and field.kind == "attribute" and len(wanted) >= 4:
        if field.name in ("id", "parent", "commit") and text.startswith(wanted):
            return True
        if field.name in ("id", "parent") and text.endswith(wanted):
            return True
    return _ordered(text, operator, wanted)


def _regex_of_like(pattern: str) -> str:
    written, place = "", 0
    while place < len(pattern):
        letter = pattern[place]
        if letter == "\\" and pattern[place + 1 : place + 2] in ("%", "_", "\\"):
            place += 1
            written += re.escape(pattern[place])
        else:
            written += {"%": ".*", "_": "."}.get(letter, re.escape(letter))
        place += 1
    return written


def _ordered(one: Any, operator: str, other: Any) -> bool:
    compare: dict[str, Callable[[], bool]] = {
        "=": lambda: one == other,
        "<": lambda: one < other,
        "<=": lambda: one <= other,
        ">": lambda: one > other,
        ">=": lambda: one >= other,
    }
    return bool(compare[operator]())


def _amount(text: str, dimension: str) -> float | None:
    found = re.fullmatch(r"([\d.]+) ?(GiB|MB|h|min)", text)
    if found is None:
        return None
    sizes = {"GiB": ("bytes", 2**30), "MB": ("bytes", 10**6)} | {
        "h": ("seconds", 3600),
        "min": ("seconds", 60),
    }
    measured, size = sizes[found[2]]
    return float(found[1]) * size if measured == dimension else None


def _compared_times(number: float, operator: str, moment: Moment) -> bool:
    time = EPOCH + timedelta(microseconds=int(number))
    start, end = when(moment)
    return {
        "=": start <= time < end,
        "<": time < start,
        "<=": time < end,
        ">": time >= end,
        ">=": time >= start,
    }[operator]


def when(moment: Moment) -> tuple[datetime, datetime]:
    text = moment.text
    day, second = timedelta(days=1), timedelta(seconds=1)
    today = NOW.replace(hour=0, minute=0)
    if text == "today":
        return today, today + day
    if text.startswith("-"):
        start = NOW - timedelta(days=float(text[1:-1]))
        return start, start + timedelta(microseconds=1)
    start = datetime.fromisoformat(text)
    start = start if start.tzinfo else start.replace(tzinfo=UTC)
    return start, start + (day if len(text) == 10 else second)


def _meets_as_set(texts: list[str], node: Comparison | Membership | IsNull | IsNan) -> bool:
    if isinstance(node, IsNull):
        return bool(texts) == node.is_negated
    if isinstance(node, Membership):
        wanted = {value.text for value in node.values if isinstance(value, Text)}
        fits, is_negated = [text in wanted for text in texts], node.is_negated
    else:
        assert isinstance(node, Comparison)
        assert isinstance(node.value, Text)
        is_negated = node.operator.startswith(("!", "not "))
        operator = {"!=": "=", "!~": "~"}.get(node.operator, node.operator.removeprefix("not "))
        wanted_text = node.value.text
        fits = [_text_compared(node.field, text, operator, wanted_text) for text in texts]
    if is_negated and node.field.kind == "dataset":
        return not all(fits)
    return not any(fits) if is_negated else any(fits)


def sorted_rows(runs: Sequence[Run], keys: Sequence[OrderKey], rows: Sequence[int]) -> list[int]:
    """Sort rows by keys, from the last to the first, with Python's stable sort."""
    ordered = list(rows)
    for key in reversed(keys):
        first: list[tuple[Any, int]] = []
        texts: list[tuple[Any, int]] = []
        nans, nulls = [], []
        for row in ordered:
            cell = runs[row].get(key.field, ABSENT)
            number = number_in(key.field, cell)
            if cell.is_null or (number is None and cell.text is None):
                nulls.append(row)
            elif number is not None:
                nans.append(row) if math.isnan(number) else first.append((number, row))
            else:
                texts.append((cell.text, row))
        first.sort(key=lambda pair: pair[0], reverse=key.is_descending)
        texts.sort(key=lambda pair: pair[0], reverse=key.is_descending)
        pairs = [*texts, *first] if key.is_descending else [*first, *texts]
        ordered = [row for _, row in pairs] + nans + nulls
    return ordered
