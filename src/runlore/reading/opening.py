"""Find runs: one by its id or name, or all of an experiment."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

from runlore.client.placement import run_id
from runlore.errors import Ambiguous, InvalidType, InvalidValue, RunNotFound, a_kind
from runlore.reading.details import Details
from runlore.reading.facts import moment
from runlore.reading.run import StoredRun
from runlore.reading.runs import Runs
from runlore.reading.store import BehindWarning, open_reader
from runlore.reading.suggestions import nearest
from runlore.records.ids import is_id, short

if TYPE_CHECKING:
    import os
    from collections.abc import Sequence

    from runlore.index.rows import RunRow
    from runlore.reading.store import StoreReader

_MOST_CANDIDATES = 20
_MOST_SUGGESTED_FROM = 1000
_SEARCH_SECONDS = 10.0


def get_run(selection: str, *, store: str | os.PathLike[str] | None = None) -> StoredRun:
    """Return the run that `selection` names: an id, its beginning or end, or a name.

    What is recorded by now is read first, for about 0.2 s; if that was not enough, a
    BehindWarning says so and `refresh()` reads on.

    Raises:
        RunNotFound: if there is none, with the nearest that there are.
        Ambiguous: if there are several, with a list of them.
        StoreNotFound: if there is no store.
    """
    reader = open_reader(store)
    run = find_run(reader, selection)
    warn_if_behind(reader)
    return run


def list_runs(
    experiment: str | None = None,
    *,
    project: str | None = None,
    store: str | os.PathLike[str] | None = None,
    limit: int | None = None,
    deleted: bool = False,
) -> Runs:
    """List the runs of an experiment or a project, or all, newest first.

    `limit` is the most to return; `deleted=True` lists those in the trash instead. What is
    recorded by now is read first, for about 0.2 s; if that was not enough, a BehindWarning
    says so.

    Raises:
        StoreNotFound: if there is no store.
    """
    reader = open_reader(store)
    runs = find_runs(reader, experiment, project=project, limit=limit, deleted=deleted)
    warn_if_behind(reader)
    return runs


def find_run_id(selection: str, *, store: str | os.PathLike[str] | None = None) -> str:
    """Return the id of the run that `selection` names, as `get_run` does."""
    with open_reader(store) as reader:
        return _find_row(reader, selection).run


def find_run(reader: StoreReader, selection: str) -> StoredRun:
    """Return the run that `selection` names, of a store that is open already.

    Raises:
        RunNotFound, Ambiguous: as `get_run`.
    """
    row = _find_row(reader, selection)
    return StoredRun(row, Details(reader, [row]))


def select_runs(reader: StoreReader, selections: Sequence[str]) -> Runs:
    """Return the runs that selections name, each once, in that order.

    Raises:
        RunNotFound, Ambiguous: as `get_run`.
    """
    rows = {row.run: row for row in (_find_row(reader, selection) for selection in selections)}
    return Runs(reader, list(rows.values()), len(rows))


def find_runs(
    reader: StoreReader,
    experiment: str | None = None,
    *,
    project: str | None = None,
    limit: int | None = None,
    deleted: bool | None = False,
) -> Runs:
    """List runs, as `list_runs` does, of a store that is open already.

    `deleted` None lists those in the trash among the others.

    Raises:
        InvalidType: if `limit` isn't a whole number.
        InvalidValue: if it is negative.
    """
    if limit is not None and not hasattr(limit, "__index__"):
        raise InvalidType(f"the limit is {a_kind(limit)}", hint="give 0 or more, or None for all")
    if limit is not None and limit < 0:
        raise InvalidValue(f"the limit is {limit}", hint="give 0 or more, or None for all")
    page = reader.ask(
        lambda index: index.list_runs(
            experiment=experiment, project=project, is_deleted=deleted, limit=limit
        )
    )
    return Runs(reader, page.runs, page.total)


def find_some_runs(
    reader: StoreReader,
    experiment: str | None = None,
    *,
    project: str | None = None,
    limit: int | None = None,
    deleted: bool | None = False,
) -> Runs:
    """List runs as `find_runs` does; where there are none so far, read on for up to 10 s."""
    runs = find_runs(reader, experiment, project=project, limit=limit, deleted=deleted)
    if not runs.total and not reader.freshness.is_current:
        reader.catch_up(budget_seconds=_SEARCH_SECONDS)
        runs = find_runs(reader, experiment, project=project, limit=limit, deleted=deleted)
    return runs


def so_far(reader: StoreReader) -> str:
    """Say by how much an answer that found nothing is behind; nothing if it isn't."""
    return "" if reader.freshness.is_current else f" so far: {_behind(reader)}"


