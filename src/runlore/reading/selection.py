"""Find the runs that a SELECTION names, in the one grammar that holds everywhere.

An id, a name, the beginning or the end of an id, or the beginning of its last eight digits: one
run. `exp-003` and `exp-003-name`: the run of that number in its increment, `0042/exp-003` that of
an increment. `base*`, `experiment:NAME`, `increment:0042` (or `0042` and the
increment's whole name), and a filter (`metrics.loss < 0.3`): any number of runs. What is a run's
own name or id is never taken for anything else.
"""

from __future__ import annotations

import re
from fnmatch import translate
from typing import TYPE_CHECKING, NamedTuple

from runlore.client.increments import number_in, number_text, numbered_name, open_increment
from runlore.client.placement import run_id
from runlore.errors import Ambiguous, InvalidValue, QueryError, RunNotFound
from runlore.reading.behind import so_far
from runlore.reading.details import Details, gone, is_gone
from runlore.reading.facts import moment
from runlore.reading.run import StoredRun
from runlore.reading.runs import Runs
from runlore.reading.suggestions import nearest
from runlore.records.ids import is_id, short

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runlore.index.rows import RunRow
    from runlore.reading.store import StoreReader

_MOST_CANDIDATES = 20
_MOST_SUGGESTED_FROM = 1000
SEARCH_SECONDS = 10.0
_WHAT_TO_GIVE = "give an id, its first or last digits, or a name"
_GLOB = re.compile(r"[*?\[]")
_EXPERIMENT, _INCREMENT = "experiment:", "increment:"
BARE_NUMBER = re.compile(r"[0-9]{1,7}")  # of an increment; a short id has eight digits
_INCREMENT_NAME = re.compile(r"[0-9]{3,}-.+", re.DOTALL)
_ORDER = re.compile(r"\s*order\s+by\b", re.IGNORECASE)
_SIGN = re.compile(r"[<>~=]")  # of a filter
_WORD = re.compile(r"\b(?:in|like|ilike|is|between|not|order\s+by|limit\s+[0-9]+)\b", re.IGNORECASE)


class Scope(NamedTuple):
    """Which runs may be meant: of the trash, of the archive; None stands for either.

    A run named by its id or name is found in the trash and in the archive as well, where no
    other one answers.
    """

    is_deleted: bool | None = False
    is_archived: bool | None = None


EVERYTHING_SHOWN = Scope()


def find_row(reader: StoreReader, selection: str) -> RunRow:
    """Return the one run that a selection names.

    Raises:
        RunNotFound: if there is none, with the nearest that there are.
        Ambiguous: if there are several, with a list of them.
    """
    found = find_rows(reader, selection)
    if len(found) > 1:
        raise _ambiguous(reader, selection, found)
    return found[0]


def select_rows(
    reader: StoreReader, selections: Sequence[str], scope: Scope = EVERYTHING_SHOWN
) -> list[RunRow]:
    """Return the runs that selections name, each once, in that order.

    Raises:
        RunNotFound, Ambiguous: for a selection that names no run; for a name of several runs.
        QueryError: for a filter that can't be read.
    """
    rows: dict[str, RunRow] = {}
    for selection in selections:
        rows |= {row.run: row for row in find_rows(reader, selection, scope)}
    return list(rows.values())


def find_rows(reader: StoreReader, selection: str, scope: Scope = EVERYTHING_SHOWN) -> list[RunRow]:
    """Return the runs, at least one, that a selection names.

    Raises:
        RunNotFound, Ambiguous, QueryError: as `select_rows`.
    """
    if not selection or not isinstance(selection, str):
        raise InvalidValue(f"{selection!r} names no run", hint=_WHAT_TO_GIVE)
    found = _found(reader, selection, scope)
    if not found and not reader.freshness.is_current:
        reader.catch_up(budget_seconds=SEARCH_SECONDS)
        found = _found(reader, selection, scope)
    if not found:
        raise _not_found(reader, selection, scope)
    return found


