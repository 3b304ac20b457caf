"""Search the params of a model, each combination in a run of its own."""
# ruff: noqa: N803 - X is what data is called where this is used

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from runlore.errors import InvalidType, InvalidValue, a_kind
from runlore.records import limits
from runlore.stats.methods import checked_choice
from runlore.tracking import search_spaces
from runlore.tracking.bayesian import Proposals
from runlore.tracking.estimators import (
    check_names,
    check_picklable,
    example_of,
    maker_of,
    require_sklearn,
)
from runlore.tracking.evaluation import Data, Recipe
from runlore.tracking.importance import METHODS
from runlore.tracking.scoring import scoring_of
from runlore.tracking.splits import check_lengths, kept_splits, splits_of
from runlore.tracking.sweep_ending import finish_sweep
from runlore.tracking.sweep_runs import find_unfinished, finished_parts, open_whole
from runlore.tracking.sweep_settings import data_fingerprint, fingerprint, place_of
from runlore.tracking.sweep_trials import Trials

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Unpack

    from runlore.reading.run import StoredRun
    from runlore.tracking.estimators import ModelMaker
    from runlore.tracking.search_spaces import Params, Space
    from runlore.tracking.sweep_results import Combination, SweepResults
    from runlore.tracking.sweep_settings import Place, PlaceArguments

FOLDS = 5


def track_hyperparameters(
    model: Any, param_grid: Any, X_train: Any, y_train: Any = None, *,
    search: str = "grid", n_iter: int = 30, seed: int = 0, sampler: Any = None,
    scoring: Any = None, best_by: str | None = None, cv: Any = None, groups: Any = None,
    X_validation: Any = None, y_validation: Any = None, fit_params: Mapping[str, Any] | None = None,
    n_jobs: int | None = None, backend: str | None = None, resume: bool = True,
    on_error: str = "record", refit: bool = True, importance: str | bool = "permutation",
    progress: bool | None = None, name: str | None = None, **place: Unpack[PlaceArguments],
) -> SweepResults:  # fmt: skip
    """Try combinations of params, each in a run of its own within one of the whole search.

    Args:
        model: a class like `XGBClassifier`, an instance, or a function that makes one.
        param_grid: lists of values by param, or several such dicts; for random and Bayesian
            search also distributions of SciPy or Optuna.
        search: "grid" tries all, "random" `n_iter` drawn with `seed`, "bayesian" `n_iter` that
            Optuna proposes, by `sampler` if there is one.
        scoring: names of scores of scikit-learn, functions of (model, X, y), or a dict of them;
            higher is better. By default the model's own. `best_by` names the one that ranks.
        cv: folds (5), a splitter, or pairs of indices; `groups` as the splitter wants them.
        X_validation, y_validation: rows to score on in place of folds.
        fit_params: what `fit` is given beside the data.
        n_jobs, backend: as joblib has them: "loky", "threading", "dask" or "ray".
        resume: go on with the same search where it was broken off.
        on_error: "record" notes a combination that fails, "raise" ends the search with it.
        refit: fit the best one anew on all of `X_train`, and keep it as an artifact.
        importance: "permutation", "fanova" or False.
        name: of the search's run; by default after the model.
        place: increment, experiment, project, tags, store, capture, as `track_experiment`.

    Raises:
        UsageError: for a wrong argument; nothing has been written then.
        InvalidValue: if all combinations failed.
        MissingExtra: if scikit-learn, or what the search needs, isn't installed.
    """
    require_sklearn("track_hyperparameters")
    plan = _plan(model, param_grid, search=search, n_iter=n_iter, seed=seed, sampler=sampler)
    _check_options(on_error, importance, X_validation, y_validation, cv)
    where = place_of("track_hyperparameters", place)
    example = example_of(plan.maker, plan.first)
    recipe = Recipe(plan.maker, scoring_of(scoring, example, best_by), dict(fit_params or {}))
    if refit and example is not None:
        _check_kept(example)
    data = _data(example, X_train, y_train, cv, groups, X_validation, y_validation)
    sweep = _Sweep(plan, recipe, where, name, cv)
    data, known = sweep.look_back(data, resume=resume)
    trials = Trials(
        recipe, data, known, n_jobs=n_jobs, backend=backend, on_error=on_error, progress=progress
    )
    return sweep.run(trials, refit=refit, importance=importance)


