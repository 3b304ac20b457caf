"""The calls that people make in an increment, as they write them, with the libraries they use."""

from __future__ import annotations

import csv
import json
import os
import sys
import warnings
from contextlib import chdir
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
import sklearn
import sklearn.dummy
from sklearn.datasets import load_iris
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

import runlore
from tests.integrations.trackers import empty_database, mlflow, wandb  # noqa: F401 - fixtures
from tests.libraries import library
from tests.tracking.written import run_block, written_blocks

if TYPE_CHECKING:
    from collections.abc import Iterator

xgboost = library("xgboost")
# Libraries of others warn as they like.
pytestmark = pytest.mark.filterwarnings("ignore")


def dummy_classifier(strategy: str) -> Any:
    """Make what guesses, by the names that baselines go by."""
    known = {"random": "uniform", "majority": "most_frequent"}
    return sklearn.dummy.DummyClassifier(strategy=known.get(strategy, strategy), random_state=0)


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Keep XGBoost from as many threads as there are cores, which other tests use, too."""
    with xgboost.config_context(nthread=1):
        yield


@pytest.fixture
def names() -> dict[str, Any]:
    """What a notebook has by the time that it tracks anything."""
    warnings.simplefilter("ignore")
    X, y = load_iris(return_X_y=True)  # noqa: N806
    X, y = X[50::2], y[50::2] - 1  # noqa: N806
    split = train_test_split(X, y, test_size=0.3, random_state=0, stratify=y)
    model = xgboost.XGBClassifier(n_estimators=5, max_depth=2, n_jobs=1).fit(split[0], split[2])
    return {
        "X": X, "y": y, "X_train": split[0], "X_test": split[1], "y_train": split[2],
        "y_test": split[3], "model": model, "accuracy": float(model.score(split[1], split[3])),
        "params": {"n_estimators": 5, "max_depth": 2, "n_jobs": 1},
        "XGBClassifier": xgboost.XGBClassifier, "RandomForestClassifier": RandomForestClassifier,
        "DummyClassifier": dummy_classifier, "track_experiment": runlore.track_experiment,
        "sys": sys, "sklearn": sklearn,
    }  # fmt: skip


def in_both(name: str, folder: Path) -> Any:
    """Return the run of a name; it is in the store, and in its folder as plain files."""
    run = runlore.get_run(name)
    assert json.loads((folder / "metrics.json").read_text()) == run.metrics
    assert json.loads((folder / "params.json").read_text()).keys() == run.params.keys()
    assert (folder / "metadata.yaml").exists()
    return run


def test_every_block_has_a_test() -> None:
    source = Path(__file__).read_text(encoding="utf-8")
    blocks = written_blocks()
    assert len(blocks) > 20
    assert [name for name in blocks if f'"{name}"' not in source] == []


def test_an_experiment_is_found_without_configuration(
    increment: Path, tmp_path: Path, names: dict[str, Any]
) -> None:
    run_block("baseline", tmp_path, names)
    run = in_both("baseline-model", increment / "baseline-model")
    assert run.metrics == {"accuracy": names["accuracy"]}
    assert runlore.get_run("exp-001").id == run.id
    run_block("built-in", tmp_path, names)
    folder = increment / "xgboost-v1"
    assert {"params.json", "metrics.json", "model.pkl", "metadata.yaml"} <= set(os.listdir(folder))
    assert in_both("xgboost-v1", folder).params["n_estimators"] == 100
    run_block("built-in", tmp_path, names)
    assert runlore.get_run("exp-003").name == "xgboost-v1"  # the same name again, a number more
    assert sum(name.startswith("xgboost-v1") for name in os.listdir(increment)) == 2


def test_mlflow_goes_on_and_everything_is_in_both(
    mlflow: Any,  # noqa: F811
    increment: Path,
    tmp_path: Path,
    names: dict[str, Any],
) -> None:
    # Of what `mlflow.sklearn` keeps, MLflow itself trusts no trees unless it is told to.
    names["model"] = LogisticRegression().fit(names["X"], names["y"])
    run_block("mlflow", tmp_path, names)
    run = in_both("xgboost-v1", increment / "xgboost-v1")
    assert run.metrics == {"auc": 0.87}
    assert run.status == "finished"
    (theirs,) = mlflow.search_runs(search_all_experiments=True, output_format="list")
    assert theirs.data.metrics == {"auc": 0.87}
    assert theirs.data.params["n_estimators"] == "100"
    assert any("MLmodel" in file.name for file in run.artifacts)


def test_mlflow_alone_takes_the_path_of_an_increment(
    mlflow: Any,  # noqa: F811
    increment: Path,
    tmp_path: Path,
    names: dict[str, Any],
) -> None:
    run_block("mlflow alone", tmp_path, names)
    with mlflow.start_run(run_name="plain"):
        mlflow.log_metric("auc", 0.5)
    assert in_both("plain", increment / "plain").metrics == {"auc": 0.5}


@pytest.mark.usefixtures("mlflow")
def test_the_wrapper_of_mlflow_takes_a_name(
    increment: Path, tmp_path: Path, names: dict[str, Any]
) -> None:
    run_block("mlflow wrapped", tmp_path, names)
    assert in_both("xgboost", increment / "xgboost").status == "finished"


def test_wandb_goes_on_and_everything_is_in_both(
    wandb: Any,  # noqa: F811
    increment: Path,
    tmp_path: Path,
    names: dict[str, Any],
) -> None:
    (tmp_path / "model.pkl").write_bytes(b"a model")
    left = run_block("wandb", tmp_path, names)
    assert left["run"].project == "0042-recommendation-model"
    wandb.finish()
    run = in_both("xgboost-v1", increment / "xgboost-v1")
    assert run.metrics == {"auc": 0.87}
    assert any(file.name.endswith("model.pkl") for file in run.artifacts)
    left = run_block("wandb alone", tmp_path, names)
    assert wandb.run.project == "0042-recommendation-model"
    wandb.finish()


def test_the_wrapper_of_wandb_takes_an_increment(
    wandb: Any,  # noqa: F811
    increment: Path,
    tmp_path: Path,
    names: dict[str, Any],
) -> None:
    run = run_block("wandb wrapped", tmp_path, names)["run"]
    run.log({"loss": 0.5})
    wandb.finish()
    assert in_both("xgboost", increment / "xgboost").metrics == {"loss": 0.5}


def test_experiments_are_compared(increment: Path, tmp_path: Path, names: dict[str, Any]) -> None:
    columns = ("accuracy", "precision", "recall", "f1")
    for name, values in (
        ("baseline", (0.65, 0.60, 0.55, 0.57)),
        ("xgboost", (0.87, 0.85, 0.83, 0.84)),
        ("lightgbm", (0.86, 0.84, 0.82, 0.83)),
    ):
        with runlore.track_experiment(name) as exp:
            exp.log(dict(zip(columns, values, strict=True)))
    comparison = run_block("comparing experiments", tmp_path, names)["comparison"]
    assert comparison.best == "exp-002-xgboost"
    text = (increment / "comparison.md").read_text()
    header = "| Experiment | Accuracy | Precision | Recall | F1 | Training Time |"
    assert header in text
    assert [line.split()[1] for line in text.splitlines() if line.startswith("| exp-")] == [
        "exp-001-baseline", "exp-002-xgboost", "exp-003-lightgbm",
    ]  # fmt: skip
    assert "xgboost" in text.partition("## ")[2].partition("\n")[0]


def test_a_decorated_function_is_a_run(
    increment: Path, tmp_path: Path, names: dict[str, Any]
) -> None:
    left = run_block("decorator", tmp_path, names)
    run = in_both("xgboost-auto", increment / "xgboost-auto")
    assert run.metrics["score"] == left["score"]
    assert run.params["model.max_depth"] == 2
    assert run.artifacts


def test_all_combinations_are_tracked(
    increment: Path, tmp_path: Path, names: dict[str, Any]
) -> None:
    results = run_block("hyperparameters", tmp_path, names)["results"]
    assert len(results.combinations) == 27
    assert set(results.best_params) == {"n_estimators", "max_depth", "learning_rate"}
    assert results.importances is not None or results.importance_note
    assert len(runlore.list_runs("0042-recommendation-model")) == 28
    assert increment.is_dir()


def test_a_grid_search_of_scikit_learn_is_tracked(
    increment: Path, tmp_path: Path, names: dict[str, Any]
) -> None:
    left = run_block("grid search", tmp_path, names)
    assert left["best_model"].predict(names["X_test"]).shape == names["y_test"].shape
    assert len(left["results"].combinations) == 9
    assert increment.is_dir()


def test_each_fold_is_tracked(increment: Path, tmp_path: Path, names: dict[str, Any]) -> None:
    found = run_block("cross-validation", tmp_path, names)["cv_results"]
    assert len(found) == 5
    assert 0.5 < found.mean <= 1
    assert found.std is not None
    assert increment.is_dir()


def test_artifacts_of_every_kind_are_kept(
    increment: Path, tmp_path: Path, names: dict[str, Any]
) -> None:
    figure = pytest.importorskip("matplotlib.figure").Figure()
    figure.subplots().plot([1, 2, 3])
    names |= {
        "preprocessor": StandardScaler().fit(names["X"]),
        "cm_plot": figure,
        "roc_plot": figure,
        "importance_df": pd.DataFrame({"feature": ["a"], "gain": [1.0]}),
        "requirements": ["numpy", "pandas"],
        "conda_env": {"name": "env", "dependencies": ["python=3.11"]},
    }
    run_block("artifacts", tmp_path, names)
    run = in_both("xgboost-v1", increment / "xgboost-v1")
    kept = {file.name for file in run.artifacts}
    assert kept == {
        "preprocessor.pkl", "model.pkl", "confusion_matrix.png", "roc_curve.png",
        "feature_importance.csv", "requirements.txt", "conda_env.yaml",
    }  # fmt: skip
    assert kept < set(os.listdir(increment / "xgboost-v1"))
    assert (increment / "xgboost-v1" / "requirements.txt").read_text() == "numpy\npandas\n"


def test_metadata_comes_with_the_run(
    increment: Path, tmp_path: Path, names: dict[str, Any]
) -> None:
    run_block("metadata", tmp_path, names)
    run = runlore.get_run("xgboost-v3")
    assert {"production-candidate", "feature-eng-v2"} <= set(run.tags)
    assert run.goal == "XGBoost with feature engineering v2"
    text = (increment / "xgboost-v3" / "metadata.yaml").read_text()
    for said in ("ada@example.org", "a3b8c9d", "v2024-01"):
        assert said in text


def test_names_params_and_versions_of_data(
    increment: Path, tmp_path: Path, names: dict[str, Any]
) -> None:
    run_block("names", tmp_path, names)
    assert {"exp1", "xgboost-tuned-depth6-lr0.1"} <= set(os.listdir(increment))
    with runlore.track_experiment("wordy") as exp:
        run_block("more than is needed", tmp_path, {**names, "exp": exp})
    assert in_both("wordy", increment / "wordy").params["python_version"] == sys.version
    run_block("versions of data", tmp_path, names)
    run = in_both("xgboost-v1", increment / "xgboost-v1")
    assert run.params["data_commit"] == "dvc:a3b8c9d"
    assert {used.reference for used in run.inputs} >= {"s3://bucket/data/v2024-01"}


def test_failures_are_documented_after_the_block(
    increment: Path, tmp_path: Path, names: dict[str, Any]
) -> None:
    class Hungry:
        def fit(self, *_: Any) -> None:
            raise MemoryError("no memory left")

    run_block("failures", tmp_path, {**names, "model": Hungry()})
    run = runlore.get_run("neural-net-attempt")
    assert run.status == "failed"
    assert [note.text for note in run.notes] == [
        "FAILED: no memory left", "Reason: Out of memory, need smaller batch size",
    ]  # fmt: skip
    assert (increment / "neural-net-attempt" / "metadata.yaml").exists()


def test_a_series_shows_what_changed(
    increment: Path, tmp_path: Path, names: dict[str, Any]
) -> None:
    experiments = run_block("series", tmp_path, names)["experiments"]
    for depth, name in enumerate(experiments):
        with runlore.track_experiment(name, params={"max_depth": depth}) as exp:
            exp.log_metric("auc", 0.8 + depth / 100)
    found = runlore.series(experiments)
    assert [run.name for run in found.runs] == experiments
    assert found[3].metrics["auc"].difference == pytest.approx(0.01)
    assert increment.is_dir()


def test_baselines_have_a_report(increment: Path, tmp_path: Path, names: dict[str, Any]) -> None:
    run_block("baselines", tmp_path, names)
    text = (increment / "baselines.md").read_text()
    for strategy in ("random", "majority", "stratified"):
        assert f"baseline-{strategy}" in text
        assert runlore.get_run(f"baseline-{strategy}").notes[0].text == f"Baseline: {strategy}"


def test_models_are_trained_and_compared(
    increment: Path, tmp_path: Path, names: dict[str, Any]
) -> None:
    names["LGBMClassifier"] = library("lightgbm").LGBMClassifier
    comparison = run_block("comparing models", tmp_path, names)["comparison"]
    table = comparison.to_markdown()
    for name in ("xgboost", "lightgbm", "random-forest"):
        assert f"| {name} " in table
    assert increment.is_dir()


def test_a_pipeline_records_its_stages(
    increment: Path, tmp_path: Path, names: dict[str, Any]
) -> None:
    frame = pd.DataFrame(names["X"])
    frame.iloc[0, 0] = None
    names |= {
        "df": frame,
        "preprocess": lambda rows: rows.dropna(),
        "engineer_features": lambda rows: rows**2,
        "train_model": lambda _: names["model"],
    }
    left = run_block("pipeline", tmp_path, names)
    left["pipeline"].finish()
    whole = runlore.get_run("recommendation-full-pipeline")
    stages = whole.context["pipeline"]["stages"]
    assert [(one["name"], one["status"], one["after"]) for one in stages] == [
        ("preprocessing", "finished", []),
        ("features", "finished", ["preprocessing"]),
        ("training", "finished", ["features"]),
    ]
    stage = runlore.get_run(stages[0]["run"])
    assert stage.metrics == {"rows_before": 50, "rows_after": 49}
    assert increment.is_dir()


def test_commands_show_what_the_blocks_left(
    increment: Path, tmp_path: Path, names: dict[str, Any]
) -> None:
    from click.testing import CliRunner

    from runlore.cli.main import command

    for block in ("baseline", "built-in"):
        run_block(block, tmp_path, names)
    with runlore.track_experiment("xgboost") as exp:
        exp.add_tag("production")

    def said(*arguments: str) -> str:
        with chdir(tmp_path):
            done = CliRunner().invoke(command, list(arguments), catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return done.stdout

    assert "xgboost-v1" in said("list", "0042")
    assert "exp-001-baseline-model" in said("compare", "0042")
    assert "n_estimators" in said("show", "exp-002-xgboost-v1")
    assert "production" in said("show", "exp-003-xgboost")
    rows = list(csv.DictReader(said("export", "0042", "--format", "csv").splitlines()))
    assert {row["name"] for row in rows} == {"baseline-model", "xgboost-v1", "xgboost"}
    assert increment.is_dir()
