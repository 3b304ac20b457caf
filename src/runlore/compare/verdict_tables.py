"""What is said of groups by one metric: a table with each group's figures, and a verdict."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

from runlore.compare.judging import can_be_ranked, judge_groups
from runlore.errors import MissingExtra
from runlore.stats.samples import sample_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from runlore.compare.group_results import GroupResults
    from runlore.compare.judging import MetricVerdict
    from runlore.query.columns import Integers
    from runlore.reading.directions import Direction
    from runlore.stats.verdicts import Rival

PageStanding = Literal["clear", "noise", "untested", "alone", "tied", "none"]
CONFIDENCE = 0.95
MOST_TESTED = 200  # groups, the best; who is behind so many is not the closest rival
_MOST_RUNS = 50  # of a group, by id
_STANDINGS: dict[str, PageStanding] = {
    "clear": "clear", "within noise": "noise", "tied": "tied", "untested": "untested",
    "flattered": "untested", "alone": "alone", "no values": "none", "unknown direction": "none",
}  # fmt: skip


class Metric(NamedTuple):
    """The metric that chooses: its label, what it is called, and which is better."""

    label: str
    title: str
    unit: str | None
    direction: Direction


@dataclass(frozen=True, slots=True)
class VerdictGroup:
    """What a group came to; differences are the leader's mean less this group's."""

    label: str
    key: dict[str, str]
    n: int
    not_finite: int
    mean: float | None
    std: float | None
    low: float | None
    high: float | None
    is_leader: bool
    is_baseline: bool
    runs: list[str]
    difference: float | None
    difference_low: float | None
    difference_high: float | None
    p_value: float | None
    effect: float | None
    told_apart: bool | None
    obstacle: str | None
    seconds: float | None


class Judgement(NamedTuple):
    """The groups by one metric, best first; `verdict` is None where SciPy isn't installed.

    `more` counts groups behind those that were tested, `missing` those without any value.
    """

    metric: Metric
    groups: tuple[VerdictGroup, ...]
    verdict: MetricVerdict | None
    standing: PageStanding
    more: int
    missing: int
    is_seeded: bool

    @property
    def ranked(self) -> tuple[VerdictGroup, ...]:
        """The groups that have a value."""
        return tuple(one for one in self.groups if one.mean is not None)

    @property
    def best(self) -> VerdictGroup | None:
        """The group with the best mean, if any has one."""
        return self.groups[0] if self.groups and self.groups[0].mean is not None else None


class _Figures(NamedTuple):
    """A group's values summed up."""

    not_finite: int = 0
    n: int = 0
    mean: float | None = None
    std: float | None = None
    low: float | None = None
    high: float | None = None


def judge_results(
    results: GroupResults,
    metric: Metric,
    *,
    baseline: str | None = None,
    folds: tuple[Mapping[str, Mapping[int, float]], Mapping[str, str | None]] | None = None,
) -> Judgement:
    """Sum up groups by a metric and say which is best, and whether more than chance says so.

    Args:
        results: the runs of the groups.
        metric: by which.
        baseline: the label of the group to beat, instead of those that are tagged or named so.
        folds: where each group is one cross-validated run: values by fold of each group, and
            what tells their divisions into folds apart.
    """
    values, splits = results.values(metric.label), None
    if folds is not None:
        values = {name: {str(fold): value for fold, value in own.items()}
                  for name, own in folds[0].items()}  # fmt: skip
        splits = folds[1]
    tested = _tested(values, metric.direction)
    lost = dict(zip(results.groups.labels, results.by_group(results.lost).tolist(), strict=True))
    verdict: MetricVerdict | None = None
    try:
        verdict = judge_groups(
            tested, metric.label, metric.direction,
            lost=lost, splits=splits, confidence=CONFIDENCE,
        )  # fmt: skip
        figures = _described(verdict, has_intervals=splits is None)
    except MissingExtra:
        figures = _summed(tested, metric.direction)
    standing: PageStanding = "none"
    if verdict is not None:
        standing = _STANDINGS[verdict.standing]
    elif figures:
        standing = "untested" if len(figures) > 1 else "alone"
    unranked = {name: len(own) for name, own in tested.items() if name not in figures}
    unranked |= {name: 0 for name in results.groups.labels if name not in values}
    table = _table(results, figures, unranked, verdict, baseline)
    return Judgement(
        metric, tuple(table), verdict, standing, len(values) - len(tested),
        results.size - len(values), bool(results.groups.seed_texts),
    )  # fmt: skip


