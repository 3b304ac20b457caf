"""Experiments: the questions that runs belong to."""

from __future__ import annotations

from typing import Literal

from runlore.server.models.base import Answer, Freshness, Num, Status
from runlore.server.models.runs import Direction, GroupTable, RunTable
from runlore.server.models.series import MetricInfo
from runlore.server.models.verdicts import GroupValue, Verdict, VerdictLine


class ExperimentCard(Answer):
    """An experiment and how its answer stands; the name of the runs without one is empty."""

    name: str
    project: str | None
    question: str | None
    state: Literal["open", "running"]
    runs: int
    statuses: dict[Status, int]
    metric: str | None
    direction: Direction | None
    unit: str | None
    leader: GroupValue | None
    verdict: VerdictLine | None
    sparkline: list[Num]
    first_ms: int | None
    last_ms: int | None


class ExperimentPage(Answer):
    """Some experiments, the latest active first."""

    items: list[ExperimentCard]
    total: int
    next: str | None
    freshness: Freshness


class VariedParam(Answer):
    """A param that isn't the same in all runs: at most 30 of its values, and how many there are."""

    key: str
    values: list[str]
    count: int
    is_seed: bool


class PlanCell(Answer):
    """A run by its place in a grid."""

    row: int
    column: int
    status: Status
    run: str


class PlanGrid(Answer):
    """What was run: groups by seed, or one param by another; repeated runs share a cell."""

    rows: list[str]
    columns: list[str]
    row_keys: list[str]
    column_key: str
    cells: list[PlanCell]


class Baseline(Answer):
    """What is to be beaten: a run, a group by its label, and who says so."""

    run: str | None
    group: str | None
    source: Literal["pinned", "tag", "name"]


class ExperimentView(Answer):
    """An experiment as its first screen shows it; its tables where they were asked for and fit."""

    card: ExperimentCard
    metrics: list[MetricInfo]
    varied: list[VariedParam]
    seed_keys: list[str]
    plan: PlanGrid | None
    verdict: Verdict | None
    notes: list[str]
    baseline: Baseline | None
    data_note: str | None
    code_note: str | None
    groups: GroupTable | None
    runs: RunTable | None
    freshness: Freshness
