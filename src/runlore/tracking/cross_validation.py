"""Fit a model on each fold, and record what the folds say together."""
# ruff: noqa: N803 - X is what data is called where this is used

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from runlore.client.ending import described
from runlore.errors import InvalidValue, RunloreError
from runlore.records import limits
from runlore.stats.methods import checked_choice
from runlore.tracking.cross_validation_results import CrossValidation, fold_scores
from runlore.tracking.estimators import example_of, maker_of, require_sklearn
from runlore.tracking.evaluation import Data, Outcome, Recipe, evaluate_fold
from runlore.tracking.scoring import scoring_of
from runlore.tracking.search_figures import can_draw, folds_figure
from runlore.tracking.splits import check_lengths, cv_param, keep_splits, row_count, splits_of
from runlore.tracking.sweep_progress import SweepProgress
from runlore.tracking.sweep_runs import FIT_SECONDS, FOLD, close_part, open_part, open_whole
from runlore.tracking.sweep_settings import place_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Unpack

    from runlore.tracking.sweep_settings import Place, PlaceArguments
    from runlore.tracking.tracked import TrackedRun


def track_cross_validation(
    model: Any, X: Any, y: Any = None, *, cv: Any = 5, scoring: Any = None, groups: Any = None,
    fit_params: Mapping[str, Any] | None = None, on_error: str = "raise",
    fold_runs: bool = False, keep_models: bool = False, progress: bool | None = None,
    name: str | None = None, **place: Unpack[PlaceArguments],
) -> CrossValidation:  # fmt: skip
    """Cross-validate a model in a run: scores by fold, mean, deviation, interval, figure.

    The score of fold k is a point at step k of the series `accuracy[fold]`. The rows of the
    folds are kept as `splits.npz`.

    Args:
        model: an instance, which is cloned for each fold, a class, or a function.
        cv: folds, a splitter, or pairs of indices; `groups` as the splitter wants them.
        scoring: as `track_hyperparameters` has it.
        fit_params: what `fit` is given beside the data.
        on_error: "raise" ends the run with the first fold that fails, "record" notes it.
        fold_runs: also record each fold in a run of its own.
        keep_models: return the fitted models, one a fold.
        name: of the run; by default after the model.
        place: increment, experiment, project, tags, store, capture, as `track_experiment`.

    Raises:
        UsageError: for a wrong argument; nothing has been written then.
        InvalidValue: if all folds failed.
        MissingExtra: if scikit-learn or SciPy isn't installed.
    """
    require_sklearn("track_cross_validation")
    checked_choice(on_error, ("record", "raise"), what="way with errors")
    check_lengths(X, y, "X")
    maker = maker_of(model)
    where = place_of("track_cross_validation", place)
    example = example_of(maker, [{}])
    recipe = Recipe(maker, scoring_of(scoring, example), dict(fit_params or {}))
    data = Data(X, y, splits_of(cv, X, y, groups, is_classifier=_is_classifier(example)))
    name = limits.name(name or f"{maker.label}-cross-validation", "the name of the run")
    params = {"model": maker.label, "folds": data.fold_count, "cv": cv_param(cv, data.fold_count),
              "score": recipe.scoring.main, **_own_params(example)}  # fmt: skip
    folds = _Folds(recipe, data, is_raising=on_error == "raise")
    fact = {"kind": "cross-validation"}
    with open_whole(name, where, params=params, fact=fact, tag="cross-validation") as whole:
        keep_splits(whole, data.splits or [])
        with SweepProgress(name, data.fold_count, is_shown=progress) as bar:
            for fold in range(data.fold_count):
                folds.run(whole, fold, where if fold_runs else None)
                bar.advance(None)
        return _finish(whole, folds, is_keeping=keep_models)


