"""Experiments as a list of questions, each with how its answer stands."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING, Any, NamedTuple
from weakref import WeakKeyDictionary

import numpy as np

from runlore.actions.experiment_outlines import (
    GroupValue,
    VerdictLine,
    outlines,
)
from runlore.actions.verdicts import judge_runs
from runlore.compare.deciding import (
    candidates_among,
    deciding_metric,
    sample_of_runs,
    series_of_runs,
)
from runlore.compare.group_results import group_results, statuses_of
from runlore.compare.verdict_sentences import line_of
from runlore.compare.verdict_tables import Metric
from runlore.reading.search_columns import STATUSES

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from runlore.actions.experiment_outlines import (
        ExperimentCard,
        Outline,
    )
    from runlore.compare.deciding import SeriesOfRuns
    from runlore.compare.group_results import GroupResults
    from runlore.compare.verdict_tables import Judgement
    from runlore.index.columns import RunColumns
    from runlore.query.columns import Integers
    from runlore.reading.store import StoreReader

MOST_CARDS = 200
BUDGET_SECONDS = 2.0
_MOST_KEPT = 1000
_MOST_VALUES = 40
_MOST_RUNS = 50
_RUNNING = STATUSES.index("running")


class CardPage(NamedTuple):
    """Some experiments, the latest active first, and how many there are."""

    cards: list[ExperimentCard]
    total: int


class Material(NamedTuple):
    """What a verdict is computed from: the groups, and the metric that decides, if one does."""

    results: GroupResults
    metric: SeriesOfRuns | None
    labels: frozenset[str]
    sparkline: list[float]


class _Kept:
    """The cards of one store that were computed, and when each experiment last changed."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.generation: str | None = None
        self.revision = -1
        self.changed: dict[str | None, int] = {}
        self.cards: OrderedDict[str, tuple[object, ExperimentCard]] = OrderedDict()


_kept: WeakKeyDictionary[StoreReader, _Kept] = WeakKeyDictionary()


def list_experiments(
    reader: StoreReader, *, search: str = "", state: str | None = None,
    limit: int = 50, offset: int = 0, budget_seconds: float = BUDGET_SECONDS,
) -> CardPage:  # fmt: skip
    """List experiments, the latest active first; archived runs and those of the trash don't count.

    Args:
        reader: the store.
        search: in names and questions, whatever the case.
        state: only those that are "open" or "running".
        limit, offset: which of them.
        budget_seconds: verdicts that aren't known by then are left out this time, but for one.
    """
    kept = _kept.setdefault(reader, _Kept())

    def read(columns: RunColumns) -> tuple[list[tuple[Outline, object]], int, str | None]:
        found = outlines(reader, columns, _revisions(columns, kept))
        wanted = [one for one in found if _is_wanted(one.card, search.casefold(), state)]
        shown = wanted[offset : offset + min(limit, MOST_CARDS)]
        said = _words_said(reader)
        return [(one, _fingerprint(one, said)) for one in shown], len(wanted), columns.generation

    shown, total, generation = reader.ask(lambda index: index.ask_columns(read))
    ends_at = monotonic() + budget_seconds
    computed = 0
    cards = []
    for outline, key in shown:
        card = _known(kept, outline, key)
        if card is None and (not computed or monotonic() < ends_at):
            computed += 1
            # A question of its own for each: others ask, too, and wait for no list of them.
            card = _computed(reader, kept, outline, key, generation)
        cards.append(outline.card if card is None else _with_outline(card, outline.card))
    return CardPage(cards, total)


def material_of(
    reader: StoreReader,
    columns: RunColumns,
    outline: Outline,
    statuses: Integers,
    *,
    by: Sequence[str] | None = None,
    is_whole: bool = False,
    choose: Callable[[Sequence[SeriesOfRuns]], SeriesOfRuns] | None = None,
) -> tuple[Material, list[SeriesOfRuns]]:
    """Take out what the verdict on an experiment is computed from, and its metrics.

    The metrics are those of some of the runs, and with `is_whole` of all. `choose` picks the one
    that decides, by default the most telling one.
    """
    rows = outline.rows
    sample = sample_of_runs(rows, (statuses[rows] != _RUNNING).tolist())
    experiment = outline.card.name or None
    series = series_of_runs(reader, columns, sample, experiment, defined_by=sample)
    candidates = candidates_among(series)
    fallback = [one for one in series if one not in candidates][:1]
    if is_whole:
        series = series_of_runs(reader, columns, rows, experiment, defined_by=sample)
    metric = None if choose is None else choose(series)
    chosen = (*candidates, *fallback) if metric is None else (metric,)
    labels = [one.label for one in chosen]
    results = group_results(columns, rows, statuses, labels, by)
    metric = metric or deciding_metric(candidates, results) or next(iter(fallback), None)
    sparkline = [] if metric is None else values_over_time(results, metric)
    known = frozenset(one.label for one in series)
    return Material(results, metric, known, sparkline), series


