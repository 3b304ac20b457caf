"""The real MLflow, with its own SQLite, beside Runlore."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

import runlore
from runlore import configure_mlflow
from runlore.errors import Ambiguous, InvalidValue, MissingExtra, NotFound
from runlore.integrations.increment_paths import names_increment
from tests.integrations.trackers import empty_database, mlflow, put_database  # noqa: F401 - fixtures
from tests.tracking.conftest import increment, nothing_left_open, repository  # noqa: F401 - fixtures

# Libraries of others warn as they like.
pytestmark = pytest.mark.filterwarnings("ignore")
ROOT = Path(__file__).parents[2]


def read_json(place: Path) -> Any:
    return json.loads(place.read_text(encoding="utf-8"))


def test_everything_lands_in_both(mlflow: Any, increment: Path, tmp_path: Path) -> None:  # noqa: F811
    from sklearn.linear_model import LogisticRegression

    address = configure_mlflow(increment="0042")
    assert address == f"sqlite:///{increment.parent / 'mlflow' / 'mlflow.db'}"
    model = LogisticRegression().fit([[0.0], [1.0]], [0, 1])
    (tmp_path / "plots").mkdir()
    (tmp_path / "plots" / "a.svg").write_text("<svg/>")
    with mlflow.start_run(run_name="xgboost-v1") as run:
        mlflow.log_param("n_estimators", 100)
        mlflow.log_params({"lr": "1e-3", "name": "a"})
        mlflow.log_metric("auc", 0.87)
        mlflow.log_metrics({"loss": 0.5, "accuracy": 0.75}, step=3, timestamp=1_700_000_000_123)
        mlflow.set_tag("team", "search")
        mlflow.log_text("hello", "notes/a.txt")
        mlflow.log_artifacts(str(tmp_path / "plots"))
        mlflow.sklearn.log_model(model, "model", pip_requirements=[])

    theirs = mlflow.get_run(run.info.run_id)
    assert theirs.data.metrics == {"auc": 0.87, "loss": 0.5, "accuracy": 0.75}
    assert theirs.data.params == {"n_estimators": "100", "lr": "1e-3", "name": "a"}
    assert [one.path for one in mlflow.MlflowClient().list_artifacts(run.info.run_id)] == [
        "a.svg", "notes"
    ]  # fmt: skip

    ours = runlore.get_run(run.info.run_id)
    assert (ours.name, ours.status) == ("xgboost-v1", "finished")
    assert ours.experiment == "0042-recommendation-model"
    assert ours.metrics == {"auc": 0.87, "loss": 0.5, "accuracy": 0.75}
    assert ours.params == {"n_estimators": 100, "lr": "1e-3", "name": "a"}
    assert ours.tag_values["team"] == "search"
    series = ours.series("loss")
    assert series.step is not None
    assert (series.step.tolist(), series.time.tolist()) == ([3], [1_700_000_000_123_000])
    names = {file.name for file in ours.artifacts}
    assert {"notes/a.txt", "a.svg", "model/MLmodel"} <= names

    folder = increment / "xgboost-v1"
    assert read_json(folder / "params.json")["n_estimators"] == 100
    assert read_json(folder / "metrics.json")["auc"] == 0.87
    assert (folder / "notes" / "a.txt").read_text() == "hello"
    assert (folder / "model" / "MLmodel").is_file()


def test_runs_within_runs_and_how_they_end(mlflow: Any) -> None:  # noqa: F811
    configure_mlflow()

    def search() -> None:
        with mlflow.start_run(run_name="search"):
            with mlflow.start_run(run_name="depth=1", nested=True):
                mlflow.log_metric("score", 1)
            mlflow.start_run(run_name="depth=2", nested=True)
            mlflow.end_run("KILLED")
            raise MemoryError("no room")

    with pytest.raises(MemoryError):
        search()
    ended = runlore.get_run("search")
    assert ended.status == "failed"
    assert ended.error is not None
    assert (ended.error["type"], ended.error["message"]) == ("MemoryError", "no room")
    assert runlore.get_run("depth=1").parent == ended.id
    assert runlore.get_run("depth=2").status == "stopped"


def test_clients_notes_names_and_later_tags(mlflow: Any) -> None:  # noqa: F811
    configure_mlflow()
    client = mlflow.MlflowClient()
    experiment = client.create_experiment("question")
    run_id = client.create_run(experiment, run_name="by hand").info.run_id
    client.log_batch(
        run_id,
        metrics=[mlflow.entities.Metric("loss", 1 / n, 1_700_000_000_000 + n, n) for n in (1, 2)],
        params=[mlflow.entities.Param("depth", "3")],
    )
    client.set_tag(run_id, "mlflow.note.content", "looks good")
    client.set_tag(run_id, "gone", "soon")
    client.delete_tag(run_id, "gone")
    client.update_run(run_id, name="renamed")
    client.set_terminated(run_id)
    client.set_tag(run_id, "production", "yes")
    ours = runlore.get_run(run_id)
    assert (ours.name, ours.status, ours.params) == ("renamed", "finished", {"depth": 3})
    assert ours.series("loss").value.tolist() == [1.0, 0.5]
    assert [note.text for note in ours.notes] == ["looks good"]
    assert ours.tag_values["production"] == "yes"
    assert "gone" not in ours.tags
    assert ours.context["mlflow"]["experiment"] == "question"


def test_a_deleted_run_is_in_the_trash_of_both_and_comes_back(mlflow: Any) -> None:  # noqa: F811
    configure_mlflow()
    with mlflow.start_run(run_name="mistake") as run:
        mlflow.log_metric("auc", 0.5)
    with mlflow.start_run(run_name="kept"):
        pass
    mlflow.delete_run(run.info.run_id)
    assert [one.name for one in runlore.list_runs()] == ["kept"]
    assert [one.name for one in runlore.list_runs(deleted=True)] == ["mistake"]
    mlflow.MlflowClient().restore_run(run.info.run_id)
    assert {one.name for one in runlore.list_runs()} == {"kept", "mistake"}
    assert mlflow.get_run(run.info.run_id).info.lifecycle_stage == "active"
    with pytest.raises(mlflow.MlflowException, match="not found"):
        mlflow.delete_run("0" * 32)


def test_a_run_is_continued_by_its_id(mlflow: Any) -> None:  # noqa: F811
    from runlore import mlflow as ours

    with ours.start_run("xgboost") as run:
        ours.log_metric("loss", 1.0, step=0)
    assert run.info.run_name == "xgboost"
    with ours.start_run(run.info.run_id) as again:
        assert runlore.get_run(run.info.run_id).status == "running"
        ours.log_metric("loss", 0.5, step=1)
    assert again.info.run_id == run.info.run_id
    stored = runlore.get_run(run.info.run_id)
    assert stored.status == "finished"
    assert stored.series("loss").value.tolist() == [1.0, 0.5]
    assert len(stored.attempts) == 2
    assert ours.sklearn is mlflow.sklearn
    with pytest.raises(InvalidValue, match="the run is named twice"):
        ours.start_run("xgboost", run_name="other")


def test_points_that_a_logged_model_repeats_are_recorded_once(mlflow: Any) -> None:  # noqa: F811
    from sklearn.linear_model import LogisticRegression

    configure_mlflow()
    model = LogisticRegression().fit([[0.0], [1.0]], [0, 1])
    with mlflow.start_run(run_name="a") as run:
        for step, loss in enumerate((0.5, float("nan"), 0.25)):
            mlflow.log_metrics({"loss": loss, "accuracy": 1.0}, step=step)
        mlflow.log_metric("best", 0.25)
        for name in ("first", "second"):
            mlflow.sklearn.log_model(model, name=name, pip_requirements=[])
        mlflow.log_metric("of both", 0.5)
        mlflow.log_metrics({"auc": 0.5}, step=0)
    stored = runlore.get_run(run.info.run_id)
    assert {name: len(stored.series(name)) for name in stored.summaries} == {
        "loss": 3, "accuracy": 3, "best": 1, "of both": 1, "auc": 1
    }  # fmt: skip


def test_autologging_is_recorded(mlflow: Any) -> None:  # noqa: F811
    from sklearn.linear_model import LogisticRegression

    configure_mlflow()
    mlflow.sklearn.autolog(log_models=False, log_datasets=False)
    try:
        with mlflow.start_run(run_name="auto") as run:
            LogisticRegression(C=0.25).fit([[0.0], [1.0]], [0, 1])
    finally:
        mlflow.sklearn.autolog(disable=True)
    ours = runlore.get_run(run.info.run_id)
    assert ours.params["C"] == 0.25
    assert ours.metrics["training_accuracy_score"] == 1.0


def test_what_is_written_later_by_other_threads_and_processes_is_recorded(mlflow: Any) -> None:  # noqa: F811
    configure_mlflow()
    script = (
        "import sys, mlflow; from runlore import configure_mlflow; configure_mlflow(); "
        "mlflow.MlflowClient().log_metric(sys.argv[1], 'accuracy', 0.5, step=3)"
    )
    with mlflow.start_run(run_name="a") as run:
        for step in range(5):
            mlflow.log_metric("loss", 1.0, step=step, synchronous=False)
        mlflow.flush_async_logging()
        subprocess.run(
            [sys.executable, "-c", script, run.info.run_id],
            env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
            check=True,
        )
        assert runlore.get_run(run.info.run_id).status == "running"
    ours = runlore.get_run(run.info.run_id)
    assert (ours.status, ours.metrics) == ("finished", {"loss": 1.0, "accuracy": 0.5})
    assert len(ours.series("loss").value) == 5


def test_a_run_that_was_begun_before_the_set_up_is_recorded_from_then_on(mlflow: Any) -> None:  # noqa: F811
    with mlflow.start_run(run_name="early"):
        configure_mlflow(increment=False)
        mlflow.log_metric("loss", 1.0)
    ours = runlore.get_run("early")
    assert (ours.status, ours.metrics) == ("finished", {"loss": 1.0})


def test_a_wrapper_without_its_library_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    from runlore import mlflow as ours

    monkeypatch.setitem(sys.modules, "mlflow", None)
    with pytest.raises(MissingExtra, match="'mlflow', which is not installed") as caught:
        ours.start_run("a")
    assert caught.value.hint == "pip install 'runlore[mlflow]'"


def test_what_mlflow_refuses_is_refused(mlflow: Any) -> None:  # noqa: F811
    configure_mlflow()
    with mlflow.start_run(run_name="a"):
        mlflow.log_param("depth", 3)
        with pytest.raises(mlflow.exceptions.MlflowException, match="Changing param values"):
            mlflow.log_param("depth", 4)


def test_a_database_that_breaks_loses_nothing_here(
    mlflow: Any,  # noqa: F811
    increment: Path,  # noqa: F811
    capsys: pytest.CaptureFixture[str],
) -> None:
    configure_mlflow()
    with mlflow.start_run(run_name="a") as run:
        mlflow.log_metric("loss", 1.0, step=0)
        connection = sqlite3.connect(increment.parent / "mlflow" / "mlflow.db")
        with connection:
            for table in ("metrics", "latest_metrics", "params"):
                connection.execute(f"DROP TABLE {table}")
        connection.close()
        mlflow.log_metric("loss", 0.5, step=1)
        mlflow.log_param("depth", 3)
        mlflow.log_text("text", "a.txt")
    assert capsys.readouterr().err.count("MLflow's store failed: ") >= 1
    ours = runlore.get_run(run.info.run_id)
    assert ours.status == "finished"
    assert ours.series("loss").value.tolist() == [1.0, 0.5]
    assert ours.params == {"depth": 3}
    assert [file.name for file in ours.artifacts] == ["a.txt"]


def test_a_store_that_cant_be_used_at_all_loses_nothing_here(
    mlflow: Any,  # noqa: F811
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "garbage.db").write_bytes(b"no database" * 1000)
    mlflow.set_tracking_uri(f"sqlite:///{tmp_path / 'garbage.db'}")
    configure_mlflow()
    with mlflow.start_run(run_name="a") as run:
        mlflow.log_metric("loss", 1.0)
    assert "MLflow's store can't be used: " in capsys.readouterr().err
    ours = runlore.get_run(run.info.run_id)
    assert (ours.status, ours.metrics) == ("finished", {"loss": 1.0})


def test_an_increment_that_doesnt_exist_is_refused_before_anything_is_written(
    mlflow: Any,  # noqa: F811
    increment: Path,  # noqa: F811
    store_of_its_own: Path,
) -> None:
    with pytest.raises(NotFound, match="answers to '0043'"):
        configure_mlflow(increment="0043")
    (increment.parent.parent / "0042-other").mkdir()
    with pytest.raises(Ambiguous, match="2 increments answer to '0042'"):
        configure_mlflow(increment="0042")
    assert not store_of_its_own.exists()
    assert not mlflow.is_tracking_uri_set()


PURE = """
import mlflow

