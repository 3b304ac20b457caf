"""The calls that a data scientist makes in one increment, with the libraries they are made with."""

from __future__ import annotations

import json
import sys
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
import sklearn
from sklearn.datasets import load_iris
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import train_test_split

import runlore
from tests.libraries import library

if TYPE_CHECKING:
    from pathlib import Path


xgboost = library("xgboost")


class Data:
    """Iris, split once."""

    def __init__(self) -> None:
        self.X, self.y = load_iris(return_X_y=True)
        split = train_test_split(self.X, self.y, test_size=0.3, random_state=0)
        self.X_train, self.X_test, self.y_train, self.y_test = split


@pytest.fixture
def data() -> Data:
    warnings.simplefilter("ignore")
    return Data()


@pytest.fixture
def experiments(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    increment = tmp_path / ".specweave" / "increments" / "0042-recommendation-model"
    increment.mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    return increment / "experiments"


def small(**params: Any) -> Any:
    return xgboost.XGBClassifier(n_estimators=5, max_depth=2, n_jobs=1, **params)


def test_an_experiment_leaves_its_plain_files(experiments: Path, data: Data) -> None:
    model = small()
    model.fit(data.X_train, data.y_train)
    with runlore.track_experiment("xgboost-v1") as exp:
        exp.log_param("n_estimators", 100)
        exp.log_metric("auc", 0.87)
        exp.save_model(model, "model.pkl")
    folder = experiments / "xgboost-v1"
    names = {path.name for path in folder.rglob("*") if path.is_file()}
    assert {"params.json", "metrics.json", "model.pkl", "metadata.yaml"} <= names
    assert json.loads((folder / "params.json").read_text())["n_estimators"] == 100


def test_baselines_are_tracked_compared_and_reported(experiments: Path, data: Data) -> None:
    for strategy in ("uniform", "most_frequent", "stratified"):
        with runlore.track_experiment(f"baseline-{strategy}") as exp:
            model = DummyClassifier(strategy=strategy, random_state=0)
            model.fit(data.X_train, data.y_train)
            accuracy = model.score(data.X_test, data.y_test)
            exp.log_metric("accuracy", accuracy)
            exp.log_note(f"Baseline: {strategy}")
    comparison = runlore.compare_experiments(increment="0042")
    assert (experiments / "comparison.md").read_text().count("baseline-") >= 3
    assert (experiments / "baselines.md").exists()
    assert comparison.best is not None


def test_a_decorated_function_is_a_run(experiments: Path, data: Data) -> None:
    tracker = runlore.AutoTracker(increment="0042")

    @tracker.track(name="xgboost-auto")
    def train_model(learning_rate: float = 0.1) -> tuple[Any, float]:
        model = small(learning_rate=learning_rate)
        model.fit(data.X_train, data.y_train)
        score = float(model.score(data.X_test, data.y_test))
        return model, score

    _, score = train_model()
    run = runlore.get_run("xgboost-auto")
    assert run.params["learning_rate"] == 0.1
    assert run.metrics["score"] == score
    assert run.artifacts
    assert (experiments / "xgboost-auto" / "metrics.json").exists()


def test_params_are_searched_with_a_run_for_each_combination(experiments: Path, data: Data) -> None:
    results = runlore.track_hyperparameters(
        model=xgboost.XGBClassifier,
        param_grid={"n_estimators": [2, 4], "max_depth": [1, 2]},
        X_train=data.X_train,
        y_train=data.y_train,
        increment="0042",
    )
    assert len(results.combinations) == 4
    assert results.best_params is not None
    assert results.best_params.keys() == {"n_estimators", "max_depth"}
    assert experiments.exists()
    best_model, grid = runlore.track_grid_search(
        RandomForestClassifier(random_state=0),
        {"n_estimators": [2, 4], "max_depth": [1, 2]},
        data.X_train,
        data.y_train,
        increment="0042",
    )
    assert best_model.predict(data.X_test).shape == data.y_test.shape
    assert len(grid.combinations) == 4


def test_folds_are_tracked(experiments: Path, data: Data) -> None:
    found = runlore.track_cross_validation(
        model=small(), X=data.X, y=data.y, cv=5, increment="0042"
    )
    assert 0.5 < found.mean <= 1
    assert experiments.exists()


def test_models_are_compared(experiments: Path, data: Data) -> None:
    models = {
        "xgboost": small(),
        "lightgbm": library("lightgbm").LGBMClassifier(n_estimators=5, verbose=-1, n_jobs=1),
        "random-forest": RandomForestClassifier(n_estimators=5, random_state=0),
    }
    comparison = runlore.compare_models(
        models, data.X_train, data.y_train, data.X_test, data.y_test, increment="0042"
    )
    assert "| lightgbm" in comparison.to_markdown()
    assert experiments.exists()


def test_artifacts_of_every_kind_and_metadata(experiments: Path, data: Data) -> None:
    figure = pytest.importorskip("matplotlib.figure").Figure()
    figure.subplots().plot([1, 2, 3])
    metadata = runlore.ExperimentMetadata(
        name="xgboost-v3",
        description="XGBoost with feature engineering v2",
        tags=["production-candidate", "feature-eng-v2"],
        git_commit="a3b8c9d",
        data_version="v2024-01",
        author="ada",
    )
    with runlore.track_experiment(metadata) as exp:
        exp.save_artifact("preprocessor.pkl", {"mean": data.X.mean(axis=0)})
        exp.save_artifact("confusion_matrix.png", figure)
        exp.save_artifact("feature_importance.csv", pd.DataFrame({"feature": ["a"], "gain": [1.0]}))
        exp.save_artifact("requirements.txt", "numpy\n")
        exp.save_artifact("conda_env.yaml", {"name": "env", "dependencies": ["python=3.11"]})
        exp.log_param("python_version", sys.version)
        exp.log_param("sklearn_version", sklearn.__version__)
        exp.log_param("data_commit", "dvc:a3b8c9d")
        exp.log_param("data_url", "s3://bucket/data/v2024-01")
        exp.add_tag("production")
    run = runlore.get_run("xgboost-v3")
    assert {"production", "production-candidate"} <= set(run.tags)
    assert {file.name for file in run.artifacts} >= {"conda_env.yaml", "confusion_matrix.png"}
    assert "author: ada" in (experiments / "xgboost-v3" / "metadata.yaml").read_text()


def test_failures_are_documented_after_the_block(experiments: Path) -> None:
    exp = None
    try:
        with runlore.track_experiment("neural-net-attempt") as exp:
            raise MemoryError("no memory left")
    except MemoryError as error:
        assert exp is not None
        exp.log_note(f"FAILED: {error}")
        exp.log_note("Reason: Out of memory, need smaller batch size")
        exp.set_status("failed")
    run = runlore.get_run("neural-net-attempt")
    assert (run.status, len(run.notes)) == ("failed", 2)
    assert (experiments / "neural-net-attempt" / "metadata.yaml").exists()


def test_a_pipeline_has_stages_with_metrics(experiments: Path, data: Data) -> None:
    pipeline = runlore.ExperimentPipeline("recommendation-full-pipeline")
    with pipeline.stage("preprocessing") as stage:
        stage.log_metric("rows_before", len(data.X))
        clean = data.X[np.isfinite(data.X).all(axis=1)]
        stage.log_metric("rows_after", len(clean))
    with pipeline.stage("features") as stage:
        stage.log_metric("num_features", clean.shape[1])
    with pipeline.stage("training") as stage:
        stage.log_metric("accuracy", 0.9)
    pipeline.finish()
    runs = runlore.search_runs("metrics.rows_before = 150")
    assert runs.total == 1
    assert experiments.exists()