def values_over_time(results: GroupResults, metric: SeriesOfRuns) -> list[float]:
    """Give the metric of the latest runs that have it, the oldest of them first."""
    measured = results.metrics[metric.label]
    values: list[float] = measured.numbers[measured.is_present][:_MOST_VALUES].tolist()
    return values[::-1]


def carded(
    card: ExperimentCard,
    metric: SeriesOfRuns | None,
    sparkline: Sequence[float],
    judgement: Judgement | None,
    results: GroupResults,
) -> ExperimentCard:
    """Put what was found about the metric that decides on a card."""
    if metric is None:
        text = "no run has logged a metric"
        return replace(card, verdict=VerdictLine("none", text))
    words = metric.words
    line, leader = VerdictLine("none", unknown_direction(metric)), None
    if judgement is not None:
        line = VerdictLine(judgement.standing, line_of(judgement, results))
        best = judgement.best
        if best is not None and best.mean is not None:
            leader = GroupValue(best.label, best.n, best.mean, best.std, best.runs[:_MOST_RUNS])
    return replace(
        card, metric=metric.label, direction=words.direction, unit=words.unit, leader=leader,
        verdict=line, sparkline=list(sparkline),
    )  # fmt: skip


def unknown_direction(metric: SeriesOfRuns) -> str:
    """Say why nothing is ranked."""
    return f"it isn't known whether less or more {metric.title} is better"


def metric_of(series: SeriesOfRuns) -> Metric | None:
    """Give a metric as verdicts take it; None if it can't be ranked."""
    words = series.words
    if words.direction is None:
        return None
    return Metric(series.label, series.title, words.unit, words.direction)


def _known(kept: _Kept, outline: Outline, key: object) -> ExperimentCard | None:
    """Return a card that is kept, if nothing has changed since."""
    with kept.lock:
        known = kept.cards.get(outline.card.name)
    return known[1] if known is not None and known[0] == key else None


def _computed(
    reader: StoreReader, kept: _Kept, outline: Outline, key: object, generation: str | None
) -> ExperimentCard | None:
    """Complete a card and keep it; None if the index was made anew meanwhile."""

    def read(columns: RunColumns) -> Material | None:
        if columns.generation != generation:
            return None
        is_shown = np.zeros(columns.count, np.bool_)
        is_shown[outline.rows] = True
        statuses = statuses_of(reader, columns, is_shown)
        return material_of(reader, columns, outline, statuses)[0]

    material = reader.ask(lambda index: index.ask_columns(read))
    if material is None:
        return None
    series = material.metric
    metric = None if series is None else metric_of(series)
    judgement = None
    if metric is not None:
        judgement = judge_runs(reader, material.results, metric, material.labels)
    found = carded(outline.card, series, material.sparkline, judgement, material.results)
    with kept.lock:
        kept.cards[outline.card.name] = key, found
        kept.cards.move_to_end(outline.card.name)
        while len(kept.cards) > _MOST_KEPT:
            kept.cards.popitem(last=False)
    return found


def _with_outline(card: ExperimentCard, own: ExperimentCard) -> ExperimentCard:
    """Put what is known without metrics on a card that was kept."""
    return replace(
        card, question=own.question, project=own.project, first_ms=own.first_ms,
        last_ms=own.last_ms, statuses=own.statuses, state=own.state, runs=own.runs,
    )  # fmt: skip


def _fingerprint(outline: Outline, said: object) -> object:
    card = outline.card
    return outline.revision, card.runs, tuple(sorted(card.statuses.items())), said


def _words_said(reader: StoreReader) -> Any:
    """Give what somebody said about metrics, in a form that can be compared."""
    return tuple(reader.index.metric_descriptions())


def _revisions(columns: RunColumns, kept: _Kept) -> dict[str | None, int]:
    """Say at which revision of the index a run of each experiment last changed."""
    with kept.lock:
        if kept.generation != columns.generation or kept.revision > columns.revision:
            kept.generation, kept.revision = columns.generation, -1
            kept.changed.clear()
            kept.cards.clear()
        if kept.revision < columns.revision:
            statement = (
                "SELECT experiment, MAX(revision) FROM runs WHERE revision > ? GROUP BY experiment"
            )
            kept.changed.update(dict(columns.rows(statement, [kept.revision])))
            kept.revision = columns.revision
        return dict(kept.changed)


def _is_wanted(card: ExperimentCard, search: str, state: str | None) -> bool:
    if state is not None and card.state != state:
        return False
    return search in card.name.casefold() or search in (card.question or "").casefold()
