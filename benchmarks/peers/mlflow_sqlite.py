"""MLflow with its default store, SQLite, written by the process itself."""

from __future__ import annotations

from importlib import import_module
from typing import Any, ClassVar

from benchmarks.peers.driver import METRIC, Driver


class Mlflow(Driver):
    """Log with `mlflow.log_metric`; ten metrics are one `mlflow.log_metrics`."""

    name = "mlflow"
    title = "MLflow 3.17 SQLite"
    requirements = ("mlflow==3.17.2",)
    environment: ClassVar = {"MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "true"}
    timed_calls = 500
    timed_calls_of_ten = 120
    points = 1_000
    _mlflow: Any

    def start(self, folder: str) -> None:
        self._mlflow = import_module("mlflow")
        self._mlflow.set_tracking_uri(f"sqlite:///{folder}/mlflow.db")
        self._mlflow.set_experiment("bench")
        self._mlflow.start_run()

    def log_one(self, step: int, value: float) -> None:
        self._mlflow.log_metric(METRIC, value, step=step)

    def log_ten(self, step: int, values: dict[str, float]) -> None:
        self._mlflow.log_metrics(values, step=step)

    def finish(self) -> None:
        self._mlflow.end_run()

    def prepare_reading(self, folder: str) -> None:
        self._mlflow = import_module("mlflow")

    def read(self, folder: str) -> int:
        client = self._mlflow.MlflowClient(f"sqlite:///{folder}/mlflow.db")
        experiment = client.get_experiment_by_name("bench")
        (run,) = client.search_runs([experiment.experiment_id])
        return len(client.get_metric_history(run.info.run_id, METRIC))
