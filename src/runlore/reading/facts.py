"""What one reads of a run, with times as aware datetimes in UTC."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from runlore.index import rows

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Note(NamedTuple):
    """A note, when it was written, and its id."""

    text: str
    time: datetime | None
    id: str = ""


class Attempt(NamedTuple):
    """An attempt of a run; points of those before it from step `from_step` on are superseded."""

    attempt: str
    parent: str | None
    is_resumed: bool
    from_step: int | None
    started: datetime | None
    world_size: int | None


def attempt_of(row: rows.Attempt) -> Attempt:
    """Turn an attempt of the index into one for people."""
    return Attempt(*row[:4], moment(row.started), row.world_size)


def moment(microseconds: int | None) -> datetime | None:
    """Turn microseconds since 1970 into a datetime; None where it has no year of 1 to 9999."""
    if microseconds is None:
        return None
    try:
        return _EPOCH + timedelta(microseconds=microseconds)
    except OverflowError:
        return None


def seconds_between(start: int | None, end: int | None) -> float | None:
    """Return the seconds between two times in microseconds, None where one isn't known."""
    return None if start is None or end is None else (end - start) / 1_000_000


def series_label(name: str, context: str) -> str:
    """Name a series for people: `loss`, or `loss[val]` with a context."""
    return f"{name}[{context}]" if context else name


LOAD_PREFIX = "system/"  # of the names of series of machine load


def is_load(label: str) -> bool:
    """Whether a series is machine load and not a metric of the run."""
    return label.startswith(LOAD_PREFIX)
