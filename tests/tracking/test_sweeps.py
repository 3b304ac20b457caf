"""`runlore.track_hyperparameters`, as a user calls it."""

from __future__ import annotations

import json
import math
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from sklearn.datasets import load_diabetes, load_iris
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import KFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

import runlore
from runlore import track_hyperparameters
from runlore.errors import InvalidType, InvalidValue, NotFound, RunloreError
from tests.tracking.models import Counting

ROOT = Path(__file__).parents[2]
X, Y = load_iris(return_X_y=True)
GRID = {"max_depth": [1, 2, 3], "min_samples_leaf": [1, 20, 50]}

pytestmark = pytest.mark.usefixtures("nothing_left_open")


def has_no_runs() -> bool:
    return not os.path.exists(os.environ["RUNLORE_STORE"])


def test_each_combination_is_a_run_within_that_of_the_search() -> None:
    grid = {**GRID, "random_state": [0]}
    results = track_hyperparameters(
        model=DecisionTreeClassifier, param_grid=grid, X_train=X, y_train=Y
    )
    assert len(results) == 9
    whole = runlore.get_run(results.run)
    parts = [run for run in runlore.list_runs() if run.parent == whole.id]
    assert (whole.name, whole.status, "sweep" in whole.tags) == (
        "DecisionTreeClassifier-sweep", "finished", True
    )  # fmt: skip
    assert {run.id for run in parts} == {one.run for one in results}
    assert {run.status for run in parts} == {"finished"}
    assert results.best_params == {"max_depth": 3, "min_samples_leaf": 1, "random_state": 0}
    assert results.best_run is not None
    best = runlore.get_run(results.best_run)
    assert best.params == results.best_params
    assert best.metrics["accuracy"] == pytest.approx(results.best_score)
    assert len(best.series("accuracy[fold]").value) == 5
    assert best.series("accuracy[fold]").value.mean() == pytest.approx(results.best_score)
    assert whole.metrics["best.accuracy"] == pytest.approx(results.best_score)
    assert whole.params["best.max_depth"] == 3


def test_the_best_model_is_fitted_on_all_rows_and_kept() -> None:
    results = track_hyperparameters(DecisionTreeClassifier(random_state=0), GRID, X, Y)
    assert results.best_model.get_params()["max_depth"] == 3
    assert results.best_model.random_state == 0
    assert results.best_model.score(X, Y) > 0.95
    artifacts = {file.name: file.type for file in runlore.get_run(results.run).artifacts}
    assert artifacts["model.pkl"] == "model"
    assert {"importance.csv", "importance.png", "results.md", "splits.npz"} <= set(artifacts)


def test_the_importances_find_the_param_that_matters_and_say_how_sure_they_are() -> None:
    results = track_hyperparameters(
        lambda value, noise: Counting(value / 10 + noise / 1000),
        {"value": [1, 2, 3, 4, 5, 6, 7, 8], "noise": [0, 1, 2]},
        X, Y, refit=False,
    )  # fmt: skip
    importances = results.importances
    assert importances is not None
    first = importances.params[0]
    assert first.name == "value"
    assert first.low > importances.of("noise").high
    assert importances.of("noise").low <= 0.01
    assert importances.explained > 0.8


def test_fanova_agrees_and_has_an_interval_as_well() -> None:
    results = track_hyperparameters(
        Counting(), {"value": [0.1, 0.2, 0.3, 0.4, 0.5, 0.6], "pause_seconds": [0, 1e-6]},
        X, Y, cv=2, importance="fanova",
    )  # fmt: skip
    assert results.importances is not None
    value = results.importances.of("value")
    assert value.importance > 0.9
    assert value.low <= value.importance <= value.high
    assert "Hutter" in results.importances.method.source


def test_in_an_increment_the_table_and_the_figure_are_plain_files(increment: Path) -> None:
    results = track_hyperparameters(
        DecisionTreeClassifier(random_state=0),
        GRID,
        X,
        Y,
        increment="0042",
        cv=2,
        name="tree-sweep",
    )
    folder = increment / "tree-sweep"
    assert (folder / "importance.png").read_bytes().startswith(b"\x89PNG")
    assert "max\\_depth" in (folder / "results.md").read_text(encoding="utf-8")
    assert results.best_params is not None
    best = json.loads((folder / "params.json").read_text(encoding="utf-8"))["best.max_depth"]
    assert best == results.best_params["max_depth"]
    assert len(list((folder / "runs").iterdir())) == 9
    assert runlore.get_run(results.run).experiment == "0042-recommendation-model"


