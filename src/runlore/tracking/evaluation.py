"""Fit and score a model for one combination of params, here or in a worker of a cluster."""
# ruff: noqa: N806 - X is what data is called where this is used

from __future__ import annotations

import pickle
from dataclasses import dataclass, field
from time import perf_counter
from typing import TYPE_CHECKING, Any

from runlore.client.ending import described
from runlore.tracking.splits import row_count, rows

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runlore.tracking.estimators import ModelMaker
    from runlore.tracking.scoring import Scoring
    from runlore.tracking.splits import Split


@dataclass(frozen=True)
class Data:
    """What models are fitted and tested on: folds of the rows, or rows beside them."""

    X: Any
    y: Any
    splits: list[Split] | None
    X_validation: Any = None
    y_validation: Any = None

    @property
    def fold_count(self) -> int:
        """How often a model is fitted for a combination."""
        return 1 if self.splits is None else len(self.splits)


@dataclass(frozen=True)
class Recipe:
    """How a combination is tried."""

    maker: ModelMaker
    scoring: Scoring
    fit_params: Mapping[str, Any] = field(default_factory=dict)


@dataclass
class Outcome:
    """What came of a combination: a score for each fold, and how long it took."""

    scores: dict[str, list[float]] = field(default_factory=dict)
    fit_seconds: list[float] = field(default_factory=list)
    score_seconds: list[float] = field(default_factory=list)
    error: tuple[str, dict[str, object] | None, str | None] | None = None
    exception: Exception | None = None  # None, too, if it can't travel


def evaluate(recipe: Recipe, params: Mapping[str, Any], data: Data) -> Outcome:
    """Fit and score a model on each fold; what is raised ends up in the outcome."""
    outcome = Outcome()
    for fold in range(data.fold_count):
        try:
            evaluate_fold(recipe, params, data, fold, outcome)
        except Exception as error:  # noqa: BLE001 - one that fails is a result, too
            if data.splits is not None:
                error.add_note(f"in fold {fold} of {data.fold_count}")
            outcome.error = described(error)
            outcome.exception = error
            break
    return outcome


def evaluate_in_worker(recipe: Recipe, params: Mapping[str, Any], data: Data) -> Outcome:
    """Evaluate in another process, from which not every exception can be sent."""
    outcome = evaluate(recipe, params, data)
    try:
        pickle.loads(pickle.dumps(outcome.exception))  # noqa: S301 - our own bytes
    except Exception:  # noqa: BLE001 - a class of the user's; its words are in `error`
        outcome.exception = None
    return outcome


def evaluate_fold(
    recipe: Recipe, params: Mapping[str, Any], data: Data, fold: int, outcome: Outcome
) -> Any:
    """Fit and score on one fold, note it in the outcome, and return the fitted model."""
    if data.splits is None:
        X, y, X_test, y_test = data.X, data.y, data.X_validation, data.y_validation
        fit_params = dict(recipe.fit_params)
    else:
        train, test = data.splits[fold]
        X, y = rows(data.X, train), rows(data.y, train)
        X_test, y_test = rows(data.X, test), rows(data.y, test)
        count = row_count(data.X)
        fit_params = {
            name: rows(value, train) if _is_for_rows(value, count) else value
            for name, value in recipe.fit_params.items()
        }
    model = recipe.maker(params)
    started = perf_counter()
    model.fit(X, y, **fit_params)
    fitted = perf_counter()
    scores = recipe.scoring(model, X_test, y_test)
    outcome.fit_seconds.append(fitted - started)
    outcome.score_seconds.append(perf_counter() - fitted)
    for name, score in scores.items():
        outcome.scores.setdefault(name, []).append(score)
    return model


def _is_for_rows(value: Any, count: int) -> bool:
    """Tell whether an argument of `fit` has a value for each row, as weights have."""
    if isinstance(value, str | bytes | dict) or not hasattr(value, "__len__"):
        return False
    return bool(getattr(value, "shape", (1,))) and len(value) == count
