"""Event files of TensorBoard: what its page reads."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Any

from runlore.media.libraries import require

if TYPE_CHECKING:
    from collections.abc import Mapping


def require_tensorboard() -> None:
    """Raise `MissingExtra` if TensorBoard isn't installed."""
    require(
        "tensorboard.compat.proto.event_pb2",
        package="tensorboard",
        extra="tensorboard",
        purpose="writing event files",
    )


class EventFile:
    """One event file in a folder, to which numbers are added."""

    def __init__(self, folder: str) -> None:
        """Begin a new file in `folder`, which is made."""
        from tensorboard.summary.writer.event_file_writer import EventFileWriter

        os.makedirs(folder, exist_ok=True)
        self._writer: Any = EventFileWriter(folder)

    def add(self, numbers: Mapping[str, float], step: int) -> None:
        """Add numbers at a step, and write them out."""
        from tensorboard.compat.proto.event_pb2 import Event
        from tensorboard.compat.proto.summary_pb2 import Summary

        values = [Summary.Value(tag=tag, simple_value=one) for tag, one in numbers.items()]
        self._writer.add_event(
            Event(wall_time=time.time(), step=step, summary=Summary(value=values))
        )
        self._writer.flush()

    def close(self) -> None:
        """Write what is left, and close the file."""
        self._writer.close()
