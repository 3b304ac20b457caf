"""Compose the records that say what happened to a run (docs/formats/records.md)."""

from __future__ import annotations

from time import time_ns

from runlore.records.ids import new_id
from runlore.records.text import encode_json

STATUSES = ("running", "finished", "failed", "stopped")
DIRECTIONS = ("min", "max")


def now() -> int:
    """Return the wall clock in microseconds."""
    return time_ns() // 1000


class Clock:
    """A hybrid logical clock: never behind the wall clock, never twice the same.

    Source: Kulkarni et al., Logical Physical Clocks (2014).
    """

    __slots__ = ("_counter", "_wall")

    def __init__(self) -> None:
        """Begin at the wall clock."""
        self._wall = 0
        self._counter = 0

    def tick(self) -> list[int]:
        """Return the next time as [microseconds, counter]."""
        wall = now()
        if wall > self._wall:
            self._wall, self._counter = wall, 0
        else:
            self._counter += 1
        return [self._wall, self._counter]

    def see(self, clock: list[int]) -> None:
        """Move past a time that somebody else has given."""
        if clock > [self._wall, self._counter]:
            self._wall, self._counter = clock


def event(kind: str, time: int | None = None, **fields: object) -> bytes:
    """Compose a record; `time` in microseconds, now where it is None."""
    return encode_json({"kind": kind, "time": now() if time is None else time, **fields})


def edit(kind: str, actor: str, clock: Clock, **fields: object) -> bytes:
    """Compose a record that can be changed later: with an id and a clock of its own."""
    stamp = clock.tick()
    identity = fields.pop("id", None) or new_id()
    return event(kind, stamp[0], id=identity, clock=stamp, actor=actor, **fields)