def no_runs(reader: StoreReader, purpose: str) -> RunNotFound:
    """Say that there are no runs for a purpose ("to compare"), or none that was read so far."""
    behind = so_far(reader)
    return RunNotFound(
        f"there are no runs {purpose}{behind}",
        hint="ask again to read on" if behind else "to see some: runlore demo",
    )


def _find_row(reader: StoreReader, selection: str) -> RunRow:
    if not selection or not isinstance(selection, str):
        raise InvalidValue(
            f"{selection!r} names no run", hint="give an id, its first or last digits, or a name"
        )
    found = _candidates(reader, selection)
    if not found and not reader.freshness.is_current:
        reader.catch_up(budget_seconds=_SEARCH_SECONDS)
        found = _candidates(reader, selection)
    if len(found) == 1:
        return found[0]
    if found:
        raise _ambiguous(reader, selection, found)
    raise _not_found(reader, selection)


def _candidates(reader: StoreReader, selection: str) -> list[RunRow]:
    """Find by whole id, the text given as id, exact name, part of the id, derived name."""
    exact = [selection.lower()] if is_id(selection.lower()) else [_id_of(selection)]
    known = reader.ask(lambda index: index.get_runs(exact))
    found = [row for row in known.values() if not row.is_purged]
    if not found:
        found = reader.ask(lambda index: index.find_runs(selection, limit=_MOST_CANDIDATES))
    if not found and "=" in selection:
        found = _by_derived_name(reader, selection)
    # Of runs that share a name, one in the trash doesn't stand in the way of the others.
    return [row for row in found if not row.is_deleted] or found


def _id_of(selection: str) -> str:
    return run_id(selection[:1024])


def _by_derived_name(reader: StoreReader, selection: str) -> list[RunRow]:
    runs = find_runs(reader, limit=_MOST_SUGGESTED_FROM)
    names = runs.details.derived_names
    return [row for row in runs.details.rows if names.get(row.run) == selection]


def _ambiguous(reader: StoreReader, selection: str, found: Sequence[RunRow]) -> Ambiguous:
    details = Details(reader, found)
    lines = []
    for row in found:
        run = StoredRun(row, details)
        created = moment(row.created)
        when = f", {created:%Y-%m-%d %H:%M} UTC" if created else ""
        lines.append(f"{row.run} ({run.label}{when})")
    most = "at least " if len(found) == _MOST_CANDIDATES else ""
    return Ambiguous(
        f"{most}{len(found)} runs answer to {selection!r}: " + ", ".join(lines),
        hint=f"name one by its id, or the end of it: {short(found[0].run)}",
    )


def _not_found(reader: StoreReader, selection: str) -> RunNotFound:
    runs = find_runs(reader, limit=_MOST_SUGGESTED_FROM)
    known = list(dict.fromkeys(run.label for run in runs))
    ids = [run.short_id for run in runs]
    return RunNotFound(
        f"no run in {reader.folder.path} answers to {selection!r}{so_far(reader)}",
        hint=nearest(selection, known, ids=ids, nothing="the store has no runs yet"),
    )


def _behind(reader: StoreReader) -> str:
    behind = reader.freshness
    megabytes = behind.behind_bytes / 1e6
    return (
        f"{megabytes:,.1f} MB of records, about {behind.behind_points_estimate:,} points, "
        "are not read yet"
    )


def warn_if_behind(reader: StoreReader) -> None:
    """Warn the caller's caller if the last catch-up left records unread."""
    if not reader.freshness.is_current:
        message = f"{_behind(reader)}: this answer may miss some; ask again to read on"
        warnings.warn(message, BehindWarning, stacklevel=3)
