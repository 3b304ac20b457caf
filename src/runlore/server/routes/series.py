"""Series of a run, and metrics of many."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from runlore.actions.series_lists import (
    DescribedMetric,
    DescribedSeries,
    Sought,
    finite_or_none,
    list_metrics,
    list_series,
)
from runlore.actions.series_lists import (
    Section as FoundSection,
)
from runlore.query.lists import split_names
from runlore.reading.facts import is_load
from runlore.reading.opening import find_run
from runlore.server.models.series import (
    MetricInfo,
    MetricPage,
    Section,
    SeriesPage,
    SeriesSummary,
)
from runlore.server.pages import CursorText, Limit, fitting_answer, next_offset, read_offset
from runlore.server.reader import Shared

router = APIRouter()

Search = Annotated[str, Query(max_length=1000, description="A regular expression.")]
Prefix = Annotated[str | None, Query(max_length=1000, description='A section; "" for none.')]
Names = Annotated[str | None, Query(max_length=64 * 1024, description="Separated by commas.")]


@router.get("/api/v1/runs/{run}/metrics", response_model=SeriesPage)
def list_run_metrics(
    run: str,
    shared: Shared,
    *,
    search: Search = "",
    prefix: Prefix = None,
    load: bool = False,
    limit: Limit = 100,
    cursor: CursorText = None,
) -> Response:
    """List the series of a run with what they came to."""
    reader = shared.current()
    start = read_offset("series", cursor)
    sought = Sought(search, prefix, start, limit)
    found = list_series(reader, find_run(reader, run), sought, load=load)
    items = [_series(one) for one in found.series]

    def make(count: int) -> SeriesPage:
        return SeriesPage(
            items=items[:count],
            sections=_sections(found.sections),
            total=found.total,
            next=next_offset("series", start + count, found.total),
        )

    return fitting_answer(len(items), make)


@router.get("/api/v1/metrics", response_model=MetricPage)
def list_all_metrics(
    shared: Shared,
    *,
    experiment: str | None = None,
    runs: Names = None,
    search: Search = "",
    prefix: Prefix = None,
    limit: Limit = 100,
    cursor: CursorText = None,
) -> Response:
    """List the metrics of some runs, of an experiment, or of the newest 500 runs."""
    start = read_offset("metrics", cursor)
    found = list_metrics(
        shared.current(),
        Sought(search, prefix, start, limit),
        experiment=experiment,
        runs=None if runs is None else split_names(runs),
    )
    items = [_metric(one) for one in found.metrics]

    def make(count: int) -> MetricPage:
        return MetricPage(
            items=items[:count],
            sections=_sections(found.sections),
            total=found.total,
            next=next_offset("metrics", start + count, found.total),
        )

    return fitting_answer(len(items), make)


def _sections(sections: list[FoundSection]) -> list[Section]:
    return [Section(prefix=one.prefix, count=one.count) for one in sections]


def _series(one: DescribedSeries) -> SeriesSummary:
    summary, words = one.summary, one.words
    return SeriesSummary(
        label=one.label,
        name=summary.name,
        context=summary.context,
        rank=summary.rank,
        count=summary.points,
        last=summary.last,
        last_step=summary.last_step,
        min=finite_or_none(summary, summary.minimum),
        min_step=summary.min_step,
        max=finite_or_none(summary, summary.maximum),
        max_step=summary.max_step,
        mean=finite_or_none(summary, summary.mean),
        nan=summary.nan,
        inf=summary.positive_infinities + summary.negative_infinities,
        alias=words.alias,
        unit=words.unit,
        direction=words.direction,
        x=words.x,
        is_stepped=summary.first_step is not None,
    )


def _metric(one: DescribedMetric) -> MetricInfo:
    name, _, context = one.label.partition("[")
    is_labelled = one.label.endswith("]")
    return MetricInfo(
        label=one.label,
        name=name if is_labelled else one.label,
        context=context[:-1] if is_labelled else "",
        runs=one.runs,
        alias=one.words.alias,
        unit=one.words.unit,
        direction=one.words.direction,
        is_load=is_load(one.label),
        best=one.best,
    )
