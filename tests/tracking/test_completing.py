"""The plain files of runs whose process could not write them."""

from __future__ import annotations

import json
import os
import signal
import time
from typing import TYPE_CHECKING

import yaml

import runlore
from runlore.cli.main import command as cli
from runlore.tracking.completing import complete_folders
from runlore.tracking.kept import MOST_FRAME_BYTES
from tests.client.scripts import run_script, start_script
from tests.tracking.conftest import files_in

if TYPE_CHECKING:
    from pathlib import Path

KILLED = """
exp = runlore.track_experiment("killed")
exp.log_params({"lr": 0.1})
for step in range(1000):
    exp.log({"loss": 1 / (step + 1)}, step=step)
exp.log({"accuracy": 0.5})
exp.save_artifact("model.txt", "weights")
exp.log_note("not the end")
os.kill(os.getpid(), signal.SIGKILL)
"""


def require_whole(folder: Path) -> None:
    assert files_in(folder) == [
        "metadata.yaml", "metrics.csv", "metrics.json", "model.txt", "params.json"
    ]  # fmt: skip
    assert json.loads((folder / "params.json").read_text()) == {"lr": 0.1}
    assert json.loads((folder / "metrics.json").read_text()) == {"accuracy": 0.5, "loss": 0.001}
    assert len((folder / "metrics.csv").read_text().splitlines()) == 1002
    assert (folder / "model.txt").read_text() == "weights"
    about = yaml.safe_load((folder / "metadata.yaml").read_text())
    assert (about["name"], about["number"], about["status"]) == ("killed", 1, "crashed")
    assert [note["text"] for note in about["notes"]] == ["not the end"]


def test_the_files_of_a_killed_run_are_complete_at_the_next_look(increment: Path) -> None:
    status, _, _ = run_script(KILLED)
    assert status == -signal.SIGKILL
    assert files_in(increment / "killed") == ["metadata.yaml"]
    cli.main(["list", "0042"], standalone_mode=False)
    require_whole(increment / "killed")
    assert not list((increment / ".runs").glob("*.open"))


def test_the_next_run_has_them_completed_behind_it(increment: Path) -> None:
    run_script(KILLED)
    code = "with runlore.track_experiment('next') as exp:\n    pass\nprint(exp.number)"
    _, out, _ = run_script(code, RUNLORE_HELPER="on")
    assert out == "2\n"
    deadline = time.monotonic() + 60
    while list((increment / ".runs").glob("*.open")) and time.monotonic() < deadline:
        time.sleep(0.05)
    require_whole(increment / "killed")


def test_what_is_read_from_the_store_is_said_in_the_words_of_the_process(increment: Path) -> None:
    with runlore.track_experiment(runlore.ExperimentMetadata("a", git_commit="abc1234")) as exp:
        whole = yaml.safe_load((increment / "a" / "metadata.yaml").read_text())
        exp.record("context.captured", facts={
            "git": {"commit": "1" * 40, "branch": "main", "root": "/home/ada", "is_dirty": True},
            "python": {"version": "3.11.7", "implementation": "CPython", "executable": "/python"},
            "os": {"system": "Linux", "release": "6.1"}, "host": "box",
            "cpu": {"architecture": "x86_64", "logical": 2},
            "argv": ["python", "-X", "dev", "train.py", "--lr=1"], "script": "train.py",
        })  # fmt: skip
    with runlore.track_experiment("a", id=exp.id, resume=True):
        pass
    about = yaml.safe_load((increment / "a" / "metadata.yaml").read_text())
    assert about["environment"] == {
        "python": "3.11.7", "implementation": "cpython", "platform": "Linux 6.1",
        "machine": "x86_64", "host": "box", "processors": 2,
    }  # fmt: skip
    assert about["environment"].keys() == whole["environment"].keys()
    assert about["git"] == {"stated_commit": "abc1234", "commit": "1" * 40, "branch": "main"}
    assert about["command"] == ["train.py", "--lr=1"]


def test_a_run_that_goes_on_is_left_alone(increment: Path) -> None:
    with runlore.track_experiment("alive") as exp:
        exp.log({"loss": 1.0})
        assert complete_folders(str(increment)) == []
        assert files_in(exp.folder) == ["metadata.yaml"]
    assert "metrics.json" in files_in(exp.folder)


