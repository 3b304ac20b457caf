"""Train several models on the same data, each as a run of its own, and compare them."""
# ruff: noqa: N803 - X is what data is called where this is used

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any

from runlore.client.recorder import say
from runlore.compare.candidates import COMPARISON_TAG
from runlore.compare.experiments import ExperimentComparison, compare_candidates
from runlore.errors import InvalidType, InvalidValue, RunloreError, a_kind
from runlore.reading.runs import Runs
from runlore.reading.store import open_reader
from runlore.reading.suggestions import nearest
from runlore.records import limits
from runlore.stats.methods import checked_confidence, scipy_stats
from runlore.tracking.comparing import COMPARISON_FILE, report_increment
from runlore.tracking.estimators import maker_of, require_sklearn
from runlore.tracking.experiments import track_experiment
from runlore.tracking.hooks import call_hooks
from runlore.tracking.model_scores import model_scores
from runlore.tracking.model_training import TrainingData, TrainingPlan, train_all
from runlore.tracking.splits import check_lengths

if TYPE_CHECKING:
    from runlore.client.run import Run
    from runlore.reading.directions import Direction
    from runlore.tracking.estimators import ModelMaker
    from runlore.tracking.model_scores import ModelScores, Task
    from runlore.tracking.model_training import Trained
    from runlore.tracking.tracked import TrackedRun


@dataclass(frozen=True, repr=False)
class ModelComparison(ExperimentComparison):
    """A comparison of models: `models` are those trained, by name, of the first seed that worked.

    `run` is the id of the run that the comparison is itself.
    """

    models: Mapping[str, Any] = field(default_factory=dict)
    run: str = ""

    @property
    def best_model(self) -> Any:
        """The trained model of `best`; None if there is none."""
        return None if self.best is None else self.models.get(self.best)


def compare_models(
    models: Mapping[str, Any], X_train: Any, y_train: Any, X_test: Any, y_test: Any, *,
    increment: str | int | None = None,
    metrics: Any = None,
    seeds: int | Iterable[int] | None = None,
    by: str | None = None,
    directions: Mapping[str, str] | None = None,
    name: str = "model-comparison",
    experiment: str | None = None,
    project: str | None = None,
    params: object = None,
    tags: Iterable[str] | Mapping[str, str | None] | None = None,
    parent: str | Run | None = None,
    confidence: float = 0.95,
    on_error: str = "continue",
    save_models: bool = False,
    write: bool = True,
    store: str | os.PathLike[str] | None = None,
    capture: bool | Mapping[str, bool] | Iterable[str] | None = None,
) -> ModelComparison:  # fmt: skip
    """Train models on the same data, each as a run, and say which is best and why.

    The models given stay as they are: clones are trained. With an increment the comparison is
    kept as `comparison.md` in the run's folder, and that of all its experiments beside it.

    Args:
        models: by name: an estimator, its class, or a function that makes one.
        X_train, y_train, X_test, y_test: what each is fitted on, and scored on.
        metrics: names, functions of (model, X, y), or a dict of both. By default accuracy,
            precision, recall and f1, or r2, rmse and mae.
        seeds: how often each is trained, or with which seeds: `seeds=5`, `seeds=[1, 2, 3]`. They
            become every `random_state` of a model. Without them each is trained once, as it is.
        by: the metric that chooses; by default the first.
        directions: whether "min" or "max" is better, for metrics whose names don't say it.
        on_error: "continue" keeps a model that fails as a failed run; "raise" stops there.
        save_models: keep each trained model as an artifact `model.pkl`.
        write: False leaves `comparison.md` of the increment as it is.
        confidence: of intervals and tests.
        name and the rest: as `track_experiment`, for the run that all are part of.

    Raises:
        UsageError: for a wrong argument; nothing has been written then.
        NotFound, Ambiguous: if there is no such increment, or two.
        InvalidValue: if all models fail.
        MissingExtra: if scikit-learn isn't installed, or SciPy and there are several seeds.
    """
    data = TrainingData(X_train, y_train, X_test, y_test)
    plan = _plan(models, data, metrics, seeds, directions, on_error, save_models)
    _check_choice(plan, by, confidence)
    with track_experiment(
        name, increment=increment, experiment=experiment, project=project, params=params,
        tags=tags, parent=parent, store=store, capture=capture,
    ) as whole:  # fmt: skip
        whole.add_tag(COMPARISON_TAG)
        trained = train_all(plan, whole, experiment=experiment, project=project)
        found = _compared(plan, trained, whole, by=by, confidence=confidence)
    found = replace(found, path=_report(whole)) if write else found
    call_hooks("on_comparison", found)
    return found


# -- what is asked for ---------------------------------------------------------------------


def _plan(
    models: Any, data: TrainingData, metrics: Any, seeds: Any, directions: Any, on_error: Any,
    saves_models: Any,
) -> TrainingPlan:  # fmt: skip
    """Check what is asked for, before anything is written."""
    require_sklearn("comparing models", "sklearn.base")
    if on_error not in ("continue", "raise"):
        raise InvalidValue(f"on_error is {on_error!r}", hint="say 'continue' or 'raise'")
    makers, chosen = _makers(models), _seeds(seeds)
    check_lengths(data.X_train, data.y_train, "the training data")
    check_lengths(data.X_test, data.y_test, "the test data")
    scores = model_scores(metrics, data.y_train, data.y_test, _task(makers))
    told = _directions(directions, scores)
    return TrainingPlan(makers, data, scores, chosen, told, on_error == "raise", bool(saves_models))


