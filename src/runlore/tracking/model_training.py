"""Train and score models for a comparison, each in a run of its own."""

from __future__ import annotations

from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING, Any

from runlore.errors import InvalidValue, RunloreError
from runlore.helper.seeds import seed_like_params
from runlore.tracking.experiments import track_experiment

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runlore.reading.directions import Direction
    from runlore.tracking.estimators import ModelMaker
    from runlore.tracking.model_scores import ModelScores
    from runlore.tracking.tracked import TrackedRun

SEED = "random_state"
_SETTABLE = (SEED, "seed", "random_seed")
_WITHIN = {"console": False, "load": False}  # the whole has them


@dataclass(frozen=True)
class TrainingData:
    """What models are fitted on, and what they are scored on."""

    X_train: Any
    y_train: Any
    X_test: Any
    y_test: Any


@dataclass(frozen=True)
class TrainingPlan:
    """What is trained, with which seeds (None: as it is), and how it is scored."""

    makers: dict[str, ModelMaker]
    data: TrainingData
    scores: ModelScores
    seeds: tuple[int | None, ...]
    directions: Mapping[str, Direction]
    is_raising: bool
    saves_models: bool


@dataclass(frozen=True)
class Trained:
    """The first model of each name that could be trained, and the ids of all runs."""

    models: dict[str, Any]
    runs: tuple[str, ...]


def train_all(
    plan: TrainingPlan, whole: TrackedRun, *, experiment: str | None, project: str | None
) -> Trained:
    """Train each model with each seed in a run within `whole`.

    Raises:
        InvalidValue: if all of them fail.
    """
    models: dict[str, Any] = {}
    runs = []
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
                capture=_WITHIN,
            )
            runs.append(run.id)
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
                models.setdefault(name, model)
    if not models:
        count = len(plan.makers)
        which = f"all {count} models failed; the last" if count > 1 else "the model failed"
        raise InvalidValue(
            f"{which}: {type(error).__name__}: {error}",
            hint=f"runlore show {whole.short_id} lists them; on_error='raise' stops at the first",
        ) from error
    return Trained(models, tuple(runs))


def _train(plan: TrainingPlan, run: TrackedRun, maker: ModelMaker, seed: int | None) -> Any:
    """Train and score one model, and log what came of it."""
    data = plan.data
    for label in plan.scores.names:
        direction = plan.directions.get(label) or plan.scores.direction(label)
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
    names = [key for key in seed_like_params(known) if key.rpartition("__")[2] in _SETTABLE]
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
