"""What the index says of the runs of a screen, asked once for all of its charts."""

from __future__ import annotations

from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from runlore.index.change_rows import Mark, RunPlaces
    from runlore.index.rows import RunRow, WriterFacts
    from runlore.reading.store import StoreReader

_MOST_SECONDS = 1.0


class RunFacts(NamedTuple):
    """By run: where its points lie, how it stands in the index, and who wrote it."""

    places: Mapping[str, RunPlaces]
    rows: Mapping[str, RunRow]
    writers: Mapping[str, Sequence[WriterFacts]]


class KeptFacts:
    """Gives the facts of runs; those of the latest runs again, for a second and a revision."""

    def __init__(self, reader: StoreReader) -> None:
        self._reader = reader
        self._lock = Lock()
        self._kept: tuple[tuple[Mark, tuple[str, ...]], float, RunFacts] | None = None

    def of(self, runs: Sequence[str]) -> RunFacts:
        """Ask the index, or remember what it said."""
        key = (self._reader.ask(lambda index: index.mark()), tuple(runs))
        with self._lock:
            kept = self._kept
        if kept is not None and kept[0] == key and monotonic() - kept[1] < _MOST_SECONDS:
            return kept[2]
        asked_at = monotonic()
        facts = facts_of(self._reader, runs)
        with self._lock:
            self._kept = (key, asked_at, facts)
        return facts


def facts_of(reader: StoreReader, runs: Sequence[str]) -> RunFacts:
    """Ask the index for the facts of runs; unknown ones are left out."""
    return RunFacts(
        places=reader.ask(lambda index: index.point_places(runs)),
        rows=reader.ask(lambda index: index.get_runs(runs)),
        writers=reader.ask(lambda index: index.writers(runs)),
    )
