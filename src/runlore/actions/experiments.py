"""One experiment as its first screen shows it: the question, the verdict, what was varied."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from runlore.actions.experiment_cards import carded, material_of, metric_of, unknown_direction
from runlore.actions.experiment_facts import baseline_of, code_and_data, plan_of
from runlore.actions.experiment_outlines import outline_of
from runlore.actions.verdicts import judge_runs, verdict_of
from runlore.compare.deciding import metric_named
from runlore.compare.group_results import MOST_ALONE, measured_by, statuses_of
from runlore.compare.verdict_sentences import notes_of
from runlore.errors import NotFound, RunNotFound
from runlore.index.columns_chosen import ChosenColumns
from runlore.reading.facts import is_load
from runlore.reading.grouping import ALL_BUT_SEED
from runlore.reading.search_catalogue import catalogue_of
from runlore.reading.search_columns import newest_first, shown_runs
from runlore.reading.suggestions import nearest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runlore.actions.experiment_cards import Material
    from runlore.actions.experiment_facts import Baseline, PlanGrid
    from runlore.actions.experiment_outlines import ExperimentCard, Outline
    from runlore.actions.verdicts import Verdict
    from runlore.compare.deciding import SeriesOfRuns
    from runlore.compare.seed_groups import VariedKey
    from runlore.index.columns import RunColumns
    from runlore.query.columns import Integers
    from runlore.reading.store import StoreReader

MOST_METRICS = 500
_MOST_RANKED = 60  # metrics whose best value is looked up
_MOST_VALUES = 30
_FEW_RUNS = 5_000


@dataclass(frozen=True, slots=True)
class MetricInfo:
    """A metric of an experiment; `best` is over all values of all runs, where one is better."""

    label: str
    name: str
    context: str
    runs: int
    alias: str | None
    unit: str | None
    direction: str | None
    is_load: bool
    best: float | None


@dataclass(frozen=True, slots=True)
class VariedParam:
    """A param that isn't the same in all runs: some of its values, and how many there are."""

    key: str
    values: list[str]
    count: int
    is_seed: bool


@dataclass(frozen=True, slots=True)
class ExperimentView:
    """An experiment: its question, its metrics, what was varied, and what the data say."""

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


class WantedView(NamedTuple):
    """Which experiment ("" for the runs without one), and how to look at it.

    By `metric` and grouped `by` params, where these are given; `is_archived` None looks at runs
    of the archive, too.
    """

    name: str
    metric: str | None = None
    by: Sequence[str] | None = None
    is_archived: bool | None = False


class _Read(NamedTuple):
    outline: Outline
    material: Material
    series: list[SeriesOfRuns]
    best: dict[str, float]
    notes: tuple[str | None, str | None]
    pinned: str | None


def show_experiment(reader: StoreReader, wanted: WantedView) -> ExperimentView:
    """Show an experiment.

    Raises:
        RunNotFound: if no run is of it.
        SeriesNotFound: if no run has the metric.
        NotFound: if no run has a param to group by.
    """
    found = reader.ask(
        lambda index: index.ask_columns(lambda columns: _read(reader, columns, wanted))
    )
    results, series = found.material.results, found.material.metric
    metric = None if series is None else metric_of(series)
    to_beat = baseline_of(results, None, found.pinned) if found.pinned else None
    judgement = None
    if metric is not None:
        judgement = judge_runs(
            reader, results, metric, {one.label for one in found.series},
            baseline=None if to_beat is None else to_beat.group,
        )  # fmt: skip
    notes = []
    if series is not None and metric is None:
        notes = [unknown_direction(series), *notes_of(None, results)]
    return ExperimentView(
        card=carded(found.outline.card, series, found.material.sparkline, judgement, results),
        metrics=[_info(one, found.best) for one in found.series[:MOST_METRICS]],
        varied=[_varied(one) for one in results.groups.varied],
        seed_keys=list(results.groups.seed_keys),
        plan=plan_of(results),
        verdict=None if judgement is None else verdict_of(judgement, results),
        notes=notes,
        baseline=to_beat or baseline_of(results, judgement, None),
        code_note=found.notes[0],
        data_note=found.notes[1],
    )


