"""Series of a run, and metrics of many."""

from __future__ import annotations

from runlore.server.models.base import Answer, Num
from runlore.server.models.runs import Direction


class Section(Answer):
    """Names that begin alike, up to the first slash; "" for those without one."""

    prefix: str
    count: int


class SeriesSummary(Answer):
    """What a series came to; `mean`, `min` and `max` are of its finite values."""

    label: str
    name: str
    context: str
    rank: int | None
    count: int
    last: Num | None
    last_step: int | None
    min: Num | None
    min_step: int | None
    max: Num | None
    max_step: int | None
    mean: Num | None
    nan: int
    inf: int
    alias: str | None
    unit: str | None
    direction: Direction | None
    x: str | None
    is_stepped: bool


class SeriesPage(Answer):
    """Some of a run's series; sections count all that the search found."""

    items: list[SeriesSummary]
    sections: list[Section]
    total: int
    next: str | None


class MetricInfo(Answer):
    """A metric, how many runs have it, and the best value of them."""

    label: str
    name: str
    context: str
    runs: int
    alias: str | None
    unit: str | None
    direction: Direction | None
    is_load: bool
    best: Num | None


class MetricPage(Answer):
    """Some of the metrics of runs; sections count all that the search found."""

    items: list[MetricInfo]
    sections: list[Section]
    total: int
    next: str | None