def _found(reader: StoreReader, selection: str, scope: Scope) -> list[RunRow]:
    several = _in_bare_increment(reader, selection, scope)
    if several:
        return several
    found = _named(reader, selection, scope) or _numbered(reader, selection, scope)
    if len(found) > 1:
        raise _ambiguous(reader, selection, found)
    if found:
        return found
    for prefix in (_EXPERIMENT, _INCREMENT):
        if selection.startswith(prefix):
            return _in_experiment(reader, selection, prefix, scope)
    if _GLOB.search(selection):
        found = _by_pattern(reader, selection, scope)
    if not found and _SIGN.search(selection):
        found = _by_filter(reader, selection, scope)
    elif not found and _WORD.search(selection):
        try:
            found = _by_filter(reader, selection, scope)
        except QueryError:
            if _ORDER.match(selection):
                raise
            found = []  # rather a name with a space in it that no run has
    return found


def _named(reader: StoreReader, selection: str, scope: Scope) -> list[RunRow]:
    """Find by whole id, the text given as id, exact name, part of the id, derived name."""
    lowered = selection.lower()
    exact = [lowered] if is_id(lowered) else [run_id(selection[:1024])]
    known = reader.ask(lambda index: index.get_runs(exact))
    found = [row for row in known.values() if not row.is_purged and row.moved_to is None]
    if not found:
        found = reader.ask(lambda index: index.find_runs(selection, limit=_MOST_CANDIDATES))
    if not found and "=" in selection:
        runs = _listed(reader, scope, limit=_MOST_SUGGESTED_FROM)
        names = runs.details.derived_names
        found = [row for row in runs.details.rows if names.get(row.run) == selection]
    if scope.is_deleted is None:
        return found
    # Of runs that share a name, one in the trash doesn't stand in the way of the others.
    return [row for row in found if row.is_deleted == scope.is_deleted] or found


def _in_experiment(reader: StoreReader, selection: str, prefix: str, scope: Scope) -> list[RunRow]:
    """Find the runs of an experiment, or those of the increment of that number."""
    wanted = selection.removeprefix(prefix)
    if prefix == _EXPERIMENT:
        return list(_listed(reader, scope, experiment=wanted).details.rows)
    return [
        row
        for row in _listed(reader, scope).details.rows
        if row.experiment is not None and is_of_increment(row.experiment, wanted)
    ]


def is_of_increment(experiment: str, wanted: str) -> bool:
    """Tell whether an experiment is the increment of a number, or of a whole name."""
    if experiment == wanted or experiment.startswith(f"{wanted}-"):
        return True
    is_number = wanted.isascii() and wanted.isdecimal() and len(wanted) < 10
    return is_number and number_in(experiment) == int(wanted)


def _in_bare_increment(reader: StoreReader, selection: str, scope: Scope) -> list[RunRow]:
    """Find the runs of an increment by its bare number or its name, unless a run is called so."""
    if BARE_NUMBER.fullmatch(selection):
        found = _in_experiment(reader, _INCREMENT + selection, _INCREMENT, scope)
    elif _INCREMENT_NAME.fullmatch(selection):
        found = list(_listed(reader, scope, experiment=selection).details.rows)
    else:
        return []
    if not found:
        return []
    called = reader.ask(lambda index: index.find_runs(selection, limit=_MOST_CANDIDATES))
    return [] if any(row.name == selection for row in called) else found


def _numbered(reader: StoreReader, selection: str, scope: Scope) -> list[RunRow]:
    """Find the run of a number in its increment: `exp-003`, `exp-003-xgboost`, `0042/exp-003`.

    Where several increments have one, it is that of the increment that one works in.
    """
    increment, _, rest = selection.rpartition("/")
    wanted = numbered_name(rest)
    if wanted is None:
        return []
    number, name = wanted
    tag = number_text(number)
    found = [
        row
        for row in _by_filter(reader, f'"{tag}" in tags', scope)
        if name is None or row.name == name
    ]
    if increment:
        return [row for row in found if is_of_increment(row.experiment or "", increment)]
    if len(found) > 1:
        here = open_increment()
        return [row for row in found if here and row.experiment == here.name] or found
    return found


