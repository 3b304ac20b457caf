"""Run a search of scikit-learn's own, and record all of its combinations as runs."""
# ruff: noqa: N803 - X is what data is called where this is used

from __future__ import annotations

import math
import warnings
from time import perf_counter
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from runlore.errors import InvalidType, InvalidValue, a_kind
from runlore.records import limits
from runlore.stats.methods import checked_choice
from runlore.tracking import search_spaces
from runlore.tracking.estimators import check_names, maker_of, require_sklearn
from runlore.tracking.importance import METHODS
from runlore.tracking.scoring import scoring_of
from runlore.tracking.splits import check_lengths, splits_of
from runlore.tracking.sweep_ending import keep_results
from runlore.tracking.sweep_results import SweepResults
from runlore.tracking.sweep_runs import close_search_part, open_part, open_whole
from runlore.tracking.sweep_settings import PlaceArguments, place_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from runlore.tracking.sweep_results import Combination
    from runlore.tracking.sweep_settings import Place
    from runlore.tracking.tracked import TrackedRun

_SEARCHES = {
    "grid": "GridSearchCV",
    "random": "RandomizedSearchCV",
    "halving": "HalvingGridSearchCV",
    "halving-random": "HalvingRandomSearchCV",
}


def track_grid_search(
    estimator: Any, param_grid: Any = None, X: Any = None, y: Any = None, *,
    search: str = "grid", fit_params: Mapping[str, Any] | None = None,
    importance: str | bool = "permutation", name: str | None = None, **options: Any,
) -> tuple[Any, SweepResults]:  # fmt: skip
    """Search with scikit-learn; return the best model and all combinations, each a run.

    The runs are recorded when the search is over, for scikit-learn tells nothing before;
    `track_hyperparameters` records as it goes and can go on after a kill.

    Args:
        estimator: a model; or a search object like `GridSearchCV(…)`, without `param_grid`.
        param_grid: lists of values by param, or several such dicts; distributions for a
            random search.
        search: "grid", "random", "halving" or "halving-random".
        fit_params: what `fit` is given beside the data.
        importance: "permutation", "fanova" or False.
        name: of the search's run; by default after the model.
        options: increment, experiment, project, tags, store and capture, as
            `track_experiment`; all others go to scikit-learn's search: cv, scoring, n_jobs, …

    Raises:
        UsageError: for a wrong argument; nothing has been written then.
        MissingExtra: if scikit-learn isn't installed.
    """
    require_sklearn("track_grid_search")
    if not isinstance(importance, bool):
        checked_choice(importance, METHODS, what="method of importance")
    if X is None:
        raise InvalidValue("there are no data to search on", hint="give X and y")
    check_lengths(X, y, "X")
    fit_params = dict(fit_params or {})
    given = {key: options.pop(key) for key in PlaceArguments.__annotations__ if key in options}
    searching = _searching(estimator, param_grid, search, options)
    _check(searching, X, y, fit_params)
    place = place_of("track_grid_search", cast("PlaceArguments", given))
    label = type(searching.estimator).__name__
    name = limits.name(name or f"{label}-grid-search", "the name of the search")
    params = {"model": label, "search": type(searching).__name__}
    fact = {"search": repr(searching)[:10_000]}
    with open_whole(name, place, params=params, fact=fact, tag="sweep") as whole:
        _fit(searching, X, y, fit_params, whole)
        found = _results(searching, whole, place)
        model = getattr(searching, "best_estimator_", None)
        found = keep_results(whole, found, model, importance=importance, seed=0)
    return model, found


def _results(searching: Any, whole: TrackedRun, place: Place) -> SweepResults:
    """Record what scikit-learn found, and return it."""
    scores = _score_names(searching)
    folds = searching.n_splits_
    whole.log_params({"score": scores[0], "folds": folds})
    return SweepResults(
        whole.id, whole.name or "", scores[0],
        tuple(_record(searching, scores, whole, place)),
        has_shared_folds=folds > 1, search=searching,
    )  # fmt: skip


