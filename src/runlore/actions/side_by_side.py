"""Runs side by side: what differs between them, and what the data say of their groups."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from runlore.actions.experiment_cards import material_of, metric_of
from runlore.actions.experiment_outlines import outline_of
from runlore.actions.run_lines import lines_of
from runlore.actions.verdicts import judge_runs, verdict_of
from runlore.compare.group_results import statuses_of
from runlore.errors import InvalidValue
from runlore.index.columns_keys import Selection
from runlore.reading.details import Details
from runlore.reading.facts import is_load
from runlore.reading.search_columns import newest_first

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from runlore.actions.experiment_cards import Material
    from runlore.actions.run_lines import RunLine
    from runlore.actions.verdicts import Verdict
    from runlore.compare.deciding import SeriesOfRuns
    from runlore.compare.verdict_tables import Judgement
    from runlore.index.columns import RunColumns
    from runlore.reading.store import StoreReader

MOST_COMPARED = 200
MOST_ROWS = 500
_MOST_CHARACTERS = 1_000  # of one value
_FACTS = (
    "git", "packages", "python", "os", "cpu", "gpus", "cuda", "memory_bytes", "environment",
    "container", "scheduler", "launcher", "host", "user", "script", "argv",
)  # fmt: skip
_ONLY_DIFFERING = "packages."  # there are hundreds of them


@dataclass(frozen=True, slots=True)
class ComparedTexts:
    """What runs have of one thing, in their order; None for nothing."""

    key: str
    texts: list[str | None]
    differs: bool


@dataclass(frozen=True, slots=True)
class ComparedData:
    """Which data runs took in under a name, by digest."""

    artifact: str
    digests: list[str | None]
    differs: bool


@dataclass(frozen=True, slots=True)
class ComparedMetric:
    """The current value of a metric by run, and the places of the best ones."""

    label: str
    values: list[float | None]
    direction: str | None
    best: list[int]


class SideBySide(NamedTuple):
    """Runs side by side; `judgement` and `material` are what the verdict rests on."""

    runs: list[RunLine]
    params: list[ComparedTexts]
    context: list[ComparedTexts]
    metrics: list[ComparedMetric]
    data: list[ComparedData]
    verdict: Verdict | None
    judgement: Judgement | None
    material: Material


class _Read(NamedTuple):
    material: Material
    series: list[SeriesOfRuns]
    values: Mapping[str, Mapping[tuple[str, str], float]]
    context: Mapping[str, Mapping[str, Any]]
    inputs: list[tuple[str, str, str | None]]


def compare_side_by_side(
    reader: StoreReader, runs: Sequence[str], *, baseline: str | None = None
) -> SideBySide:
    """Compare runs by their whole ids, in the order given; `baseline` is one of them.

    Raises:
        InvalidValue: for fewer than two runs, or more than 200.
    """
    ids = list(dict.fromkeys(runs))
    if not 2 <= len(ids) <= MOST_COMPARED:
        raise InvalidValue(
            f"{len(ids)} runs can't be compared", hint=f"give between 2 and {MOST_COMPARED}"
        )
    lines = lines_of(reader, ids)
    ids = [line.id for line in lines]
    found = reader.ask(
        lambda index: index.ask_columns(lambda columns: _read(reader, columns, lines))
    )
    results, series = found.material.results, found.material.metric
    metric = None if series is None else metric_of(series)
    judgement = None
    if metric is not None:
        label = None
        if baseline in results.ids:
            label = results.groups.labels[results.groups.groups[results.ids.index(baseline)]]
        judgement = judge_runs(reader, results, metric, found.material.labels, baseline=label)
    rows = reader.ask(lambda index: index.get_runs(ids))
    details = Details(reader, [rows[run] for run in ids if run in rows])
    return SideBySide(
        lines, _params(details, ids), _context(found.context, ids),
        [_metric(one, found.values, ids) for one in found.series if not is_load(one.label)][
            :MOST_ROWS
        ],
        _data(found.inputs, ids), None if judgement is None else verdict_of(judgement, results),
        judgement, found.material,
    )  # fmt: skip


def _read(reader: StoreReader, columns: RunColumns, lines: Sequence[RunLine]) -> _Read:
    ids = [line.id for line in lines]
    numbers = np.array(columns.find(ids), np.int64)
    is_shown = np.zeros(columns.count, np.bool_)
    is_shown[numbers] = True
    newest = newest_first(columns)
    rows = newest[is_shown[newest]]
    experiments = {line.experiment for line in lines}
    name = (experiments.pop() or "") if len(experiments) == 1 else ""
    outline = outline_of(reader, columns, name, rows)
    assert outline is not None  # noqa: S101 - there are runs
    statuses = statuses_of(reader, columns, is_shown)
    material, series = material_of(reader, columns, outline, statuses, is_whole=True)
    condition = Selection(runs=tuple(numbers.tolist())).condition("artifacts.run")
    inputs = columns.rows(
        "SELECT runs.run, artifacts.artifact, artifacts.digest FROM artifacts "  # noqa: S608
        f"JOIN runs ON runs.id = artifacts.run WHERE direction = 'input' AND {condition}"
    )
    index = reader.index
    return _Read(
        material, series, index.current_values(ids), index.context(ids, _FACTS),
        [(run, artifact, digest) for run, artifact, digest in inputs],
    )  # fmt: skip


def _params(details: Details, ids: Sequence[str]) -> list[ComparedTexts]:
    """List params, those that differ first; `1e-3` and `0.001` don't."""
    found: dict[str, dict[str, tuple[str, object]]] = {}
    for run in ids:
        for param in details.params.get(run, []):
            same = param.text if param.number is None else param.number
            found.setdefault(param.key, {})[run] = param.text[:_MOST_CHARACTERS], same
    compared = []
    for key, by_run in sorted(found.items()):
        is_same = len(by_run) == len(ids) and len({same for _, same in by_run.values()}) == 1
        texts = [by_run[run][0] if run in by_run else None for run in ids]
        compared.append(ComparedTexts(key, texts, not is_same))
    return sorted(compared, key=lambda one: not one.differs)[:MOST_ROWS]