def test_random_search_draws_the_same_again_and_bayesian_search_improves() -> None:
    from scipy import stats

    space = {"value": stats.uniform(0, 1)}
    first, again = (
        track_hyperparameters(
            Counting, space, X, Y, search="random", n_iter=4, cv=2, seed=3, importance=False
        )
        for _ in range(2)
    )
    assert [one.params for one in first] == [one.params for one in again]
    assert {type(one.params["value"]) for one in first} == {float}
    named = runlore.get_run(first.combinations[0].run)
    assert named.name == f"value={named.params['value']:.4g}"
    found = track_hyperparameters(
        Counting, space, X, Y, search="bayesian", n_iter=25, cv=2, importance=False
    )
    assert len(found) == 25
    early = max(one.scores["accuracy" if "accuracy" in one.scores else "score"]
                for one in found.combinations[:5])  # fmt: skip
    assert found.best_score is not None
    assert found.best_score >= early
    assert found.best_score > 0.9


def test_the_verdict_says_when_nothing_tells_the_first_ones_apart() -> None:
    tree = DecisionTreeClassifier(random_state=0)
    tied = track_hyperparameters(tree, {"max_depth": [1], "min_samples_leaf": [1, 2, 3]}, X, Y)
    assert tied.verdict().endswith(
        "with max_depth=1 min_samples_leaf=1. The next, max_depth=1 min_samples_leaf=2, "
        "has the same, and so has 1 more."
    )
    two = track_hyperparameters(tree, {"max_depth": [1, 2]}, X, Y, cv=2)
    assert two.verdict().endswith("; 2 folds are too few to decide it.")


def test_bayesian_search_runs_no_combination_twice() -> None:
    results = track_hyperparameters(
        Counting, {"value": [0.1, 0.9]}, X, Y, search="bayesian", n_iter=10, cv=2
    )
    assert sorted(one.params["value"] for one in results) in ([0.1, 0.9], [0.1], [0.9])


def test_ranges_of_optuna_serve_random_search_too() -> None:
    import optuna

    space = {
        "value": optuna.distributions.FloatDistribution(0.001, 1, log=True),
        "pause_seconds": [0],
    }
    results = track_hyperparameters(Counting, space, X, Y, search="random", n_iter=6, cv=2)
    assert all(0.001 <= one.params["value"] <= 1 for one in results)


def test_a_combination_that_fails_is_a_failed_run_and_the_search_goes_on() -> None:
    results = track_hyperparameters(Counting, {"value": [0.5, -1.0, 0.7]}, X, Y)
    assert [one.status for one in results] == ["finished", "failed", "finished"]
    assert results.best_params == {"value": 0.7}
    failed = runlore.get_run(results.failed[0].run)
    assert failed.status == "failed"
    assert failed.error is not None
    assert failed.error["type"] == "ArithmeticError"
    assert "in fold 0 of 5" in failed.error["traceback"]
    assert "1 of 3 combinations failed" in results.to_markdown()
    assert runlore.get_run(results.run).status == "finished"


def test_a_combination_that_fails_can_end_the_search() -> None:
    with pytest.raises(ArithmeticError, match="below zero") as caught:
        track_hyperparameters(Counting, {"value": [0.5, -1.0, 0.7]}, X, Y, on_error="raise", cv=2)
    assert "with value=-1.0" in caught.value.__notes__
    statuses = {run.name: run.status for run in runlore.list_runs()}
    assert statuses == {
        "Counting-sweep": "failed", "value=0.5": "finished", "value=-1.0": "failed"
    }  # fmt: skip


def test_a_search_in_which_all_fail_says_so() -> None:
    with pytest.raises(InvalidValue, match="all 2 combinations failed; the first: Arithmetic"):
        track_hyperparameters(Counting, {"value": [-2.0, -1.0]}, X, Y)


def test_a_score_that_is_not_a_number_is_kept_and_not_the_best() -> None:
    results = track_hyperparameters(
        Counting, {"value": [0.1, 0.2]}, X, Y, cv=2,
        scoring={"odd": lambda model, _rows, _targets: math.nan if model.value == 0.2 else 0.1},
    )  # fmt: skip
    assert results.best_params == {"value": 0.1}
    assert [one.status for one in results] == ["finished", "finished"]


