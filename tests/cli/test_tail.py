"""`runlore tail`, beside a process that writes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.cli.stores import environment

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Command

PROGRAM = "from runlore.cli.main import main; main()"
TRAINING = """
import sys
import runlore
with runlore.start_run("live", experiment="e", store=sys.argv[1]) as run:
    for line in sys.stdin:
        step = int(line)
        run.log({"loss": 1 / (step + 1)}, step=step, context="train")
        run.log({"loss": 2 / (step + 1), "acc": 0.5}, step=step, context="val")
        print("logged", flush=True)
        if step == 99:
            raise ValueError("enough")
"""


class Training:
    """A process that logs a step when it is told to."""

    def __init__(self, store: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", TRAINING, str(store)],
            env=environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def log(self, step: int) -> None:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{step}\n")
        self.process.stdin.flush()
        assert self.process.stdout.readline() == "logged\n"

    def end(self) -> None:
        self.process.communicate()


def start_tail(store: Path, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, "tail", *arguments],
        env=environment(RUNLORE_STORE=str(store)),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def next_line(tail: subprocess.Popen[str]) -> str:
    assert tail.stdout is not None
    return tail.stdout.readline()


def test_steps_are_shown_as_another_process_logs_them(store_of_its_own: Path) -> None:
    training = Training(store_of_its_own)
    training.log(0)
    training.log(1)
    tail = start_tail(store_of_its_own, "--json")
    begun = json.loads(next_line(tail))
    assert (begun["type"], begun["label"], begun["status"]) == ("run", "live", "running")
    seen = [json.loads(next_line(tail)) for _ in (0, 1)]
    for step in (2, 3):
        training.log(step)
        seen.append(json.loads(next_line(tail)))
    assert [line["step"] for line in seen] == [0, 1, 2, 3]
    assert seen[2]["metrics"] == {"acc[val]": 0.5, "loss[train]": 1 / 3, "loss[val]": 2 / 3}
    training.end()
    ended = json.loads(next_line(tail))
    assert (ended["type"], ended["status"]) == ("end", "finished")
    tail.communicate()
    assert tail.returncode == 0


def test_a_failure_ends_it_with_1_and_says_why(store_of_its_own: Path) -> None:
    training = Training(store_of_its_own)
    training.log(0)
    tail = start_tail(store_of_its_own, "live", "--metric", "acc")
    assert next_line(tail).split()[1:] == ["step", "0", "acc[val]", "0.50000"]
    training.log(99)
    training.end()
    _, said = tail.communicate()
    assert tail.returncode == 1
    assert "failed after" in said
    assert "ValueError: enough" in said


def test_a_killed_process_ends_it_with_1(store_of_its_own: Path) -> None:
    training = Training(store_of_its_own)
    training.log(0)
    tail = start_tail(store_of_its_own, "live")
    next_line(tail)
    training.process.kill()
    training.end()
    _, said = tail.communicate()
    assert tail.returncode == 1
    assert "crashed after" in said


def test_ctrl_c_ends_it_quietly(store_of_its_own: Path) -> None:
    training = Training(store_of_its_own)
    training.log(0)
    tail = start_tail(store_of_its_own, "live")
    next_line(tail)
    os.kill(tail.pid, signal.SIGINT)
    _, said = tail.communicate()
    assert tail.returncode == 130
    assert "Traceback" not in said
    training.end()


@pytest.mark.usefixtures("store")
def test_a_run_that_is_over_shows_its_last_steps(cli: Command) -> None:
    answer = cli("tail", "first", "-n", "3", "--metric", "loss")
    assert [line.split()[2] for line in answer.out.splitlines()] == ["17", "18", "19"]
    assert "loss[val]" in answer.out
    assert answer.err.splitlines()[-1].startswith("finished after ")
    assert len(cli("tail", "first", "--once", "-n", "3").out.splitlines()) == 3
    assert cli("tail", "broken").code == 1


@pytest.mark.usefixtures("fresh_store")
def test_history_is_the_same_from_a_journal(cli: Command) -> None:
    answer = cli("tail", "first", "-n", "3", "--metric", "loss")
    assert [line.split()[2] for line in answer.out.splitlines()] == ["17", "18", "19"]


@pytest.mark.usefixtures("store")
def test_without_a_name_the_newest_run_is_shown(cli: Command) -> None:
    assert cli("tail").err.startswith("killed ")


@pytest.mark.usefixtures("store")
def test_json_lines_begin_with_the_run_and_end_with_its_end(cli: Command) -> None:
    lines = [json.loads(line) for line in cli("tail", "broken", "--json").out.splitlines()]
    assert [line["type"] for line in lines] == ["run", "step", "end"]
    assert lines[1]["metrics"] == {"loss": "Infinity"}
    assert lines[2]["error"]["type"] == "ValueError"
