"""What a decorated function costs beside a run that is written out."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from benchmarks.estimates import median
from benchmarks.findings import Bar, Finding, Results, amount
from benchmarks.places import scratch
from benchmarks.processes import measure as run_in_process

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.plan import Plan

    Call = Callable[[float, int], tuple[float, float]]

HERE = __name__
CALLS = 100


def measure(plan: Plan) -> Results:
    """Call a decorated function, and write the same run out, in turns."""
    rounds = []
    for _ in range(plan.rounds):
        with scratch() as folder:
            rounds.append(run_in_process(f"{HERE}:time_calls", folder=str(folder)))
    added = median([one["decorated"] - one["written"] for one in rounds]) * 1e3
    written = median([one["written"] for one in rounds]) * 1e3
    return Results([
        Finding(
            what="a call of a function decorated with `AutoTracker.track`, over `track_experiment`",
            figure=amount(added, "ms"),
            beside=f"`with track_experiment(…)` and the same records: {amount(written, 'ms')}",
            ratio=added / written,
            shape=f"{plan.rounds} processes, {CALLS} calls of each in turns, after 10 of each; "
            "three arguments, two returned numbers; in an increment, so with plain files; "
            "difference of the medians, then median",
            judged=added,
            bar=Bar(1, "ms"),
        )
    ])  # fmt: skip


def time_calls(folder: str) -> dict[str, float]:
    """Return the median seconds of a decorated call and of a run that is written out."""
    import runlore

    os.makedirs(os.path.join(folder, ".specweave", "increments", "0001-measured"))
    os.environ["RUNLORE_STORE"] = os.path.join(folder, "store")
    os.chdir(folder)
    tracker = runlore.AutoTracker(increment="0001")

    @tracker.track(name="decorated")
    def train(rate: float, depth: int, kind: str = "tree") -> tuple[float, float]:
        accuracy = rate * depth
        loss = 1 - accuracy if kind == "tree" else 0.0
        return accuracy, loss

    def written(rate: float, depth: int, kind: str = "tree") -> tuple[float, float]:
        params = {"rate": rate, "depth": depth, "kind": kind}
        with runlore.track_experiment("written", increment="0001", params=params) as run:
            accuracy = rate * depth
            loss = 1 - accuracy
            run.log({"accuracy": accuracy, "loss": loss})
        return accuracy, loss

    taken: dict[str, list[float]] = {"decorated": [], "written": []}
    for number in range(CALLS + 10):
        calls: list[tuple[str, Call]] = [("decorated", train), ("written", written)]
        for name, call in calls if number % 2 else reversed(calls):
            started = time.perf_counter()
            call(0.1, number)
            taken[name].append(time.perf_counter() - started)
    return {name: median(seconds[10:]) for name, seconds in taken.items()}
