"""Tables of runs, their columns, and groups."""

from __future__ import annotations

from typing import Literal

from runlore.server.models.base import Answer, Cell, Freshness, Num, Status

Kind = Literal["number", "text", "time", "duration", "tags", "boolean"]
Direction = Literal["min", "max"]


class Column(Answer):
    """A column by its name in filters; times are milliseconds UTC, durations seconds."""

    name: str
    kind: Kind
    unit: str | None
    direction: Direction | None
    alias: str | None


class RunLine(Answer):
    """A run in a line; `values` has one for each column of the table.

    `parts` counts the runs within it that the table has left out.
    """

    id: str
    short: str
    label: str
    experiment: str | None
    status: Status
    started_ms: int | None
    ended_ms: int | None
    seconds: float | None
    colour: str | None
    is_archived: bool
    is_deleted: bool
    tags: list[str]
    parent: str | None
    silent_seconds: float | None
    parts: int
    values: list[Cell]


class RunTable(Answer):
    """Some lines of a table, from `offset` on, of `total`.

    `folded` is how many runs are parts of others, where `parts` was asked; 0 else.
    """

    columns: list[Column]
    rows: list[RunLine]
    total: int
    folded: int
    offset: int
    next: str | None
    notes: list[str]
    freshness: Freshness


class FieldInfo(Answer):
    """Something that a column can show; `runs` is how many have it, where that is known."""

    name: str
    kind: Kind
    group: Literal["params", "metrics", "attributes", "tags", "context"]
    runs: int | None
    unit: str | None
    direction: Direction | None
    alias: str | None


class FieldPage(Answer):
    """Some of the fields that there are."""

    items: list[FieldInfo]
    total: int
    next: str | None


class CompletionItem(Answer):
    """What may stand in place of the span."""

    text: str
    label: str
    detail: str


class Completion(Answer):
    """How a filter may go on; the span is in UTF-16 units."""

    items: list[CompletionItem]
    span: tuple[int, int]


class GroupMetric(Answer):
    """What a metric came to in a group: over the finite values, of which there are `n`.

    `low` and `high` hold the mean in 95 % of all cases.
    """

    n: int
    mean: Num | None
    std: Num | None
    min: Num | None
    max: Num | None
    low: Num | None
    high: Num | None


class GroupLine(Answer):
    """Runs that have the same values of some params; `runs` are the newest of them."""

    label: str
    key: dict[str, str]
    n: int
    runs: list[str]
    metrics: dict[str, GroupMetric]


class GroupTable(Answer):
    """Some groups of `total`."""

    by: list[str]
    metrics: list[str]
    rows: list[GroupLine]
    total: int
    next: str | None
    notes: list[str]
    freshness: Freshness
