"""What the data say about groups of runs."""

from __future__ import annotations

from typing import Literal

from runlore.server.models.base import Answer, Num

Standing = Literal["clear", "noise", "untested", "alone", "tied", "none"]


class GroupValue(Answer):
    """A group and what it came to; `runs` are at most 50."""

    label: str
    n: int
    mean: Num
    std: Num | None
    runs: list[str]


class VerdictLine(Answer):
    """How an answer stands, in a word and in a line."""

    standing: Standing
    text: str


class VerdictGroup(Answer):
    """What a group came to; `difference` is the leader's mean less this one's."""

    label: str
    key: dict[str, str]
    n: int
    not_finite: int
    mean: Num | None
    std: Num | None
    low: Num | None
    high: Num | None
    is_leader: bool
    is_baseline: bool
    runs: list[str]
    difference: Num | None
    difference_low: Num | None
    difference_high: Num | None
    p_value: float | None
    effect: Num | None
    told_apart: bool | None
    obstacle: str | None
    seconds: float | None


class Verdict(Answer):
    """Groups by one metric, best first, and whether the data decide which is best."""

    metric: str
    direction: Literal["min", "max"]
    by: list[str]
    confidence: float
    is_paired: bool
    standing: Standing
    headline: str
    reasons: list[str]
    method: str | None
    groups: list[VerdictGroup]
    runs_needed: int | None
    notes: list[str]
