"""Runlore, through the same driver as its peers."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from benchmarks.peers.driver import METRIC, Driver


class Runlore(Driver):
    """Log to a local store, the default."""

    name = "runlore"
    title = "**Runlore**"
    timed_calls = 100_000
    timed_calls_of_ten = 20_000
    points = 1_000_000
    _run: Any

    def start(self, folder: str) -> None:
        self._run = import_module("runlore").start_run("bench", store=folder)

    def log_one(self, step: int, value: float) -> None:
        self._run.log({METRIC: value}, step=step)

    def log_ten(self, step: int, values: dict[str, float]) -> None:
        self._run.log(values, step=step)

    def finish(self) -> None:
        self._run.finish()

    def prepare_reading(self, folder: str) -> None:
        import_module("numpy")
        self._get_run = import_module("runlore").get_run

    def read(self, folder: str) -> int:
        return len(self._get_run("bench", store=folder).series(METRIC).value)
