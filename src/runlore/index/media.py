"""Answer what runs have logged to look at."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, NamedTuple

from runlore.index.rows import Media

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    ReadRows = Callable[[str, Sequence[object]], list[tuple[Any, ...]]]

PLACE = "t.time, attempts.attempt, t.rank, journals.actor, journals.number, t.sequence"
FILES = (
    "LEFT JOIN stored ON stored.staged = t.staged JOIN journals ON journals.id = t.journal "
    "LEFT JOIN attempts ON attempts.id = t.attempt WHERE runs.run = ? "
)
SIZE = "COALESCE(t.size_bytes, stored.size_bytes)"
DIGEST = "COALESCE(t.digest, stored.digest)"
_COLUMNS = (
    f"t.id, t.name, t.step, t.context, t.type, t.media_type, {SIZE}, t.staged, {DIGEST}, "
    f"t.data, t.details, {PLACE}"
)
_ORDER = "ORDER BY t.name, t.step NULLS FIRST, t.time, journals.actor, journals.number, t.sequence"


class MediaName(NamedTuple):
    """What a run has logged under one name as one type: how often, between which steps."""

    name: str
    type: str
    items: int
    first_step: int | None
    last_step: int | None


class MediaQueries(ABC):
    """The questions about media, over any engine that runs a statement with `?` marks."""

    @abstractmethod
    def _rows(self, statement: str, arguments: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Run a statement that reads."""

    def media_names(self, run: str) -> list[MediaName]:
        """Name what a run has logged to look at, sorted."""
        rows = self._rows(
            "SELECT t.name, t.type, COUNT(*), MIN(t.step), MAX(t.step) FROM media AS t "
            "JOIN runs ON runs.id = t.run WHERE runs.run = ? GROUP BY t.name, t.type "
            "ORDER BY t.name, t.type",
            [run],
        )
        return [MediaName._make(row) for row in rows]

    def media(
        self, run: str, *, names: Sequence[str] | None = None, limit: int, offset: int = 0
    ) -> list[Media]:
        """Give some of what a run has logged, by name and step; of all names if None are given."""
        conditions, arguments = "", list[object]()
        if names is not None:
            conditions = f"AND t.name IN ({', '.join('?' * len(names)) or 'NULL'}) "
            arguments.extend(names)
        suffix = f"{conditions}{_ORDER} LIMIT ? OFFSET ?"
        return read_media(self._rows, run, suffix, [*arguments, limit, offset])

    def media_item(self, run: str, item: str) -> Media | None:
        """Give one thing that a run has logged, by its id."""
        found = read_media(self._rows, run, "AND t.id = ?", [item])
        return found[0] if found else None


def read_media(
    read: ReadRows, run: str, suffix: str = _ORDER, arguments: Sequence[object] = ()
) -> list[Media]:
    """Read what a run has logged to look at, by default all of it, by name and step."""
    statement = f"SELECT {_COLUMNS} FROM media AS t JOIN runs ON runs.id = t.run {FILES}{suffix}"
    return [
        Media._make(
            (*row[:9], json.loads(row[9]) if row[9] else None, json.loads(row[10]), *row[11:])
        )
        for row in read(statement, [run, *arguments])
    ]
