"""Read the fields of a record; what isn't as it should be raises, and leaves no trace."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from runlore.index.schema import BY_NAME

if TYPE_CHECKING:
    from collections.abc import Callable

    from runlore.index.run_state import Row, RunState

_I64 = 1 << 63
_encode = json.JSONEncoder(ensure_ascii=False).encode


class Origin(NamedTuple):
    """Where a record stands: the journal's own number in the index, sequence, writer."""

    journal: int
    sequence: int
    attempt: int
    rank: int
    actor: str  # for whom: the actor served, if the journal is a helper's


class Context(NamedTuple):
    """What the functions may use beyond the run's rows."""

    order_of: Callable[[int], tuple[str, int]]
    attempt_name: str
    add_row: Callable[[str, Row], None]
    latest_stamp: Callable[[str, Row], str]  # of the row of that key, "" if there is none
    touch: Callable[[str], None]  # all runs of an actor have changed


def stamp_of(record: dict[str, Any]) -> str:
    """Write the clock, actor and id of an edit as text that sorts as they do."""
    wall, counter = (integer_of(part) for part in record["clock"])
    if not (0 <= wall < 1 << 63 and 0 <= counter < 1 << 32):
        raise ValueError("not a clock")
    return f"{wall:016x}{counter:08x}{text_of(record['actor'])}{text_of(record['id'])}"


def put_latest(state: RunState, table: str, row: Row, stamp: str) -> None:
    """Write a row, its stamp last, unless a later edit of the same key is known."""
    key_size = BY_NAME[table].key_size - 1
    known = state.rows(table).get(row[:key_size])
    if known is None or stamp > known[-1]:
        state.put(table, *row, stamp)


def text_or_none(value: object) -> str | None:
    """Take a text that may be missing; TypeError for anything else."""
    if value is None:
        return None
    if not isinstance(value, str):
        raise TypeError(f"{type(value).__name__} instead of text")
    if not value.isascii():
        value.encode()  # a lone surrogate, which no store can hold, raises here
    return value


def text_of(value: object) -> str:
    """Take a text; TypeError for anything else."""
    text = text_or_none(value)
    if text is None:
        raise TypeError("nothing instead of text")
    return text


def integer_of(value: object) -> int:
    """Take a whole number of 64 bits; TypeError for anything else."""
    if not isinstance(value, int) or not -_I64 <= value < _I64:
        raise TypeError("not a whole number of 64 bits")
    return int(value)


def integer_or_none(value: object) -> int | None:
    """Take a whole number that may be missing."""
    return None if value is None else integer_of(value)


def json_of(value: object) -> str:
    """Write a value as JSON that any store can hold."""
    if type(value) is int or (type(value) is float and value - value == 0):
        return repr(value)  # as the encoder does, ten times as fast
    text = _encode(value)
    if not text.isascii():
        return text.encode("utf-8", "replace").decode()  # no store can hold a lone surrogate
    return text