def _searching(estimator: Any, param_grid: Any, search: str, options: dict[str, Any]) -> Any:
    """Make scikit-learn's search object, or take the one that is given."""
    selection = require_sklearn("track_grid_search")
    base = require_sklearn("track_grid_search", "sklearn.model_selection._search").BaseSearchCV
    if isinstance(estimator, base):
        if param_grid is not None or options:
            given = ["param_grid"] if param_grid is not None else sorted(options)
            raise InvalidValue(
                f"{type(estimator).__name__} is given, and {given[0]} beside it",
                hint="say it to the search object, and give X and y by name",
            )
        return maker_of(estimator)({})
    checked_choice(search, _SEARCHES, what="search")
    if isinstance(estimator, type):
        raise InvalidType(
            f"the estimator is the class {estimator.__qualname__}",
            hint=f"give an instance: {estimator.__qualname__}()",
        )
    maker = maker_of(estimator)
    if not maker.is_instance:
        raise InvalidType(
            f"the estimator is {a_kind(estimator)}", hint="give an instance with fit and predict"
        )
    takes_distributions = search in ("random", "halving-random")
    spaces = search_spaces.spaces_of(param_grid, allows_distributions=takes_distributions)
    check_names(maker, [param for space in spaces for param in space])
    if search.startswith("halving"):
        require_sklearn("halving", "sklearn.experimental.enable_halving_search_cv")
    try:
        return getattr(selection, _SEARCHES[search])(maker({}), spaces, **options)
    except TypeError as error:
        raise InvalidType(
            f"{_SEARCHES[search]} can't be made: {error}",
            hint="what isn't named here goes to scikit-learn: cv, scoring, n_jobs, refit, …",
        ) from error


def _check(searching: Any, X: Any, y: Any, fit_params: dict[str, Any]) -> None:
    """Raise for unknown scores and for folds that can't be, before anything is written."""
    from sklearn.base import is_classifier

    scoring_of(searching.scoring, searching.estimator)
    classifies = is_classifier(searching.estimator)
    splits_of(searching.cv, X, y, fit_params.get("groups"), is_classifier=classifies)


def _fit(searching: Any, X: Any, y: Any, fit_params: dict[str, Any], whole: TrackedRun) -> None:
    """Fit; what scikit-learn says of fits that failed is kept as a note, too."""
    from sklearn.exceptions import FitFailedWarning

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        began = perf_counter()
        searching.fit(X, y, **fit_params)
    whole.log({"search_seconds": perf_counter() - began})
    for warning in caught:
        if issubclass(warning.category, FitFailedWarning):
            whole.log_note(str(warning.message).strip())
        else:
            warnings.warn_explicit(
                warning.message, warning.category, warning.filename, warning.lineno
            )


def _score_names(searching: Any) -> list[str]:
    """Name the scores, the one that ranks first."""
    if not searching.multimetric_:
        known = scoring_of(searching.scoring, searching.estimator)
        return [known.main]
    names = [key.removeprefix("mean_test_") for key in searching.cv_results_
             if key.startswith("mean_test_")]  # fmt: skip
    main = searching.refit if isinstance(searching.refit, str) else names[0]
    return [main, *(name for name in names if name != main)]


def _record(
    searching: Any, scores: list[str], whole: TrackedRun, place: Place
) -> Iterable[Combination]:
    """Record a run for each row of scikit-learn's table."""
    table = searching.cv_results_
    suffixes = {name: name if searching.multimetric_ else "score" for name in scores}
    folds = searching.n_splits_
    halving = "iter" in table
    for row, params in enumerate(table["params"]):
        values = {
            name: tuple(float(table[f"split{fold}_test_{suffix}"][row]) for fold in range(folds))
            for name, suffix in suffixes.items()
        }
        extra = {}
        if halving:
            extra = {key: float(table[key][row]) for key in ("iter", "n_resources")}
        seconds = float(table["mean_fit_time"][row]) * folds
        run = open_part(whole, place, params)
        has_failed = any(math.isnan(score) for score in values[scores[0]])
        yield close_search_part(
            run, params, values, extra, None if np.isnan(seconds) else seconds,
            error="scikit-learn could not fit or score it on each fold" if has_failed else None,
            is_ranked=not halving or table["iter"][row] == max(table["iter"]),
        )  # fmt: skip