def _read(reader: StoreReader, columns: RunColumns, wanted: WantedView) -> _Read:
    rows = rows_of_experiment(columns, wanted.name, is_archived=wanted.is_archived)
    outline = outline_of(reader, columns, wanted.name, rows)
    if outline is None:
        raise _unknown(columns, wanted.name)
    is_shown = np.zeros(columns.count, np.bool_)
    is_shown[rows] = True
    statuses = statuses_of(reader, columns, is_shown)
    by = None if wanted.by is None else _by(columns, rows, wanted.by)
    material, series = material_of(
        reader, columns, outline, statuses, by=by, is_whole=True,
        choose=None if wanted.metric is None else (
            lambda known: metric_named(wanted.metric or "", known)
        ),
    )  # fmt: skip
    return _Read(
        outline, material, series, _best(columns, rows, series),
        code_and_data(columns, rows), reader.index.baselines().get(wanted.name),
    )  # fmt: skip


def rows_of_experiment(
    columns: RunColumns, name: str, *, is_archived: bool | None = False
) -> Integers:
    """List the runs of an experiment, newest first; "" stands for those without one."""
    is_shown = shown_runs(columns, is_archived=is_archived)
    names = columns.texts("attribute", "experiment")
    code = names.entries.items.index(name) if name in names.entries.items else -1
    if code < 0 and name:
        return np.empty(0, np.int64)
    newest = newest_first(columns)
    rows: Integers = newest[is_shown[newest] & (names.codes[newest] == code)]
    return rows


def _by(columns: RunColumns, rows: Integers, by: Sequence[str]) -> list[str] | None:
    """Read which params to group by; None stands for all but the seeds."""
    if list(by) == [ALL_BUT_SEED]:
        return None
    chosen = ChosenColumns(columns, rows[:_FEW_RUNS])
    known = catalogue_of(chosen).params
    names = [name if name in known else name.removeprefix("params.") for name in by]
    for name in names:
        if name not in known:
            raise NotFound(
                f"none of the {len(rows)} runs has a param {name!r}",
                hint=nearest(name, known, nothing="they have no params"),
            )
    return names


def _best(columns: RunColumns, rows: Integers, series: Sequence[SeriesOfRuns]) -> dict[str, float]:
    """Give the best value that any of the runs ever had, of metrics that can be ranked."""
    ranked = [one for one in series if one.words.direction and not is_load(one.label)]
    is_alone = len(rows) <= MOST_ALONE
    chosen = ChosenColumns(columns, rows) if is_alone else columns
    places = np.arange(len(rows)) if is_alone else rows
    found = {}
    for direction, best_of in (("min", np.nanmin), ("max", np.nanmax)):
        labels = [one.label for one in ranked[:_MOST_RANKED] if one.words.direction == direction]
        for label, measured in measured_by(chosen, places, labels, direction).items():
            values = measured.numbers[measured.is_present & np.isfinite(measured.numbers)]
            if len(values):
                found[label] = float(best_of(values))
    return found


def _info(one: SeriesOfRuns, best: dict[str, float]) -> MetricInfo:
    words = one.words
    return MetricInfo(
        one.label, one.name, one.context, one.runs, words.alias, words.unit, words.direction,
        is_load(one.label), best.get(one.label),
    )  # fmt: skip


def _varied(one: VariedKey) -> VariedParam:
    return VariedParam(one.key, one.values[:_MOST_VALUES], len(one.values), one.is_seed)


def _unknown(columns: RunColumns, name: str) -> RunNotFound:
    known = columns.texts("attribute", "experiment").entries.items
    what = f"in the experiment {name!r}" if name else "without an experiment"
    return RunNotFound(f"no runs {what}", hint=nearest(name, known, nothing="there are none"))
