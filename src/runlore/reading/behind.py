"""Say by how much an answer is behind what was recorded."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

from runlore.errors import RunNotFound
from runlore.reading.store import BehindWarning

if TYPE_CHECKING:
    from runlore.reading.store import StoreReader


def so_far(reader: StoreReader) -> str:
    """Say by how much an answer that found nothing is behind; nothing if it isn't."""
    return "" if reader.freshness.is_current else f" so far: {_behind(reader)}"


def no_runs(reader: StoreReader, purpose: str) -> RunNotFound:
    """Say that there are no runs for a purpose ("to compare"), or none that was read so far."""
    behind = so_far(reader)
    return RunNotFound(
        f"there are no runs {purpose}{behind}",
        hint="ask again to read on" if behind else "to see some: runlore demo",
    )


def warn_if_behind(reader: StoreReader) -> None:
    """Warn the caller's caller if the last catch-up left records unread."""
    if not reader.freshness.is_current:
        message = f"{_behind(reader)}: this answer may miss some; ask again to read on"
        warnings.warn(message, BehindWarning, stacklevel=3)


def _behind(reader: StoreReader) -> str:
    behind = reader.freshness
    megabytes = behind.behind_bytes / 1e6
    return (
        f"{megabytes:,.1f} MB of records, about {behind.behind_points_estimate:,} points, "
        "are not read yet"
    )
