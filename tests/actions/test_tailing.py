"""Following a run, poll by poll."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from runlore.actions.tailing import Step, follow, newest_running
from runlore.errors import RunNotFound
from tests.cli.stores import run_python

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
