"""Everything about one run."""

from __future__ import annotations

from typing import Any, Literal

from runlore.server.models.base import Answer, Freshness
from runlore.server.models.runs import RunLine


class RunError(Answer):
    """The exception that ended a run."""

    type: str
    message: str
    traceback: str


class Note(Answer):
    """A note and who wrote it."""

    id: str
    text: str
    at_ms: int
    author: str


class EarlierValue(Answer):
    """What a param was before."""

    text: str
    at_ms: int


class ParamView(Answer):
    """A param as it was given, its value, and what it was before, oldest first."""

    key: str
    text: str
    value: Any
    history: list[EarlierValue]


class AttemptView(Answer):
    """An attempt; points of those before it from `from_step` on are superseded."""

    id: str
    started_ms: int | None
    from_step: int | None
    is_resumed: bool


class LineageItem(Answer):
    """A version of an artifact that a run took in or put out; `run` is who else has to do with it.

    Of an input that is the run that made it.
    """

    artifact: str
    version: int | None
    type: str | None
    run: str | None
    label: str | None


class LineageArtifact(Answer):
    """A version of an artifact; `maker` is a run that has its files, where one is known."""

    name: str
    version: int | None
    type: str | None
    maker: str | None


class LineageNode(Answer):
    """A run or an artifact, `layer` places behind the run in the middle, which is at 0.

    Layers of runs are even, those of artifacts odd.
    """

    id: str
    layer: int
    run: RunLine | None
    artifact: LineageArtifact | None


class LineageEdge(Answer):
    """A run made an artifact; an artifact was used by a run; a run has another as its part."""

    source: str
    target: str
    relation: Literal["made", "used", "part"]


class LineageGraph(Answer):
    """What led to a run and what came of it; `has_more` if there were too many to gather."""

    run: str
    nodes: list[LineageNode]
    edges: list[LineageEdge]
    has_more: bool
    freshness: Freshness


class RunProblem(Answer):
    """Something that was not as it should be."""

    kind: str
    message: str


class RunCounts(Answer):
    """How much there is to see of a run."""

    metrics: int
    load: int
    media: int
    artifacts: int
    console_lines: int
    has_diff: bool


class RunView(Answer):
    """Everything about one run but its series, files and lines."""

    line: RunLine
    project: str | None
    goal: str | None
    reason: str | None
    error: RunError | None
    notes: list[Note]
    params: list[ParamView]
    context: dict[str, Any]
    attempts: list[AttemptView]
    children: list[RunLine]
    siblings: int
    inputs: list[LineageItem]
    outputs: list[LineageItem]
    problems: list[RunProblem]
    counts: RunCounts
    warnings: list[str]
    reproduce: str | None
    freshness: Freshness
