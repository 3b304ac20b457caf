"""Trackio, logging to its local SQLite file."""

from __future__ import annotations

import os
from importlib import import_module
from typing import Any, ClassVar

from benchmarks.peers.driver import METRIC, Driver


class Trackio(Driver):
    """Log with `trackio.log`, without the sampling of machine load."""

    name = "trackio"
    title = "Trackio 0.43"
    requirements = ("trackio==0.43.0",)
    environment: ClassVar = {"HF_HUB_OFFLINE": "1", "GRADIO_ANALYTICS_ENABLED": "False"}
    points = 100_000
    _trackio: Any

    def start(self, folder: str) -> None:
        os.environ["TRACKIO_DIR"] = folder
        self._trackio = import_module("trackio")
        self._trackio.init(
            project="bench", name="bench", embed=False, auto_log_gpu=False, auto_log_cpu=False
        )

    def log_one(self, step: int, value: float) -> None:
        self._trackio.log({METRIC: value}, step=step)

    def log_ten(self, step: int, values: dict[str, float]) -> None:
        self._trackio.log(values, step=step)

    def finish(self) -> None:
        self._trackio.finish()

    def prepare_reading(self, folder: str) -> None:
        os.environ["TRACKIO_DIR"] = folder
        import_module("trackio.sqlite_storage")

    def read(self, folder: str) -> int:
        storage = import_module("trackio.sqlite_storage").SQLiteStorage
        return len(storage.get_metric_values("bench", "bench", METRIC))
