"""Search the same runs with MLflow: called in the peer's environment, with folders as text."""

from __future__ import annotations

import time
from importlib import import_module
from typing import Any

FILTER = "metrics.val_acc > 0.9 and params.schedule = 'cosine'"
ORDER = "metrics.train_loss ASC"


def time_searches(folder: str, runs: int, rounds: int) -> dict[str, Any]:
    """Write runs of 20 params and 10 metrics, then return the seconds of searching them."""
    mlflow = import_module("mlflow")
    entities = import_module("mlflow.entities")
    from benchmarks.configurations import configurations

    client = mlflow.MlflowClient(f"sqlite:///{folder}/mlflow.db")
    experiment = client.create_experiment("bench")
    before = time.perf_counter()
    for params, metrics in configurations(runs):
        run = client.create_run(experiment)
        client.log_batch(
            run.info.run_id,
            [entities.Metric(key, value, 0, 0) for key, value in metrics.items()],
            [entities.Param(key, str(value)) for key, value in params.items()],
        )
        client.set_terminated(run.info.run_id)
    writing = time.perf_counter() - before
    seconds = []
    for _ in range(rounds):
        before = time.perf_counter()
        found = client.search_runs([experiment], FILTER, max_results=10, order_by=[ORDER])
        seconds.append(time.perf_counter() - before)
    return {"writing": writing, "seconds": seconds, "found": len(found)}
