"""Train several models on the same data, each as a run of its own, and compare them."""
# ruff: noqa: N803 - X is what data is called where this is used

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from time import perf_counter
from typing import TYPE_CHECKING, Any

from runlore.client.recorder import say
from runlore.compare.candidates import COMPARISON_TAG
from runlore.compare.experiments import ExperimentComparison, compare_candidates
from runlore.errors import InvalidType, InvalidValue, RunloreError, a_kind
from runlore.helper.seeds import seed_like_params
from runlore.reading.runs import Runs
from runlore.reading.store import open_reader
from runlore.records import limits
from runlore.tracking.comparing import COMPARISON_FILE, report_increment
from runlore.tracking.estimators import maker_of, require_sklearn
from runlore.tracking.experiments import track_experiment
from runlore.tracking.hooks import call_hooks
from runlore.tracking.model_scores import model_scores
from runlore.tracking.splits import check_lengths

if TYPE_CHECKING:
    from runlore.client.run import Run
    from runlore.tracking.estimators import ModelMaker
    from runlore.tracking.model_scores import ModelScores, Task
    from runlore.tracking.tracked import TrackedRun

SEED = "random_state"


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


@dataclass(frozen=True)
class _Data:
    X_train: Any
    y_train: Any
    X_test: Any
    y_test: Any


@dataclass(frozen=True)
class _Plan:
    """What is trained and how it is scored."""

    makers: dict[str, ModelMaker]
    data: _Data
    scores: ModelScores
    seeds: tuple[int | None, ...]
    is_raising: bool
    saves_models: bool


def compare_models(
    models: Mapping[str, Any],
    X_train: Any,
    y_train: Any,
    X_test: Any,
    y_test: Any,
    *,
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
) -> ModelComparison:
    """Train models on the same data, each as a run, and say which is best and why.

    The models given stay as they are: clones are trained. With an increment the comparison is
    kept as `comparison.md` in the run's folder, and that of all its experiments beside it.

    Args:
        models: by name: an estimator, its class, or a function that makes one.
        X_train, y_train: what each is fitted on.
        X_test, y_test: what each is scored on.
        metrics: names like "accuracy", "rmse" or scikit-learn's; functions of (model, X, y); or
            a dict of both. By default accuracy, precision, recall and f1, or r2, rmse and mae.
        seeds: how often each is trained, or with which seeds: `seeds=5`, `seeds=[1, 2, 3]`. They
            become every `random_state` of a model. Without them each is trained once, as it is.
        by: the metric that chooses; by default the first.
        directions: whether "min" or "max" is better, for metrics whose names don't say it.
        name: of the run that all are part of.
        on_error: "continue" keeps a model that fails as a failed run; "raise" stops there.
        save_models: keep each trained model as an artifact `model.pkl`.
        write: False leaves `comparison.md` of the increment as it is.
        increment, experiment, project, params, tags, parent, store, capture: as `track_experiment`.
        confidence: of intervals and tests.

    Raises:
        UsageError: for a wrong argument; nothing has been written then.
        NotFound, Ambiguous: if there is no such increment, or two.
        InvalidValue: if all models fail.
        MissingExtra: if scikit-learn isn't installed, or SciPy and there are several seeds.
    """
    require_sklearn("comparing models", "sklearn.base")
    if on_error not in ("continue", "raise"):
        raise InvalidValue(f"on_error is {on_error!r}", hint="say 'continue' or 'raise'")
    chosen_seeds = _seeds(seeds)
    if len(chosen_seeds) > 1:
        from runlore.stats.methods import scipy_stats

        scipy_stats()  # missing is said now, not after the training
    makers = _makers(models)
    check_lengths(X_train, y_train, "the training data")
    check_lengths(X_test, y_test, "the test data")
    task = _task(makers)
    scores = model_scores(metrics, y_train, y_test, task)
    _check_told(scores, by, directions, confidence)
    plan = _Plan(
        makers, _Data(X_train, y_train, X_test, y_test), scores, chosen_seeds,
        on_error == "raise", save_models,
    )  # fmt: skip
    with track_experiment(
        name, increment=increment, experiment=experiment, project=project, params=params,
        tags=tags, parent=parent, store=store, capture=capture,
    ) as whole:  # fmt: skip
        whole.add_tag(COMPARISON_TAG)
        trained, ids = _train_all(plan, whole, experiment, project)
        found = _compared(
            whole, ids, plan, by=by, directions=directions, confidence=confidence
        )  # fmt: skip
        whole.log_params({"best": found.best} if found.best else {})
        whole.save_artifact(COMPARISON_FILE, found.to_markdown())
    if write:
        found = replace(found, path=_report(whole))
    result = ModelComparison(
        **{one.name: getattr(found, one.name) for one in fields(found)},
        models=trained, run=whole.id,
    )  # fmt: skip
    call_hooks("on_comparison", result)
    return result


