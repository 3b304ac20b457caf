"""Follow a run while another process writes it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from runlore.actions.following import Follower
from runlore.actions.quiet import without_warnings
from runlore.reading.behind import no_runs
from runlore.reading.opening import find_run, find_some_runs
from runlore.reading.store import open_reader

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Generator

    from runlore.actions.following import Step
    from runlore.reading.run import StoredRun
    from runlore.reading.store import StoreReader

POLL_SECONDS = 0.25
OVER = ("finished", "failed", "stopped", "crashed")


@dataclass(frozen=True)
class Tail:
    """A run being followed: the run as it was, the steps before, and those to come."""

    run: StoredRun
    history: list[Step]
    steps: Generator[Step, None, None]


def newest_running(store: str | None = None) -> str:
    """Return the id of the newest run that is being written, else of the newest one.

    Raises:
        RunNotFound: if there is none at all.
    """
    reader = open_reader(store)
    runs = find_some_runs(reader)
    for run in runs:
        if run.status == "running":
            return run.id
    if len(runs):
        return runs[0].id
    raise no_runs(reader, "to follow")


@without_warnings
def follow(
    selection: str | None = None,
    *,
    metrics: Collection[str] = (),
    lines: int = 10,
    store: str | None = None,
    sleep: Callable[[float], None] = time.sleep,
) -> Tail:
    """Follow a run until it ends, beginning with its last `lines` steps.

    `metrics` restricts to labels or names; only the lowest rank is shown. What comes is read
    at most four times a second. `sleep` may raise KeyboardInterrupt to end it.

    Raises:
        RunNotFound, Ambiguous: if `selection` names no run, or several.
    """
    reader = open_reader(store)
    run = find_run(reader, selection or newest_running(store))
    follower = Follower(reader, run.id, metrics)
    return Tail(run, follower.begin(lines), _steps(run, follower, reader, sleep))


def _steps(
    run: StoredRun, follower: Follower, reader: StoreReader, sleep: Callable[[float], None]
) -> Generator[Step, None, None]:
    """Give steps as they are complete: when another one begins, or nothing came for a moment."""
    try:
        waiting: Step | None = None
        while True:
            is_over = run.status in OVER  # asked before reading, so that nothing is missed
            new = follower.poll()
            for step in new:
                if waiting is not None and waiting.step == step.step and step.step is not None:
                    waiting.metrics |= step.metrics
                    continue
                if waiting is not None:
                    yield waiting
                waiting = step
            if waiting is not None and (not new or is_over):
                yield waiting
                waiting = None
            if is_over:
                return
            sleep(POLL_SECONDS)
            run.refresh()
    finally:
        reader.close()