class _Sweep:
    """A search that is ready to run, perhaps as the continuation of one that was broken off."""

    def __init__(
        self, plan: _Plan, recipe: Recipe, place: Place, name: str | None, cv: Any
    ) -> None:
        self._plan = plan
        self._recipe = recipe
        self._place = place
        self._cv = cv
        self._name = limits.name(name or f"{plan.maker.label}-sweep", "the name of the search")
        self._fact: dict[str, Any] = {}
        self._earlier: StoredRun | None = None

    def look_back(self, data: Data, *, resume: bool) -> tuple[Data, dict[str, Combination]]:
        """Find what was done before: the folds as they were, and what is finished."""
        self._fact = {
            "fingerprint": _fingerprint(self._plan, self._recipe, data, self._cv),
            "space": search_spaces.space_text(self._plan.spaces),
        }
        if resume:
            self._earlier = find_unfinished(self._name, self._place, self._fact)
        if self._earlier is None:
            return data, {}
        known = finished_parts(self._earlier, self._recipe.scoring.names)
        return replace(data, splits=kept_splits(self._earlier) or data.splits), known

    def run(self, trials: Trials, *, refit: bool, importance: str | bool) -> SweepResults:
        """Try the combinations, each in its run, and sum them up."""
        plan = self._plan
        params = _whole_params(plan, trials.score, trials.data)
        with open_whole(
            self._name, self._place, params=params, fact=self._fact, tag="sweep",
            earlier=self._earlier,
        ) as whole:  # fmt: skip
            trials.begin(whole, self._place)
            if plan.proposals is None:
                trials.try_all(plan.combinations, self._name)
            else:
                trials.try_proposed(plan.proposals, plan.n_iter or 0, self._name)
            return finish_sweep(whole, trials, refit=refit, importance=importance, seed=plan.seed)


@dataclass(frozen=True)
class _Plan:
    """What is searched, checked."""

    maker: ModelMaker
    spaces: list[Space]
    search: str
    seed: int
    combinations: list[Params]
    proposals: Proposals | None
    n_iter: int | None

    @property
    def first(self) -> list[Params]:
        """A combination to look at."""
        if self.proposals is None:
            return self.combinations[:1]
        return search_spaces.sampled(self.spaces, 1, 0)


def _plan(
    model: Any, param_grid: Any, *, search: str, n_iter: int, seed: int, sampler: Any
) -> _Plan:
    checked_choice(search, search_spaces.SEARCHES, what="search")
    maker = maker_of(model)
    spaces = search_spaces.spaces_of(param_grid, allows_distributions=search != "grid")
    check_names(maker, [param for space in spaces for param in space])
    if search != "grid":
        if isinstance(n_iter, bool) or not isinstance(n_iter, int):
            raise InvalidType(f"n_iter is {a_kind(n_iter)}", hint="give a number like 30")
        if n_iter < 1:
            raise InvalidValue(
                f"n_iter is {n_iter}: there is nothing to try", hint="give 1 or more"
            )
    combinations: list[Params] = []
    proposals = None
    if search == "bayesian":
        proposals = Proposals(spaces, seed=seed, sampler=sampler)
    elif search == "random":
        combinations = search_spaces.sampled(spaces, n_iter, seed)
    else:
        combinations = search_spaces.combinations_of(spaces)
    return _Plan(
        maker, spaces, search, seed, combinations, proposals, None if search == "grid" else n_iter
    )


def _check_options(
    on_error: str,
    importance: str | bool,  # noqa: FBT001 - as users say it
    X_validation: Any,
    y_validation: Any,
    cv: Any,
) -> None:
    checked_choice(on_error, ("record", "raise"), what="way with errors")
    if not isinstance(importance, bool):
        checked_choice(importance, METHODS, what="method of importance")
    if X_validation is None and y_validation is not None:
        raise InvalidValue("y_validation is given without X_validation", hint="give both")
    if X_validation is not None and cv is not None:
        raise InvalidValue(
            "both cv and X_validation are given", hint="score on folds, or on rows beside them"
        )


def _check_kept(example: Any) -> None:
    """Raise if the best model couldn't be kept as an artifact in the end."""
    check_picklable(
        example,
        f"the {type(example).__qualname__}",
        hint="define it at the top of a module and without lambdas; refit=False keeps no model",
    )


def _data(
    example: Any, X: Any, y: Any, cv: Any, groups: Any, X_validation: Any, y_validation: Any
) -> Data:
    check_lengths(X, y, "X_train")
    if X_validation is not None:
        check_lengths(X_validation, y_validation, "X_validation")
        return Data(X, y, None, X_validation, y_validation)
    from sklearn.base import is_classifier

    folds = FOLDS if cv is None else cv
    classifies = example is not None and hasattr(example, "get_params") and is_classifier(example)
    return Data(X, y, splits_of(folds, X, y, groups, is_classifier=classifies))


def _fingerprint(plan: _Plan, recipe: Recipe, data: Data, cv: Any) -> str:
    is_plain = cv is None or isinstance(cv, int) or hasattr(cv, "split")
    return fingerprint(
        plan.maker.place,
        plan.maker.own_params(),
        search_spaces.space_text(plan.spaces),
        (plan.search, plan.n_iter, plan.seed),
        sorted(recipe.scoring.names),
        sorted(recipe.fit_params),
        cv if is_plain else data_fingerprint(data.splits),
        [data_fingerprint(one) for one in (data.X, data.y, data.X_validation, data.y_validation)],
    )


def _whole_params(plan: _Plan, score: str, data: Data) -> dict[str, Any]:
    described: dict[str, Any] = {
        "model": plan.maker.label,
        "search": plan.search,
        "score": score,
        "folds": None if data.splits is None else len(data.splits),
        "n_iter": plan.n_iter,
        "combinations": len(plan.combinations) or None,
        "seed": None if plan.search == "grid" else plan.seed,
    }
    return {name: value for name, value in described.items() if value is not None}
