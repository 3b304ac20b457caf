"""How much of the difference between scores each param makes, and how sure that is.

A surrogate, a model of the scores by the params, is fitted to resamples of the combinations;
the spread of an importance over the resamples is its uncertainty.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from runlore.errors import TooFew
from runlore.records.params import flatten
from runlore.stats.methods import Method, checked_choice
from runlore.tracking.bayesian import quiet_study, require_optuna
from runlore.tracking.estimators import require_sklearn

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

METHODS = ("permutation", "fanova")
LEAST_COMBINATIONS = 8
_RESAMPLES = {"permutation": 40, "fanova": 10}
_SHUFFLES = 5
_CONFIDENCE = 0.95

PERMUTATION = Method(
    "total effect by permutation: the part of the scores' variance that a tree fitted to the "
    "combinations loses when a param is shuffled, on combinations it has not seen",
    "that the tree predicts scores well; interval: percentiles over resampled combinations",
    "Breiman 2001; Jansen 1999",
)
FANOVA = Method(
    "main effect by functional analysis of variance on a random forest, as parts of their sum",
    "that the forest predicts scores well; interval: percentiles over resampled combinations",
    "Hutter, Hoos and Leyton-Brown 2014",
)


class ParamImportance(NamedTuple):
    """How much a param matters, and the interval that resampling gives (95 %)."""

    name: str
    importance: float
    low: float
    high: float


class Importances(NamedTuple):
    """The importances of all params that were varied, greatest first.

    `explained` is the part of the variance of unseen scores that the surrogate explains: at 0
    or below, the importances say nothing.
    """

    params: tuple[ParamImportance, ...]
    explained: float
    n: int
    method: Method
    notes: tuple[str, ...]

    def of(self, name: str) -> ParamImportance:
        """Return the importance of one param.

        Raises:
            KeyError: if it wasn't varied.
        """
        for one in self.params:
            if one.name == name:
                return one
        raise KeyError(name)


def importances_of(
    combinations: Sequence[Mapping[str, Any]],
    scores: Sequence[float],
    *,
    method: str = "permutation",
    seed: int = 0,
) -> Importances:
    """Estimate how much each param matters for the score.

    Combinations whose score isn't finite are left out.

    Raises:
        TooFew: below eight scores, or if no param or no score differs.
        InvalidValue: for another method.
    """
    checked_choice(method, METHODS, what="method of importance")
    values = np.asarray(scores, dtype=np.float64)
    is_finite = np.isfinite(values)
    kept = [flatten(one) for one, fine in zip(combinations, is_finite, strict=True) if fine]
    values = values[is_finite]
    if len(values) < LEAST_COMBINATIONS:
        raise TooFew(
            f"{len(values)} combinations have a score; the importance of params "
            f"needs {LEAST_COMBINATIONS}",
            hint="try more values",
        )
    names, columns = _columns(kept)
    if not names or float(np.ptp(values)) == 0:
        raise TooFew("no param, or no score, differs: there is nothing to explain")
    draw = _permutation if method == "permutation" else _fanova
    generator = np.random.default_rng(seed)
    effects, explained = draw(columns, values, generator)
    tail = 100 * (1 - _CONFIDENCE) / 2
    low, high = np.percentile(effects, (tail, 100 - tail), axis=0)
    means = effects.mean(axis=0)
    found = [
        ParamImportance(name, *(float(part[place]) for part in (means, low, high)))
        for place, name in enumerate(names)
    ]
    notes = []
    if len(kept) < len(combinations):
        notes.append(f"{len(combinations) - len(kept)} without a finite score left out")
    if not explained > 0:
        notes.append("the surrogate predicts no better than the mean: this says nothing")
    return Importances(
        tuple(sorted(found, key=lambda one: -one.importance)),
        explained,
        len(values),
        PERMUTATION if method == "permutation" else FANOVA,
        tuple(notes),
    )


def _columns(combinations: list[dict[str, list[object]]]) -> tuple[list[str], NDArray[np.float64]]:
    """Make a column of numbers for each param that differs: its value, or a code for it."""
    names, columns = [], []
    for name in dict.fromkeys(name for one in combinations for name in one):
        params = [one.get(name) for one in combinations]
        numbers = [_number(param) for param in params]
        if any(math.isnan(number) for number in numbers):
            texts = ["" if param is None else f"={param[1]}" for param in params]
            codes = {text: code for code, text in enumerate(sorted(set(texts)))}
            numbers = [float(codes[text]) for text in texts]
        if len(set(numbers)) > 1:
            names.append(name)
            columns.append(numbers)
    return names, np.array(columns, dtype=np.float64).T


def _number(param: list[object] | None) -> float:
    """Return a param's number; NaN if it has none, and for booleans, which are choices."""
    value = None if param is None else param[0]
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and math.isfinite(value) else math.nan  # type: ignore[arg-type]