def _tested(
    values: Mapping[str, Mapping[str, float]], direction: str
) -> Mapping[str, Mapping[str, float]]:
    """Take the best groups where there are very many."""
    if len(values) <= MOST_TESTED:
        return values
    sign = -1.0 if direction == "max" else 1.0

    def place(name: str) -> float:
        finite = [value for value in values[name].values() if can_be_ranked(value)]
        return sign * math.fsum(finite) / len(finite) if finite else math.inf

    return {name: values[name] for name in sorted(values, key=place)[:MOST_TESTED]}


def _described(verdict: MetricVerdict, *, has_intervals: bool) -> dict[str, _Figures]:
    """Give the figures of groups, best first; scores of folds agree too much for intervals."""
    order = [] if verdict.leader is None else [one.name for one in verdict.leader.standings]
    found = {}
    for name in order:
        one = verdict.descriptions.get(name)
        if one is not None:
            ends = one.mean_interval
            if not has_intervals:
                ends = None
            low, high = (None, None) if ends is None else (ends.low, ends.high)
            found[name] = _Figures(one.not_finite, one.n, one.mean, one.std, low, high)
    return found


def _summed(values: Mapping[str, Mapping[str, float]], direction: str) -> dict[str, _Figures]:
    """Give the same without SciPy, so without intervals."""
    found = {}
    for name, own in values.items():
        finite = {key: value if can_be_ranked(value) else math.nan for key, value in own.items()}
        sample = sample_of(finite, name=name, not_finite="leave out")
        if sample.n:
            std = sample.std if sample.n > 1 else None
            found[name] = _Figures(sample.not_finite, sample.n, sample.mean, std, None, None)
    sign = -1.0 if direction == "max" else 1.0
    return dict(sorted(found.items(), key=lambda pair: sign * (pair[1].mean or 0.0)))


def _table(
    results: GroupResults,
    figures: Mapping[str, _Figures],
    unranked: Mapping[str, int],
    verdict: MetricVerdict | None,
    baseline: str | None,
) -> list[VerdictGroup]:
    labels = results.groups.labels
    places = {label: place for place, label in enumerate(labels)}
    rest = [label for label in labels if label in unranked]  # and not who was cut
    shown = [*figures, *rest][:MOST_TESTED]
    leader = None if verdict is None else verdict.leader
    rivals = {} if leader is None else {one.name: one for one in leader.rivals}
    best = next(iter(figures), None)
    members = _members(results, [places[label] for label in shown])
    is_to_beat = results.by_group(np.flatnonzero(results.baselines)) > 0
    return [
        _group(
            results, label, places[label], figures.get(label) or _Figures(unranked.get(label, 0)),
            rivals.get(label), verdict, own,
            is_leader=label == best,
            is_baseline=bool(is_to_beat[places[label]]) if baseline is None else label == baseline,
        )
        for label, own in zip(shown, members, strict=True)
    ]  # fmt: skip


def _members(results: GroupResults, groups: Sequence[int]) -> list[Integers]:
    """List the places of the runs of groups: those that count first, newest first."""
    is_counted = np.zeros(len(results.ids), np.bool_)
    is_counted[results.counted] = True
    order = np.lexsort((~is_counted, results.groups.groups))
    ends = np.cumsum(np.bincount(results.groups.groups, minlength=results.size))
    return [order[ends[group - 1] if group else 0 : ends[group]] for group in groups]


def _group(
    results: GroupResults,
    label: str,
    place: int,
    figures: _Figures,
    rival: Rival | None,
    verdict: MetricVerdict | None,
    members: Integers,
    *,
    is_leader: bool,
    is_baseline: bool,
) -> VerdictGroup:
    difference = None if rival is None else rival.difference
    counted = members[np.isin(members, results.counted)]
    seconds = results.seconds[counted]
    seconds = seconds[np.isfinite(seconds)]
    leader = None if verdict is None else verdict.leader
    is_told = None
    if rival is not None and leader is not None and difference is not None:
        is_told = leader.is_behind(rival)
    standardized = None if difference is None else difference.standardized
    return VerdictGroup(
        label=label,
        key=results.groups.keys[place],
        n=figures.n,
        not_finite=figures.not_finite,
        mean=figures.mean,
        std=figures.std,
        low=figures.low,
        high=figures.high,
        is_leader=is_leader,
        is_baseline=is_baseline,
        runs=[results.ids[one] for one in members[:_MOST_RUNS].tolist()],
        difference=None if difference is None else difference.value,
        difference_low=None if difference is None else difference.interval.low,
        difference_high=None if difference is None else difference.interval.high,
        p_value=None if rival is None else rival.p_adjusted,
        effect=None if standardized is None else standardized.value,
        told_apart=is_told,
        obstacle=(rival.obstacle or None) if rival is not None else None,
        seconds=float(seconds.mean()) if len(seconds) else None,
    )
