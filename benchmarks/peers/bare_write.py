"""The floor: 32 bytes a point, written to a file without any tracker."""

from __future__ import annotations

import os
import struct
from pathlib import Path

from benchmarks.peers.driver import Driver

_POINT = struct.Struct("<qqdq")


class BareWrite(Driver):
    """Append 32 bytes with one `os.write`; ten metrics are ten points in one write."""

    name = "bare-write"
    title = "*os.write 32 B*"
    timed_calls = 100_000
    timed_calls_of_ten = 20_000
    points = 1_000_000

    def start(self, folder: str) -> None:
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        self._file = os.open(Path(folder) / "points", flags, 0o644)

    def log_one(self, step: int, value: float) -> None:
        os.write(self._file, _POINT.pack(step, 0, value, 0))

    def log_ten(self, step: int, values: dict[str, float]) -> None:
        os.write(self._file, b"".join([_POINT.pack(step, 0, v, 0) for v in values.values()]))

    def finish(self) -> None:
        os.close(self._file)

    def prepare_reading(self, folder: str) -> None:
        pass

    def read(self, folder: str) -> int:
        content = (Path(folder) / "points").read_bytes()
        return len(list(_POINT.iter_unpack(content)))
