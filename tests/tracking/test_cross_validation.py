"""`runlore.track_cross_validation`, as a user calls it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from sklearn.datasets import load_diabetes, load_iris
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.model_selection import LeaveOneOut, StratifiedKFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

import runlore
from runlore import track_cross_validation
from runlore.errors import InvalidType, InvalidValue, RunloreError
from runlore.tracking.scoring import scoring_of
from runlore.tracking.splits import kept_splits
from tests.tracking.models import Counting

if TYPE_CHECKING:
    from pathlib import Path

X, Y = load_iris(return_X_y=True)

pytestmark = pytest.mark.usefixtures("nothing_left_open")


def tree() -> DecisionTreeClassifier:
    return DecisionTreeClassifier(random_state=0)


class FailsOnFold(Counting):
    """Fails where the first row is among those it is fitted on, but for one fold."""

    def fit(self, X: Any, y: Any) -> FailsOnFold:  # noqa: N803
        if not (np.array([5.1, 3.5, 1.4, 0.2]) == X).all(axis=1).any():
            raise ArithmeticError("the first row is missing")
        super().fit(X, y)
        return self


def test_scores_without_a_name_are_scores_and_two_need_names() -> None:
    one = track_cross_validation(tree(), X, Y, scoring=lambda model, rows, y: model.score(rows, y))
    assert one.score == "score"
    with pytest.raises(InvalidValue, match="two scores are called 'score'"):
        track_cross_validation(tree(), X, Y, scoring=[lambda *_: 0.0, lambda *_: 1.0])


def test_the_run_says_which_folds_were_asked_for() -> None:
    splits = list(StratifiedKFold(3).split(X, Y))
    said = {
        runlore.get_run(track_cross_validation(tree(), X, Y, cv=cv).run).params["cv"]
        for cv in (3, StratifiedKFold(3), splits, iter(splits))
    }
    assert said == {
        3, "StratifiedKFold(n_splits=3, random_state=None, shuffle=False)", "3 given folds"
    }  # fmt: skip


def test_the_scores_are_those_of_scikit_learn_and_stand_in_one_run() -> None:
    results = track_cross_validation(model=tree(), X=X, y=Y, cv=5)
    expected = cross_val_score(tree(), X, Y, cv=5)
    np.testing.assert_allclose(results.scores["accuracy"].by_fold, expected)
    run = runlore.get_run(results.run)
    np.testing.assert_allclose(run.series("accuracy[fold]").value, expected)
    steps = run.series("accuracy[fold]").step
    assert steps is not None
    assert steps.tolist() == [0, 1, 2, 3, 4]
    assert run.metrics["accuracy"] == pytest.approx(expected.mean())
    assert run.metrics["accuracy_std"] == pytest.approx(expected.std(ddof=1))
    assert results.interval is not None
    assert run.metrics["accuracy_low"] == results.interval.low
    assert run.status == "finished"
    assert "cross-validation" in run.tags


@pytest.mark.parametrize(
    ("model", "score"),
    [
        (DummyClassifier(), "accuracy"),
        (DummyRegressor(), "r2"),
        (make_pipeline(StandardScaler(), LogisticRegression()), "accuracy"),
        (make_pipeline(StandardScaler(), LinearRegression()), "r2"),
        (Counting(), "score"),
    ],
)
def test_the_models_own_score_is_called_what_it_is(model: Any, score: str) -> None:
    assert scoring_of(None, model).main == score


def test_the_interval_is_wider_than_that_of_independent_values() -> None:
    results = track_cross_validation(tree(), X, Y)
    description = results.scores["accuracy"].description
    assert results.interval is not None
    assert description.mean_interval is not None
    plain = description.mean_interval.high - description.mean_interval.low
    assert results.interval.high - results.interval.low > 1.3 * plain
    assert "Nadeau" in results.to_markdown()


def test_the_rows_of_the_folds_and_a_figure_are_kept() -> None:
    folds = StratifiedKFold(4, shuffle=True)
    results = track_cross_validation(tree(), X, Y, cv=folds)
    run = runlore.get_run(results.run)
    splits = kept_splits(run)
    assert splits is not None
    assert len(splits) == 4
    assert sorted(np.concatenate([test for _, test in splits]).tolist()) == list(range(150))
    again = track_cross_validation(tree(), X, Y, cv=splits)
    assert again.scores["accuracy"].by_fold == results.scores["accuracy"].by_fold
    with run.artifact("folds.png").open() as file:
        assert file.read(4) == b"\x89PNG"


def test_each_fold_can_be_a_run_of_its_own() -> None:
    results = track_cross_validation(tree(), X, Y, cv=3, fold_runs=True, keep_models=True)
    parts = [runlore.get_run(run) for run in results.runs]
    assert [run.name for run in parts] == ["fold-0", "fold-1", "fold-2"]
    assert [run.metrics["accuracy"] for run in parts] == list(results.scores["accuracy"].by_fold)
    assert {run.parent for run in parts} == {results.run}
    assert len(results.models) == 3


def test_in_an_increment_it_is_kept_as_plain_files(increment: Path) -> None:
    track_cross_validation(model=tree(), X=X, y=Y, cv=5, increment="0042")
    folder = increment / "DecisionTreeClassifier-cross-validation"
    files = {path.name for path in folder.iterdir()}
    assert {"folds.md", "folds.png", "splits.npz", "metrics.csv", "metrics.json"} <= files


def test_regressors_and_tables_of_pandas_work() -> None:
    frame, target = load_diabetes(return_X_y=True, as_frame=True)
    results = track_cross_validation(
        LinearRegression(), frame, target, scoring=["r2", "neg_mean_absolute_error"]
    )
    assert results.score == "r2"
    assert results.mean == pytest.approx(cross_val_score(LinearRegression(), frame, target).mean())
    assert list(results.to_pandas().columns) == [
        "fold", "r2", "neg_mean_absolute_error", "fit_seconds"
    ]  # fmt: skip


def test_as_many_folds_as_rows_work() -> None:
    results = track_cross_validation(tree(), X[::10], Y[::10], cv=LeaveOneOut())
    assert len(results) == 15
    assert results.interval is not None


def test_a_fold_that_raises_ends_the_run_and_is_named() -> None:
    with pytest.raises(ArithmeticError, match="first row") as caught:
        track_cross_validation(FailsOnFold(), X, Y, cv=5, fold_runs=True)
    assert caught.value.__notes__ == ["in fold 0 of 5"]
    runs = runlore.list_runs()
    assert {run.name: run.status for run in runs} == {
        "FailsOnFold-cross-validation": "failed", "fold-0": "failed"
    }  # fmt: skip


def test_a_fold_that_raises_can_be_noted_and_left_out() -> None:
    results = track_cross_validation(FailsOnFold(), X, Y, cv=5, on_error="record")
    assert results.errors == {0: "ArithmeticError: the first row is missing"}
    assert results.scores["score"].description.n == 4
    assert results.scores["score"].description.not_finite == 1
    assert "fold 0 failed" in results.to_markdown()
    with pytest.raises(InvalidValue, match="all 3 folds failed"):
        track_cross_validation(Counting(-1.0), X, Y, cv=3, on_error="record")


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"scoring": "acuracy"}, "did you mean 'accuracy'"),
        ({"cv": 1}, "cv=1 can't split"),
        ({"cv": 51}, "cv=51 can't split"),
        ({"cv": []}, "makes no fold"),
        ({"cv": [([0], [])]}, "fold 0 of"),
        ({"y": Y[:9]}, "150 rows and 9 targets"),
        ({"on_error": "skip"}, "'skip' is no way"),
        ({"model": "tree"}, "a str is not a model"),
    ],
)
def test_wrong_arguments_are_named_and_nothing_is_written(
    changed: dict[str, Any], message: str
) -> None:
    with pytest.raises(RunloreError, match=message):
        track_cross_validation(**({"model": tree(), "X": X, "y": Y} | changed))
    assert not os.path.exists(os.environ["RUNLORE_STORE"])


def test_a_model_that_cannot_be_cloned_is_refused() -> None:
    class Unclonable:
        def fit(self, _rows: Any, _targets: Any) -> None: ...

    with pytest.raises(InvalidType, match=r"Unclonable can't be cloned"):
        track_cross_validation(Unclonable(), X, Y)
