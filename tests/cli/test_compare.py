"""`runlore compare`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
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