def _context(facts: Mapping[str, Mapping[str, Any]], ids: Sequence[str]) -> list[ComparedTexts]:
    """List what runs ran with, what differs first; of packages only those."""
    by_key: dict[str, dict[str, str]] = {}
    for run in ids:
        for key, text in _flat("", facts.get(run, {})):
            by_key.setdefault(key, {})[run] = text
    compared = []
    for key, texts in sorted(by_key.items()):
        differs = len(texts) < len(ids) or len(set(texts.values())) > 1
        if differs or not key.startswith(_ONLY_DIFFERING):
            compared.append(ComparedTexts(key, [texts.get(run) for run in ids], differs))
    return sorted(compared, key=lambda one: not one.differs)[:MOST_ROWS]


def _flat(prefix: str, value: object) -> list[tuple[str, str]]:
    if isinstance(value, dict) and value:
        return [pair for key, inner in value.items() for pair in _flat(f"{prefix}{key}.", inner)]
    key = prefix.removesuffix(".")
    if value is None or not key or value == {}:
        return []
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return [(key, text[:_MOST_CHARACTERS])]


def _metric(
    one: SeriesOfRuns,
    values: Mapping[str, Mapping[tuple[str, str], float]],
    ids: Sequence[str],
) -> ComparedMetric:
    key = (one.name, one.context)
    found = [values.get(run, {}).get(key) for run in ids]
    finite = [value for value in found if value is not None and math.isfinite(value)]
    best: list[int] = []
    if one.words.direction is not None and len(finite) > 1:
        value = min(finite) if one.words.direction == "min" else max(finite)
        best = [place for place, own in enumerate(found) if own == value]
    return ComparedMetric(one.label, found, one.words.direction, best)


def _data(inputs: Sequence[tuple[str, str, str | None]], ids: Sequence[str]) -> list[ComparedData]:
    found: dict[str, dict[str, set[str]]] = {}
    for run, artifact, digest in inputs:
        found.setdefault(artifact, {}).setdefault(run, set()).add(digest or "")
    compared = []
    for artifact, by_run in sorted(found.items()):
        digests = [", ".join(sorted(by_run[run])) if run in by_run else None for run in ids]
        is_same = len(set(digests)) == 1
        compared.append(ComparedData(artifact, digests, not is_same))
    return sorted(compared, key=lambda one: not one.differs)[:MOST_ROWS]
