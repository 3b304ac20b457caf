"""Train a model in a process that will be killed; `runlore.demo.running` starts it."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

from runlore.client.start import open_run
from runlore.demo.models import TRAINERS, described, load
from runlore.demo.plan import GOALS
from runlore.demo.running import PROJECT

if TYPE_CHECKING:
    from runlore.client.run import Run


def main(work: str) -> None:
    """Open the run, say its id, and train until killed, saying once when that may be."""
    task: dict[str, Any] = json.loads(work)
    trial = task["trial"]
    run = open_run(
        experiment=trial["experiment"],
        project=PROJECT,
        goal=GOALS[trial["experiment"]],
        params={"model": trial["model"], **trial["params"]},
        store=task["store"],
    )
    run.log_note(trial["note"])
    _say(run.id)
    data = load(trial["experiment"])
    run.log_params(described(trial["experiment"], data))
    TRAINERS[trial["model"]](data, trial["params"], _Watched(run, task))  # type: ignore[arg-type]


class _Watched:
    """A run that says on standard output when the given epoch has been logged."""

    def __init__(self, run: Run, task: dict[str, Any]) -> None:
        self._run = run
        self._last_epoch = task["epochs"]

    def log(self, metrics: dict[str, float], step: int, context: str) -> None:
        """Log as the run does."""
        self._run.log(metrics, step=step, context=context)
        if step == self._last_epoch and context == "test":
            _say("learned")


def _say(line: str) -> None:
    """Tell the process that will kill this one."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1])
