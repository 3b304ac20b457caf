"""Experiments, each with what the data say about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from runlore.actions.experiment_cards import MOST_CARDS, list_experiments
from runlore.actions.experiment_tables import read_tables
from runlore.actions.experiments import MOST_METRICS, WantedView, show_experiment
from runlore.query.lists import split_names
from runlore.server.lines import group_table, run_table
from runlore.server.models.experiments import ExperimentCard, ExperimentPage, ExperimentView
from runlore.server.pages import (
    MOST_ITEMS,
    CursorText,
    Offset,
    fitting_answer,
    next_offset,
    read_offset,
)
from runlore.server.reader import Shared

if TYPE_CHECKING:
    from runlore.actions.tables import Orderings

router = APIRouter()

Name = Annotated[
    str,
    Path(
        max_length=2_000,
        description='The name. "-" stands for the runs without one, and "-" is put before a name '
        'that begins with it, or is "." or "..", which addresses can\'t hold.',
    ),
]
Either = Literal["true", "false", "any"]
_ARCHIVED = {"true": True, "false": False, "any": None}


@router.get("/api/v1/experiments", response_model=ExperimentPage)
def read_experiments(
    shared: Shared,
    *,
    q: Annotated[str, Query(max_length=1_000, description="In names and questions.")] = "",
    state: Literal["open", "running"] | None = None,
    limit: Annotated[int, Query(ge=1, le=MOST_CARDS)] = 50,
    offset: Offset = 0,
    cursor: CursorText = None,
) -> Response:
    """List experiments, the latest active first, each with how its answer stands."""
    start = read_offset("experiments", cursor, offset)
    found = list_experiments(shared.current(), search=q, state=state, limit=limit, offset=start)
    freshness = shared.freshness()
    items = [ExperimentCard.model_validate(one, from_attributes=True) for one in found.cards]

    def make(count: int) -> ExperimentPage:
        return ExperimentPage(
            items=items[:count],
            total=found.total,
            next=next_offset("experiments", start + count, found.total),
            freshness=freshness,
        )

    return fitting_answer(len(items), make)


@router.get("/api/v1/experiments/{name:path}", response_model=ExperimentView)
def read_experiment(
    request: Request,
    shared: Shared,
    name: Name,
    *,
    metric: Annotated[str | None, Query(max_length=2_000, description="Which decides.")] = None,
    by: Annotated[str, Query(max_length=64 * 1024, description="Params to group by.")] = "",
    archived: Either = "false",
    tables: Annotated[
        int, Query(ge=0, le=MOST_ITEMS, description="Lines of its groups and runs to give, too.")
    ] = 0,
) -> Response:
    """Show an experiment: its question, what was varied, and what the data say."""
    wanted = WantedView(
        name=experiment_in(name),
        metric=metric or None,
        by=split_names(by) or None,
        is_archived=_ARCHIVED[archived],
    )
    reader = shared.current()
    found = show_experiment(reader, wanted)
    fields = {field: getattr(found, field) for field in found.__dataclass_fields__}
    freshness = fields["freshness"] = shared.freshness()
    fields["groups"] = fields["runs"] = None
    whole = ExperimentView.model_validate(fields, from_attributes=True)
    if tables:
        orderings: Orderings = request.app.state.orderings
        both = read_tables(reader, found, wanted, limit=tables, orderings=orderings)
        shown = {
            "groups": group_table(both.groups, 0, freshness),
            "runs": run_table(both.runs, 0, freshness),
        }
        whole = whole.model_copy(update=shown)

    def make(count: int) -> ExperimentView:
        if count >= MOST_METRICS:
            return whole
        changes: dict[str, object] = {
            "metrics": whole.metrics[:count],
            "groups": None,  # to be asked for on their own
            "runs": None,
        }
        if whole.verdict is not None:
            groups = whole.verdict.groups[:count]
            changes["verdict"] = whole.verdict.model_copy(update={"groups": groups})
        if whole.plan is not None:
            cells = [one for one in whole.plan.cells if one.row < count]
            plan = {"rows": whole.plan.rows[:count], "cells": cells}
            changes["plan"] = whole.plan.model_copy(update=plan)
        return whole.model_copy(update=changes)

    return fitting_answer(MOST_METRICS, make)


def experiment_in(path: str) -> str:
    """Read the name of an experiment as addresses have it; "" stands for none."""
    return path.removeprefix("-")
