"""Say numbers and times in text so that nothing of them is lost."""

from __future__ import annotations

import math
from datetime import UTC
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


def number(value: float) -> float | str:
    """Return a number, or the text that stands for one that JSON lacks."""
    if math.isfinite(value):
        return value
    if math.isnan(value):
        return "NaN"
    return "Infinity" if value > 0 else "-Infinity"


def iso_time(moment: datetime) -> str:
    """Say a moment as `2026-11-21T09:42:38.123456Z`."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
