"""Aim, logging to a local repository."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

from benchmarks.peers.driver import METRIC, Driver


class Aim(Driver):
    """Log with `Run.track`; ten metrics are one call with a dictionary.

    A run can't be found before its repository is indexed anew, so reading includes that.
    """

    name = "aim"
    title = "Aim 3.29"
    requirements = ("aim==3.29.1",)
    _run: Any

    def start(self, folder: str) -> None:
        Path(folder).mkdir(exist_ok=True)
        self._run = import_module("aim").Run(
            repo=folder,
            experiment="bench",
            system_tracking_interval=None,
            log_system_params=False,
            capture_terminal_logs=False,
        )

    def log_one(self, step: int, value: float) -> None:
        self._run.track(value, name=METRIC, step=step)

    def log_ten(self, step: int, values: dict[str, float]) -> None:
        self._run.track(values, step=step)

    def finish(self) -> None:
        self._run.close()

    def prepare_reading(self, folder: str) -> None:
        self._aim = import_module("aim")

    def read(self, folder: str) -> int:
        # What `aim storage reindex` calls; there is no public function.
        self._aim.Repo.from_path(folder)._recreate_index()  # noqa: SLF001
        repository = self._aim.Repo.from_path(folder)
        for run in repository.iter_runs():
            for metric in run.metrics():
                if metric.name == METRIC:
                    _, columns = metric.data.numpy()
                    return len(columns[0])
        return 0
