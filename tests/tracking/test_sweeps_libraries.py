"""Searches over the models that people use: XGBoost and LightGBM, as in the guides."""

from __future__ import annotations

from typing import Any

import pytest
from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import train_test_split

import runlore
from runlore import track_cross_validation, track_grid_search, track_hyperparameters
from tests.libraries import library

X, Y = load_breast_cancer(return_X_y=True, as_frame=True)
X_TRAIN, X_TEST, Y_TRAIN, Y_TEST = train_test_split(X, Y, random_state=0)

pytestmark = [
    pytest.mark.usefixtures("nothing_left_open"),
    pytest.mark.filterwarnings("ignore"),  # of the libraries' own
]


def small(name: str) -> Any:
    """Give the library's classifier."""
    if name == "xgboost":
        return library("xgboost").XGBClassifier
    return library("lightgbm").LGBMClassifier


def settings(library: str) -> dict[str, Any]:
    return {"n_jobs": 1} if library == "xgboost" else {"n_jobs": 1, "verbose": -1}


@pytest.mark.parametrize("library", ["xgboost", "lightgbm"])
def test_a_class_is_searched(library: str) -> None:
    results = track_hyperparameters(
        model=small(library),
        param_grid={"n_estimators": [2, 10], "learning_rate": [0.01, 0.3],
                    **{name: [value] for name, value in settings(library).items()}},
        X_train=X_TRAIN, y_train=Y_TRAIN, cv=2,
    )  # fmt: skip
    assert results.score == "accuracy"
    assert results.best_params is not None
    assert results.best_params["learning_rate"] == 0.3
    assert results.best_model.score(X_TEST, Y_TEST) > 0.9
    kinds = {file.name: file.type for file in runlore.get_run(results.run).artifacts}
    assert "model" in kinds.values()


@pytest.mark.parametrize("library", ["xgboost", "lightgbm"])
def test_an_instance_is_searched_by_scikit_learn_and_cross_validated(library: str) -> None:
    model = small(library)(**settings(library))
    best_model, results = track_grid_search(
        model, {"n_estimators": [2, 10], "max_depth": [1, 3]}, X_TRAIN, Y_TRAIN, cv=2
    )
    assert best_model.score(X_TEST, Y_TEST) > 0.9
    assert len(results) == 4
    scores = track_cross_validation(best_model, X_TRAIN, Y_TRAIN, cv=3)
    assert scores.mean > 0.9


def test_fits_take_what_belongs_to_rows_fold_by_fold() -> None:
    weights = (Y_TRAIN * 2 + 1).to_numpy()
    results = track_hyperparameters(
        small("lightgbm")(n_estimators=3, **settings("lightgbm")), {"max_depth": [1, 2]},
        X_TRAIN, Y_TRAIN, cv=2, fit_params={"sample_weight": weights},
    )  # fmt: skip
    assert {one.status for one in results} == {"finished"}