def test_rows_beside_the_folds_are_scored_on_where_they_are_given() -> None:
    results = track_hyperparameters(
        DecisionTreeClassifier, GRID, X[::2], Y[::2], X_validation=X[1::2], y_validation=Y[1::2],
        scoring=["f1_macro", "accuracy"], best_by="accuracy",
    )  # fmt: skip
    assert results.score == "accuracy"
    assert set(results.combinations[0].scores) == {"f1_macro", "accuracy"}
    assert "says nothing about the spread" in results.verdict()


def test_params_of_pipelines_and_grids_in_a_list_work() -> None:
    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=200))
    grid = [
        {"logisticregression__C": [0.1, 1.0]},
        {"standardscaler": ["passthrough"], "logisticregression__C": [1.0]},
    ]
    results = track_hyperparameters(model, grid, X, Y, cv=KFold(3, shuffle=True, random_state=0))
    assert len(results) == 3
    assert results.best_score is not None
    assert results.best_score > 0.8


def test_tables_of_pandas_and_regressors_work() -> None:
    frame, target = load_diabetes(return_X_y=True, as_frame=True)
    results = track_hyperparameters(
        DecisionTreeRegressor, {"max_depth": [1, 2, 3, 4], "min_samples_leaf": [5, 20]},
        frame, target,
    )  # fmt: skip
    assert results.score == "r2"
    table = results.to_pandas()
    assert list(table.columns)[:3] == ["params.max_depth", "params.min_samples_leaf", "r2"]
    assert table["r2"].max() == pytest.approx(results.best_score)
    assert "Importance of params" in results.to_markdown()


@pytest.mark.parametrize(
    ("grid", "message"),
    [
        ({}, "empty"),
        ([], "empty"),
        ([{}], "empty"),
        ({"max_depth": []}, "'max_depth' has no values"),
        ({"max_depth": 3}, "'max_depth' are an int"),
        ({"max_depth": "abc"}, "'max_depth' are a str"),
        ("max_depth", "param_grid is a str"),
        ({"max_dept": [1]}, "no param 'max_dept'"),
    ],
)
def test_a_grid_that_is_none_is_refused_before_anything_is_written(grid: Any, message: str) -> None:
    for model in (DecisionTreeClassifier, DecisionTreeClassifier()):
        with pytest.raises(RunloreError, match=message):
            track_hyperparameters(model, grid, X, Y)
    assert has_no_runs()


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"scoring": "acuracy"}, "did you mean 'accuracy'"),
        ({"scoring": []}, "names no score"),
        ({"scoring": 3}, "scoring is an int"),
        ({"best_by": "f1"}, "no score 'f1' to choose by"),
        ({"search": "gird"}, "'gird' is no search"),
        ({"cv": 1}, "cv=1 can't split the 150 rows"),
        ({"cv": 200}, "cv=200 can't split the 150 rows"),
        ({"cv": "often"}, "can't split"),
        ({"y_train": Y[:10]}, "150 rows and 10 targets"),
        ({"search": "random", "n_iter": 0}, "nothing to try"),
        ({"importance": "shap"}, "'shap' is no method of importance"),
        ({"on_error": "ignore"}, "'ignore' is no way"),
        ({"backend": "grid-engine"}, "backend='grid-engine' can't be used"),
        ({"X_validation": X, "y_validation": Y, "cv": 3}, "both cv and X_validation"),
    ],
)
def test_wrong_arguments_are_named_and_nothing_is_written(
    changed: dict[str, Any], message: str
) -> None:
    arguments = {"param_grid": GRID, "X_train": X, "y_train": Y} | changed
    with pytest.raises(RunloreError, match=message):
        track_hyperparameters(DecisionTreeClassifier, **arguments)
    assert has_no_runs()


