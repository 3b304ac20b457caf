"""Which of several groups of runs is best by a metric, with everything that speaks for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from runlore.compare.candidates import folds_of, splits_of
from runlore.compare.verdict_sentences import headline_of, method_of, notes_of, reasons_of
from runlore.compare.verdict_tables import CONFIDENCE, judge_results
from runlore.reading.run import stored_runs

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from runlore.compare.group_results import GroupResults
    from runlore.compare.verdict_tables import Judgement, Metric, PageStanding, VerdictGroup
    from runlore.reading.store import StoreReader

_MOST_FOLDED = 30  # groups whose folds are read, each from its run


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the data say about groups by one metric; `groups` come best first."""

    metric: str
    direction: str
    by: list[str]
    confidence: float
    is_paired: bool
    standing: PageStanding
    headline: str
    reasons: list[str]
    method: str | None
    groups: list[VerdictGroup]
    runs_needed: int | None
    notes: list[str]


def judge_runs(
    reader: StoreReader,
    results: GroupResults,
    metric: Metric,
    labels: Collection[str],
    *,
    baseline: str | None = None,
) -> Judgement:
    """Judge groups; where each is one cross-validated run, by the scores of their folds.

    `labels` are the metrics that the runs have, `baseline` is the group to beat.
    """
    folds = None
    if f"{metric.label}[fold]" in labels:
        folds = _folds(reader, results, metric.label)
    return judge_results(results, metric, baseline=baseline, folds=folds)


def verdict_of(found: Judgement, results: GroupResults) -> Verdict:
    """Put a judgement into words."""
    leader = None if found.verdict is None else found.verdict.leader
    needed = None if leader is None else leader.runs_needed
    return Verdict(
        metric=found.metric.label,
        direction=found.metric.direction,
        by=[*(["name"] if results.groups.is_by_name else []), *results.groups.by],
        confidence=CONFIDENCE,
        is_paired=leader is not None and leader.is_paired,
        standing=found.standing,
        headline=headline_of(found, results),
        reasons=list(reasons_of(found)),
        method=method_of(found),
        groups=list(found.groups),
        runs_needed=None if needed is None else needed.n,
        notes=notes_of(found, results),
    )


def _folds(
    reader: StoreReader, results: GroupResults, label: str
) -> tuple[Mapping[str, Mapping[int, float]], Mapping[str, str | None]] | None:
    """Read the scores of folds, and what tells divisions into folds apart; None if some lack."""
    counted = results.counted.tolist()
    groups = [results.groups.labels[results.groups.groups[place]] for place in counted]
    if not 0 < len(counted) <= _MOST_FOLDED or len(set(groups)) < len(groups):
        return None
    ids = [results.ids[place] for place in counted]
    known = reader.ask(lambda index: index.get_runs(ids))
    runs = {run.id: run for run in stored_runs(reader, list(known.values()))}
    values, splits = {}, {}
    for group, one in zip(groups, ids, strict=True):
        own = folds_of(runs[one]).get(label, {}) if one in runs else {}
        if len(own) < 2:
            return None
        values[group], splits[group] = own, splits_of(runs[one])
    return values, splits
