"""W&B in offline mode, its file read back by a few lines of ours: it ships no reader."""

from __future__ import annotations

import os
import struct
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from benchmarks.peers.driver import METRIC, Driver

if TYPE_CHECKING:
    from collections.abc import Iterator

_FILE_HEADER_BYTES = 7
_BLOCK_BYTES = 32_768
_RECORD_HEADER = struct.Struct("<IHB")
_FULL, _FIRST, _MIDDLE, _LAST = 1, 2, 3, 4


class Wandb(Driver):
    """Log with `Run.log` to a `.wandb` file that could be uploaded later."""

    name = "wandb"
    title = "W&B 0.31 offline"
    requirements = ("wandb==0.31.0",)
    environment: ClassVar = {"WANDB_MODE": "offline", "WANDB_SILENT": "true"}
    _run: Any

    def start(self, folder: str) -> None:
        for variable in ("WANDB_CACHE_DIR", "WANDB_CONFIG_DIR", "WANDB_DATA_DIR"):
            os.environ[variable] = f"{folder}-cache"
        self._run = import_module("wandb").init(project="bench", dir=folder)

    def log_one(self, step: int, value: float) -> None:
        self._run.log({METRIC: value}, step=step)

    def log_ten(self, step: int, values: dict[str, float]) -> None:
        self._run.log(values, step=step)

    def finish(self) -> None:
        self._run.finish()

    def prepare_reading(self, folder: str) -> None:
        self._records = import_module("wandb.proto.wandb_internal_pb2")

    def read(self, folder: str) -> int:
        (path,) = Path(folder).glob("wandb/offline-run-*/run-*.wandb")
        values = []
        for content in _records_in(path.read_bytes()):
            record = self._records.Record()
            record.ParseFromString(content)
            if record.WhichOneof("record_type") == "history":
                values += [
                    float(item.value_json)
                    for item in record.history.item
                    if METRIC in (item.key, *item.nested_key)
                ]
        return len(values)


def _records_in(content: bytes) -> Iterator[bytes]:
    """Yield the records of a file in LevelDB's log format, up to a torn end."""
    position, parts = _FILE_HEADER_BYTES, b""
    while position + _RECORD_HEADER.size <= len(content):
        room = _BLOCK_BYTES - position % _BLOCK_BYTES
        if room < _RECORD_HEADER.size:
            position += room
            continue
        _, size, kind = _RECORD_HEADER.unpack_from(content, position)
        position += _RECORD_HEADER.size
        if position + size > len(content):
            return
        parts = (
            content[position : position + size]
            if kind in (_FULL, _FIRST)
            else (parts + content[position : position + size])
        )
        position += size
        if kind in (_FULL, _LAST):
            yield parts
