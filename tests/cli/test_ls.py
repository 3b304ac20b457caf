"""`runlore ls`."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

import runlore
from tests.cli.stores import HOSTILE, HOSTILE_SHOWN, environment

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Command


@pytest.mark.usefixtures("store")
def test_runs_are_listed_newest_first_with_their_status(cli: Command) -> None:
    answer = cli("ls")
    assert answer.code == 0
    lines = answer.out.splitlines()
    assert lines[0].split()[:4] == ["name", "id", "status", "started"]
    names = [line.split()[0] for line in lines[1:]]
    assert names[0] == "killed"
    assert names[-1] == "first"
    assert "seed=0" in names
    assert "crashed" in lines[1]
    assert answer.err == ""


@pytest.mark.usefixtures("store")
def test_list_is_the_same_command(cli: Command) -> None:
    assert cli("list").out == cli("ls").out


@pytest.mark.usefixtures("store")
def test_names_cannot_act_on_the_terminal_nor_break_lines(cli: Command) -> None:
    answer = cli("ls")
    assert HOSTILE_SHOWN in answer.out
    assert "\x1b" not in answer.out
    assert "\u202e" not in answer.out
    assert len(answer.out.splitlines()) == 7


@pytest.mark.usefixtures("store")
def test_columns_stand_below_each_other_whatever_the_characters(cli: Command) -> None:
    from runlore.cli.text import cells

    lines = cli("ls").out.splitlines()
    at = cells(lines[0][: lines[0].index("status")])
    for line in lines[1:]:
        before = next(line[:place] for place in range(len(line)) if cells(line[:place]) == at)
        assert before.endswith(" ")
        assert line[len(before)] != " "


@pytest.mark.usefixtures("store")
def test_json_keeps_names_as_they_are_and_numbers_that_json_lacks(cli: Command) -> None:
    found = json.loads(cli("ls", "--json").out)
    assert found["total"] == len(found["runs"]) == 6
    assert found["freshness"]["is_current"] is True
    names = [run["name"] for run in found["runs"]]
    assert HOSTILE in names
    broken = found["runs"][names.index("broken")]
    assert broken["metrics"]["loss"] == "Infinity"
    first = found["runs"][names.index("first")]
    assert first["metrics"]["odd"] == "Infinity"
    assert first["created"].endswith("Z")
    assert first["params"] == {"lr": 0.001, "opt.name": "adam"}


@pytest.mark.usefixtures("store")
def test_an_experiment_can_be_named_both_ways(cli: Command) -> None:
    assert cli("ls", "seeds").out == cli("ls", "--experiment", "seeds").out
    assert len(cli("ls", "seeds").out.splitlines()) == 3
    assert len(cli("ls", HOSTILE).out.splitlines()) == 2


@pytest.mark.usefixtures("store")
def test_a_limit_is_told_on_standard_error(cli: Command) -> None:
    answer = cli("ls", "--limit", "2")
    assert len(answer.out.splitlines()) == 3
    assert answer.err == "2 of 6 runs; more: --limit N or --all\n"
    assert len(cli("ls", "--limit", "2", "--all").out.splitlines()) == 7


def test_parts_of_runs_are_counted_and_listed_only_when_asked_for(
    cli: Command, store_of_its_own: Path
) -> None:
    with runlore.start_run("whole", experiment="e", store=store_of_its_own) as whole:
        for number in range(3):
            with runlore.start_run(
                f"part{number}", experiment="e", parent=whole, store=store_of_its_own
            ) as part:
                pass
    answer = cli("ls", "e")
    head, row = answer.out.splitlines()
    assert row.split()[0] == "whole"
    assert row[head.index("parts") : head.index("parts") + 5].split() == ["3"]
    assert answer.err == "3 parts of runs left out; with them: --parts\n"
    found = json.loads(cli("ls", "--json").out)
    assert (found["total"], found["folded"], found["runs"][0]["parts"]) == (1, 3, 3)
    answer = cli("ls", "--parts")
    assert (len(answer.out.splitlines()), answer.err) == (5, "")
    assert "parts" not in answer.out.splitlines()[0]
    cli("rm", part.id, "--yes")
    assert [line.split()[0] for line in cli("ls", "--deleted").out.splitlines()[1:]] == ["part2"]


@pytest.mark.usefixtures("store")
def test_nothing_to_list_is_said_and_is_no_error(cli: Command) -> None:
    answer = cli("ls", "nothing")
    assert (answer.code, answer.out) == (0, "")
    assert answer.err.startswith("no runs in the experiment 'nothing'")
    assert cli("ls", "digit").err == ("no runs in the experiment 'digit'; did you mean 'digits'?\n")
    assert cli("ls", "--project", "x").err == "no runs of the project 'x'\n"
    assert cli("ls", "--deleted").err == "no runs in the trash\n"


def test_a_piped_list_loads_neither_numpy_nor_rich(store: Path) -> None:
    program = (
        "import sys; from runlore.cli.main import main\n"
        "try: main(['ls'])\n"
        "finally: print(sorted({'numpy', 'rich', 'pcodec', 'psutil'} & set(sys.modules)),"
        " file=sys.stderr)"
    )
    subprocess.run([sys.executable, "-c", program], env=environment(), check=True,
                   capture_output=True)  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=environment(RUNLORE_STORE=str(store)),
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr.strip() == "[]"
