"""Name what an index answers to readers that stay. Times are microseconds UTC."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from runlore.index.rows import Attempt, Limits, Part, Position


class Mark(NamedTuple):
    """A moment in the life of an index: which index it is, and its latest revision.

    The generation is None as long as nothing was ever applied.
    """

    generation: str | None
    revision: int


class ChangedRun(NamedTuple):
    """A run as far as it tells what has changed about it; flags as in `RunRow`."""

    run: str
    revision: int
    points: int
    is_over: bool


class Changes(NamedTuple):
    """What has changed up to `mark`; `has_more` if it is more than is listed, newest first."""

    mark: Mark
    runs: list[ChangedRun]
    has_more: bool


class RunPlaces(NamedTuple):
    """Where the points of a run lie, in the order of its journal files, and its attempts.

    `positions` says how far each part's journal file is applied, `limits` which points of which
    attempts are superseded. `begun` is when the run started, its first record's time if nothing
    tells. `revision` is a later one after each change of any of it.
    """

    run: str
    revision: int
    begun: int | None
    parts: list[Part]
    positions: list[Position]
    attempts: list[Attempt]
    limits: dict[str, Limits]
