"""Answer what keeping a store needs to know: what is used by whom, what is gone, since when."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_AT_ONCE = 500
_DIGEST = re.compile(r"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")
_CLOCK_DIGITS = 16  # the first of a stamp: microseconds, hexadecimal
_HERE = "runs.is_purged = 0 AND runs.moved_to IS NULL"
# Free-form text in which a digest may stand, as that of a file that a run has read.
_FREE = (("facts", "value"), ("artifacts", "details"), ("media", "details"), ("media", "data"))


class BlobUse(NamedTuple):
    """A blob that a run keeps: its digest, and its size where the record says it."""

    run: str
    digest: str
    size_bytes: int | None


class WaitingFile(NamedTuple):
    """A file that was given as `staged`; `digest` is None until it is a blob."""

    staged: str
    digest: str | None


class Upkeep(ABC):
    """A part of every index that runs a statement with `?` marks."""

    @abstractmethod
    def _rows(self, statement: str, arguments: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Run a statement that reads."""

    def newest_attempts(self, runs: Sequence[str]) -> dict[str, str]:
        """Name the attempt of each run that began last; runs without one are left out."""
        found: dict[str, tuple[int, str]] = {}
        statement = (
            "SELECT runs.run, attempts.attempt, COALESCE(attempts.started, 0) FROM runs "
            "JOIN attempts ON attempts.run = runs.id WHERE attempts.attempt <> '' AND runs.run IN"
        )
        for run, attempt, started in self._chosen(statement, runs):
            found[run] = max(found.get(run, (started, attempt)), (started, attempt))
        return {run: attempt for run, (_, attempt) in found.items()}

    def deletion_times(self) -> dict[str, int]:
        """Say when each run that lies in the trash was put there, in microseconds."""
        rows = self._rows(
            "SELECT runs.run, registers.stamp FROM runs JOIN registers ON registers.run = runs.id "
            f"WHERE registers.what = 'deleted' AND runs.is_deleted = 1 AND {_HERE}"
        )
        return {run: int(stamp[:_CLOCK_DIGITS], 16) for run, stamp in rows}

    def segment_bytes(self, runs: Sequence[str]) -> dict[str, int]:
        """Add up the sizes of the segments of runs."""
        statement = (
            "SELECT runs.run, parts.size_bytes FROM runs JOIN parts ON parts.run = runs.id "
            "WHERE parts.size_bytes IS NOT NULL AND runs.run IN"
        )
        found: dict[str, int] = {}
        for run, size_bytes in self._chosen(statement, runs):
            found[run] = found.get(run, 0) + size_bytes
        return found

    def blob_uses(self) -> list[BlobUse]:
        """List the blobs that records of runs name, those of runs in the trash included."""
        uses = []
        for table in ("artifacts", "media"):
            uses += [
                BlobUse(*row)
                for row in self._rows(
                    "SELECT runs.run, COALESCE(t.digest, stored.digest), "
                    f"COALESCE(t.size_bytes, stored.size_bytes) FROM {table} AS t "
                    "JOIN runs ON runs.id = t.run LEFT JOIN stored ON stored.staged = t.staged "
                    f"WHERE {_HERE} AND COALESCE(t.digest, stored.digest) IS NOT NULL"
                )
            ]
        return uses

    def mentioned_digests(self) -> set[str]:
        """Collect whatever looks like a digest in contexts and details, and in what was stored.

        More than is surely used, so that what may be needed is kept.
        """
        found: set[str] = set()
        for table, column in _FREE:
            for (text,) in self._rows(
                f"SELECT t.{column} FROM {table} AS t LEFT JOIN runs ON runs.id = t.run "
                f"WHERE t.{column} IS NOT NULL AND (runs.id IS NULL OR ({_HERE}))"
            ):
                found.update(_DIGEST.findall(text))
        gone = {run for run, *_ in self._rows(f"SELECT run FROM runs WHERE NOT ({_HERE})")}
        for staged, digest in self._rows("SELECT staged, digest FROM stored"):
            if staged.rpartition("/")[2].partition("-")[0] not in gone:
                found.add(digest)
        return found

    def waiting_files(self) -> list[WaitingFile]:
        """List the files that records name by where they wait, and what became of them."""
        found = []
        for table in ("artifacts", "media"):
            found += [
                WaitingFile(*row)
                for row in self._rows(
                    "SELECT t.staged, COALESCE(t.digest, stored.digest) "
                    f"FROM {table} AS t JOIN runs ON runs.id = t.run "
                    "LEFT JOIN stored ON stored.staged = t.staged "
                    f"WHERE {_HERE} AND t.staged IS NOT NULL"
                )
            ]
        return found

    def moved_runs(self) -> dict[str, str]:
        """Name the runs that live in another store now, and the ids of those stores."""
        rows = self._rows(
            "SELECT run, moved_to FROM runs WHERE is_purged = 0 AND moved_to IS NOT NULL"
        )
        return dict(rows)

    def _chosen(self, statement: str, runs: Sequence[str]) -> Iterator[tuple[Any, ...]]:
        for start in range(0, len(runs), _AT_ONCE):
            some = runs[start : start + _AT_ONCE]
            yield from self._rows(f"{statement} ({', '.join('?' * len(some))})", some)
