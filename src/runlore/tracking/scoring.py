"""How well a model does: the scores of scikit-learn by their names, or a function."""
# ruff: noqa: N803 - X is what data is called where this is used

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from runlore.client.values import number_of
from runlore.errors import InvalidType, InvalidValue, a_kind
from runlore.media.libraries import comes_from
from runlore.reading.suggestions import nearest
from runlore.records import limits
from runlore.tracking.estimators import require_sklearn

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True)
class Scoring:
    """Scores by name, of which higher is better; `main` is the one that ranks."""

    scorers: dict[str, Any]  # None stands for the model's own `score`
    main: str

    @property
    def names(self) -> list[str]:
        """The names of the scores."""
        return list(self.scorers)

    def __call__(self, model: Any, X: Any, y: Any) -> dict[str, float]:
        """Score a fitted model on some rows."""
        return {
            name: number_of(name, model.score(X, y) if scorer is None else scorer(model, X, y))
            for name, scorer in self.scorers.items()
        }


def scoring_of(scoring: Any, example: Any, main: str | None = None) -> Scoring:
    """Look up scores: a name, a function of (model, X, y), several of them, or a dict.

    Without any it is the model's own: accuracy of classifiers, r2 of regressors.

    Raises:
        InvalidValue: for unknown names, or none.
        InvalidType: for what is no score.
    """
    if isinstance(scoring, Mapping):
        named = dict(scoring)
    elif scoring is None:
        named = {_own_name(example): None}
    elif isinstance(scoring, str) or callable(scoring):
        named = {_name_of(scoring): scoring}
    elif isinstance(scoring, Iterable):
        named = by_name(scoring, _name_of)
    else:
        raise InvalidType(f"scoring is {a_kind(scoring)}", hint="give a name like 'accuracy'")
    if not named:
        raise InvalidValue("scoring names no score", hint="give a name like 'accuracy'")
    found = {limits.name(name, "a score's name"): _scorer(one) for name, one in named.items()}
    if main is not None and main not in found:
        raise InvalidValue(
            f"there is no score {main!r} to choose by",
            hint=nearest(main, sorted(found), nothing=""),
        )
    return Scoring(found, main or next(iter(found)))


def by_name(scores: Iterable[Any], name_of: Callable[[Any], str]) -> dict[str, Any]:
    """Put scores under their names.

    Raises:
        InvalidValue: if two have the same.
    """
    named: dict[str, Any] = {}
    for one in scores:
        name = name_of(one)
        if name in named and named[name] != one:
            raise InvalidValue(
                f"two scores are called {name!r}", hint="name them: {'first': …, 'second': …}"
            )
        named[name] = one
    return named


def function_name(function: Any) -> str:
    """Return what a function is called; a lambda, which has no name, is a score."""
    name: str = getattr(function, "__name__", "score")
    return "score" if name == "<lambda>" else name


def _name_of(scoring: Any) -> str:
    return scoring if isinstance(scoring, str) else function_name(scoring)


def _own_name(example: Any) -> str:
    """Name what the model's own `score` says."""
    from sklearn.base import ClassifierMixin, RegressorMixin

    if example is None:
        return "score"
    score = getattr(type(example), "score", None)
    if score is None and not hasattr(example, "score"):
        raise InvalidType(
            f"{a_kind(example)} has no score of its own",
            hint="say which: scoring='accuracy', or a function of (model, X, y)",
        )
    steps = getattr(example, "steps", None)
    if comes_from(example, "sklearn", "Pipeline") and steps:
        return _own_name(steps[-1][1])  # the last step scores, if it is a model
    if score is ClassifierMixin.score or comes_from(example, "sklearn", "DummyClassifier"):
        return "accuracy"
    is_r2 = score is RegressorMixin.score or comes_from(example, "sklearn", "DummyRegressor")
    return "r2" if is_r2 else "score"


def _scorer(scoring: Any) -> Any:
    if scoring is None or callable(scoring):
        return scoring
    metrics = require_sklearn("scoring a model", "sklearn.metrics")
    if not isinstance(scoring, str):
        raise InvalidType(
            f"a score is {a_kind(scoring)}", hint="give a name, or a function of (model, X, y)"
        )
    known = metrics.get_scorer_names()
    if scoring not in known:
        raise InvalidValue(
            f"there is no score {scoring!r}", hint=nearest(scoring, known, nothing="")
        )
    return metrics.get_scorer(scoring)
