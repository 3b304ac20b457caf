"""What models are compared by: the usual metrics of classifiers and regressors, and any other."""
# ruff: noqa: N803 - X is what data is called where this is used

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from runlore.client.values import number_of
from runlore.errors import InvalidType, InvalidValue, a_kind
from runlore.reading.directions import direction_of
from runlore.reading.suggestions import nearest
from runlore.records import limits
from runlore.tracking.estimators import require_sklearn
from runlore.tracking.scoring import by_name, function_name

if TYPE_CHECKING:
    from collections.abc import Callable

    from runlore.reading.directions import Direction

Task = Literal["classification", "regression"]
CLASSIFICATION = ("accuracy", "precision", "recall", "f1")
REGRESSION = ("r2", "rmse", "mae")
_TASKS: dict[str, Task] = {
    **dict.fromkeys(CLASSIFICATION, "classification"),
    **dict.fromkeys(REGRESSION, "regression"),
}


@dataclass(frozen=True)
class ModelScores:
    """Metrics by name: one of ours is None, others are scorers of (model, X, y).

    `average` says how precision, recall and F1 of classes become one number: "binary", those of
    the greater of two classes, or "macro", the plain mean over classes.
    """

    task: Task | None
    scorers: dict[str, Callable[[Any, Any, Any], Any] | None]
    average: str | None = None
    positive: Any = None

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the metrics."""
        return tuple(self.scorers)

    def direction(self, name: str) -> Direction | None:
        """Say which direction is better: as the name says, more of scikit-learn's scores."""
        scorer = self.scorers[name]
        if scorer is not None and type(scorer).__module__.startswith("sklearn."):
            return "max"
        return direction_of(name, ())

    def __call__(self, model: Any, X: Any, y: Any) -> dict[str, float]:
        """Score a fitted model; what nobody asks for isn't predicted."""
        predicted = None
        found = {}
        for name, scorer in self.scorers.items():
            if scorer is not None:
                found[name] = number_of(name, scorer(model, X, y))
                continue
            predicted = model.predict(X) if predicted is None else predicted
            found[name] = float(self._own(name, y, predicted))
        return found

    def _own(self, name: str, y: Any, predicted: Any) -> Any:
        from sklearn import metrics

        if name in ("precision", "recall", "f1"):
            score = getattr(metrics, f"{name}_score")
            # No prediction of a class, or none of it there, counts as 0, as is usual.
            options: dict[str, Any] = {"average": self.average, "zero_division": 0}
            if self.average == "binary":
                options["pos_label"] = self.positive
            return score(y, predicted, **options)
        if name == "accuracy":
            return metrics.accuracy_score(y, predicted)
        if name == "r2":
            return metrics.r2_score(y, predicted)
        if name == "mae":
            return metrics.mean_absolute_error(y, predicted)
        return metrics.mean_squared_error(y, predicted) ** 0.5


def model_scores(metrics: Any, y_train: Any, y_test: Any, task: Task | None) -> ModelScores:
    """Look metrics up: names of ours or of scikit-learn's scorers, functions, or a dict of both.

    Without any they are accuracy, precision, recall and F1 of classifiers; R², RMSE and MAE of
    regressors.

    Raises:
        InvalidValue: for an unknown name, or one that doesn't fit the models.
        InvalidType: for what is no metric.
    """
    if metrics is None:
        metrics = REGRESSION if task == "regression" else CLASSIFICATION
    if isinstance(metrics, Mapping):
        named = dict(metrics)
    else:
        if isinstance(metrics, str) or callable(metrics):
            metrics = [metrics]
        if not isinstance(metrics, Iterable):
            raise InvalidType(
                f"the metrics are {a_kind(metrics)}", hint="give names: metrics=['accuracy', 'f1']"
            )
        named = by_name(metrics, _name_of)
    if not named:
        raise InvalidValue("no metric is given", hint="metrics=['accuracy']")
    scorers = {
        limits.name(name, "a metric's name"): _scorer(one, task) for name, one in named.items()
    }
    average, positive = _averaging(y_train, y_test) if task == "classification" else (None, None)
    return ModelScores(task, scorers, average, positive)


def _name_of(metric: Any) -> str:
    if isinstance(metric, str):
        return metric
    if not callable(metric):
        raise InvalidType(
            f"a metric is {a_kind(metric)}: {metric!r}",
            hint="give a name like 'accuracy', or a function of (model, X, y)",
        )
    return function_name(metric)


def _scorer(metric: Any, task: Task | None) -> Callable[[Any, Any, Any], Any] | None:
    if callable(metric):
        found: Callable[[Any, Any, Any], Any] = metric
        return found
    metric = _name_of(metric)
    if metric in _TASKS:
        if task is not None and _TASKS[metric] != task:
            usual = REGRESSION if task == "regression" else CLASSIFICATION
            raise InvalidValue(
                f"{metric!r} is no metric of {task}", hint=f"those are {', '.join(usual)}"
            )
        return None
    sklearn_metrics = require_sklearn("scoring a model", "sklearn.metrics")
    known = [*_TASKS, *sklearn_metrics.get_scorer_names()]
    if metric not in known:
        raise InvalidValue(
            f"there is no metric {metric!r}", hint=nearest(metric, known, nothing="")
        )
    scorer: Callable[[Any, Any, Any], Any] = sklearn_metrics.get_scorer(metric)
    return scorer


def _averaging(y_train: Any, y_test: Any) -> tuple[str, Any]:
    """Say how numbers for classes become one: for two classes those of the greater one."""
    import numpy as np
    from sklearn.utils.multiclass import type_of_target

    if type_of_target(y_train).startswith("multilabel"):
        return "macro", None
    classes = np.unique(np.concatenate([np.ravel(np.asarray(y)) for y in (y_train, y_test)]))
    return ("binary", classes[-1]) if len(classes) == 2 else ("macro", None)
