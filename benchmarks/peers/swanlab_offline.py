"""SwanLab in offline mode, read back with its own reader of its own file."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

from benchmarks.peers.driver import METRIC, Driver


class SwanLab(Driver):
    """Log with `swanlab.log` to a `.swanlab` file that could be uploaded later."""

    name = "swanlab"
    title = "SwanLab 0.10 offline"
    requirements = ("swanlab==0.10.3",)
    points = 100_000
    _swanlab: Any

    def start(self, folder: str) -> None:
        self._swanlab = import_module("swanlab")
        self._swanlab.init(project="bench", mode="offline", logdir=folder)

    def log_one(self, step: int, value: float) -> None:
        self._swanlab.log({METRIC: value}, step=step)

    def log_ten(self, step: int, values: dict[str, float]) -> None:
        self._swanlab.log(values, step=step)

    def finish(self) -> None:
        self._swanlab.finish()

    def prepare_reading(self, folder: str) -> None:
        self._records = import_module("swanlab.proto.swanlab.record.v1.record_pb2")
        self._store = import_module("swanlab.sdk.internal.core_python.store")

    def read(self, folder: str) -> int:
        (path,) = Path(folder).glob("run-*/run-*.swanlab")
        reader = self._store.DataStoreReader()
        reader.open(path)
        values = []
        for content in reader:
            record = self._records.Record()
            record.ParseFromString(content)
            if record.WhichOneof("record_type") == "scalar" and record.scalar.key == METRIC:
                values.append(record.scalar.value.number)
        return len(values)
