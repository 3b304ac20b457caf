"""What tracking adds to a search over params whose models are fitted in a millisecond."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from benchmarks.estimates import median
from benchmarks.findings import Bar, Finding, Results, amount
from benchmarks.places import scratch
from benchmarks.processes import measure as run_in_process

if TYPE_CHECKING:
    from benchmarks.plan import Plan

HERE = __name__
FIT_SECONDS = 0.001
GRID = {"first": list(range(20)), "second": list(range(10))}


class Busy:
    """Computes for a millisecond, and scores what its params say."""

    def __init__(self, first: int = 0, second: int = 0) -> None:
        self.first = first
        self.second = second

    def fit(self, rows: Any, targets: Any) -> None:
        """Compute for a millisecond of the processor's time."""
        del rows, targets
        end = time.process_time() + FIT_SECONDS
        while time.process_time() < end:
            pass

    def score(self, rows: Any, targets: Any) -> float:
        """Return a number that depends on the params."""
        del rows, targets
        return self.first / 20 + self.second / 1000


def measure(plan: Plan) -> Results:
    """Search 200 combinations in a bare loop and tracked, in turns."""
    rounds = []
    for _ in range(plan.rounds):
        with scratch() as folder:
            rounds.append(run_in_process(f"{HERE}:time_searches", folder=str(folder / "store")))
    over = [one["tracked"] - one["bare"] for one in rounds]
    count = len(GRID["first"]) * len(GRID["second"])
    added = median(over) / count * 1e3
    bare = median([one["bare"] for one in rounds]) / count * 1e3
    return Results([
        Finding(
            what="`track_hyperparameters`, a combination of 200, over a bare loop",
            figure=amount(added, "ms"),
            beside=f"a combination in a bare loop: {amount(bare, 'ms')}",
            ratio=added / bare,
            shape=f"{plan.rounds} processes, a loop and a search each; fits of 1 ms, scored on "
            "rows beside them; with the refit, the importances and their figure; after a search "
            "of 9 combinations, which loads the libraries; median",
            judged=added,
            bar=Bar(3, "ms"),
        )
    ])  # fmt: skip


def time_searches(folder: str) -> dict[str, float]:
    """Search in a loop and tracked; return the seconds that each took."""
    import numpy as np

    import runlore

    rows = np.zeros((50, 3))
    targets = np.arange(50) % 2
    places: dict[str, Any] = {
        "X_validation": rows, "y_validation": targets, "store": folder, "progress": False,
    }  # fmt: skip
    small = {name: values[:3] for name, values in GRID.items()}
    runlore.track_hyperparameters(Busy, small, rows, targets, name="loading", **places)
    started = time.perf_counter()
    for first in GRID["first"]:
        for second in GRID["second"]:
            model = Busy(first, second)
            model.fit(rows, targets)
            model.score(rows, targets)
    bare = time.perf_counter() - started
    started = time.perf_counter()
    runlore.track_hyperparameters(Busy, GRID, rows, targets, name="measured", **places)
    return {"bare": bare, "tracked": time.perf_counter() - started}
