"""MLflow's page; `write` and `log` are called in its environment, with folders as text."""

from __future__ import annotations

import sqlite3
import sys
import time
from importlib import import_module
from typing import TYPE_CHECKING, Any

from benchmarks.browsers import Looks
from benchmarks.peers.mlflow_sqlite import Mlflow
from benchmarks.peers.page_data import runs_of
from benchmarks.peers.pages import PeerPage

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.peers.page_data import PageRun

_TIME_MILLISECONDS = 1_700_000_000_000


class MlflowPage(PeerPage):
    """Its table of runs, and the charts beside it."""

    driver = Mlflow
    module = __name__
    looks = Looks(rows=".ag-row a", charts=".js-plotly-plot:has(path.js-line)")
    notes = (
        (
            "MLflow draws the first 10 runs unless more are chosen, and at most 320 points of a "
            "series, sampled; lists 100 runs at a time; asks for news every 30 s"
        ),
        (
            "MLflow: `mlflow server` with its default workers over SQLite, into which runs and "
            "points were written as its own tables lay them out, for by its client it takes hours"
        ),
    )

    def command(self, tools: Path, folder: Path, port: int) -> list[str]:
        store = f"sqlite:///{folder}/mlflow.db"
        return [str(tools / "mlflow"), "server", "--backend-store-uri", store,
                "--host", "127.0.0.1", "--port", str(port)]  # fmt: skip

    def path(self, shape: str, key: Any) -> str:
        mode = "TABLE" if shape == "table" else "CHART"
        return f"/#/experiments/{key}/runs?compareRunsMode={mode}"


def write(folder: str, shape: str, **sizes: Any) -> str:
    """Write the runs of a shape into an experiment, by its tables; return the experiment's id."""
    mlflow = import_module("mlflow")
    client = mlflow.MlflowClient(f"sqlite:///{folder}/mlflow.db")
    experiment = str(client.create_experiment(shape, artifact_location=f"{folder}/artifacts"))
    with sqlite3.connect(f"{folder}/mlflow.db", timeout=60) as database:
        for number, run in enumerate(runs_of(shape, **sizes)):
            _write_run(database, experiment, number, run)
    return experiment


def _write_run(database: sqlite3.Connection, experiment: str, number: int, run: PageRun) -> None:
    name = f"{int(experiment):016x}{number:016x}"
    begun = _TIME_MILLISECONDS + number
    database.execute(
        "INSERT INTO runs (run_uuid, name, source_type, source_name, entry_point_name, user_id, "
        "status, start_time, end_time, source_version, lifecycle_stage, artifact_uri, "
        "experiment_id) VALUES (?, ?, 'UNKNOWN', '', '', 'bench', 'FINISHED', ?, ?, '', 'active', "
        "?, ?)",
        (name, run.name, begun, begun + 1_000, f"/nowhere/{name}", int(experiment)),
    )
    database.execute(
        "INSERT INTO tags (key, value, run_uuid) VALUES ('mlflow.runName', ?, ?)", (run.name, name)
    )
    database.executemany(
        "INSERT INTO params (key, value, run_uuid) VALUES (?, ?, ?)",
        [(key, str(value), name) for key, value in run.params.items()],
    )
    columns = "(key, value, timestamp, run_uuid, step, is_nan) VALUES (?, ?, ?, ?, ?, ?)"
    for key, values in run.metrics.items():
        rows = [(key, value, begun + step, name, step, 0)
                for step, value in enumerate(values.tolist())]  # fmt: skip
        database.executemany(f"INSERT INTO metrics {columns}", rows)
        database.execute(f"INSERT INTO latest_metrics {columns}", rows[-1])


def log(folder: str) -> None:
    """Log a point for each line of standard input: its step and its value."""
    mlflow = import_module("mlflow")
    mlflow.set_tracking_uri(f"sqlite:///{folder}/mlflow.db")
    mlflow.set_experiment("live")
    with mlflow.start_run():
        for line in sys.stdin:
            step, value = line.split()
            before = time.clock_gettime_ns(time.CLOCK_MONOTONIC)
            mlflow.log_metric("live", float(value), step=int(step))
            print(before, flush=True)
