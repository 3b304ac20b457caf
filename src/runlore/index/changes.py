"""Tell which runs have changed, and where the points of several runs lie, in few statements."""

from __future__ import annotations

from abc import ABC, abstractmethod
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from runlore.index.change_rows import ChangedRun, Changes, Mark, RunPlaces
from runlore.index.rows import Attempt, Part, Position
from runlore.index.run_state import superseded

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from runlore.index.rows import Limits

_AT_ONCE = 500


class ChangeQueries(ABC):
    """A part of every index: what a reader that stays asks again and again."""

    @abstractmethod
    def _rows(self, statement: str, arguments: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Run a statement that reads."""

    @contextmanager
    def _snapshot(self) -> Iterator[None]:
        """Let all that is asked meanwhile be answered as of one moment, where the engine can."""
        yield

    def mark(self) -> Mark:
        """Say which index this is, and its latest revision."""
        rows = self._rows("SELECT key, value FROM meta WHERE key IN ('revision', 'generation')")
        known: dict[str, str] = dict(rows)
        return Mark(known.get("generation"), int(known.get("revision", 0)))

    def changes(self, since: int, *, limit: int) -> Changes:
        """List the runs that have changed after revision `since`.

        Revisions are given out one after the other, by one transaction at a time, so none comes
        up later that is not greater than all that were seen.
        """
        with self._snapshot():
            mark = self.mark()
            if mark.revision <= since:
                return Changes(mark, [], has_more=False)
            rows = self._rows(
                "SELECT run, revision, points, ended IS NOT NULL FROM runs WHERE revision > ? "
                "ORDER BY revision DESC, run LIMIT ?",
                [since, limit + 1],
            )
        runs = [ChangedRun(row[0], row[1], row[2], bool(row[3])) for row in rows[:limit]]
        return Changes(mark, runs, has_more=len(rows) > limit)

    def revisions(self, runs: Sequence[str]) -> dict[str, int]:
        """Give the revision at which each run last changed; unknown runs are left out."""
        found: dict[str, int] = {}
        for some in _batches(runs):
            marks = ", ".join("?" * len(some))
            found |= dict(
                self._rows(f"SELECT run, revision FROM runs WHERE run IN ({marks})", some)
            )
        return found

    def point_places(self, runs: Sequence[str]) -> dict[str, RunPlaces]:
        """Say where the points of runs lie; unknown ones are left out."""
        found: dict[str, RunPlaces] = {}
        with self._snapshot():
            for some in _batches(runs):
                self._add_places(some, found)
        return {
            run: places._replace(limits=_limits_of(places.attempts))
            for run, places in found.items()
        }

    def _add_places(self, runs: Sequence[str], found: dict[str, RunPlaces]) -> None:
        marks = ", ".join("?" * len(runs))
        for run, revision, begun in self._rows(
            f"SELECT run, revision, COALESCE(created, first_time) FROM runs WHERE run IN ({marks})",
            runs,
        ):
            found[run] = RunPlaces(run, revision, begun, [], [], [], {})
        for run, actor, number, is_sealed, *rest in self._rows(
            "SELECT runs.run, journals.actor, journals.number, parts.is_sealed, parts.size_bytes, "
            "parts.points, parts.first_time, parts.last_time, journals.position, journals.crc, "
            "journals.state, journals.points FROM runs "
            "JOIN parts ON parts.run = runs.id JOIN journals ON journals.id = parts.journal "
            f"WHERE parts.points > 0 AND runs.run IN ({marks}) "
            "ORDER BY journals.actor, journals.number",
            runs,
        ):
            found[run].parts.append(Part(run, actor, number, bool(is_sealed), *rest[:4]))
            found[run].positions.append(Position(*rest[4:]))
        for run, attempt, parent, is_resumed, *rest in self._rows(
            "SELECT runs.run, attempts.attempt, attempts.parent, attempts.is_resumed, "
            "attempts.from_step, attempts.started, attempts.world_size FROM runs "
            f"JOIN attempts ON attempts.run = runs.id WHERE runs.run IN ({marks})",
            runs,
        ):
            found[run].attempts.append(Attempt(attempt, parent, bool(is_resumed), *rest))


def _limits_of(attempts: Sequence[Attempt]) -> dict[str, Limits]:
    return superseded((one.attempt, one.parent, one.from_step, one.started) for one in attempts)


def _batches(values: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(values), _AT_ONCE):
        yield values[start : start + _AT_ONCE]
