"""List the series of a run, and the metrics of many runs, searched and in sections."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from runlore.actions.columns import name_of
from runlore.actions.fields import MOST_LOOKED_AT, runs_of
from runlore.errors import InvalidValue
from runlore.index.columns_chosen import ChosenColumns
from runlore.index.columns_keys import Key
from runlore.query.patterns import regex
from runlore.reading.facts import is_load, series_label
from runlore.reading.metric_words import words_about
from runlore.reading.search_columns import newest_first, shown_runs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from numpy.typing import NDArray

    from runlore.index.columns import RunColumns
    from runlore.index.interface import Index
    from runlore.index.summaries import SeriesSummary
    from runlore.reading.metric_words import MetricWords
    from runlore.reading.run import StoredRun
    from runlore.reading.store import StoreReader

MOST_SECTIONS = 500


class Sought(NamedTuple):
    """Which names to list: a regular expression, where names begin, and how many from where."""

    search: str = ""
    prefix: str | None = None
    offset: int = 0
    limit: int = 100


@dataclass(frozen=True)
class Section:
    """Names that begin alike, up to the first slash; "" for those without one."""

    prefix: str
    count: int


@dataclass(frozen=True)
class DescribedSeries:
    """A series, its label, and what stands about its metric."""

    label: str
    summary: SeriesSummary
    words: MetricWords


@dataclass(frozen=True)
class SeriesList:
    """Some of the series that were found; sections count all that the search found."""

    series: list[DescribedSeries]
    sections: list[Section]
    total: int


@dataclass(frozen=True)
class DescribedMetric:
    """A metric by its label, how many runs have it, and the best value of them."""

    label: str
    runs: int
    words: MetricWords
    best: float | None


@dataclass(frozen=True)
class MetricList:
    """Some of the metrics that were found; sections count all that the search found."""

    metrics: list[DescribedMetric]
    sections: list[Section]
    total: int


def list_series(reader: StoreReader, run: StoredRun, sought: Sought, *, load: bool) -> SeriesList:
    """List the series of a run, of several ranks the lowest one's; `load`: those of the machine.

    Raises:
        InvalidValue: if the search is no regular expression.
    """
    labelled: dict[str, SeriesSummary] = {}
    for summary in run.all_summaries:  # by name, context and rank
        if is_load(summary.name) == load:
            labelled.setdefault(series_label(summary.name, summary.context), summary)
    found, sections = _found(labelled, sought)
    some = found[sought.offset : sought.offset + sought.limit]
    names = [labelled[label].name for label in some]
    words = reader.ask(
        lambda index: index.ask_columns(
            lambda columns: words_about(index, columns, names, run.experiment)
        )
    )
    definitions = run.metric_definitions
    series = []
    for label in some:
        summary, said = labelled[label], words[labelled[label].name]
        own = definitions.get(summary.name)
        if own is not None:
            said = said._replace(x=own.x or said.x, unit=said.unit or own.unit)
        series.append(DescribedSeries(label, summary, said))
    return SeriesList(series, sections, len(found))


def list_metrics(
    reader: StoreReader,
    sought: Sought,
    *,
    experiment: str | None = None,
    runs: Sequence[str] | None = None,
) -> MetricList:
    """List the metrics of some runs, of an experiment, or of all: of many the newest 500 runs.

    Raises:
        InvalidValue: if the search is no regular expression.
    """

    def read(index: Index) -> MetricList:
        return index.ask_columns(lambda columns: _listed(index, columns))

    def _listed(index: Index, columns: RunColumns) -> MetricList:
        numbers = _numbers(columns, experiment, runs)
        counts = columns.count_labels(numbers.tolist())
        found, sections = _found(counts, sought)
        some = found[sought.offset : sought.offset + sought.limit]
        words = words_about(index, columns, map(name_of, some), experiment)
        best = _best(ChosenColumns(columns, numbers), {
            label: words[name_of(label)].direction for label in some
        })  # fmt: skip
        metrics = [
            DescribedMetric(label, counts[label], words[name_of(label)], best.get(label))
            for label in some
        ]
        return MetricList(metrics, sections, len(found))

    return reader.ask(read)


def _numbers(
    columns: RunColumns, experiment: str | None, runs: Sequence[str] | None
) -> NDArray[np.int64]:
    """Choose the runs to look at, by their numbers, the newest first."""
    if runs is not None:
        known = [number for number in columns.find(runs[:MOST_LOOKED_AT]) if number]
        return np.array(list(dict.fromkeys(known)), np.int64)
    if experiment is not None:
        return runs_of(columns, experiment)[:MOST_LOOKED_AT]
    newest = newest_first(columns)
    return newest[shown_runs(columns)[newest]][:MOST_LOOKED_AT]


def _best(chosen: ChosenColumns, directions: dict[str, str | None]) -> dict[str, float]:
    """Give the best value that any of some runs had at any time."""
    keys = {
        label: Key("metric", label, direction)
        for label, direction in directions.items()
        if direction is not None
    }
    chosen.load(*keys.values())
    best = {}
    for label, key in keys.items():
        (values,) = chosen.load(key)
        numbers = values.numbers  # type: ignore[union-attr]
        known = numbers[~np.isnan(numbers)]
        if len(known):
            best[label] = float(known.min() if key.statistic == "min" else known.max())
    return best


def _found(labels: Iterable[str], sought: Sought) -> tuple[list[str], list[Section]]:
    """Give the labels that are sought, sorted, and the sections of all that match the search."""
    matches = _matcher(sought.search)
    matching = sorted(filter(matches, labels), key=lambda label: (is_load(label), natural(label)))
    counts: dict[str, int] = {}
    for label in matching:
        prefix = _section(label)
        counts[prefix] = counts.get(prefix, 0) + 1
    sections = [Section(*pair) for pair in counts.items()][:MOST_SECTIONS]
    if sought.prefix is not None:
        matching = [label for label in matching if _section(label) == sought.prefix]
    return matching, sections


def _section(label: str) -> str:
    name = name_of(label)
    return name.partition("/")[0] + "/" if "/" in name else ""


def natural(label: str) -> list[tuple[int, int, str]]:
    """Sort `layer10` behind `layer2`."""
    parts = re.split(r"(\d+)", label)
    return [
        (0, int(part), "") if part.isdecimal() and len(part) < 300 else (1, 0, part)
        for part in parts
    ]


def _matcher(search: str) -> Callable[[str], bool]:
    """Make what tells whether a label has a match of a regular expression; case is ignored."""
    if not search:
        return lambda _: True
    try:
        return regex(f"(?i){search}")
    except ValueError as error:
        raise InvalidValue(
            f"{search!r} is no regular expression: {error}",
            hint="put a backslash before ( ) [ ] { } . * + ? | ^ $ to search for these themselves",
        ) from None


def finite_or_none(summary: SeriesSummary, number: float) -> float | None:
    """Give an extreme or mean, None of a series without a finite value."""
    return None if summary.finite_count == 0 or math.isnan(number) else number
