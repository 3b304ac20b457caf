"""Following a run, poll by poll."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from runlore.actions.following import Step
from runlore.actions.tailing import follow, newest_running
from runlore.errors import RunNotFound
from tests.cli.stores import environment, run_python

if TYPE_CHECKING:
    from pathlib import Path

APPENDING = """
import sys
import runlore
run = runlore.start_run(id=sys.argv[2], resume=sys.argv[3] != "new", store=sys.argv[1])
for step in map(int, sys.argv[4:]):
    run.log({"loss": float(step)}, step=step)
    run.log({"acc": float(step)}, step=step, context="val")
"""


def append(store: Path, run: str, *steps: int, is_new: bool = False) -> None:
    """Log steps from a process that ends then, which finishes the run."""
    words = [str(step) for step in steps]
    run_python(APPENDING, str(store), run, "new" if is_new else "resume", *words)


def test_calls_of_one_step_are_one_line(store_of_its_own: Path) -> None:
    append(store_of_its_own, "r", 0, 1, 2, is_new=True)
    tail = follow("r", store=str(store_of_its_own))
    assert [(step.step, step.metrics) for step in tail.history] == [
        (number, {"loss": float(number), "acc[val]": float(number)}) for number in (0, 1, 2)
    ]
    assert list(tail.steps) == []


def test_what_another_writer_adds_is_met(store_of_its_own: Path) -> None:
    program = """
import sys
import runlore
from runlore.actions.tailing import follow
store = sys.argv[1]
run = runlore.start_run("r", store=store)
run.log({"loss": 0.0}, step=0)
polls = 0
def sleep(seconds):
    global polls
    polls += 1
    assert seconds >= 0.25
    if polls < 4:
        run.log({"loss": float(polls)}, step=polls)
        run.log({"unstepped": 1.0})
    else:
        run.finish()
tail = follow("r", store=store, sleep=sleep)
for step in (*tail.history, *tail.steps):
    print(step.step, step.metrics)
print(tail.run.status)
"""
    lines = run_python(program, str(store_of_its_own)).splitlines()
    assert lines == [
        "0 {'loss': 0.0}",
        *(
            line
            for step in (1, 2, 3)
            for line in (f"{step} {{'loss': {float(step)}}}", "None {'unstepped': 1.0}")
        ),
        "finished",
    ]


@pytest.mark.parametrize("lines", [0, 1, 3, 7, 20])
def test_the_last_steps_are_the_last_of_all_whatever_they_are_made_of(
    store_of_its_own: Path, lines: int
) -> None:
    program = """
import sys
import runlore
with runlore.start_run("r", store=sys.argv[1]) as run:
    for step in (0, 1, 1, 1, 2, 5, 4, 4):
        run.log({"loss": float(step)}, step=step, time=1000 + step)
        run.log({"acc": float(step)}, step=step, time=1000.5 + step, context="val")
        run.log({"loss": -1.0}, time=2000 - step)
"""
    run_python(program, str(store_of_its_own))
    everything = follow("r", lines=1000, store=str(store_of_its_own)).history
    assert len(everything) == 13
    shown = follow("r", lines=lines, store=str(store_of_its_own)).history
    assert shown == everything[len(everything) - min(lines, 13) :]


ROLLING = """
import sys
import runlore
from runlore.actions.tailing import follow
from runlore.journal import writer
from tests.cli.stores import seal
writer.ROLL_SIZE = 4096
store = sys.argv[1]
run = runlore.start_run("r", store=store)
logged = 0
def log_and_roll(steps):
    global logged
    for _ in range(steps):
        run.log({"loss": float(logged)}, step=logged)
        run.log({"acc": float(logged)}, step=logged, context="val")
        logged += 1
"""


def test_lines_go_on_across_journals_that_are_sealed_and_cleared_away(
    store_of_its_own: Path,
) -> None:
    program = """
log_and_roll(500)
seal(store)
log_and_roll(1)
everything = follow("r", lines=1000, store=store).history
assert [step.step for step in everything] == list(range(501))
assert all(len(step.metrics) == 2 for step in everything)
for lines in (0, 1, 2, 40, 100, 300, 500, 501):
    assert follow("r", lines=lines, store=store).history == everything[501 - lines:]
chosen = follow("r", metrics=["acc"], lines=400, store=store).history
assert [step.metrics for step in chosen] == [{"acc[val]": float(step)} for step in range(101, 501)]
run.finish()
"""
    run_rolling(program, store_of_its_own)


def test_lines_sealed_between_two_looks_are_shown_once(store_of_its_own: Path) -> None:
    program = """
polls = 0
def sleep(seconds):
    global polls
    polls += 1
    if polls < 5:
        log_and_roll(300)  # over several files, the first of which has been begun to be read
        seal(store)
    else:
        run.finish()
log_and_roll(7)
tail = follow("r", lines=3, store=store, sleep=sleep)
assert [step.step for step in tail.history] == [4, 5, 6]
assert [step.step for step in tail.steps] == list(range(7, 1207))
assert tail.run.status == "finished"
"""
    run_rolling(program, store_of_its_own)


def run_rolling(program: str, store: Path) -> None:
    folders = os.pathsep.join(folder for folder in sys.path if folder)
    done = subprocess.run(
        [sys.executable, "-c", ROLLING + program, str(store)],
        env=environment(PYTHONPATH=folders),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_only_chosen_metrics_are_given(store_of_its_own: Path) -> None:
    append(store_of_its_own, "r", 0, is_new=True)
    for chosen in (["acc"], ["acc[val]"]):
        tail = follow("r", metrics=chosen, store=str(store_of_its_own))
        assert [step.metrics for step in tail.history] == [{"acc[val]": 0.0}]


def test_history_is_as_long_as_asked_for(store_of_its_own: Path) -> None:
    append(store_of_its_own, "r", *range(20), is_new=True)
    store = str(store_of_its_own)
    assert [step.step for step in follow("r", lines=2, store=store).history] == [18, 19]
    assert follow("r", lines=0, store=store).history == []


def test_an_empty_store_has_nothing_to_follow(store_of_its_own: Path) -> None:
    from runlore.journal.folder import create_store

    create_store(str(store_of_its_own))
    with pytest.raises(RunNotFound):
        newest_running(str(store_of_its_own))


def test_a_step_holds_its_metrics_of_its_own() -> None:
    assert Step(0, 1).metrics is not Step(0, 1).metrics
