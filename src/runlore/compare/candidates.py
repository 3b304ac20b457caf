"""What is compared: runs that differ in nothing but their seed count as one candidate."""

from __future__ import annotations

import hashlib
import json
import math
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from runlore.client.increments import BASELINE, is_baseline, number_in_tag, number_text
from runlore.compare.choosing import SECONDS, TIMES
from runlore.errors import RunloreError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from runlore.reading.run import StoredRun

# A run of this tag is a comparison itself: what it compared are the runs within it.
COMPARISON_TAG = "comparison"
FOLD = "fold"
_SPLITS = "splits.npz"


@dataclass(frozen=True, slots=True)
class Candidate:
    """Runs of one configuration: `runs` are finished, `others` failed or aren't over.

    `values` has the current values of each metric by seed, `folds` those of the folds of a
    cross-validation where there is one run; `splits` tells one division into folds from
    another. `seconds` is the mean time of training, `is_whole_duration` says that it is that of
    whole runs.
    """

    name: str
    runs: tuple[StoredRun, ...]
    others: tuple[StoredRun, ...]
    values: dict[str, dict[Any, float]]
    is_baseline: bool
    seconds: float | None
    is_whole_duration: bool
    tags: tuple[str, ...]
    replaced: tuple[StoredRun, ...] = ()
    folds: dict[str, dict[int, float]] = field(default_factory=dict)
    splits: str | None = None

    @property
    def status(self) -> str:
        """That of its runs, if it is one, like `finished`; else how many of each there are."""
        counts = Counter(run.status for run in (*self.runs, *self.others))
        if len(counts) == 1:
            return next(iter(counts))
        return ", ".join(f"{count} {status}" for status, count in sorted(counts.items()))

    @property
    def lost(self) -> tuple[StoredRun, ...]:
        """Those of its runs that are over and have not finished."""
        return tuple(run for run in self.others if run.status != "running")


def candidates_of(runs: Iterable[StoredRun]) -> list[Candidate]:
    """Sort runs, oldest first, into candidates.

    Runs are of one if they have the same name and the same params but for the seeds, which all
    must have: the newest finished run of each seed counts. Runs within another run are parts of
    it, except those of a comparison.
    """
    found = sorted(runs, key=lambda run: (run.created is None, run.created, run.id))
    comparisons = {run.id: run for run in found if COMPARISON_TAG in run.tags}
    compared = [
        run for run in found
        if run.id not in comparisons and (run.parent is None or run.parent in comparisons)
    ]  # fmt: skip
    groups: dict[object, list[StoredRun]] = {}
    for run in compared:
        groups.setdefault(_key(run), []).append(run)
    names = _names(list(groups.values()), comparisons)
    return [_candidate(name, group) for name, group in zip(names, groups.values(), strict=True)]


def label_of(run: StoredRun) -> str:
    """Name a run as its increment does: `exp-003-xgboost`; else by its label."""
    numbers = [number for tag in run.tags if (number := number_in_tag(tag)) is not None]
    if not numbers:
        return run.label
    text = number_text(numbers[0])
    return f"{text}-{run.name}" if run.name else text


def _key(run: StoredRun) -> object:
    seeds, params = run.seeds, run.params
    if all(seed is None for seed in seeds.values()):
        return run.id  # nothing says that it repeats another one
    rest = {key: value for key, value in params.items() if key not in seeds}
    return run.name, run.parent, json.dumps(rest, sort_keys=True, default=str)


def _names(
    groups: Sequence[Sequence[StoredRun]], comparisons: Mapping[str, StoredRun]
) -> list[str]:
    """Name groups so that no two share a name; those of several comparisons by these, too."""
    shared = Counter(group[0].name for group in groups)
    names = []
    for group in groups:
        first = group[0]
        name, whole = first.name, comparisons.get(first.parent or "")
        is_shared = shared[name] > 1
        if name is not None and is_shared and whole is not None:
            names.append(f"{label_of(whole)}/{name}")
        elif name is not None and not is_shared and len(group) > 1:
            names.append(name)
        else:
            names.append(label_of(first))
    repeated = Counter(names)
    return [
        f"{name} ({group[0].short_id})" if repeated[name] > 1 else name
        for name, group in zip(names, groups, strict=True)
    ]


def _candidate(name: str, group: Sequence[StoredRun]) -> Candidate:
    finished = [run for run in group if run.status == "finished"]
    # Of several runs of a seed the newest counts; without seeds there is one run.
    by_seed = {_seed(run): run for run in finished}
    counted = list(by_seed.values())
    kept = {run.id for run in counted}
    folds = folds_of(counted[0]) if len(counted) == 1 else {}
    values: dict[str, dict[Any, float]] = {}
    for seed, run in by_seed.items():
        for label, value in run.metrics.items():
            values.setdefault(label, {})[seed] = value
    seconds, is_whole_duration = _seconds(counted)
    return Candidate(
        name=name,
        runs=tuple(counted),
        others=tuple(
            run for run in group if run.status != "finished" and _seed(run) not in by_seed
        ),
        values=values,
        is_baseline=any(is_baseline(run.name, run.tags) for run in group),
        seconds=seconds,
        is_whole_duration=is_whole_duration,
        tags=tuple(sorted({tag for run in group for tag in run.tags if _is_said(tag)})),
        replaced=tuple(run for run in finished if run.id not in kept),
        folds=folds,
        splits=splits_of(counted[0]) if folds else None,
    )


def _seed(run: StoredRun) -> object:
    """Return what pairs runs of different candidates: the seed, or several by name."""
    different = {str(value) for value in run.seeds.values()}
    if len(different) == 1:
        return different.pop()
    return tuple(sorted((key, str(value)) for key, value in run.seeds.items()))


def _is_said(tag: str) -> bool:
    return number_in_tag(tag) is None and tag not in ("series", BASELINE)


def _seconds(runs: Sequence[StoredRun]) -> tuple[float | None, bool]:
    """Give the mean time of training, and whether it is that of the whole runs."""
    for label in SECONDS:
        found = [run.metrics.get(label, math.nan) for run in runs]
        if found and all(math.isfinite(one) for one in found):
            return math.fsum(found) / len(found), False
    whole = [run.duration_seconds for run in runs]
    known = [one for one in whole if one is not None]
    return (math.fsum(known) / len(known), True) if known else (None, True)


def folds_of(run: StoredRun) -> dict[str, dict[int, float]]:
    """Read the values of a run's folds by metric, where it logged them."""
    found = {}
    for summary in run.summaries.values():
        if summary.context == FOLD and summary.name not in TIMES:
            series = run.series(summary.name, FOLD)
            if series.step is not None:
                steps, values = series.step.tolist(), series.value.tolist()
                found[summary.name] = dict(zip(steps, values, strict=True))
    return found


def splits_of(run: StoredRun) -> str | None:
    """Return what tells the folds of a run from others: the digest of its indices."""
    try:
        with run.artifact(_SPLITS).open() as file:
            return hashlib.sha256(file.read()).hexdigest()
    except (RunloreError, OSError):
        return None


def values_of(candidates: Iterable[Candidate], label: str) -> Mapping[str, Mapping[Any, float]]:
    """Give the values of a metric by candidate, without those that haven't got it."""
    return {one.name: one.values[label] for one in candidates if label in one.values}
