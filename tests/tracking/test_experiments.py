"""`runlore.track_experiment`, as a user calls it."""

from __future__ import annotations

import csv
import json
import os
import sys
from typing import TYPE_CHECKING, Any

import pytest
import yaml

import runlore
from runlore import ExperimentMetadata, track_experiment
from runlore.errors import Ambiguous, InvalidType, InvalidValue, NotFound, StoreReadOnly
from tests.client.scripts import run_script
from tests.survival.strangers import let_strangers_in, needs_root
from tests.tracking.conftest import files_in

if TYPE_CHECKING:
    from pathlib import Path


def metadata(folder: str | None) -> dict[str, Any]:
    assert folder is not None
    with open(os.path.join(folder, "metadata.yaml"), encoding="utf-8") as file:
        found = yaml.safe_load(file)
    assert isinstance(found, dict)
    return found


def read_json(folder: str | None, name: str) -> Any:
    assert folder is not None
    with open(os.path.join(folder, name), encoding="utf-8") as file:
        return json.load(file)


def test_a_run_in_an_increment_is_kept_as_plain_files(increment: Path) -> None:
    with track_experiment("xgboost-v1") as exp:
        exp.log_param("n_estimators", 100)
        exp.log_metric("auc", 0.87)
        exp.save_model({"weights": [1, 2]}, "model.pkl")
    assert exp.folder == str(increment / "xgboost-v1")
    assert files_in(exp.folder) == [
        "metadata.yaml", "metrics.csv", "metrics.json", "model.pkl", "params.json"
    ]  # fmt: skip
    assert read_json(exp.folder, "params.json") == {"n_estimators": 100}
    assert read_json(exp.folder, "metrics.json") == {"auc": 0.87}
    about = metadata(exp.folder)
    assert (about["name"], about["number"], about["status"]) == ("xgboost-v1", 1, "finished")
    assert about["run"] == exp.id
    assert about["environment"]["python"].startswith("3.")
    stored = runlore.get_run(exp.id)
    assert stored.experiment == "0042-recommendation-model"
    assert "exp-001" in stored.tags


def test_secrets_of_the_command_line_are_masked_in_the_files(
    increment: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.argv", ["train.py", "--password", "hunter2", "--lr=0.1"])
    with track_experiment("a") as exp:
        assert "hunter2" not in (increment / "a" / "metadata.yaml").read_text()
    command = metadata(exp.folder)["command"]
    assert (command[0], command[3]) == ("train.py", "--lr=0.1")
    assert command[2].startswith("[masked sha256:")


def test_a_file_that_cannot_be_put_in_its_place_leaves_nothing_beside_it(increment: Path) -> None:
    with track_experiment("a") as exp:
        exp.log_metric("auc", 0.5)
        (increment / "a" / "params.json").mkdir()
    assert runlore.get_run(exp.id).metrics == {"auc": 0.5}
    assert not list((increment / "a").glob("*.new"))


def test_a_series_of_points_goes_into_one_table(increment: Path) -> None:
    assert increment.parent.is_dir()
    with track_experiment("curve") as exp:
        for step in (2, 0, 1):
            exp.log({"loss": 1 / (step + 1), "odd, name": float("nan")}, step=step)
        exp.log({"accuracy": 0.5}, context="val")
    assert exp.folder is not None
    with open(os.path.join(exp.folder, "metrics.csv"), encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["metric"], row["step"]) for row in rows if row["metric"] == "loss"] == [
        ("loss", "2"), ("loss", "0"), ("loss", "1")
    ]  # fmt: skip
    assert len(rows) == 7
    assert read_json(exp.folder, "metrics.json") == {
        "accuracy[val]": 0.5, "loss": 1 / 3, "odd, name": "NaN"
    }  # fmt: skip
    assert runlore.get_run(exp.id).metrics["loss"] == 1 / 3


def test_a_failure_leaves_complete_files_and_takes_notes_and_a_status_afterwards(
    increment: Path,
) -> None:
    try:
        with track_experiment("neural-net-attempt") as exp:
            exp.log({"loss": 3.0}, step=1)
            raise MemoryError("no room")
    except MemoryError:
        pass
    about = metadata(exp.folder)
    assert about["status"] == "failed"
    assert about["error"] == {"type": "MemoryError", "message": "no room"}
    exp.log_note("FAILED: no room")
    exp.log_note("Reason: Out of memory\nneed smaller batch size")
    exp.set_status("stopped", "by hand")
    exp.add_tag("production")
    about = metadata(exp.folder)
    assert [note["text"] for note in about["notes"]] == [
        "FAILED: no room", "Reason: Out of memory\nneed smaller batch size"
    ]  # fmt: skip
    assert (about["status"], about["reason"], about["tags"]) == (
        "stopped",
        "by hand",
        ["production"],
    )
    assert read_json(str(increment / "neural-net-attempt"), "metrics.json") == {"loss": 3.0}
    assert runlore.get_run(exp.id).status == "stopped"