mlflow.set_tracking_uri(".specweave/increments/0042.../experiments")
with mlflow.start_run(run_name="pure"):
    mlflow.log_metric("auc", 0.5)
    mlflow.log_text("text", "a.txt")
client = mlflow.MlflowClient()
client.create_registered_model("m")
print([model.name for model in client.search_registered_models()])
for path in ("mlruns", ".specweave/increments/0043-none"):
    mlflow.set_tracking_uri(path)
    try:
        mlflow.search_experiments()
    except Exception as error:
        print(type(error).__name__, str(error)[:24])
"""


def test_the_path_of_an_increment_is_a_tracking_uri_and_other_paths_are_left_alone(
    mlflow: Any,  # noqa: F811
    increment: Path,  # noqa: F811
    tmp_path: Path,
) -> None:
    assert mlflow.__version__
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    groups = declared["project"]["entry-points"]
    about = tmp_path / "installed" / "plugin-0.dist-info"
    about.mkdir(parents=True)
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: plugin\nVersion: 0\n")
    lines = [
        f"[{group}]\n" + "".join(f"{name} = {place}\n" for name, place in places.items())
        for group, places in groups.items()
        if group.startswith("mlflow.")
    ]
    (about / "entry_points.txt").write_text("\n".join(lines))
    paths = os.pathsep.join([str(ROOT / "src"), str(about.parent)])
    done = subprocess.run(
        [sys.executable, "-c", PURE],
        env={**os.environ, "PYTHONPATH": paths},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.splitlines() == [
        "['m']",
        "MlflowException The filesystem tracking ",
        f"NotFound {f'no increment in {increment}'[:24]}",
    ], done.stderr
    (ours,) = runlore.list_runs()
    assert (ours.name, ours.status, ours.metrics) == ("pure", "finished", {"auc": 0.5})
    assert (increment / "pure" / "a.txt").read_text() == "text"


@pytest.mark.parametrize(
    ("uri", "is_increment"),
    [
        (".specweave/increments/0042-a", True),
        (".specweave/increments/0042.../experiments", True),
        ("../.specweave/increments/0042", True),
        (".specweave/increments", False),
        (".specweave/0042", False),
        ("mlruns", False),
        ("", False),
        (None, False),
    ],
)
def test_paths_of_increments_are_told_from_others(uri: str | None, is_increment: bool) -> None:
    assert names_increment(uri) is is_increment
