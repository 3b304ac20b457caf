"""Answer questions in SQL that both engines understand."""

from __future__ import annotations

import json
from abc import abstractmethod
from typing import TYPE_CHECKING, Any

from runlore.index import chunks
from runlore.index.artifacts import ArtifactQueries
from runlore.index.changes import ChangeQueries
from runlore.index.columns_queries import ColumnQueries
from runlore.index.consoles import console_places
from runlore.index.media import MediaQueries
from runlore.index.presentation import PresentationQueries
from runlore.index.rows import (
    JournalRow,
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
from runlore.index.run_facts import read_run_facts
from runlore.index.run_state import superseded
from runlore.index.summaries import PackedSummary, summarise_series
from runlore.index.upkeep import Upkeep

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from runlore.index.consoles import ConsolePlace
    from runlore.index.rows import (
        Limits,
    )
    from runlore.index.summaries import Entry, SeriesSummary

_RUN_COLUMNS = (
    "runs.run, runs.name, runs.experiment, runs.project, runs.goal, runs.parent, runs.status, "
    "runs.error, runs.reason, runs.created, runs.ended, runs.first_time, runs.last_time, "
    "runs.points, runs.is_deleted, runs.is_purged, runs.is_archived, runs.moved_to, "
    "runs.colour"
)
_NEWEST_FIRST = "ORDER BY COALESCE(runs.created, runs.first_time, 0) DESC, runs.run DESC"
_SHOWN = "runs.is_purged = 0 AND runs.moved_to IS NULL"
_AT_ONCE = 500  # engines limit how many arguments a statement takes
_MOST_WITHIN = 100  # runs within runs; more go round in circles
_SHORT_DIGITS = 8  # the last of an id, which are shown
_LEAST_OF_SHORT = 4  # of these, from the front: fewer are too easily a slip
_HEX_END = "g"  # sorts behind every hexadecimal digit


def _is_part(where: str) -> str:
    """Write that a run is a part of one which a condition on `runs` holds for as well."""
    return (
        "EXISTS (SELECT 1 FROM runs AS whole WHERE whole.run = runs.parent "
        f"AND whole.run <> runs.run AND {where.replace('runs.', 'whole.')})"
    )


class Queries(
    ArtifactQueries, MediaQueries, PresentationQueries, Upkeep, ColumnQueries, ChangeQueries
):
    """The reading half of an index, over any engine that runs a statement with `?` marks."""

    @abstractmethod
    def _rows(self, statement: str, arguments: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Run a statement that reads."""

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
        """List runs, newest first."""
        if runs is not None and len(runs) > _AT_ONCE:
            listed = [
                row
                for row in self.get_runs(runs).values()
                if not row.is_purged
                and row.moved_to is None
                and experiment in (None, row.experiment)
                and project in (None, row.project)
                and is_deleted in (None, row.is_deleted)
                and is_archived in (None, row.is_archived)
            ]
            listed.sort(key=lambda row: (row.created or row.first_time or 0, row.run), reverse=True)
            end = None if limit is None else offset + limit
            return RunPage(listed[offset:end], len(listed))
        conditions, arguments = [_SHOWN], list[object]()
        if experiment is not None:
            conditions.append("runs.experiment = ?")
            arguments.append(experiment)
        if project is not None:
            # Few projects have many experiments: of two indexes, that of the latter is to be used.
            column = "runs.project" if experiment is None else "runs.project || ''"
            conditions.append(f"{column} = ?")
            arguments.append(project)
        for column, is_so in (("is_deleted", is_deleted), ("is_archived", is_archived)):
            if is_so is not None:
                conditions.append(f"runs.{column} = ?")
                arguments.append(int(is_so))
        if runs is not None:
            conditions.append(f"runs.run IN ({_marks(runs)})")
            arguments.extend(runs)
        where = " AND ".join(conditions)
        parts = self._parts(where, arguments) if is_folded else {}
        folded = sum(parts.values())
        if folded:
            where, arguments = f"{where} AND NOT {_is_part(where)}", [*arguments, *arguments]
        page = "" if limit is None and not offset else " LIMIT ? OFFSET ?"
        paging = [limit if limit is not None else 1 << 40, offset] if page else []
        rows = self._rows(
            f"SELECT {_RUN_COLUMNS} FROM runs WHERE {where} {_NEWEST_FIRST}{page}",
            [*arguments, *paging],
        )
        total = len(rows)
        if page:
            total = self._rows(f"SELECT COUNT(*) FROM runs WHERE {where}", arguments)[0][0]
        return RunPage([_run_row(row) for row in rows], total, parts)

    def _parts(self, where: str, arguments: Sequence[object]) -> dict[str, int]:
        """Count the parts, and theirs, of each run in a list that isn't a part of one there."""
        whole_of: dict[str, str] = dict(
            self._rows(
                f"SELECT runs.run, runs.parent FROM runs WHERE runs.parent IS NOT NULL "
                f"AND {where} AND {_is_part(where)}",
                [*arguments, *arguments],
            )
        )
        found: dict[str, int] = {}
        for whole in whole_of.values():
            outer, steps = whole, 0
            while outer in whole_of and steps < _MOST_WITHIN:
                outer, steps = whole_of[outer], steps + 1
            found[outer] = found.get(outer, 0) + 1
        return found

    def parts_of(self, runs: Sequence[str]) -> list[str]:
        """Give the ids of the runs within some runs, and within those."""
        parts: dict[str, list[str]] = {}
        for run, whole in self._rows(
            f"SELECT runs.run, runs.parent FROM runs WHERE runs.parent IS NOT NULL AND {_SHOWN} "
            "ORDER BY runs.run"
        ):
            parts.setdefault(whole, []).append(run)
        known, waiting = set(runs), list(runs)
        found: list[str] = []
        while waiting:
            own = [run for run in parts.get(waiting.pop(), ()) if run not in known]
            known.update(own)
            waiting += own
            found += own
        return found

    def get_runs(self, runs: Sequence[str]) -> dict[str, RunRow]:
        """Give the rows of the runs that are known."""
        found = self._of_runs(f"SELECT {_RUN_COLUMNS} FROM runs WHERE runs.run IN", runs)
        return {row[0]: _run_row(row) for row in found}

    def find_runs(self, text: str, *, limit: int = 20) -> list[RunRow]:
        """Find by id, else name, else prefix or suffix of the id, else prefix of its end."""
        lowered = text.lower()
        is_hex = bool(lowered) and not lowered.strip("0123456789abcdef")
        attempts: list[tuple[str, list[object]]] = []
        if is_hex and len(lowered) == 32:
            attempts.append(("runs.run = ?", [lowered]))
        attempts.append(("runs.name = ?", [text]))
        if is_hex and len(lowered) < 32:
            condition = "((runs.run >= ? AND runs.run < ?) OR runs.run LIKE ?)"
            attempts.append((condition, [lowered, lowered + _HEX_END, "%" + lowered]))
        if is_hex and _LEAST_OF_SHORT <= len(lowered) < _SHORT_DIGITS:
            attempts.append(("runs.run LIKE ?", ["_" * (32 - _SHORT_DIGITS) + lowered + "%"]))
        for condition, arguments in attempts:
            rows = self._rows(
                f"SELECT {_RUN_COLUMNS} FROM runs WHERE {_SHOWN} AND {condition} "
                f"{_NEWEST_FIRST} LIMIT ?",
                [*arguments, limit],
            )
            if rows:
                return [_run_row(row) for row in rows]
        return []

    def run_facts(self, run: str) -> RunFacts | None:
        """Give everything about one run but its points."""
        row = self.get_runs([run]).get(run)
        if row is None:
            return None
        return RunFacts(
            run=row,
            writers=self.writers([run]).get(run, []),
            parts=self.parts(run),
            problems=self.problems(run),
            **read_run_facts(self._rows, run),
        )

    def params(
        self, runs: Sequence[str], keys: Sequence[str] | None = None
    ) -> dict[str, list[Param]]:
        """Give the current params of runs, sorted by key."""
        statement = (
            "SELECT runs.run, params.key, params.json, params.text, params.number, params.time "
            "FROM runs JOIN params ON params.run = runs.id WHERE runs.run IN"
        )
        chosen = None if keys is None else set(keys)
        found: dict[str, list[Param]] = {}
        for run, key, *rest in self._of_runs(statement, runs):
            if chosen is None or key in chosen:
                found.setdefault(run, []).append(Param(key, json.loads(rest[0]), *rest[1:]))
        for params in found.values():
            params.sort()
        return found

    def param_texts(self, runs: Sequence[str]) -> dict[str, dict[str, str]]:
        """Give the texts of the current params of runs, by key."""
        statement = (
            "SELECT runs.run, params.key, params.text FROM runs "
            "JOIN params ON params.run = runs.id WHERE runs.run IN"
        )
        found: dict[str, dict[str, str]] = {run: {} for run in runs}
        for run, key, text in self._of_runs(statement, runs):
            found[run][key] = text
        return found

    def tags(self, runs: Sequence[str]) -> dict[str, list[str]]:
        """Give the names of the tags of runs, sorted."""
        return {run: sorted(tags) for run, tags in self.tag_values(runs).items()}

    def tag_values(self, runs: Sequence[str]) -> dict[str, dict[str, str | None]]:
        """Give the tags of runs with their values."""
        statement = (
            "SELECT runs.run, tags.tag, tags.value FROM runs JOIN tags ON tags.run = runs.id "
            "WHERE tags.is_present = 1 AND runs.run IN"
        )
        found: dict[str, dict[str, str | None]] = {}
        for run, tag, value in self._of_runs(statement, runs):
            found.setdefault(run, {})[tag] = value
        return found

    def context(self, runs: Sequence[str], keys: Sequence[str]) -> dict[str, dict[str, Any]]:
        """Give chosen facts of the context of runs."""
        chosen = ", ".join("'" + key.replace("'", "''") + "'" for key in keys) or "''"
        of_process = (
            "SELECT DISTINCT runs.run, facts.key, facts.value FROM runs "
            "JOIN writers ON writers.run = runs.id JOIN facts ON facts.run = 0 "
            f"AND facts.actor = writers.actor WHERE facts.key IN ({chosen}) AND runs.run IN"
        )
        of_run = (
            "SELECT runs.run, facts.key, facts.value FROM runs JOIN facts ON facts.run = runs.id "
            f"WHERE facts.key IN ({chosen}) AND runs.run IN"
        )
        found: dict[str, dict[str, Any]] = {}
        for statement in (of_process, of_run):
            for run, key, value in self._of_runs(statement, runs):
                found.setdefault(run, {})[key] = json.loads(value)
        return found

    def summaries(
        self, runs: Sequence[str], names: Sequence[str] | None = None
    ) -> dict[str, list[SeriesSummary]]:
        """Sum up the series of runs, by (name, context, rank)."""
        series = self._series(names)
        orders = _Orders(self)
        found: dict[str, list[SeriesSummary]] = {}
        statement = (
            "SELECT runs.run, summaries.data FROM runs JOIN summaries ON summaries.run = runs.id "
            "WHERE runs.run IN"
        )
        for run, data in self._of_runs(statement, runs):
            packed = PackedSummary(data)
            grouped: dict[tuple[int, int], list[tuple[bool, Entry]]] = {}
            for number in [None] if names is None else series:
                for key, entry in packed.entries(number):
                    group = grouped.setdefault((key.series, key.rank), [])
                    group.append((key.has_step, entry))
            found[run] = sorted(
                summarise_series(*series[number], rank, entries, orders)
                for (number, rank), entries in grouped.items()
            )
        return found

    def current_values(self, runs: Sequence[str]) -> dict[str, dict[tuple[str, str], float]]:
        """Give the current value of each metric of runs, by (name, context)."""
        series = self._series(None)
        statement = (
            "SELECT runs.run, summaries.data FROM runs JOIN summaries ON summaries.run = runs.id "
            "WHERE runs.run IN"
        )
        found: dict[str, dict[tuple[str, str], float]] = {}
        involved = []  # of several ranks, attempts, or points with and without steps
        for run, data in self._of_runs(statement, runs):
            values = PackedSummary(data).last_values()
            if values is None:
                involved.append(run)
            else:
                found[run] = {series[number]: value for number, value in values.items()}
        for run, summaries in self.summaries(involved).items():
            own = found[run] = {}
            for one in summaries:  # by name, context and rank
                own.setdefault((one.name, one.context), one.last)
        return {run: dict(sorted(values.items())) for run, values in found.items()}

    def _series(self, names: Sequence[str] | None) -> dict[int, tuple[str, str]]:
        if names is None:
            rows = self._rows("SELECT id, name, context FROM series")
        else:
            rows = []
            for some in _batches(names):
                rows += self._rows(
                    f"SELECT id, name, context FROM series WHERE name IN ({_marks(some)})", some
                )
        return {number: (name, context) for number, name, context in rows}

    def metric_names(self, *, limit: int | None = None) -> list[str]:
        """Name every metric any run ever had."""
        count = 1 << 40 if limit is None else limit
        rows = self._rows("SELECT DISTINCT name FROM series ORDER BY name LIMIT ?", [count])
        return [name for (name,) in rows]

    def parts(self, run: str) -> list[Part]:
        """Say where the points and records of a run are: its journal files, in order."""
        rows = self._rows(
            "SELECT runs.run, journals.actor, journals.number, parts.is_sealed, parts.size_bytes, "
            "parts.points, parts.first_time, parts.last_time FROM runs "
            "JOIN parts ON parts.run = runs.id JOIN journals ON journals.id = parts.journal "
            "WHERE runs.run = ? ORDER BY journals.actor, journals.number",
            [run],
        )
        return [Part._make((*row[:3], bool(row[3]), *row[4:])) for row in rows]

    def chunk_statistics(self, run: str, name: str | None = None) -> list[chunks.ChunkStatistics]:
        """Give the statistics of sealed tracks of more than one chunk."""
        rows = self._rows(
            "SELECT journals.actor, journals.number, parts.statistics FROM runs "
            "JOIN parts ON parts.run = runs.id JOIN journals ON journals.id = parts.journal "
            "WHERE runs.run = ? AND parts.statistics IS NOT NULL "
            "ORDER BY journals.actor, journals.number",
            [run],
        )
        tracks = [
            track for actor, number, blob in rows for track in chunks.unpack(blob, actor, number)
        ]
        return [track for track in tracks if name is None or name in track.names]

    def limits(self, run: str) -> dict[str, Limits]:
        """Say which points of which attempts of a run are superseded."""
        return superseded(
            self._rows(
                "SELECT attempts.attempt, attempts.parent, attempts.from_step, "
                "attempts.started FROM attempts "
                "JOIN runs ON runs.id = attempts.run WHERE runs.run = ?",
                [run],
            )
        )

    def writers(self, runs: Sequence[str]) -> dict[str, list[WriterFacts]]:
        """Say who writes runs, with what tells whether they live."""
        statement = (
            "SELECT runs.run, writers.actor, attempts.attempt, writers.rank, MAX(journals.kind), "
            "MAX(journals.host), MAX(journals.host_id), MAX(journals.boot_id), MAX(journals.pid), "
            'MAX(journals."user"), MAX(journals.version), MAX(journals.last_sign_of_life), '
            "(SELECT MAX(last_sign_of_life) FROM journals AS helpers "
            "WHERE helpers.serves = writers.actor) FROM runs JOIN writers ON writers.run = runs.id "
            "JOIN attempts ON attempts.id = writers.attempt "
            "JOIN journals ON journals.actor = writers.actor WHERE runs.run IN"
        )
        group = " GROUP BY runs.run, writers.actor, attempts.attempt, writers.rank"
        found: dict[str, list[WriterFacts]] = {}
        for row in self._of_runs(statement, runs, group):
            # The helper of a process beats for it.
            signs = [sign for sign in row[-2:] if sign is not None]
            facts = WriterFacts._make((*row[:-2], max(signs, default=None)))
            found.setdefault(row[0], []).append(facts)
        return {run: sorted(rows, key=lambda row: row[1:4]) for run, rows in found.items()}

    def console(self, run: str) -> list[ConsolePlace]:
        """List where a run's consoles are."""
        return console_places(self._rows, run)

    def tombstones(self) -> list[str]:
        """Name the runs that were purged."""
        return [
            run for (run,) in self._rows("SELECT run FROM runs WHERE is_purged = 1 ORDER BY run")
        ]

    def problems(self, run: str | None = None) -> list[Problem]:
        """List the problems of a run, or all."""
        condition = (
            ""
            if run is None
            else (
                "AND (runs.run = ? OR (problems.run = 0 AND problems.journal IN "
                "(SELECT parts.journal FROM parts JOIN runs AS those ON those.id = parts.run "
                "WHERE those.run = ?)))"
            )
        )
        rows = self._rows(
            "SELECT problems.kind, journals.actor, journals.number, problems.start, problems.stop, "
            "runs.run, problems.time, problems.message, problems.lost_records FROM problems "
            "LEFT JOIN journals ON journals.id = problems.journal "
            "LEFT JOIN runs ON runs.id = problems.run "
            # Segments of a run that was moved away are meant to be missing.
            "WHERE (runs.moved_to IS NULL OR problems.kind <> 'segment-missing') "
            f"{condition} "
            "ORDER BY journals.actor NULLS FIRST, journals.number, problems.start, problems.kind",
            [] if run is None else [run, run],
        )
        return [Problem(row[0], row[1] or "", row[2] or 0, *row[3:]) for row in rows]

    def positions(self, actors: Sequence[str]) -> dict[tuple[str, int], Position]:
        """Say how far the journal files of actors are applied."""
        found = {}
        for some in _batches(actors):
            for row in self._rows(
                "SELECT actor, number, position, crc, state, points FROM journals "
                f"WHERE actor IN ({_marks(some)})",
                some,
            ):
                found[row[0], row[1]] = Position(*row[2:])
        return found

    def journals(self) -> list[JournalRow]:
        """List the journal files met so far."""
        rows = self._rows(
            "SELECT actor, number, position, crc, state, points, created, last_sign_of_life, kind, "
            'host, pid, "user", serves FROM journals ORDER BY actor, number'
        )
        return [JournalRow(*row) for row in rows]

    def applied_entries(self) -> int:
        """Give the number of the last manifest entry that is applied."""
        rows = self._rows("SELECT value FROM meta WHERE key = 'manifest'")
        return int(rows[0][0]) if rows else 0

    def totals(self) -> Totals:
        """Count runs, points, journals and problems."""
        runs, points = self._rows(
            f"SELECT COUNT(*), COALESCE(SUM(points), 0) FROM runs WHERE {_SHOWN}"
        )[0]
        journals = self._rows("SELECT COUNT(*) FROM journals")[0][0]
        problems = self._rows("SELECT COUNT(*) FROM problems")[0][0]
        return Totals(runs, points, journals, problems)

    def _of_runs(
        self, statement: str, runs: Sequence[str], suffix: str = ""
    ) -> Iterator[tuple[Any, ...]]:
        for some in _batches(runs):
            yield from self._rows(f"{statement} ({_marks(some)}){suffix}", some)


class _Orders:
    """Look up a journal's (actor, number) where two points must be told apart by it."""

    def __init__(self, queries: Queries) -> None:
        self._queries = queries

    def __call__(self, journal: int) -> tuple[str, int]:
        rows = self._queries._rows("SELECT actor, number FROM journals WHERE id = ?", [journal])  # noqa: SLF001
        return rows[0][0], rows[0][1]


def _run_row(row: tuple[Any, ...]) -> RunRow:
    error = None if row[7] is None else json.loads(row[7])
    flags = (bool(flag) for flag in row[14:17])
    return RunRow._make((*row[:7], error, *row[8:14], *flags, *row[17:]))


def _marks(values: Sequence[object]) -> str:
    return ", ".join("?" * len(values)) or "NULL"  # PostgreSQL takes no empty list


def _batches(values: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(values), _AT_ONCE):
        yield values[start : start + _AT_ONCE]
