"""tensorboardX, read back by TensorBoard's own accumulator."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from benchmarks.peers.driver import METRIC, Driver


class TensorboardX(Driver):
    """Log with `SummaryWriter.add_scalar` (float32); ten metrics are ten calls."""

    name = "tensorboardX"
    title = "tensorboardX 2.6 (float32)"
    requirements = ("tensorboardX==2.6.5", "tensorboard==2.20.0")
    points = 100_000
    _writer: Any

    def start(self, folder: str) -> None:
        self._writer = import_module("tensorboardX").SummaryWriter(folder)

    def log_one(self, step: int, value: float) -> None:
        self._writer.add_scalar(METRIC, value, step)

    def log_ten(self, step: int, values: dict[str, float]) -> None:
        for name, value in values.items():
            self._writer.add_scalar(name, value, step)

    def finish(self) -> None:
        self._writer.close()

    def prepare_reading(self, folder: str) -> None:
        import_module("tensorboard.backend.event_processing.event_accumulator")

    def read(self, folder: str) -> int:
        module = import_module("tensorboard.backend.event_processing.event_accumulator")
        events = module.EventAccumulator(folder, size_guidance={"scalars": 0})
        events.Reload()
        return len(events.Scalars(METRIC))
