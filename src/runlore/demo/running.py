"""Run the demo: every trial as a run, one of them in a process that is killed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, NamedTuple

from runlore.client.start import open_run
from runlore.demo.plan import GOALS, trials
from runlore.errors import MissingExtra

if TYPE_CHECKING:
    from collections.abc import Callable

    from runlore.demo.plan import Trial

PROJECT = "runlore-demo"
KILLED_AFTER_EPOCHS = 12


class Outcome(NamedTuple):
    """What became of a trial: the run's id and how it ended."""

    trial: Trial
    run: str
    ending: str


def run_demo(
    store: str | None = None, *, on_progress: Callable[[Trial, int, int], None] | None = None
) -> list[Outcome]:
    """Train every model of the plan; `on_progress` is told each trial before it begins.

    Raises:
        MissingExtra: if scikit-learn or matplotlib is not installed.
    """
    for module, package in (("sklearn", "scikit-learn"), ("matplotlib", "matplotlib")):
        try:
            __import__(module)
        except ImportError:
            raise MissingExtra(package, extra="demo", purpose="the demo") from None
    outcomes = []
    plan = trials()
    for number, trial in enumerate(plan):
        if on_progress is not None:
            on_progress(trial, number, len(plan))
        if trial.fate == "is killed":
            outcomes.append(_run_and_kill(trial, store))
        else:
            outcomes.append(_run(trial, store))
    return outcomes


def _run(trial: Trial, store: str | None) -> Outcome:
    """Train one trial in this process; one that is planned to fail keeps its exception."""
    run = open_run(
        experiment=trial.experiment,
        project=PROJECT,
        goal=GOALS[trial.experiment],
        params={"model": trial.model, **trial.params},
        tags=trial.tags,
        store=store,
    )
    if trial.note:
        run.log_note(trial.note)
    from runlore.demo.models import train_and_evaluate

    for name, direction in (("loss", "min"), ("accuracy", "max"), ("rmse", "min")):
        run.define_metric(name, direction=direction)
    try:
        with run:
            train_and_evaluate(trial.experiment, trial.model, trial.params, run)
    except ValueError as error:
        if trial.fate != "fails":
            raise
        run.log_note(f"Failed as planned: {error}")
        return Outcome(trial, run.id, "failed")
    return Outcome(trial, run.id, "finished")


def _run_and_kill(trial: Trial, store: str | None) -> Outcome:
    """Train a trial in a process of its own and kill that once it has learned for a while."""
    work = json.dumps({"trial": trial.__dict__, "store": store, "epochs": KILLED_AFTER_EPOCHS})
    command = [sys.executable, "-m", "runlore.demo.victim", work]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=os.getcwd()) as process:
        assert process.stdout is not None  # noqa: S101 - told so above
        run = process.stdout.readline().strip()
        process.stdout.readline()  # it has learned long enough, or is gone
        process.kill()
    return Outcome(trial, run, "killed")