def test_a_repeated_name_gets_the_next_number_and_a_folder_of_its_own(increment: Path) -> None:
    runs = []
    for loss in (1.0, 2.0, 3.0):
        with track_experiment("baseline") as exp:
            exp.log({"loss": loss})
        runs.append(exp)
    assert [run.number for run in runs] == [1, 2, 3]
    assert [run.label for run in runs] == [f"exp-00{n}-baseline" for n in (1, 2, 3)]
    assert [run.folder for run in runs] == [
        str(increment / name) for name in ("baseline", "baseline-2", "baseline-3")
    ]
    assert read_json(runs[0].folder, "metrics.json") == {"loss": 1.0}


def test_a_run_without_a_name_lies_under_its_number(increment: Path) -> None:
    with track_experiment() as exp:
        pass
    assert exp.folder == str(increment / "exp-001")


@pytest.mark.parametrize(
    "name",
    ["../../outside", "/etc/passwd", "..", ".", "a/b", "a\\b", "CON", "-rf", "\n", "x" * 999],
)
def test_no_name_leaves_the_folder(increment: Path, name: str) -> None:
    with track_experiment(name) as exp:
        exp.log({"a": 1})
    assert exp.folder is not None
    assert os.path.dirname(os.path.realpath(exp.folder)) == os.path.realpath(increment)
    assert files_in(exp.folder)[0] == "metadata.yaml"
    assert runlore.get_run(exp.id).name == name


def test_artifacts_cant_take_the_place_of_the_files_of_a_run(increment: Path) -> None:
    with track_experiment("a") as exp:
        exp.save_artifact("params.json", {"mine": True})
        exp.save_artifact("plots/a.txt", "first")
        exp.save_artifact("plots/a.txt", "second")
    folder = increment / "a"
    assert read_json(str(folder), "params.json") == {}
    assert read_json(str(folder / "artifacts"), "params.json") == {"mine": True}
    assert (folder / "plots" / "a.txt").read_text() == "second"
    assert exp.is_finished


def test_metadata_stands_in_for_a_name(increment: Path) -> None:
    given = ExperimentMetadata(
        name="xgboost-v3",
        description="XGBoost with feature engineering v2",
        tags=["production-candidate", "feature-eng-v2"],
        git_commit="a3b8c9d",
        data_version="v2024-01",
        author="a@example.org",
    )
    with track_experiment(given) as exp:
        pass
    about = metadata(str(increment / "xgboost-v3"))
    assert about["description"] == "XGBoost with feature engineering v2"
    assert about["tags"] == ["feature-eng-v2", "production-candidate"]
    assert about["git"]["stated_commit"] == "a3b8c9d"
    assert (about["data_version"], about["author"]) == ("v2024-01", "a@example.org")
    stored = runlore.get_run(exp.id)
    assert stored.goal == "XGBoost with feature engineering v2"
    assert stored.params == {"data_version": "v2024-01"}
    assert {"production-candidate", "feature-eng-v2"} <= set(stored.tags)
    assert stored.context["stated"]["author"] == "a@example.org"


def test_what_metadata_cant_hold_is_refused_when_it_is_made() -> None:
    with pytest.raises(InvalidType):
        ExperimentMetadata(name=3)  # type: ignore[arg-type]
    with pytest.raises(InvalidValue, match="git_commit is 'not a commit'"):
        ExperimentMetadata("a", git_commit="not a commit")
    with pytest.raises(InvalidType, match="the name of the experiment is a dict"):
        track_experiment({})  # type: ignore[arg-type]


def test_without_an_increment_it_is_a_run_of_the_repository(
    repository: Path, nothing_left_open: None
) -> None:
    assert nothing_left_open is None
    with track_experiment("baseline-model", experiment="question") as exp:
        exp.log_metric("accuracy", 0.5)
        exp.save_artifact("a.txt", "text")
    assert (exp.folder, exp.number, exp.label) == (None, None, "baseline-model")
    stored = runlore.get_run(exp.id)
    assert (stored.experiment, stored.project) == ("question", repository.name)


def test_the_increment_is_named_by_its_number_or_its_folder(increment: Path) -> None:
    for named in ("0042", 42, "42", "0042-recommendation-model"):
        with track_experiment("a", increment=named) as exp:
            pass
        assert exp.increment is not None
        assert exp.increment.name == "0042-recommendation-model"
    with track_experiment("a", increment=False) as exp:
        pass
    assert exp.folder is None
    assert len(list(increment.glob("a*"))) == 4


