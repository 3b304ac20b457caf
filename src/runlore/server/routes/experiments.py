"""Experiments, each with what the data say about it."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query
from starlette.responses import Response

from runlore.actions.experiment_cards import MOST_CARDS, list_experiments
from runlore.actions.experiments import MOST_METRICS, WantedView, show_experiment
from runlore.query.lists import split_names
from runlore.server.models.experiments import ExperimentCard, ExperimentPage, ExperimentView
from runlore.server.pages import (
    CursorText,
    Offset,
    fitting_answer,
    next_offset,
    read_offset,
)
from runlore.server.reader import Shared

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
    shared: Shared,
    name: Name,
    *,
    metric: Annotated[str | None, Query(max_length=2_000, description="Which decides.")] = None,
    by: Annotated[str, Query(max_length=64 * 1024, description="Params to group by.")] = "",
    archived: Either = "false",
) -> Response:
    """Show an experiment: its question, what was varied, and what the data say."""
    wanted = WantedView(
        name=experiment_in(name),
        metric=metric or None,
        by=split_names(by) or None,
        is_archived=_ARCHIVED[archived],
    )
    found = show_experiment(shared.current(), wanted)
    fields = {field: getattr(found, field) for field in found.__dataclass_fields__}
    fields["freshness"] = shared.freshness()
    whole = ExperimentView.model_validate(fields, from_attributes=True)

    def make(count: int) -> ExperimentView:
        if count >= MOST_METRICS:
            return whole
        changes: dict[str, object] = {"metrics": whole.metrics[:count]}
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