def test_what_is_too_much_to_remember_is_read_from_the_store(increment: Path) -> None:
    count = MOST_FRAME_BYTES // 44 + 1000
    with runlore.track_experiment("long") as exp:
        for step in range(count):
            exp.log({"loss": step}, step=step)
    assert json.loads((increment / "long" / "metrics.json").read_text()) == {"loss": count - 1}
    with open(increment / "long" / "metrics.csv", encoding="utf-8") as file:
        assert sum(1 for _ in file) == count + 1


def test_a_resumed_run_keeps_its_number_and_folder_and_all_of_its_points(increment: Path) -> None:
    with runlore.track_experiment("first", id="mine") as exp:
        exp.log({"loss": 2.0}, step=1)
    with runlore.track_experiment(id="mine", resume=True) as again:
        again.log({"loss": 1.0}, step=2)
    assert (again.number, again.folder) == (1, str(increment / "first"))
    lines = (increment / "first" / "metrics.csv").read_text().splitlines()
    assert [line.rpartition(",")[2] for line in lines[1:]] == ["2.0", "1.0"]


def test_processes_that_start_at_once_get_numbers_of_their_own(increment: Path) -> None:
    code = """
    sys.stdin.readline()
    for _ in range(10):
        with runlore.track_experiment("same") as exp:
            print(exp.number, os.path.basename(exp.folder))
    """
    processes = [start_script(code) for _ in range(3)]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    said = [line.split() for process in processes for line in process.communicate()[0].splitlines()]
    assert sorted(int(number) for number, _ in said) == list(range(1, 31))
    assert len({folder for _, folder in said}) == 30
    assert len([name for name in os.listdir(increment) if name.startswith("same")]) == 30


def test_what_a_forked_child_logs_is_in_the_files_as_well(increment: Path) -> None:
    code = """
    with runlore.track_experiment("forks") as exp:
        exp.log({"loss": 2.0}, step=1)
        child = os.fork()
        if not child:
            exp.log({"loss": 1.0}, step=2)
            os._exit(0)
        os.waitpid(child, 0)
    """
    status, _, err = run_script(code)
    assert (status, err) == (0, "")
    lines = (increment / "forks" / "metrics.csv").read_text().splitlines()
    assert [line.rpartition(",")[2] for line in lines[1:]] == ["2.0", "1.0"]


def test_what_is_said_of_a_run_later_is_in_the_files_at_the_next_look(increment: Path) -> None:
    with runlore.track_experiment("a") as exp:
        exp.log({"loss": 1.0})
    cli.main(["tag", "exp-001", "--add", "production"], standalone_mode=False)
    about = yaml.safe_load((increment / "a" / "metadata.yaml").read_text())
    assert about["tags"] == ["production"]
    runlore.get_run("exp-001").add_note("deployed")
    cli.main(["list", "0042"], standalone_mode=False)
    about = yaml.safe_load((increment / "a" / "metadata.yaml").read_text())
    assert [note["text"] for note in about["notes"]] == ["deployed"]
    assert not list((increment / ".runs").glob("*.open"))


def test_a_mark_that_names_a_folder_elsewhere_is_left_alone(
    increment: Path, store_of_its_own: Path, tmp_path: Path
) -> None:
    with runlore.track_experiment("a") as exp:
        pass
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    mark = increment / ".runs" / "hostile.open"
    for folder in (str(elsewhere), "../../../../elsewhere", ".", ""):
        fields = {"run": exp.id, "folder": folder, "store": str(store_of_its_own), "actor": "0"}
        mark.write_text(json.dumps(fields))
        assert complete_folders(str(increment)) == []
    assert files_in(elsewhere) == []
    assert "params.json" not in os.listdir(increment)


def test_what_others_say_of_a_run_under_way_or_over_is_not_lost_from_its_files(
    increment: Path,
) -> None:
    def tags() -> list[str]:
        found: list[str] = yaml.safe_load((increment / "a" / "metadata.yaml").read_text())["tags"]
        return found

    with runlore.track_experiment("a", tags=["own"]) as exp:
        cli.main(["tag", "exp-001", "--add", "during"], standalone_mode=False)
    assert tags() == ["during", "own"]
    cli.main(["tag", "exp-001", "--add", "after"], standalone_mode=False)
    exp.add_tag("last")
    assert tags() == ["after", "during", "last", "own"]
