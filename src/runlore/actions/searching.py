"""Search for runs, group them, and complete filters that are being typed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from runlore.actions.listing import likely_experiments, list_all
from runlore.actions.quiet import without_warnings
from runlore.errors import RunloreError
from runlore.query.completion import complete
from runlore.query.parser import parse_names
from runlore.query.tree import fields_of
from runlore.query.unknown import unknown_names
from runlore.reading.search import found_by
from runlore.reading.search_catalogue import catalogue_of, with_facts, with_values
from runlore.reading.search_values import values_of
from runlore.reading.store import open_reader

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runlore.index.columns import RunColumns
    from runlore.index.interface import Freshness
    from runlore.query.completion import Suggestion
    from runlore.query.fields import Catalogue, Field
    from runlore.query.tree import Query
    from runlore.reading.groups import Groups
    from runlore.reading.runs import Runs
    from runlore.reading.search import Wanted
    from runlore.reading.search_values import FieldValues
    from runlore.reading.store import StoreReader

_SEARCH_SECONDS = 10.0
_COMPLETION_SECONDS = 0.05


@dataclass(frozen=True)
class Findings:
    """Runs that were found, and their values of the fields that were asked about, or chosen."""

    runs: Runs
    total: int
    fields: list[FieldValues]
    are_fields_chosen: bool
    notes: tuple[str, ...]
    freshness: Freshness


@dataclass(frozen=True)
class GroupFindings:
    """Groups of the runs that were found."""

    groups: Groups
    total: int
    notes: tuple[str, ...]
    freshness: Freshness


@without_warnings
def search_all(wanted: Wanted, *, columns: str | None = None, store: str | None = None) -> Findings:
    """Search for runs; `columns` names the fields to show instead of those asked about.

    Their names have commas between, and are written as in a filter.

    Raises:
        QueryError: if the filter, the order or a column can't be read.
        StoreError: if there is no store, or it can't be read.
    """
    reader = open_reader(store)
    runs, query = _found(reader, wanted)
    fields = fields_of(query)
    notes = runs.notes
    if columns is not None:
        known = _catalogue(reader)
        fields = list(parse_names(columns, known))
        if runs.total:
            notes = tuple(dict.fromkeys((*notes, *_unknown(reader, fields, known))))
    else:  # what stands in every row of the table
        shown = ("id", "name", "status", "started", "duration", "experiment")
        fields = [one for one in fields if one.kind != "attribute" or one.name not in shown]
        fields = [one for one in fields if one.kind != "tags"]
    values = values_of(runs, list(dict.fromkeys(fields))) if len(runs) and fields else []
    is_chosen = columns is not None
    notes += _unknown_experiment(wanted, runs, store)
    return Findings(runs, runs.total, values, is_chosen, notes, runs.freshness)


@without_warnings
def group_all(
    wanted: Wanted,
    by: Sequence[str],
    *,
    metrics: Sequence[str] | None = None,
    except_: Sequence[str] | None = None,
    store: str | None = None,
) -> GroupFindings:
    """Search for runs and group them; order and limit are about the groups.

    Raises:
        QueryError: if the filter can't be read.
        NotFound: if none of the runs has one of the params or metrics.
        InvalidValue: if groups can't be ordered so.
        StoreError: if there is no store, or it can't be read.
    """
    reader = open_reader(store)
    runs, _ = _found(reader, wanted._replace(order_by=(), limit=None))
    groups = runs.group_by(by, metrics=metrics, except_=except_)
    for key in reversed(wanted.order_by):
        groups = groups.order_by(key)
    notes = runs.notes + _unknown_experiment(wanted, runs, store)
    return GroupFindings(groups[: wanted.limit], groups.total, notes, runs.freshness)


def complete_filter(incomplete: str, store: str | None = None) -> list[Suggestion]:
    """Suggest how a filter that is being typed may go on; nothing where no store can be read."""
    try:
        reader = open_reader(store, budget_seconds=_COMPLETION_SECONDS)
        return complete(incomplete, catalogue=_catalogue(reader, is_full=True))
    except RunloreError:
        return []


def complete_in(reader: StoreReader, text: str, cursor: int) -> list[Suggestion]:
    """Suggest how a filter may go on at a place in it, from an open store."""
    return complete(text, cursor, _catalogue(reader, is_full=True))


def _found(reader: StoreReader, wanted: Wanted) -> tuple[Runs, Query]:
    """Search; where nothing is found so far, read on for up to 10 s."""
    runs, query = found_by(reader, wanted)
    if not runs.total and not reader.freshness.is_current:
        reader.catch_up(budget_seconds=_SEARCH_SECONDS)
        runs, query = found_by(reader, wanted)
    return runs, query


def _unknown_experiment(wanted: Wanted, runs: Runs, store: str | None) -> tuple[str, ...]:
    """Write a note that no run has the experiment, and which may have been meant."""
    name = wanted.experiment
    if runs.total or name is None:
        return ()
    if list_all(name, limit=1, is_archived=None, store=store).total:
        return ()
    return (f"no run has the experiment {name!r}; {likely_experiments(name, store=store)}",)


def _unknown(reader: StoreReader, fields: Sequence[Field], known: Catalogue) -> list[str]:
    """Write a note for each column that no run has a value for, as for names in a filter."""
    if any(field.kind == "context" for field in fields):
        known = _catalogue(reader, is_full=True)
    return unknown_names(fields, known)


def _catalogue(reader: StoreReader, *, is_full: bool = False) -> Catalogue:
    def read(columns: RunColumns) -> Catalogue:
        known = catalogue_of(columns)
        return with_values(with_facts(known, columns), columns) if is_full else known

    return reader.ask(lambda index: index.ask_columns(read))
