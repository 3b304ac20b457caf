"""Search for runs with a filter."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, overload

import numpy as np

from runlore.errors import InvalidType, InvalidValue, a_kind
from runlore.query.evaluation import evaluate
from runlore.query.ordering import order
from runlore.query.parser import parse, parse_order
from runlore.query.tree import fields_of
from runlore.query.unknown import unknown_names
from runlore.reading.behind import warn_if_behind
from runlore.reading.runs import Runs
from runlore.reading.search_catalogue import catalogue_of, with_facts
from runlore.reading.search_columns import SearchColumns, newest_first, shown_runs
from runlore.reading.search_rows import LazyRows
from runlore.reading.store import open_reader

if TYPE_CHECKING:
    import os
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from runlore.index.columns import RunColumns
    from runlore.query.columns import Booleans, Columns
    from runlore.query.fields import Catalogue
    from runlore.query.tree import Query
    from runlore.reading.groups import Groups
    from runlore.reading.store import StoreReader


class Wanted(NamedTuple):
    """What to search for; of `is_deleted` and `is_archived`, None stands for either."""

    filter: str = ""
    order_by: Sequence[str] = ()
    limit: int | None = None
    experiment: str | None = None
    project: str | None = None
    is_deleted: bool | None = False
    is_archived: bool | None = False


class Found(NamedTuple):
    """The runs that were found, and how many there are without the limit.

    `numbers` are those of the index, of one `generation`. `notes` say what may not be as it was
    meant, such as names that no run has.
    """

    numbers: NDArray[np.int64]
    generation: str | None
    total: int
    notes: tuple[str, ...]
    query: Query


@overload
def search_runs(
    filter: str = "",
    order_by: str | Sequence[str] | None = None,
    limit: int | None = None,
    *,
    experiment: str | None = None,
    project: str | None = None,
    archived: bool | None = False,
    deleted: bool | None = False,
    group_by: None = None,
    store: str | os.PathLike[str] | None = None,
) -> Runs: ...
@overload
def search_runs(
    filter: str = "",
    order_by: str | None = None,
    limit: int | None = None,
    *,
    experiment: str | None = None,
    project: str | None = None,
    archived: bool | None = False,
    deleted: bool | None = False,
    group_by: str | Sequence[str],
    store: str | os.PathLike[str] | None = None,
) -> Groups: ...
def search_runs(
    filter: str = "",  # noqa: A002 - what it is called everywhere
    order_by: str | Sequence[str] | None = None,
    limit: int | None = None,
    *,
    experiment: str | None = None,
    project: str | None = None,
    archived: bool | None = False,
    deleted: bool | None = False,
    group_by: str | Sequence[str] | None = None,
    store: str | os.PathLike[str] | None = None,
) -> Runs | Groups:
    """Search for runs: `metrics.val_acc > 0.9 and params.model like "res%"`.

    Without an order they come newest first, and so do those that tie. What is recorded by now
    is read first, for about 0.2 s; if that was not enough, a BehindWarning says so.

    Args:
        filter: as docs/reference/filters.md has it, order and limit included; empty for all.
        order_by: fields to sort by, each with `desc` or `asc`: `"metrics.val_acc desc"`.
        limit: the most to return; `total` of the answer counts them all.
        experiment: only runs of this experiment.
        project: only runs of this project.
        archived: False leaves out what is archived, True lists nothing else, None both.
        deleted: the same for what lies in the trash. A filter that asks about `archived` or
            `deleted` itself looks at all runs.
        group_by: params, or "all-but-seed", as for `Runs.group_by`: the answer is groups, and
            `order_by` (one key of `Groups.order_by`) and `limit` are about them.
        store: a folder; by default the one of where you are.

    Raises:
        QueryError: if the filter or the order can't be read; it shows where.
        StoreNotFound: if there is no store.
    """
    reader = open_reader(store)
    orders = (order_by,) if isinstance(order_by, str) else tuple(order_by or ())
    wanted = Wanted(filter, orders, limit, experiment, project, deleted, archived)
    _check(wanted)
    if group_by is None:
        runs = search(reader, wanted)
        warn_if_behind(reader)
        return runs
    groups = search(reader, wanted._replace(order_by=(), limit=None)).group_by(group_by)
    for key in reversed(orders):
        groups = groups.order_by(key)
    warn_if_behind(reader)
    return groups[:limit]


def search(reader: StoreReader, wanted: Wanted) -> Runs:
    """Search a store that is open already.

    Raises:
        QueryError: as `search_runs`.
        InvalidType, InvalidValue: for a filter that isn't text, a limit that isn't a count.
    """
    return found_by(reader, wanted)[0]


def found_by(reader: StoreReader, wanted: Wanted) -> tuple[Runs, Query]:
    """Search as `search` does; also give the query as it was understood."""
    _check(wanted)

    def read(all_columns: RunColumns) -> tuple[Found, NDArray[np.bytes_]]:
        found = find_in(reader, wanted, all_columns)
        return found, all_columns.ids.ids[found.numbers]

    found, ids = reader.ask(lambda index: index.ask_columns(read))
    rows = LazyRows(reader, ids, found.numbers, found.generation)
    return Runs(reader, rows, found.total, found.notes), found.query


def find_in(reader: StoreReader, wanted: Wanted, all_columns: RunColumns) -> Found:
    """Search as `search` does, in columns of one moment."""
    _check(wanted)
    catalogue = catalogue_of(all_columns)
    query = _query_of(wanted, parse(wanted.filter, catalogue), catalogue)
    is_shown = _shown(wanted, query, all_columns)
    columns: Columns = SearchColumns(reader, all_columns, is_shown)
    is_found = is_shown & evaluate(query.filter, columns)
    newest = newest_first(all_columns)
    rows = newest[is_found[newest]]
    ordered = order(query.order, columns, rows, query.limit)
    fields = fields_of(query)
    if any(field.kind == "context" for field in fields):
        catalogue = with_facts(catalogue, all_columns)
    notes = tuple(unknown_names(fields, catalogue)) if all_columns.count > 1 else ()
    return Found(ordered, all_columns.generation, len(rows), notes, query)


def _query_of(wanted: Wanted, query: Query, catalogue: Catalogue) -> Query:
    """Put what was said beside the filter before what it says: order first, the lesser limit."""
    keys = parse_order(wanted.order_by, catalogue)
    limits = [limit for limit in (wanted.limit, query.limit) if limit is not None]
    return query._replace(order=(*keys, *query.order), limit=min(limits, default=None))


def _shown(wanted: Wanted, query: Query, columns: RunColumns) -> Booleans:
    asked = {field.name for field in fields_of(query) if field.kind == "attribute"}
    is_shown = shown_runs(
        columns,
        is_deleted=None if "deleted" in asked and not wanted.is_deleted else wanted.is_deleted,
        is_archived=None
        if wanted.is_deleted or ("archived" in asked and not wanted.is_archived)
        else wanted.is_archived,
    )
    for name in ("experiment", "project"):
        value = getattr(wanted, name)
        if value is not None:
            texts = columns.texts("attribute", name)
            is_it = [text == value for text in texts.entries.items]
            is_shown &= np.array([*is_it, False], np.bool_)[texts.codes]
    return is_shown


def _check(wanted: Wanted) -> None:
    if not isinstance(wanted.filter, str):
        raise InvalidType(
            f"the filter is {a_kind(wanted.filter)}, not text",
            hint="write it like: 'metrics.val_acc > 0.9'",
        )
    for key in wanted.order_by:
        if not isinstance(key, str):
            raise InvalidType(
                f"a key to order by is {a_kind(key)}, not text",
                hint="write it like: order_by='metrics.val_acc desc'",
            )
    if wanted.limit is not None and not hasattr(wanted.limit, "__index__"):
        raise InvalidType(
            f"the limit is {a_kind(wanted.limit)}", hint="give 0 or more, or None for all"
        )
    if wanted.limit is not None and wanted.limit < 0:
        raise InvalidValue(f"the limit is {wanted.limit}", hint="give 0 or more, or None for all")