def test_models_that_cannot_be_cloned_or_pickled_are_refused() -> None:
    class Unclonable:
        def fit(self, _rows: Any, _targets: Any) -> None: ...

    class Unpicklable(Counting):
        pass

    with pytest.raises(InvalidType, match=r"Unclonable can't be cloned"):
        track_hyperparameters(Unclonable(), GRID, X, Y)
    with pytest.raises(InvalidType, match=r"Unpicklable can't be pickled"):
        track_hyperparameters(Unpicklable(), {"value": [0.1]}, X, Y)
    with pytest.raises(InvalidType, match="an int is not a model"):
        track_hyperparameters(3, GRID, X, Y)
    with pytest.raises(NotFound):
        track_hyperparameters(Counting, {"value": [0.1]}, X, Y, increment="0099")
    assert has_no_runs()


def test_workers_fit_and_this_process_records() -> None:
    values = [0.1, 0.2, -1.0, 0.4, 0.5]
    results = track_hyperparameters(Counting(), {"value": values}, X, Y, cv=2, n_jobs=2)
    assert [one.params["value"] for one in results] == values
    assert [one.status for one in results].count("failed") == 1
    assert results.failed[0].error == "ArithmeticError: -1.0 is below zero"
    assert len(runlore.list_runs()) == 6


# joblib says so of what the other workers had done by then.
@pytest.mark.filterwarnings("ignore:.*tasks have been successfully executed:UserWarning")
def test_a_failure_in_a_worker_ends_the_search_and_leaves_no_run_open() -> None:
    with pytest.raises(ArithmeticError):
        track_hyperparameters(
            Counting(), {"value": [-1.0, 0.2, 0.3, 0.4]}, X, Y, cv=2, n_jobs=2,
            backend="threading", on_error="raise",
        )  # fmt: skip
    statuses = {run.status for run in runlore.list_runs()}
    assert "running" not in statuses
    assert "failed" in statuses


KILLED = """
import sys
from sklearn.datasets import load_iris
import runlore
from tests.tracking.models import Counting
X, y = load_iris(return_X_y=True)
search = sys.argv[2]
results = runlore.track_hyperparameters(
    Counting(pause_seconds=float(sys.argv[3]), log=sys.argv[1]),
    {"value": [v / 20 for v in range(12)]}, X, y, cv=2, search=search, n_iter=12,
    resume=True, progress=False, name="long",
)
print(len(results), sum(one.is_from_before for one in results), results.best_params)
"""


def start_search(log: Path, search: str, pause: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", KILLED, str(log), search, pause],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"},
        stdout=subprocess.PIPE,
        text=True,
    )


def fits(log: Path) -> list[str]:
    return [line.split()[0] for line in log.read_text().splitlines()] if log.exists() else []


@pytest.mark.parametrize("search", ["grid", "bayesian"])
def test_a_killed_search_goes_on_where_it_was(search: str, tmp_path: Path) -> None:
    log = tmp_path / "fits"
    # What a search is continued by is the same; the pause isn't among what differs.
    killed = start_search(log, search, "0.05")
    deadline = time.monotonic() + 60
    while len(fits(log)) < 8 and time.monotonic() < deadline and killed.poll() is None:
        time.sleep(0.02)
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    before = fits(log)
    assert 8 <= len(before) < 24
    finished = {value for value in before if before.count(value) == 2}
    log.write_text("")
    printed = start_search(log, search, "0.05").communicate(timeout=100)[0]
    assert printed.startswith("12 " if search == "grid" else "")
    taken_over = int(printed.split()[1])
    assert taken_over >= len(finished) - 1  # the last may have been scored, and not recorded
    assert taken_over >= 3
    again = fits(log)
    refit = 1
    if search == "grid":
        assert len(again) == 2 * (12 - taken_over) + refit
    wholes = [run for run in runlore.list_runs() if run.name == "long"]
    assert len(wholes) == 1
    assert wholes[0].status == "finished"
    assert len(wholes[0].attempts) == 2


def test_a_finished_search_is_not_continued_and_another_one_neither() -> None:
    for values in ([0.1, 0.2], [0.1, 0.2], [0.1, 0.3]):
        results = track_hyperparameters(Counting, {"value": values}, X, Y, cv=2)
        assert not any(one.is_from_before for one in results)
    assert len([run for run in runlore.list_runs() if run.parent is None]) == 3


def test_an_argument_that_there_is_not_is_named() -> None:
    with pytest.raises(InvalidType, match="no argument 'scorin'\nhint: did you mean 'scoring'"):
        track_hyperparameters(Counting, {"value": [0.1]}, X, Y, scorin="accuracy")  # type: ignore[call-arg]
    assert has_no_runs()
