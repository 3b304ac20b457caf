"""Find runs: one by its id or name, or all of an experiment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runlore.errors import InvalidType, InvalidValue, a_kind
from runlore.reading.behind import warn_if_behind
from runlore.reading.details import Details
from runlore.reading.run import StoredRun
from runlore.reading.runs import Runs
from runlore.reading.selection import SEARCH_SECONDS, Scope, find_row, select_rows
from runlore.reading.store import open_reader

if TYPE_CHECKING:
    import os
    from collections.abc import Sequence

    from runlore.reading.store import StoreReader


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
    archived: bool | None = False,
    deleted: bool = False,
    parts: bool = True,
) -> Runs:
    """List the runs of an experiment or a project, or all, newest first.

    `limit` is the most to return. Archived runs are left out: `archived=True` lists them
    instead, None all; `deleted=True` lists those in the trash instead. `parts=False` leaves out
    runs that are parts of others in the list, like the combinations of a search; `parts` of the
    answer counts them. What is recorded by now is read first, for about 0.2 s; if that was not
    enough, a BehindWarning says so.

    Raises:
        StoreNotFound: if there is no store.
    """
    reader = open_reader(store)
    runs = find_runs(
        reader, experiment, project=project, limit=limit, archived=archived, deleted=deleted,
        is_folded=not parts,
    )  # fmt: skip
    warn_if_behind(reader)
    return runs


def find_run_id(selection: str, *, store: str | os.PathLike[str] | None = None) -> str:
    """Return the id of the run that `selection` names, as `get_run` does."""
    with open_reader(store) as reader:
        return find_row(reader, selection).run


def find_run(reader: StoreReader, selection: str) -> StoredRun:
    """Return the run that `selection` names, of a store that is open already.

    Raises:
        RunNotFound, Ambiguous: as `get_run`.
    """
    row = find_row(reader, selection)
    return StoredRun(row, Details(reader, [row]))


def select_runs(reader: StoreReader, selections: Sequence[str]) -> Runs:
    """Return the runs that selections name, each once, in that order.

    Raises:
        RunNotFound, Ambiguous: as `get_run`.
        QueryError: for a filter that can't be read.
    """
    rows = select_rows(reader, selections, Scope(is_archived=False))
    return Runs(reader, rows, len(rows))


def find_runs(
    reader: StoreReader,
    experiment: str | None = None,
    *,
    project: str | None = None,
    limit: int | None = None,
    archived: bool | None = False,
    deleted: bool | None = False,
    is_folded: bool = False,
) -> Runs:
    """List runs, as `list_runs` does, of a store that is open already.

    `deleted` None lists those in the trash among the others, `archived` None those of the
    archive; in the trash, both are listed. `is_folded` leaves out parts of others in the list.

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
            experiment=experiment,
            project=project,
            is_deleted=deleted,
            is_archived=None if deleted else archived,
            is_folded=is_folded,
            limit=limit,
        )
    )
    return Runs(reader, page.runs, page.total, parts=page.parts)


def find_some_runs(
    reader: StoreReader,
    experiment: str | None = None,
    *,
    project: str | None = None,
    limit: int | None = None,
    archived: bool | None = False,
    deleted: bool | None = False,
    is_folded: bool = False,
) -> Runs:
    """List runs as `find_runs` does; where there are none so far, read on for up to 10 s."""

    def find() -> Runs:
        return find_runs(
            reader, experiment, project=project, limit=limit, archived=archived, deleted=deleted,
            is_folded=is_folded,
        )  # fmt: skip

    runs = find()
    if not runs.total and not reader.freshness.is_current:
        reader.catch_up(budget_seconds=SEARCH_SECONDS)
        runs = find()
    return runs
