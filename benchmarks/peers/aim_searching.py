"""Search the same runs with Aim: called in the peer's environment, with folders as text."""

from __future__ import annotations

import time
from importlib import import_module
from pathlib import Path
from typing import Any

FILTER = 'run.params["schedule"] == "cosine"'


def time_searches(folder: str, runs: int, rounds: int) -> dict[str, Any]:
    """Write runs of 20 params and 10 metrics, then return the seconds of searching them.

    Aim's own filter takes the params; of what it leaves, the last values of metrics are looked
    at in Python, as its page does, for a filter on them goes over every series.
    """
    aim = import_module("aim")
    from benchmarks.configurations import configurations

    Path(folder).mkdir(exist_ok=True)
    before = time.perf_counter()
    for params, metrics in configurations(runs):
        run = aim.Run(
            repo=folder,
            system_tracking_interval=None,
            log_system_params=False,
            capture_terminal_logs=False,
        )
        run["params"] = params
        for name, value in metrics.items():
            run.track(value, name=name, step=0)
        run.close()
    aim.Repo.from_path(folder)._recreate_index()  # noqa: SLF001 - what `aim storage reindex` calls
    writing = time.perf_counter() - before
    repository = aim.Repo.from_path(folder)
    seconds, found = [], 0
    for _ in range(rounds):
        before = time.perf_counter()
        found = len(_search(repository))
        seconds.append(time.perf_counter() - before)
    return {"writing": writing, "seconds": seconds, "found": found}


def _search(repository: Any) -> list[tuple[float, str]]:
    """Find the best 10 of the runs whose accuracy is above 0.9, by their loss."""
    chosen = []
    for trace in repository.query_runs(FILTER, report_mode=0).iter_runs():
        values = {metric.name: metric.values.last()[1] for metric in trace.run.metrics()}
        if values["val_acc"] > 0.9:
            chosen.append((values["train_loss"], trace.run.hash))
    return sorted(chosen)[:10]
