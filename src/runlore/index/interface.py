"""What every index does: the contract, in prose; `runlore.testing` has it as tests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeVar

from runlore.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from contextlib import AbstractContextManager

    from runlore.index.artifact_rows import Alias, Output, Use
    from runlore.index.change_rows import Changes, Mark, RunPlaces
    from runlore.index.chunks import ChunkStatistics
    from runlore.index.columns import RunColumns
    from runlore.index.columns_keys import Key
    from runlore.index.consoles import ConsolePlace
    from runlore.index.media import MediaName
    from runlore.index.presentation_rows import MetricDescription, View
    from runlore.index.rows import (
        Extent,
        JournalRow,
        Limits,
        Media,
        Param,
        Part,
        Position,
        Problem,
        RunFacts,
        RunPage,
        RunRow,
        Totals,
        WriterFacts,
    )
    from runlore.index.summaries import SeriesSummary
    from runlore.index.upkeep import BlobUse, WaitingFile

Answer = TypeVar("Answer")


class IndexBusy(Exception):
    """Another process is applying; nothing was changed. `catch_up` answers that it is behind."""


class IndexUnusable(StoreError):
    """The index is damaged or of another version; `catch_up` throws it away and rebuilds it."""


class Freshness(NamedTuple):
    """How much of the store an index holds after a catch-up.

    `behind_bytes` counts bytes of journals and segments not applied yet,
    `behind_points_estimate` what they may hold. Problems (damage, forks) don't make an
    index less current; they are listed because an answer may miss what they hide.
    """

    is_current: bool
    behind_bytes: int
    behind_points_estimate: int
    problems: list[Problem]


class Transaction(Protocol):
    """Rows read and changed together, all or none; one transaction at a time per index."""

    def select(self, table: str, columns: str, **equals: object) -> list[tuple[Any, ...]]:
        """Read the named columns of the rows whose columns equal what is given."""
        ...

    def upsert(self, table: str, rows: Iterable[tuple[Any, ...]]) -> None:
        """Write whole rows, each replacing the one of the same key."""
        ...

    def delete(self, table: str, **equals: object) -> None:
        """Remove the rows whose columns equal what is given."""
        ...

    def touch_runs(self, actor: str, revision: int) -> None:
        """Note in all rows of runs that an actor writes that they have changed."""
        ...

    def next_id(self, table: str) -> int:
        """Return a number greater than every `id` of a table."""
        ...


class Index(Protocol):
    """Tables made from the records of a store, and the questions they answer.

    **Rebuildable.** Everything in an index comes from journals and segments, through
    `runlore.index.apply`. An index that is damaged, or of another version, is thrown away.

    **Exactly once.** The position up to which a journal is applied is stored in the
    transaction that holds its effect. A transaction that ends in an exception, or in the
    death of its process, has changed nothing. Two processes may apply at the same time:
    the second waits, then sees the position of the first.

    **Order doesn't matter.** Whatever order journals are applied in, and wherever they are
    cut, the answers are the same. So they are after a rebuild.

    **Never in the way.** `transaction` raises IndexBusy when it has to wait longer than told;
    reading waits for no applier. No error of the engine reaches a caller as such.

    Reading answers from what is applied; `catch_up` first if it must be fresh.
    """

    def transaction(self, *, timeout_seconds: float) -> AbstractContextManager[Transaction]:
        """Begin a transaction that no other one overlaps; raises IndexBusy, IndexUnusable."""
        ...

    def reset(self) -> None:
        """Throw everything away and begin empty."""
        ...

    def close(self) -> None:
        """Give back files and connections; nothing can be asked afterwards."""
        ...

    def list_runs(
        self,
        *,
        experiment: str | None = None,
        project: str | None = None,
        runs: Sequence[str] | None = None,
        is_deleted: bool | None = False,
        is_archived: bool | None = None,
        is_folded: bool = False,
        limit: int | None = None,
        offset: int = 0,
    ) -> RunPage:
        """List runs, newest first; `is_deleted` None lists those in the trash as well.

        So does `is_archived` with those in the archive. Runs that were purged, or live in another
        store now, are never listed. `runs` restricts to ids, of which at most 500 can be folded:
        `is_folded` leaves out runs that are parts of others in the list, and counts them.
        """
        ...

    def parts_of(self, runs: Sequence[str]) -> list[str]:
        """Give the ids of the runs within some runs, and within those; not of these themselves."""
        ...

    def get_runs(self, runs: Sequence[str]) -> dict[str, RunRow]:
        """Give the rows of the runs that are known, purged and deleted ones included."""
        ...

    def find_runs(self, text: str, *, limit: int = 20) -> list[RunRow]:
        """Find runs, newest first, by whole id, else exact name, else prefix or suffix of the id.

        Else by at least four first digits of the last eight, which are shown. The first of these
        that matches anything decides. Purged runs aren't found.
        """
        ...

    def run_facts(self, run: str) -> RunFacts | None:
        """Give everything about one run but its points."""
        ...

    def params(
        self, runs: Sequence[str], keys: Sequence[str] | None = None
    ) -> dict[str, list[Param]]:
        """Give the current params of runs, sorted by key."""
        ...

    def param_texts(self, runs: Sequence[str]) -> dict[str, dict[str, str]]:
        """Give the texts of the current params of runs, by key; of all, also those without any."""
        ...

    def tags(self, runs: Sequence[str]) -> dict[str, list[str]]:
        """Give the names of the tags of runs, sorted."""
        ...

    def tag_values(self, runs: Sequence[str]) -> dict[str, dict[str, str | None]]:
        """Give the tags of runs with their values; runs without any are left out."""
        ...

    def context(self, runs: Sequence[str], keys: Sequence[str]) -> dict[str, dict[str, Any]]:
        """Give chosen facts of the context of runs."""
        ...

    def summaries(
        self, runs: Sequence[str], names: Sequence[str] | None = None
    ) -> dict[str, list[SeriesSummary]]:
        """Sum up the series of runs, by (name, context, rank); all metrics if none is named."""
        ...

    def current_values(self, runs: Sequence[str]) -> dict[str, dict[tuple[str, str], float]]:
        """Give the current value of each metric of runs, by (name, context), sorted.

        Of several ranks that of the lowest one.
        """
        ...

    def ask_columns(self, question: Callable[[RunColumns], Answer]) -> Answer:
        """Put a question to the columns of all runs, and return what it returns.

        All it is told is as of one moment, and no older than the last catch-up; it may be put
        again if the index changes meanwhile. What has to be packed for it is kept for the next
        one where the index can be written, which the answer never depends on.
        """
        ...

    def prepare_columns(self, keys: Sequence[Key]) -> bool:
        """Pack a part of what questions to columns about these fields read, some thousand runs.

        Tells whether there may be more to pack; False also where the index can't be written now.
        Whoever asks about a field that isn't packed waits until all runs were read for it.
        """
        ...

    def metric_names(self, *, limit: int | None = None) -> list[str]:
        """Name every metric any run ever had."""
        ...

    def outputs(self, name: str | None = None, *, run: str | None = None) -> list[Output]:
        """Give the artifacts of a name, of a run, or all, by (time, id).

        Those that went with their runs are among them, as far as they are known.
        """
        ...

    def artifact_names(self) -> list[tuple[str, int]]:
        """Name the artifacts that runs have put out, with how many records each has; sorted."""
        ...

    def aliases(self, name: str | None = None) -> list[Alias]:
        """Give the aliases of a name, or all, those taken away too, each in its last meaning."""
        ...

    def uses(self, name: str) -> list[Use]:
        """Give the records of runs that took an artifact of a name in, oldest first."""
        ...

    def media_names(self, run: str) -> list[MediaName]:
        """Name what a run has logged to look at, sorted, with how often and between which steps."""
        ...

    def media(
        self, run: str, *, names: Sequence[str] | None = None, limit: int, offset: int = 0
    ) -> list[Media]:
        """Give some of what a run has logged, by name and step; of all names if None are given."""
        ...

    def media_item(self, run: str, item: str) -> Media | None:
        """Give one thing that a run has logged, by its id."""
        ...

    def metric_descriptions(self) -> list[MetricDescription]:
        """Give what stands about metrics, by experiment ("" first: the whole store) and name."""
        ...

    def baselines(self) -> dict[str, str]:
        """Give the pinned runs by experiment, "" for runs without one.

        Those that are in the trash or gone are left out.
        """
        ...

    def views(self) -> list[View]:
        """Give the saved views, oldest first."""
        ...

    def users(self, actors: Sequence[str]) -> dict[str, str]:
        """Name the users of actors, as far as they are known."""
        ...

    def parts(self, run: str) -> list[Part]:
        """Say where the points and records of a run are: its journal files, in order."""
        ...

    def chunk_statistics(self, run: str, name: str | None = None) -> list[ChunkStatistics]:
        """Give the statistics of sealed tracks of more than one chunk."""
        ...

    def limits(self, run: str) -> dict[str, Limits]:
        """Say which points of which attempts of a run are superseded; empty if none are."""
        ...

    def writers(self, runs: Sequence[str]) -> dict[str, list[WriterFacts]]:
        """Say who writes runs, with what tells whether they live."""
        ...

    def mark(self) -> Mark:
        """Say which index this is, and its latest revision."""
        ...

    def changes(self, since: int, *, limit: int) -> Changes:
        """List the runs that have changed after revision `since`, the newest `limit` of them.

        What is applied later gets a greater revision than the mark that is returned.
        """
        ...

    def revisions(self, runs: Sequence[str]) -> dict[str, int]:
        """Give the revision at which each run last changed; unknown runs are left out."""
        ...

    def point_places(self, runs: Sequence[str]) -> dict[str, RunPlaces]:
        """Say where the points of runs lie, and their attempts; unknown ones are left out."""
        ...

    def console(self, run: str) -> list[ConsolePlace]:
        """List where a run's consoles are, by attempt, rank, process, stream and line."""
        ...

    def tombstones(self) -> list[str]:
        """Name the runs that were purged."""
        ...

    def newest_attempts(self, runs: Sequence[str]) -> dict[str, str]:
        """Name the attempt of each run that began last; runs without one are left out."""
        ...

    def deletion_times(self) -> dict[str, int]:
        """Say when each run that lies in the trash was put there, in microseconds."""
        ...

    def segment_bytes(self, runs: Sequence[str]) -> dict[str, int]:
        """Add up the sizes of the segments of runs."""
        ...

    def blob_uses(self) -> list[BlobUse]:
        """List the blobs that records of runs name, those of runs in the trash included."""
        ...

    def mentioned_digests(self) -> set[str]:
        """Collect whatever looks like a digest in contexts and details, and in what was stored."""
        ...

    def waiting_files(self) -> list[WaitingFile]:
        """List the files that records name by where they wait, and what became of them."""
        ...

    def moved_runs(self) -> dict[str, str]:
        """Name the runs that live in another store now, and the ids of those stores."""
        ...

    def problems(self, run: str | None = None) -> list[Problem]:
        """List the problems of a run, or all."""
        ...

    def positions(self, actors: Sequence[str]) -> dict[tuple[str, int], Position]:
        """Say how far the journal files of actors are applied, by (actor, number)."""
        ...

    def journals(self) -> list[JournalRow]:
        """List the journal files met so far, by actor and number."""
        ...

    def applied_entries(self) -> int:
        """Give the number of the last manifest entry that is applied; 0 for none."""
        ...

    def totals(self) -> Totals:
        """Count runs, points, journals and problems."""
        ...

    def extent(self) -> Extent:
        """Say where the index lies and how much room it takes there."""
        ...