# -- what is asked for ---------------------------------------------------------------------


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


def _check_told(
    scores: ModelScores, by: str | None, directions: Mapping[str, str] | None, confidence: float
) -> None:
    from runlore.reading.suggestions import nearest
    from runlore.stats.methods import checked_confidence

    checked_confidence(confidence)
    for label in [*([by] if by is not None else []), *(directions or {})]:
        if label not in scores.names:
            raise InvalidValue(
                f"there is no metric {label!r} in this comparison",
                hint=nearest(label, list(scores.names), nothing=""),
            )
    for label, direction in (directions or {}).items():
        if direction not in ("min", "max"):
            raise InvalidValue(
                f"the direction of {label!r} is {direction!r}", hint="say 'min' or 'max'"
            )


# -- training ------------------------------------------------------------------------------


def _train_all(
    plan: _Plan, whole: TrackedRun, experiment: str | None, project: str | None
) -> tuple[dict[str, Any], list[str]]:
    """Train each model with each seed; returns the models and the ids of their runs."""
    trained: dict[str, Any] = {}
    ids = []
    error: Exception | None = None
    for name, maker in plan.makers.items():
        for seed in plan.seeds:
            run = track_experiment(
                name,
                parent=whole,
                increment=False if whole.increment is None else whole.increment.name,
                experiment=experiment if whole.increment is None else None,
                project=project,
                store=whole.store,
                capture={"console": False, "load": False},  # the whole has them
            )
            ids.append(run.id)
            try:
                with run:
                    model = _train(plan, run, maker, seed)
            except RunloreError:
                raise
            except Exception as raised:
                if plan.is_raising:
                    raise
                error = raised
            else:
                trained.setdefault(name, model)
    if not trained:
        raise InvalidValue(
            f"all {len(plan.makers)} models failed; the last: {type(error).__name__}: {error}",
            hint=f"runlore show {whole.short_id} lists them; on_error='raise' stops at the first",
        ) from error
    return trained, ids


def _train(plan: _Plan, run: TrackedRun, maker: ModelMaker, seed: int | None) -> Any:
    """Train and score one model, and log what came of it."""
    data = plan.data
    for label in plan.scores.names:
        direction = plan.scores.direction(label)
        if direction is not None:
            run.define_metric(label, direction=direction)
    model = maker({})
    seeded = _with_seed(model, seed)
    run.log_params({"model": type(model).__name__, **_params(model), **seeded})
    if plan.scores.average is not None:
        run.log_params({"average": plan.scores.average})
    started = perf_counter()
    model.fit(data.X_train, data.y_train)
    fitted = perf_counter()
    found = plan.scores(model, data.X_test, data.y_test)
    run.log({
        **found, "fit_seconds": fitted - started, "score_seconds": perf_counter() - fitted,
    })  # fmt: skip
    if plan.saves_models:
        try:
            run.save_model(model, "model.pkl")
        except RunloreError as error:
            run.log_note(f"The model isn't kept: {error.message}")
    return model


def _with_seed(model: Any, seed: int | None) -> dict[str, Any]:
    """Put a seed into every `random_state` of a model; returns what is to be logged of it."""
    if seed is None:
        return {}
    known = model.get_params(deep=True) if hasattr(model, "get_params") else {}
    names = [key for key in seed_like_params(known) if key.rpartition("__")[2] in (SEED, "seed",
             "random_seed")]  # fmt: skip
    if names:
        model.set_params(**dict.fromkeys(names, seed))
    return {**dict.fromkeys(names, seed), SEED: seed}


def _params(model: Any) -> dict[str, Any]:
    """Give the params of a model that are plain values, and the classes of models within it."""
    if not hasattr(model, "get_params"):
        return {}
    found = {}
    for key, value in model.get_params(deep=True).items():
        if value is None or isinstance(value, bool | int | float | str):
            found[key] = value
        elif hasattr(value, "get_params") or callable(value):
            found[key] = getattr(value, "__name__", type(value).__name__)
    return found


# -- the comparison ------------------------------------------------------------------------


def _compared(
    whole: TrackedRun,
    ids: list[str],
    plan: _Plan,
    *,
    by: str | None,
    directions: Mapping[str, str] | None,
    confidence: float,
) -> ExperimentComparison:
    """Compare the runs within a run."""
    reader = open_reader(whole.store, budget_seconds=None)
    rows = reader.ask(lambda index: index.get_runs([whole.id, *ids]))
    return compare_candidates(
        Runs(reader, list(rows.values()), len(rows)),
        title=f"Comparison of {len(plan.makers)} models",
        metrics=plan.scores.names,
        by=by or plan.scores.names[0],
        directions=directions,
        confidence=confidence,
    )


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
