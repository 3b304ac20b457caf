"""`runlore compare`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.cli.stores import run_python

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Command

pytestmark = pytest.mark.usefixtures("store")


def test_only_what_differs_is_shown_and_the_best_is_marked(cli: Command) -> None:
    lines = [line.split() for line in cli("compare", "seed=0", "seed=1").out.splitlines()]
    assert lines[0] == ["id", "status", "seed", "accuracy", "took"]
    assert [line[2:4] for line in lines[1:]] == [["0", "0.800000"], ["1", "0.900000*"]]


def test_all_shows_what_is_equal_too(cli: Command) -> None:
    assert "lr" in cli("compare", "--experiment", "seeds", "--all").out.split()
    assert "lr" not in cli("compare", "--experiment", "seeds").out.split()


def test_metrics_can_be_picked(cli: Command) -> None:
    out = cli("compare", "first", "broken", "--metric", "loss").out
    assert out.splitlines()[0].split() == ["name", "id", "status", "lr", "opt.name", "loss", "took"]
    answer = cli("compare", "first", "--metric", "lss")
    assert answer.code == 1
    assert "loss" in answer.err


def test_an_infinite_value_is_never_the_best(cli: Command) -> None:
    lines = cli("compare", "first", "broken", "killed", "--metric", "loss").out.splitlines()
    assert "0.0223708*" in lines[1]
    assert "∞ " in lines[2]


def test_runs_that_tie_are_all_marked(cli: Command, store: Path) -> None:
    program = """
import sys
import runlore
for number in range(3):
    with runlore.start_run(f"tie {number}", store=sys.argv[1]) as run:
        run.log({"accuracy": 0.5 + (number == 1)})
"""
    run_python(program, str(store))
    lines = cli("compare", "tie 0", "tie 2").out.splitlines()
    assert [line.count("0.500000*") for line in lines] == [0, 1, 1]


def test_markdown_is_a_table(cli: Command) -> None:
    lines = cli("compare", "seed=0", "seed=1", "--markdown").out.splitlines()
    assert len(lines) == 4
    assert all(line.startswith("| ") for line in lines)
    assert "**0.9**" in lines[3]


def test_json_names_the_best_run(cli: Command) -> None:
    found = json.loads(cli("compare", "seed=0", "seed=1", "--json").out)
    assert found["params"] == ["seed"]
    assert found["shared_params"] == {"lr": 0.1}
    assert found["best"] == {"accuracy": found["runs"][1]["id"]}


def test_an_experiment_without_runs_is_an_error(cli: Command) -> None:
    answer = cli("compare", "--experiment", "digit")
    assert (answer.code, answer.out) == (1, "")
    assert answer.err == (
        "error: no runs in the experiment 'digit'\nhint: did you mean 'digits'?\n"
    )


def test_without_runs_the_newest_experiment_is_compared(cli: Command) -> None:
    assert len(cli("compare").out.splitlines()) == 4  # digits, of which one was killed last


@pytest.fixture
def increment_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, store: Path) -> Path:
    """Work in an increment with two experiments, in a store that has other runs."""
    import runlore

    folder = tmp_path / ".specweave" / "increments" / "0042-recommendation-model"
    folder.mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RUNLORE_HELPER", "off")
    assert store.is_dir()
    for name, accuracy, seconds in (("baseline", 0.65, 2), ("forest", 0.87, 45)):
        with runlore.track_experiment(name, increment="0042") as exp:
            exp.log({"accuracy": accuracy, "fit_seconds": seconds})
    return folder / "experiments"


def test_an_increment_is_judged_and_the_verdict_kept(cli: Command, increment_here: Path) -> None:
    answer = cli("compare", "0042")
    lines = answer.out.splitlines()
    assert lines[0].split() == ["Experiment", "Accuracy", "Training", "Time"]
    assert lines[2].split() == ["exp-002-forest", "0.87*", "45s"]
    assert "Best Model: exp-002-forest" in lines
    assert "- Highest Accuracy (0.87), 0.22 (34 %) more than exp-001-baseline" in lines
    assert f"wrote {increment_here / 'comparison.md'}" in answer.err
    assert "exp-002-forest" in (increment_here / "comparison.md").read_text()
    assert "exp-001-baseline" in (increment_here / "baselines.md").read_text()
    assert cli("compare", "increment:0042").out == answer.out
    assert cli("compare", "0042", "--markdown").out.startswith("# Comparison of 0042-")


@pytest.mark.usefixtures("increment_here")
def test_the_verdict_is_in_the_json_of_an_increment_alone(cli: Command) -> None:
    verdict = json.loads(cli("compare", "0042", "--json").out)["verdict"]
    assert (verdict["by"], verdict["best"], verdict["winner"]) == (
        "accuracy", "exp-002-forest", None
    )  # fmt: skip
    assert verdict["experiments"][1]["metrics.accuracy"] == 0.87
    assert json.loads(cli("compare", "forest", "baseline", "--json").out)["verdict"] is None


@pytest.mark.usefixtures("increment_here")
def test_all_shows_the_runs_of_an_increment_instead(cli: Command) -> None:
    out = cli("compare", "0042", "--all").out
    assert out.splitlines()[0].split()[:3] == ["name", "id", "status"]
    assert "Best Model" not in out


def test_a_verdict_on_some_metrics_alone_is_not_kept(cli: Command, increment_here: Path) -> None:
    assert "Highest Accuracy" in cli("compare", "0042", "--metric", "accuracy").out
    assert not (increment_here / "comparison.md").exists()