def _permutation(
    columns: NDArray[np.float64], scores: NDArray[np.float64], generator: np.random.Generator
) -> tuple[NDArray[np.float64], float]:
    """Shuffle each param on the combinations that a resample lacks."""
    tree_of = require_sklearn("the importance of params", "sklearn.tree").DecisionTreeRegressor
    effects: list[list[float]] = []
    explained: list[float] = []
    variance = float(scores.var())
    while len(effects) < _RESAMPLES["permutation"]:
        drawn = generator.integers(len(scores), size=len(scores))
        unseen = np.setdiff1d(np.arange(len(scores)), drawn)
        if len(unseen) < 2:
            continue
        tree = tree_of(random_state=len(effects)).fit(columns[drawn], scores[drawn])
        inputs, wanted = columns[unseen], scores[unseen]
        # One call for all: as they are, then five times with each param shuffled.
        tried = np.tile(inputs, (1 + _SHUFFLES * columns.shape[1], 1))
        for place in range(columns.shape[1]):
            start = len(inputs) * (1 + _SHUFFLES * place)
            # Drawn from all combinations: those that a resample lacks are few.
            shuffled = generator.choice(columns[:, place], _SHUFFLES * len(inputs))
            tried[start : start + len(shuffled), place] = shuffled
        found = tree.predict(tried).reshape(-1, len(inputs))
        errors = ((found - wanted) ** 2).mean(axis=1)
        explained.append(1 - float(errors[0]) / variance)
        worse = errors[1:].reshape(-1, _SHUFFLES).mean(axis=1)
        effects.append(((worse - errors[0]) / (2 * variance)).tolist())
    return np.array(effects), float(np.mean(explained))


def _fanova(
    columns: NDArray[np.float64], scores: NDArray[np.float64], generator: np.random.Generator
) -> tuple[NDArray[np.float64], float]:
    """Ask Optuna's evaluator, for each resample anew."""
    optuna = require_optuna("importance='fanova'")
    _, explained = _permutation(columns, scores, generator)
    names = [str(place) for place in range(columns.shape[1])]
    kind = optuna.distributions.FloatDistribution
    ranges = {
        name: kind(float(column.min()), float(column.max()))
        for name, column in zip(names, columns.T, strict=True)
    }
    effects: list[list[float]] = []
    while len(effects) < _RESAMPLES["fanova"]:
        drawn = generator.integers(len(scores), size=len(scores))
        if float(np.ptp(scores[drawn])) == 0:
            continue
        study = quiet_study(optuna)
        study.add_trials([
            optuna.trial.create_trial(
                params=dict(zip(names, columns[row].tolist(), strict=True)),
                distributions=ranges,
                value=float(scores[row]),
            )
            for row in drawn
        ])  # fmt: skip
        evaluator = optuna.importance.FanovaImportanceEvaluator(n_trees=16, seed=len(effects))
        shares = evaluator.evaluate(study)
        effects.append([float(shares.get(name, 0.0)) for name in names])
    found = np.array(effects)
    total = found.sum(axis=1, keepdims=True)
    return found / np.where(total > 0, total, 1), explained