def test_an_increment_that_doesnt_exist_is_refused_before_anything_is_written(
    increment: Path, store_of_its_own: Path
) -> None:
    with pytest.raises(NotFound, match=r"no increment in .* answers to '0043'") as caught:
        track_experiment("a", increment="0043")
    assert "there are: 0042-recommendation-model" in str(caught.value.hint)
    (increment.parent.parent / "0042-other").mkdir()
    with pytest.raises(
        Ambiguous, match="2 increments answer to '42': 0042-other, 0042-recommendation-model"
    ):
        track_experiment("a", increment="42")
    assert not store_of_its_own.exists()
    assert not increment.exists()


def test_a_wrong_argument_takes_no_number(increment: Path, store_of_its_own: Path) -> None:
    with pytest.raises(InvalidType):
        track_experiment("a", tags=[3])  # type: ignore[list-item]
    assert not store_of_its_own.exists()
    with track_experiment("a") as exp:
        pass
    assert exp.number == 1
    assert (increment / "a").is_dir()


def test_results_that_cant_be_written_are_refused_before_anything_is_recorded(
    increment: Path, store_of_its_own: Path
) -> None:
    increment.write_text("a file stands where the folder goes")
    with pytest.raises(StoreReadOnly, match="can't be written: ") as caught:
        track_experiment("a")
    assert "increment=False" in str(caught.value.hint)
    assert not store_of_its_own.exists()


def test_a_folder_that_goes_while_training_doesnt_break_it(
    increment: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with track_experiment("a") as exp:
        exp.log({"loss": 1.0})
        os.rename(increment, increment.with_name("elsewhere"))
    assert "its plain files could not be kept" in capsys.readouterr().err
    stored = runlore.get_run(exp.id)
    assert (stored.status, stored.metrics) == ("finished", {"loss": 1.0})


def test_runs_within_a_run_lie_in_its_folder_and_take_no_numbers(increment: Path) -> None:
    with track_experiment("search") as search:
        for depth in (1, 2):
            with track_experiment(f"depth={depth}", parent=search) as child:
                child.log({"score": depth})
            assert child.number is None
    assert files_in(increment / "search" / "runs")[0] == "depth=1/metadata.yaml"
    assert sorted(path.name for path in increment.iterdir()) == [".runs", "search"]
    assert runlore.get_run(child.id).parent == search.id


@needs_root
def test_a_stranger_who_may_not_write_the_results_is_told_before_anything_is_recorded(
    increment: Path, store_of_its_own: Path, tmp_path: Path
) -> None:
    let_strangers_in(tmp_path)
    code = """
    import runlore.tracking.experiments, runlore.tracking.references, runlore.errors
    os.setgid(65534)
    os.setuid(65534)
    try:
        runlore.track_experiment("a")
    except runlore.errors.StoreReadOnly as error:
        print(error)
    """
    status, out, err = run_script(code)
    assert (status, err) == (0, ""), err
    assert out == (
        f"the results folder {increment} can't be written: Permission denied\n"
        "hint: make it writable, or track without the increment: increment=False\n"
    )
    assert not store_of_its_own.exists()
    assert not increment.exists()


def test_the_open_increment_is_the_active_one_then_the_newest(increment: Path) -> None:
    folder = increment.parent.parent
    for name, status in (("0041-a", "active"), ("0043-b", "completed"), ("0044-c", "planning")):
        (folder / name).mkdir()
        (folder / name / "metadata.json").write_text(json.dumps({"status": status}))
    with track_experiment() as exp:
        pass
    assert exp.increment is not None
    assert exp.increment.name == "0041-a"
    (folder / "0041-a" / "metadata.json").write_text("{broken")
    with track_experiment() as exp:
        pass
    assert exp.increment is not None
    assert exp.increment.name == "0044-c"


def test_much_can_be_logged_of_one_experiment(increment: Path) -> None:
    with track_experiment("xgboost-v1", increment="0042") as exp:
        exp.log_param("random_seed", 42)
        exp.log_param("data_version", "2024-01")
        exp.log_param("python_version", sys.version)
        exp.log_param("data_commit", "dvc:a3b8c9d")
        exp.log_param("data_url", "s3://bucket/data/v2024-01")
        exp.save_artifact("requirements.txt", "numpy==2.0\n")
        exp.add_tag("production")
    assert read_json(str(increment / "xgboost-v1"), "params.json")["python_version"] == sys.version
    assert metadata(exp.folder)["inputs"] == ["data_commit", "data_url"]
    assert metadata(exp.folder)["tags"] == ["production"]
