"""The runs of a search: one for the whole, and one within it for each combination."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from runlore.errors import NotFound, RunloreError, StoreNotFound
from runlore.reading.opening import find_run, find_runs
from runlore.reading.store import open_reader
from runlore.tracking.evaluation import Outcome
from runlore.tracking.experiments import track_experiment
from runlore.tracking.search_spaces import name_of, text_key
from runlore.tracking.sweep_results import Combination

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from runlore.reading.run import StoredRun
    from runlore.reading.store import StoreReader
    from runlore.tracking.sweep_settings import Place
    from runlore.tracking.tracked import TrackedRun

FACT = "sweep"
FOLD = "fold"
FIT_SECONDS = "fit_seconds"
_OVER = ("finished", "running")
_WITHIN = {"console": False, "load": False}  # the whole has them


def open_whole(
    name: str, place: Place, *, params: Mapping[str, Any], fact: Mapping[str, Any],
    tag: str, earlier: StoredRun | None = None,
) -> TrackedRun:  # fmt: skip
    """Start the run of a whole search, or go on with an earlier one."""
    run = track_experiment(
        name,
        id=None if earlier is None else earlier.id,
        resume=earlier is not None,
        params=None if earlier is not None else params,
        tags={tag: None, **place.tags},
        **place.arguments(),
    )
    run.record("context.captured", facts={FACT: dict(fact)})
    return run


def open_part(
    whole: TrackedRun, place: Place, params: Mapping[str, Any], name: str | None = None
) -> TrackedRun:
    """Start the run of a combination within that of the search."""
    arguments = place.arguments()
    arguments["increment"] = False if whole.increment is None else whole.increment.name
    if arguments.get("capture") is None:
        arguments["capture"] = _WITHIN
    return track_experiment(
        name or name_of(params), parent=whole, params=params or None, **arguments
    )


def log_outcome(run: TrackedRun, outcome: Outcome) -> dict[str, float]:
    """Log the scores of each fold and their means, and return the means."""
    folds = len(next(iter(outcome.scores.values()), []))
    whole = outcome.error is None
    for fold in range(folds if folds > 1 or not whole else 0):
        values = {name: scores[fold] for name, scores in outcome.scores.items()}
        values[FIT_SECONDS] = outcome.fit_seconds[fold]
        run.log(values, step=fold, context=FOLD)
    if not whole or not folds:
        return {}
    means = {name: sum(scores) / folds for name, scores in outcome.scores.items()}
    logged = {**means, FIT_SECONDS: sum(outcome.fit_seconds)}
    if folds > 1:
        logged |= {f"{name}_std": _spread(scores) for name, scores in outcome.scores.items()}
    run.log(logged)
    return means


def close_part(run: TrackedRun, params: Mapping[str, Any], outcome: Outcome) -> Combination:
    """Log what came of a combination, and end its run."""
    means = log_outcome(run, outcome)
    status, error, reason = outcome.error or ("finished", None, None)
    run.end(status, error, reason)
    return Combination(
        params=dict(params),
        run=run.id,
        status=status,
        scores=means,
        fold_scores={name: tuple(scores) for name, scores in outcome.scores.items()},
        fit_seconds=sum(outcome.fit_seconds) if outcome.fit_seconds else None,
        error=None if error is None else f"{error['type']}: {error['message']}",
    )


def close_search_part(
    run: TrackedRun, params: Mapping[str, Any], scores: Mapping[str, tuple[float, ...]],
    extra: Mapping[str, float], seconds: float | None, *, error: str | None, is_ranked: bool,
) -> Combination:  # fmt: skip
    """Log what a search of another library found for a combination, and end its run."""
    outcome = Outcome({name: list(values) for name, values in scores.items()})
    folds = len(next(iter(scores.values()), ()))
    outcome.fit_seconds = [(seconds or 0.0) / max(folds, 1)] * folds
    means = log_outcome(run, outcome)
    if extra:
        run.log(extra)
    if error is None:
        run.finish()
    else:
        run.finish("failed", error)
    return Combination(
        params=dict(params),
        run=run.id,
        status="finished" if error is None else "failed",
        scores=means,
        fold_scores=dict(scores),
        fit_seconds=seconds,
        error=error,
        is_ranked=is_ranked,
    )


def _spread(scores: Sequence[float]) -> float:
    mean = sum(scores) / len(scores)
    return math.sqrt(sum((score - mean) ** 2 for score in scores) / (len(scores) - 1))


# -- going on after a kill -----------------------------------------------------------------


def find_unfinished(name: str, place: Place, fact: Mapping[str, Any]) -> StoredRun | None:
    """Find the newest search of that name that was broken off and did the same."""
    try:
        reader = open_reader(place.store, budget_seconds=None)
    except StoreNotFound:
        return None
    for run in find_runs(reader, place.experiment_name()):
        if run.name != name or run.parent is not None or run.status in _OVER:
            continue
        known = run.context.get(FACT)
        if isinstance(known, dict) and known.get("fingerprint") == fact["fingerprint"]:
            return run
    return None


def finished_parts(whole: StoredRun, names: Sequence[str]) -> dict[str, Combination]:
    """Read the combinations of a search that are finished, by their keys."""
    found: dict[str, Combination] = {}
    reader = open_reader(whole.store, budget_seconds=None)
    for run in _parts(reader, whole):
        metrics = run.metrics
        if run.status != "finished" or not all(name in metrics for name in names):
            continue
        found[text_key(run.param_texts)] = Combination(
            params=dict(run.param_texts),
            run=run.id,
            status="finished",
            scores={name: metrics[name] for name in names},
            fold_scores={name: _fold_scores(run, name, metrics[name]) for name in names},
            fit_seconds=metrics.get(FIT_SECONDS),
            is_from_before=True,
        )
    return found


def _parts(reader: StoreReader, whole: StoredRun) -> list[StoredRun]:
    return [
        run for run in find_runs(reader, whole.experiment, project=whole.project)
        if run.parent == whole.id
    ]  # fmt: skip


def _fold_scores(run: StoredRun, name: str, score: float) -> tuple[float, ...]:
    try:
        return tuple(run.series(name, FOLD).value.tolist())
    except NotFound:
        return (score,)  # of rows beside the folds


def refreshed(run_id: str, store: str) -> StoredRun | None:
    """Read a run anew; None if the store can't be read at the moment."""
    try:
        return find_run(open_reader(store, budget_seconds=None), run_id)
    except RunloreError:
        return None