def _makers(models: Any) -> dict[str, ModelMaker]:
    if not isinstance(models, Mapping):
        raise InvalidType(
            f"the models are {a_kind(models)}, not a dict",
            hint="give them by name: compare_models({'forest': RandomForestClassifier()}, …)",
        )
    if not models:
        raise InvalidValue("there is no model to compare", hint="give at least one, by name")
    return {limits.name(name, "a model's name"): maker_of(one) for name, one in models.items()}


def _seeds(seeds: Any) -> tuple[int | None, ...]:
    if seeds is None:
        return (None,)
    if isinstance(seeds, int) and not isinstance(seeds, bool):
        if seeds < 1:
            raise InvalidValue(f"seeds is {seeds}", hint="say how many: seeds=5")
        return tuple(range(seeds))
    if isinstance(seeds, str | bytes | bool) or not isinstance(seeds, Iterable):
        raise InvalidType(f"seeds is {a_kind(seeds)}", hint="seeds=5, or seeds=[1, 2, 3]")
    found = list(seeds)
    for seed in found:
        if isinstance(seed, bool) or not hasattr(seed, "__index__"):
            raise InvalidType(f"a seed is {a_kind(seed)}: {seed!r}", hint="give whole numbers")
    chosen = tuple(int(seed) for seed in found)
    if not chosen or len(set(chosen)) < len(chosen):
        what = "no seed is given" if not chosen else "a seed is given twice"
        raise InvalidValue(what, hint="give different whole numbers: seeds=[1, 2, 3]")
    return chosen


def _task(makers: Mapping[str, ModelMaker]) -> Task | None:
    """Say what the models do; None where it can't be told.

    Raises:
        InvalidValue: if some classify and others don't.
    """
    from sklearn.base import is_classifier, is_regressor

    tasks: dict[Task, str] = {}
    for name, maker in makers.items():
        try:
            example = maker({})
        except Exception:  # noqa: BLE001, S112 - it will fail where it is recorded
            continue
        if is_classifier(example):
            tasks.setdefault("classification", name)
        elif is_regressor(example):
            tasks.setdefault("regression", name)
    if len(tasks) > 1:
        raise InvalidValue(
            f"{tasks['classification']!r} is a classifier and {tasks['regression']!r} a regressor",
            hint="compare models that do the same",
        )
    return next(iter(tasks), None)


def _directions(directions: Any, scores: ModelScores) -> dict[str, Direction]:
    if directions is None:
        return {}
    if not isinstance(directions, Mapping):
        raise InvalidType(
            f"the directions are {a_kind(directions)}", hint="directions={'score': 'max'}"
        )
    told: dict[str, Direction] = {}
    for label, direction in directions.items():
        _require_metric(label, scores)
        if direction not in ("min", "max"):
            raise InvalidValue(
                f"the direction of {label!r} is {direction!r}", hint="say 'min' or 'max'"
            )
        told[label] = "min" if direction == "min" else "max"
    return told


def _check_choice(plan: TrainingPlan, by: str | None, confidence: float) -> None:
    checked_confidence(confidence)
    if by is not None:
        _require_metric(by, plan.scores)
    if len(plan.seeds) > 1:
        scipy_stats()  # missing is said now, not after the training


def _require_metric(label: str, scores: ModelScores) -> None:
    if label not in scores.names:
        raise InvalidValue(
            f"there is no metric {label!r} in this comparison",
            hint=nearest(label, list(scores.names), nothing=""),
        )


# -- the comparison ------------------------------------------------------------------------


def _compared(
    plan: TrainingPlan, trained: Trained, whole: TrackedRun, *, by: str | None, confidence: float
) -> ModelComparison:
    """Compare the runs within a run, and keep what came of it there."""
    reader = open_reader(whole.store, budget_seconds=None)
    rows = reader.ask(lambda index: index.get_runs([whole.id, *trained.runs]))
    found = compare_candidates(
        Runs(reader, list(rows.values()), len(rows)),
        title=f"Comparison of {len(plan.makers)} models",
        metrics=plan.scores.names,
        by=by or plan.scores.names[0],
        confidence=confidence,
    )
    if found.best is not None:
        whole.log_param("best", found.best)
    whole.save_artifact(COMPARISON_FILE, found.to_markdown())
    told = {one.name: getattr(found, one.name) for one in fields(found)}
    return ModelComparison(**told, models=trained.models, run=whole.id)


def _report(whole: TrackedRun) -> str | None:
    """Write the comparison of the increment anew; if that fails, the models aren't lost.

    Returns the file that has the comparison of the models alone.
    """
    if whole.increment is None:
        return None
    try:
        report_increment(whole.increment, store=whole.store)
    except RunloreError as error:
        say(f"the comparison of the increment isn't written anew: {error.message}")
    path = None if whole.folder is None else os.path.join(whole.folder, COMPARISON_FILE)
    return path if path is not None and os.path.exists(path) else None
