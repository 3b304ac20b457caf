"""Tables of runs, what their columns can be, and groups."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from runlore.actions.fields import FieldGroup, list_fields
from runlore.actions.groups import read_groups
from runlore.actions.searching import complete_in
from runlore.actions.tables import Orderings, WantedTable, read_window
from runlore.query.lists import split_names
from runlore.reading.search import Wanted
from runlore.server.lines import group_table, run_table
from runlore.server.models.runs import (
    Completion,
    CompletionItem,
    FieldInfo,
    FieldPage,
    GroupTable,
    Kind,
    RunTable,
)
from runlore.server.pages import (
    CursorText,
    Limit,
    Offset,
    answer,
    fitting_answer,
    next_offset,
    read_offset,
)
from runlore.server.problems import utf16_length
from runlore.server.reader import Shared

router = APIRouter()

MOST_COLUMNS = 200
Filter = Annotated[str, Query(max_length=64 * 1024, description="As in `runlore search`.")]
Order = Annotated[str, Query(max_length=10_000, description="`metrics.val_acc desc, started`")]
Either = Literal["true", "false", "any"]
Parts = Annotated[
    bool | None,
    Query(description="false leaves out runs that are parts of others here; true counts them."),
]
Names = Annotated[str, Query(max_length=64 * 1024, description="Separated by commas.")]


@router.get("/api/v1/runs", response_model=RunTable)
def list_runs(
    request: Request,
    shared: Shared,
    *,
    filter: Filter = "",  # noqa: A002 - what it is called everywhere
    order: Order = "",
    offset: Offset = 0,
    limit: Limit = 100,
    cursor: CursorText = None,
    columns: Names = "",
    experiment: str | None = None,
    archived: Either = "false",
    deleted: Either = "false",
    ids: Names | None = None,
    only_differing: bool = False,
    parts: Parts = None,
) -> Response:
    """List runs, the newest first unless ordered otherwise, with the columns that are named."""
    table = WantedTable(
        Wanted(
            filter=filter,
            order_by=split_names(order),
            experiment=experiment,
            is_archived=_truth(archived),
            is_deleted=_truth(deleted),
        ),
        columns=split_names(columns)[:MOST_COLUMNS],
        ids=None if ids is None else split_names(ids),
        is_only_differing=only_differing,
        parts=parts,
    )
    start = read_offset("runs", cursor, offset)
    orderings: Orderings = request.app.state.orderings
    window = read_window(shared.current(), table, offset=start, limit=limit, orderings=orderings)
    request.app.state.preparing.want(table.columns)
    whole = run_table(window, start, shared.freshness())

    def make(count: int) -> RunTable:
        following = next_offset("runs", start + count, window.total)
        return whole.model_copy(update={"rows": whole.rows[:count], "next": following})

    return fitting_answer(len(whole.rows), make)


@router.get("/api/v1/runs/fields", response_model=FieldPage)
def read_fields(
    shared: Shared,
    *,
    search: Annotated[str, Query(max_length=1000)] = "",
    kind: Kind | None = None,
    group: FieldGroup | None = None,
    limit: Limit = 200,
    cursor: CursorText = None,
    experiment: str | None = None,
) -> Response:
    """List what columns can show, by group and name."""
    start = read_offset("fields", cursor)
    found = list_fields(
        shared.current(), search=search, kind=kind, group=group, experiment=experiment,
        offset=start, limit=limit,
    )  # fmt: skip
    items = [
        FieldInfo(group=one.group, runs=one.runs, **asdict(one.column)) for one in found.fields
    ]
    end = start + len(items)
    return answer(
        FieldPage(items=items, total=found.total, next=next_offset("fields", end, found.total))
    )


@router.get("/api/v1/filters/complete", response_model=Completion)
def complete_filter(
    shared: Shared,
    text: Annotated[str, Query(max_length=64 * 1024)] = "",
    at: Annotated[int | None, Query(ge=0, description="The caret, in UTF-16 units.")] = None,
) -> Response:
    """Suggest how a filter that is being typed may go on at the caret."""
    caret = len(text) if at is None else _characters(text, at)
    suggestions = complete_in(shared.current(), text, caret)
    start = suggestions[0].start if suggestions else caret
    end = suggestions[0].end if suggestions else caret
    items = [
        CompletionItem(text=one.text, label=one.text, detail=one.detail or one.kind)
        for one in suggestions
        if (one.start, one.end) == (start, end)
    ]
    return answer(
        Completion(items=items, span=(utf16_length(text[:start]), utf16_length(text[:end])))
    )


@router.get("/api/v1/groups", response_model=GroupTable)
def list_groups(
    shared: Shared,
    *,
    filter: Filter = "",  # noqa: A002 - what it is called everywhere
    by: Names = "all-but-seed",
    metrics: Names | None = None,
    order: Order = "",
    experiment: str | None = None,
    archived: Either = "false",
    deleted: Either = "false",
    limit: Limit = 100,
    offset: Offset = 0,
    cursor: CursorText = None,
) -> Response:
    """Group runs by params, and sum up metrics in each group."""
    start = read_offset("groups", cursor, offset)
    found = read_groups(
        shared.current(),
        Wanted(
            filter=filter,
            order_by=split_names(order),
            experiment=experiment,
            is_archived=_truth(archived),
            is_deleted=_truth(deleted),
        ),
        split_names(by),
        metrics=None if metrics is None else split_names(metrics),
        offset=start,
        limit=limit,
    )
    whole = group_table(found, start, shared.freshness())

    def make(count: int) -> GroupTable:
        following = next_offset("groups", start + count, found.total)
        return whole.model_copy(update={"rows": whole.rows[:count], "next": following})

    return fitting_answer(len(whole.rows), make)


def _truth(word: Either) -> bool | None:
    return None if word == "any" else word == "true"


def _characters(text: str, units: int) -> int:
    """Turn a place in UTF-16 units into one in characters."""
    for place, letter in enumerate(text):
        if units <= 0:
            return place
        units -= 2 if letter > "\uffff" else 1
    return len(text)
