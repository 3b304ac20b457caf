"""`runlore.track_grid_search`, around scikit-learn's own search objects."""

from __future__ import annotations

import os
import warnings
from typing import Any

import numpy as np
import pytest
from sklearn.datasets import load_iris
from sklearn.model_selection import GridSearchCV, KFold
from sklearn.tree import DecisionTreeClassifier

import runlore
from runlore import track_grid_search
from runlore.errors import InvalidType, InvalidValue, RunloreError

X, Y = load_iris(return_X_y=True)
GRID = {"max_depth": [1, 2, 3], "min_samples_leaf": [1, 20, 50]}

pytestmark = pytest.mark.usefixtures("nothing_left_open")


def tree() -> DecisionTreeClassifier:
    return DecisionTreeClassifier(random_state=0)


def test_all_combinations_are_runs_and_agree_with_scikit_learn() -> None:
    best_model, results = track_grid_search(tree(), GRID, X, Y)
    plain = GridSearchCV(tree(), GRID).fit(X, Y)
    assert best_model.get_params() == plain.best_estimator_.get_params()
    assert results.best_params == plain.best_params_
    assert results.best_score == pytest.approx(plain.best_score_)
    found = [one.scores["accuracy"] for one in results]
    np.testing.assert_allclose(found, plain.cv_results_["mean_test_score"])
    parts = [run for run in runlore.list_runs() if run.parent == results.run]
    assert len(parts) == 9
    assert {len(run.series("accuracy[fold]").value) for run in parts} == {5}
    assert results.importances is not None
    names = [file.name for file in runlore.get_run(results.run).artifacts]
    assert names == ["importance.csv", "importance.png", "model.pkl", "results.md"]


def test_a_search_object_of_ones_own_is_used_and_left_as_it_was() -> None:
    folds = KFold(3, shuffle=True, random_state=1)
    mine = GridSearchCV(tree(), GRID, cv=folds, scoring=["f1_macro", "accuracy"], refit="accuracy")
    _, results = track_grid_search(mine, X=X, y=Y)
    assert results.score == "accuracy"
    assert set(results.combinations[0].scores) == {"accuracy", "f1_macro"}
    assert not hasattr(mine, "best_estimator_")
    assert results.search.best_params_ == results.best_params


@pytest.mark.parametrize(
    ("search", "options"),
    [
        ("random", {"n_iter": 4, "random_state": 0}),
        ("halving", {"factor": 2, "random_state": 0}),
        ("halving-random", {"factor": 2, "random_state": 0}),
    ],
)
def test_the_other_searches_of_scikit_learn_work(search: str, options: dict[str, Any]) -> None:
    model, results = track_grid_search(tree(), GRID, X, Y, search=search, **options)
    assert results.best_params is not None
    assert results.search.best_params_ == results.best_params
    assert model.get_params()["max_depth"] == results.best_params["max_depth"]
    assert len(results) == len(results.search.cv_results_["params"])


def test_a_fit_that_fails_is_a_failed_run_with_what_scikit_learn_says() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model, results = track_grid_search(tree(), {"max_depth": [2, -1]}, X, Y)
    assert [one.status for one in results] == ["finished", "failed"]
    assert model.max_depth == 2
    assert runlore.get_run(results.failed[0].run).status == "failed"
    notes = " ".join(note.text for note in runlore.get_run(results.run).notes)
    assert "max_depth" in notes


def test_without_a_refit_there_is_no_model() -> None:
    model, results = track_grid_search(tree(), GRID, X, Y, refit=False, cv=2)
    assert model is None
    assert results.best_params is not None


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        ((tree(), {}, X, Y), {}, "empty"),
        ((tree(), {"max_depth": []}, X, Y), {}, "no values"),
        ((tree(), {"depth": [1]}, X, Y), {}, "did you mean 'max_depth'"),
        ((tree(), GRID, X, Y), {"scoring": "acuracy"}, "did you mean 'accuracy'"),
        ((tree(), GRID, X, Y), {"cv": 99}, "cv=99 can't split"),
        ((tree(), GRID, X, Y), {"search": "bayesian"}, "'bayesian' is no search"),
        ((tree(), GRID, X, Y), {"folds": 3}, "GridSearchCV can't be made"),
        ((tree(), GRID, X, Y[:3]), {}, "150 rows and 3 targets"),
        ((tree(), GRID), {}, "no data"),
    ],
)
def test_wrong_arguments_are_named_and_nothing_is_written(
    arguments: tuple[Any, ...], options: dict[str, Any], message: str
) -> None:
    with pytest.raises(RunloreError, match=message):
        track_grid_search(*arguments, **options)
    assert not os.path.exists(os.environ["RUNLORE_STORE"])


def test_a_class_or_a_search_with_a_grid_beside_it_is_refused() -> None:
    with pytest.raises(InvalidType, match=r"give an instance: DecisionTreeClassifier\(\)"):
        track_grid_search(DecisionTreeClassifier, GRID, X, Y)
    with pytest.raises(InvalidValue, match="and param_grid beside it"):
        track_grid_search(GridSearchCV(tree(), GRID), GRID, X, Y)