class _Folds:
    """The folds that were run so far."""

    def __init__(self, recipe: Recipe, data: Data, *, is_raising: bool) -> None:
        self.recipe = recipe
        self.data = data
        self.scores: dict[str, list[float]] = {name: [] for name in recipe.scoring.names}
        self.fit_seconds: list[float] = []
        self.runs: list[str] = []
        self.models: list[Any] = []
        self.errors: dict[int, str] = {}
        self._is_raising = is_raising

    def run(self, whole: TrackedRun, fold: int, place: Place | None) -> None:
        """Fit and score on a fold; `place` is where a run of its own goes, if it gets one."""
        part = None if place is None else open_part(whole, place, {FOLD: fold}, f"fold-{fold}")
        outcome = Outcome()
        model = None
        try:
            model = evaluate_fold(self.recipe, {}, self.data, fold, outcome)
        except BaseException as error:
            error.add_note(f"in fold {fold} of {self.data.fold_count}")
            outcome.error = described(error)
            if part is not None:
                close_part(part, {}, outcome)
            if self._is_raising or not isinstance(error, Exception):
                raise
            self.errors[fold] = f"{type(error).__name__}: {error}"
            whole.log_note(f"Fold {fold} failed: {self.errors[fold]}")
        else:
            if part is not None:
                close_part(part, {}, outcome)
        if part is not None:
            self.runs.append(part.id)
        self.models.append(model)
        self._log(whole, fold, outcome)

    def _log(self, whole: TrackedRun, fold: int, outcome: Outcome) -> None:
        values = {name: scores[0] for name, scores in outcome.scores.items()}
        for name, scores in self.scores.items():
            scores.append(values.get(name, math.nan))
        self.fit_seconds.append(outcome.fit_seconds[0] if outcome.fit_seconds else math.nan)
        if values:
            whole.log({**values, FIT_SECONDS: self.fit_seconds[-1]}, step=fold, context=FOLD)


def _finish(whole: TrackedRun, folds: _Folds, *, is_keeping: bool) -> CrossValidation:
    """Sum the folds up, and keep the table and the figure."""
    data, main = folds.data, folds.recipe.scoring.main
    if len(folds.errors) == data.fold_count:
        raise InvalidValue(
            f"all {data.fold_count} folds failed; the first: {folds.errors[0]}",
            hint='on_error="raise" shows where',
        )
    splits = data.splits or []
    share = sum(len(test) / (len(train) + len(test)) for train, test in splits) / len(splits)
    found = CrossValidation(
        run=whole.id,
        name=whole.name or "",
        score=main,
        scores={name: fold_scores(name, values, share) for name, values in folds.scores.items()},
        fit_seconds=tuple(folds.fit_seconds),
        runs=tuple(folds.runs),
        models=tuple(folds.models) if is_keeping else (),
        errors=folds.errors or None,
    )
    for name, one in found.scores.items():
        whole.define_metric(name, direction="max")
        summed = {name: one.mean, f"{name}_std": one.std}
        if one.interval is not None:
            summed |= {f"{name}_low": one.interval.low, f"{name}_high": one.interval.high}
        whole.log({key: value for key, value in summed.items() if value is not None})
    seconds = [one for one in folds.fit_seconds if not math.isnan(one)]
    whole.log({FIT_SECONDS: sum(seconds), "rows": row_count(data.X)})
    whole.log_note(f"{found.scores[main]}.")
    whole.save_artifact("folds.md", found.to_markdown())
    if can_draw():
        _keep_figure(whole, found, data)
    return found


def _keep_figure(whole: TrackedRun, found: CrossValidation, data: Data) -> None:
    intervals = {
        name: None if one.interval is None else (one.interval.low, one.interval.high)
        for name, one in found.scores.items()
    }
    values = {name: one.by_fold for name, one in found.scores.items()}
    try:
        figure = folds_figure(values, intervals, data.y, data.splits or [])
        whole.save_artifact("folds.png", figure)
    except (RunloreError, ValueError, TypeError) as error:  # targets of a kind nobody draws
        whole.log_note(f"The figure of the folds could not be drawn: {error}")


def _is_classifier(example: Any) -> bool:
    from sklearn.base import is_classifier

    has_params = example is not None and hasattr(example, "get_params")
    return has_params and bool(is_classifier(example))


def _own_params(example: Any) -> dict[str, Any]:
    """Give the model's params below its name, as far as they are values."""
    if example is None or not hasattr(example, "get_params"):
        return {}
    values = {
        name: value for name, value in example.get_params().items()
        if value is None or isinstance(value, bool | int | float | str)
    }  # fmt: skip
    return {"model_params": values} if values else {}