def _by_pattern(reader: StoreReader, pattern: str, scope: Scope) -> list[RunRow]:
    """Find the runs whose name, given or derived, fits a pattern; case counts."""
    fits = re.compile(translate(pattern)).match
    runs = _listed(reader, scope)
    found = [row for row in runs.details.rows if row.name is not None and fits(row.name)]
    if not found:
        names = runs.details.derived_names
        found = [row for row in runs.details.rows if fits(names.get(row.run, ""))]
    return found


def _by_filter(reader: StoreReader, text: str, scope: Scope) -> list[RunRow]:
    """Find the runs that a filter holds for."""
    from runlore.reading.search import Wanted, search

    wanted = Wanted(text, is_deleted=scope.is_deleted, is_archived=scope.is_archived)
    return list(search(reader, wanted).details.rows)


def _listed(
    reader: StoreReader,
    scope: Scope,
    *,
    experiment: str | None = None,
    limit: int | None = None,
) -> Runs:
    page = reader.ask(
        lambda index: index.list_runs(
            experiment=experiment,
            is_deleted=scope.is_deleted,
            is_archived=scope.is_archived,
            limit=limit,
        )
    )
    return Runs(reader, page.runs, page.total)


def _ambiguous(reader: StoreReader, selection: str, found: Sequence[RunRow]) -> Ambiguous:
    shown = found[:_MOST_CANDIDATES]
    details = Details(reader, shown)
    lines = []
    for row in shown:
        run = StoredRun(row, details)
        created = moment(row.created)
        when = f", {created:%Y-%m-%d %H:%M} UTC" if created else ""
        lines.append(f"{row.run} ({run.label}{when})")
    if len(found) > len(shown):
        lines.append(f"and {len(found) - len(shown)} more")
    hint = f"name one by its id, or the end of it: {short(found[0].run)}"
    numbered = numbered_name(selection)
    if numbered is not None and found[0].experiment:
        hint += f", or with its increment: {found[0].experiment}/{selection}"
    most = "at least " if len(found) == _MOST_CANDIDATES else ""
    return Ambiguous(
        f"{most}{len(found)} runs answer to {selection!r}: " + ", ".join(lines),
        hint=hint,
    )


def _not_found(reader: StoreReader, selection: str, scope: Scope) -> RunNotFound:
    moved = reader.ask(lambda index: index.get_runs([selection.lower()])).get(selection.lower())
    if moved is not None and is_gone(moved):
        return gone(moved.run, moved)
    where = " in the trash" if scope.is_deleted else ""
    for prefix in (_EXPERIMENT, _INCREMENT):
        if selection.startswith(prefix):
            wanted = selection.removeprefix(prefix)
            runs = _listed(reader, scope, limit=_MOST_SUGGESTED_FROM)
            known = {run.experiment: None for run in runs if run.experiment is not None}
            return RunNotFound(
                f"no runs in the {prefix[:-1]} {wanted!r}{where}{so_far(reader)}",
                hint=nearest(wanted, list(known), nothing="no run has an experiment"),
            )
    runs = _listed(reader, scope, limit=_MOST_SUGGESTED_FROM)
    known = dict.fromkeys(run.label for run in runs)
    ids = [run.short_id for run in runs]
    nothing = "the trash is empty" if scope.is_deleted else "the store has no runs yet"
    return RunNotFound(
        f"no run{where} in {reader.folder.path} answers to {selection!r}{so_far(reader)}",
        hint=nearest(selection, list(known), ids=ids, nothing=nothing),
    )
