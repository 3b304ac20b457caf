"""Questions about curves, and their points one by one."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, FiniteFloat

from runlore.actions.curves import LEAST_BUCKETS, MOST_BUCKETS, MOST_CURVES
from runlore.server.curve_bytes import VALUES, ValueColumn
from runlore.server.models.base import Answer, Num, Question


class CurveQuestion(Question):
    """A series of a run, named by its label."""

    run: Annotated[str, Field(pattern="^[0-9a-f]{32}$")]
    label: Annotated[str, Field(min_length=1, max_length=2_000)]
    include_superseded: bool = False


class CurvesQuestion(Question):
    """Which curves, over what, and how finely; without an end, as far as they go.

    `columns` are those wanted of the values in a bucket, in this order.
    """

    x: Annotated[str, Field(pattern="^(step|relative|time|metric:.{1,2000})$")]
    from_: Annotated[FiniteFloat | None, Field(alias="from")] = None
    to: FiniteFloat | None = None
    buckets: Annotated[int, Field(ge=LEAST_BUCKETS, le=MOST_BUCKETS)]
    columns: Annotated[tuple[ValueColumn, ...], Field(min_length=1, max_length=5)] = VALUES
    curves: Annotated[list[CurveQuestion], Field(max_length=MOST_CURVES)]


class Points(Answer):
    """Points as they were logged; `total` counts all in the range."""

    label: str
    step: list[int | None]
    time_ms: list[int]
    value: list[Num]
    total: int
    next: str | None
