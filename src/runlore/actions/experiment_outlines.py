"""What is known of experiments before any metric of them is looked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from runlore.compare.group_results import statuses_of
from runlore.reading.search_columns import STATUSES, newest_first, shown_runs

if TYPE_CHECKING:
    from runlore.compare.verdict_tables import PageStanding
    from runlore.index.columns import RunColumns
    from runlore.query.columns import Integers
    from runlore.reading.store import StoreReader


@dataclass(frozen=True, slots=True)
class GroupValue:
    """A group and what it came to."""

    label: str
    n: int
    mean: float
    std: float | None
    runs: list[str]


@dataclass(frozen=True, slots=True)
class VerdictLine:
    """How the answer stands, in a word and in a line."""

    standing: PageStanding
    text: str


@dataclass(frozen=True, slots=True)
class ExperimentCard:
    """An experiment; the name of what has none is empty. Times are milliseconds UTC."""

    name: str
    project: str | None
    question: str | None
    state: str
    runs: int
    statuses: dict[str, int]
    metric: str | None
    direction: str | None
    unit: str | None
    leader: GroupValue | None
    verdict: VerdictLine | None
    sparkline: list[float]
    first_ms: int | None
    last_ms: int | None


class Outline(NamedTuple):
    """What is known of an experiment before any value of a metric is read."""

    card: ExperimentCard
    rows: Integers
    revision: int


def outlines(
    reader: StoreReader, columns: RunColumns, revisions: dict[str | None, int]
) -> list[Outline]:
    """Outline all experiments, the latest active first."""
    is_shown = shown_runs(columns, is_archived=False)
    newest = newest_first(columns)
    rows = newest[is_shown[newest]]
    names = columns.texts("attribute", "experiment")
    codes = names.codes[rows].astype(np.int64) + 1  # 0: none
    size = len(names.entries) + 1
    order = np.argsort(codes, kind="stable")
    ends = np.cumsum(np.bincount(codes, minlength=size))
    statuses = statuses_of(reader, columns, is_shown)[rows]
    counts = np.bincount(codes * len(STATUSES) + np.maximum(statuses, 0),
                         minlength=size * len(STATUSES)).reshape(size, -1)  # fmt: skip
    first, last = _times(columns, rows, codes, size)
    goals, projects = (_newest_text(columns, name, rows, codes) for name in ("goal", "project"))
    found = []
    latest_first = np.argsort(-np.nan_to_num(last), kind="stable")
    has_runs = np.bincount(codes, minlength=size) > 0
    for code in latest_first[has_runs[latest_first]].tolist():
        own = rows[order[ends[code - 1] if code else 0 : ends[code]]]
        name = names.entries.items[code - 1] if code else None
        card = _card(name or "", own, counts[code], goals.get(code), projects.get(code),
                     (first[code], last[code]))  # fmt: skip
        found.append(Outline(card, own, revisions.get(name, 0)))
    return found


def outline_of(
    reader: StoreReader, columns: RunColumns, name: str, rows: Integers
) -> Outline | None:
    """Outline one experiment by the runs of it that are looked at, newest first."""
    if not len(rows):
        return None
    is_shown = np.zeros(columns.count, np.bool_)
    is_shown[rows] = True
    statuses = statuses_of(reader, columns, is_shown)[rows]
    counts = np.bincount(np.maximum(statuses, 0), minlength=len(STATUSES))
    codes = np.zeros(len(rows), np.int64)
    first, last = _times(columns, rows, codes, 1)
    goal, project = (
        _newest_text(columns, what, rows, codes).get(0) for what in ("goal", "project")
    )
    card = _card(name, rows, counts, goal, project, (first[0], last[0]))
    return Outline(card, rows, columns.revision)


def _card(
    name: str,
    rows: Integers,
    counts: Integers,
    goal: str | None,
    project: str | None,
    times: tuple[float, float],
) -> ExperimentCard:
    """Begin a card, without anything that metrics tell."""
    statuses = {status: int(count) for status, count in zip(STATUSES, counts, strict=True) if count}
    return ExperimentCard(
        name=name, project=project, question=goal,
        state="running" if statuses.get("running") else "open",
        runs=len(rows), statuses=statuses,
        metric=None, direction=None, unit=None, leader=None, verdict=None, sparkline=[],
        first_ms=_milliseconds(times[0]), last_ms=_milliseconds(times[1]),
    )  # fmt: skip


def _times(columns: RunColumns, rows: Integers, codes: Integers, size: int) -> tuple[Any, Any]:
    """Give when each experiment's first run began and when something of it last happened."""
    begun = columns.numbers("created").numbers[rows]
    latest = begun
    for name in ("last_time", "ended"):
        latest = np.fmax(latest, columns.numbers(name).numbers[rows])
    first, last = np.full(size, np.nan), np.full(size, np.nan)
    np.fmin.at(first, codes, begun)
    np.fmax.at(last, codes, latest)
    return first, last


def _newest_text(columns: RunColumns, name: str, rows: Integers, codes: Integers) -> dict[int, str]:
    """Give what the newest run that says it says, by experiment."""
    texts = columns.texts("attribute", name)
    own = texts.codes[rows]
    saying = np.flatnonzero(own >= 0)
    which, firsts = np.unique(codes[saying], return_index=True)
    items = texts.entries.items
    return {
        code: items[own[saying[first]]]
        for code, first in zip(which.tolist(), firsts.tolist(), strict=True)
    }


def _milliseconds(microseconds: float) -> int | None:
    return None if np.isnan(microseconds) else int(microseconds) // 1000
