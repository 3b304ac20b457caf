"""Which metrics the runs of an experiment have, and which of them decides."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from runlore.compare.choosing import companions_of, in_order, most_telling
from runlore.errors import SeriesNotFound
from runlore.reading.facts import is_load, series_label
from runlore.reading.metric_words import words_about
from runlore.reading.suggestions import nearest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runlore.compare.group_results import GroupResults
    from runlore.index.columns import RunColumns
    from runlore.query.columns import Integers
    from runlore.reading.metric_words import MetricWords
    from runlore.reading.store import StoreReader

MOST_CANDIDATES = 12
_SAMPLE = 16
_AT_ONCE = 1000


class SeriesOfRuns(NamedTuple):
    """A metric of some runs, with what stands about it; `runs` counts those that have it."""

    label: str
    name: str
    context: str
    runs: int
    words: MetricWords

    @property
    def title(self) -> str:
        """What it is called: its alias where there is one, with its context."""
        return self.label if self.words.alias is None else (
            series_label(self.words.alias, self.context)
        )  # fmt: skip


def sample_of_runs(rows: Integers, is_over: Sequence[bool]) -> Integers:
    """Pick some runs, evenly over all: of those that are over, else of all."""
    over = rows[np.asarray(is_over, np.bool_)]
    chosen = over if len(over) else rows
    if len(chosen) <= _SAMPLE:
        return chosen
    return chosen[np.linspace(0, len(chosen) - 1, _SAMPLE).astype(np.int64)]


def series_of_runs(
    reader: StoreReader,
    columns: RunColumns,
    rows: Integers,
    experiment: str | None,
    *,
    defined_by: Integers,
) -> list[SeriesOfRuns]:
    """List the metrics of runs, those looked at first in front, machine load last.

    `defined_by` are the runs whose definitions of metrics are read.
    """
    counts: dict[tuple[str, str], int] = {}
    ids = columns.ids.ids[rows].astype("U32").tolist()
    for start in range(0, len(ids), _AT_ONCE):
        for values in reader.index.current_values(ids[start : start + _AT_ONCE]).values():
            for key in values:
                counts[key] = counts.get(key, 0) + 1
    words = words_about(
        reader.index, columns, (name for name, _ in counts), experiment, runs=defined_by.tolist()
    )
    found = {
        series_label(name, context): SeriesOfRuns(
            series_label(name, context), name, context, count, words[name]
        )
        for (name, context), count in counts.items()
    }
    order = in_order({label: one.runs for label, one in found.items()})
    return [found[label] for label in sorted(order, key=is_load)]


def candidates_among(series: Sequence[SeriesOfRuns]) -> list[SeriesOfRuns]:
    """Pick the metrics that may decide: those of which it is known which way is better."""
    companions = companions_of(one.label for one in series)
    found = [
        one for one in series
        if one.words.direction is not None
        and not is_load(one.label) and one.label not in companions
    ]  # fmt: skip
    if len(found) <= MOST_CANDIDATES:
        return found
    return sorted(found, key=lambda one: not one.words.is_said)[:MOST_CANDIDATES]


def deciding_metric(
    candidates: Sequence[SeriesOfRuns], results: GroupResults
) -> SeriesOfRuns | None:
    """Choose the metric that tells most, of those that groups have; without any, the first."""
    counts = {one.label: results.count_having(one.label) for one in candidates}
    having = [one.label for one in candidates if counts[one.label]]
    said = {one.label for one in candidates if one.words.is_said}
    label = most_telling(having, counts, said=said)
    if label is None and candidates:
        return candidates[0]
    return next((one for one in candidates if one.label == label), None)


def metric_named(label: str, series: Sequence[SeriesOfRuns]) -> SeriesOfRuns:
    """Find a metric by its label or its alias.

    Raises:
        SeriesNotFound: if no run has it.
    """
    for one in series:
        if label in (one.label, one.title):
            return one
    raise SeriesNotFound(
        f"none of the runs has a metric {label!r}",
        hint=nearest(label, [one.label for one in series], nothing="they have no metrics"),
    )
