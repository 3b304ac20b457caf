"""Runs side by side."""

from __future__ import annotations

from runlore.server.models.base import Answer, Num
from runlore.server.models.runs import Direction, RunLine
from runlore.server.models.verdicts import Verdict


class ComparedTexts(Answer):
    """What runs have of a param or fact, in their order; null for nothing."""

    key: str
    texts: list[str | None]
    differs: bool


class ComparedMetric(Answer):
    """The current value of a metric by run, and the places of the best ones."""

    label: str
    values: list[Num | None]
    direction: Direction | None
    best: list[int]


class ComparedData(Answer):
    """Which data runs took in under a name, by digest."""

    artifact: str
    digests: list[str | None]
    differs: bool


class Importance(Answer):
    """How much of the difference a param makes, its 95 % interval, and its rank correlation."""

    param: str
    importance: float
    low: float
    high: float
    correlation: float | None


class Compare(Answer):
    """Runs side by side: params, facts and data that differ come first."""

    runs: list[RunLine]
    params: list[ComparedTexts]
    context: list[ComparedTexts]
    metrics: list[ComparedMetric]
    data: list[ComparedData]
    verdict: Verdict | None
    importance: list[Importance] | None
    importance_note: str | None
