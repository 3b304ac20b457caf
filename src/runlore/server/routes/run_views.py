"""One run."""

from __future__ import annotations

from dataclasses import asdict

from fastapi import APIRouter
from starlette.responses import Response

from runlore.actions.lineages import LineageGraph as Traced
from runlore.actions.lineages import trace_lineage
from runlore.actions.viewing import RunDetails, view_run
from runlore.server.lines import shaped_line
from runlore.server.models.base import Freshness
from runlore.server.models.run_views import (
    AttemptView,
    EarlierValue,
    LineageArtifact,
    LineageEdge,
    LineageGraph,
    LineageItem,
    LineageNode,
    Note,
    ParamView,
    RunCounts,
    RunError,
    RunProblem,
    RunView,
)
from runlore.server.pages import answer
from runlore.server.reader import Shared

router = APIRouter()


@router.get("/api/v1/runs/{run}", response_model=RunView)
def read_run(run: str, shared: Shared) -> Response:
    """Say everything about one run but its series, files and lines."""
    return answer(_shaped(view_run(shared.current(), run), shared.freshness()))


@router.get("/api/v1/runs/{run}/lineage", response_model=LineageGraph)
def read_lineage(run: str, shared: Shared) -> Response:
    """Say what led to a run and what came of it, two steps from run to run each way."""
    return answer(_shaped_graph(trace_lineage(shared.current(), run), shared.freshness()))


def _shaped_graph(traced: Traced, freshness: Freshness) -> LineageGraph:
    return LineageGraph(
        run=traced.run,
        nodes=[
            LineageNode(
                id=one.id,
                layer=one.layer,
                run=None if one.run is None else shaped_line(one.run),
                artifact=None if one.artifact is None else LineageArtifact(**asdict(one.artifact)),
            )
            for one in traced.nodes
        ],
        edges=[LineageEdge(**asdict(one)) for one in traced.edges],
        has_more=traced.has_more,
        freshness=freshness,
    )


def _shaped(details: RunDetails, freshness: Freshness) -> RunView:
    run = details.run
    return RunView(
        line=shaped_line(details.line),
        project=run.project,
        goal=run.goal,
        reason=run.reason,
        error=None if run.error is None else RunError(
            type=str(run.error.get("type") or "error"),
            message=str(run.error.get("message") or ""),
            traceback=str(run.error.get("traceback") or ""),
        ),
        notes=[Note(**asdict(note)) for note in details.notes],
        params=[
            ParamView(
                key=param.key,
                text=param.text,
                value=param.value,
                history=[EarlierValue(text=text, at_ms=at) for text, at in param.history],
            )
            for param in details.params
        ],
        context=run.context,
        attempts=[
            AttemptView(
                id=one.attempt,
                started_ms=None if one.started is None else int(one.started.timestamp() * 1000),
                from_step=one.from_step,
                is_resumed=one.is_resumed,
            )
            for one in run.attempts
        ],
        children=[shaped_line(child) for child in details.children],
        siblings=details.siblings,
        inputs=[LineageItem(**asdict(one)) for one in details.inputs],
        outputs=[LineageItem(**asdict(one)) for one in details.outputs],
        problems=[RunProblem(kind=one.kind, message=one.message) for one in run.problems],
        counts=RunCounts(**asdict(details.counts)),
        warnings=details.warnings,
        reproduce=None,
        freshness=freshness,
    )  # fmt: skip
