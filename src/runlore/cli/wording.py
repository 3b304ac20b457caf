"""Say numbers, times, durations and sizes in the fewest characters that tell enough."""

from __future__ import annotations

import math
import os
import sys
from datetime import UTC
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

_MINUTE, _HOUR, _DAY = 60, 3600, 86_400
_WHOLE_BELOW = 1e15
_PLAIN_DIGITS = 7  # before the point, up to which numbers are written out
_SPARKS = "▁▂▃▄▅▆▇█"


def number(value: float, digits: int = 6) -> str:
    """Say a number in so many significant digits; whole ones are said in full."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "∞" if value > 0 else "-∞"
    if value == int(value) and abs(value) < _WHOLE_BELOW:
        return str(int(value))
    return _significant(value, digits)


def numbers(values: Sequence[float | None], digits: int = 6) -> list[str]:
    """Say the numbers of a column alike: as whole numbers only if all of them are."""
    finite = [value for value in values if value is not None and math.isfinite(value)]
    if all(value == int(value) and abs(value) < _WHOLE_BELOW for value in finite):
        return ["" if value is None else number(value, digits) for value in values]
    return [
        "" if value is None
        else _significant(value, digits) if math.isfinite(value)
        else number(value)
        for value in values
    ]  # fmt: skip


def are_numbers(texts: Iterable[str | None]) -> bool:
    """Tell whether all texts that are there are numbers, so that they stand best at the right."""
    found = [text for text in texts if text]
    return bool(found) and all(map(_is_number, found))


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _significant(value: float, digits: int) -> str:
    """Say a number with its trailing zeros, so that numbers in a column can be compared."""
    if value == 0:
        return "0"
    exponent = math.floor(math.log10(abs(value)))
    if digits <= exponent + 1 <= _PLAIN_DIGITS:
        return f"{value:.0f}"
    return format(value, f"#.{digits}g").rstrip(".").replace(".e", "e")


def count(amount: int, noun: str) -> str:
    """Say how many of something: `1 run`, `1,000 runs`."""
    if amount == 1:
        return f"1 {noun}"
    plural = noun[:-1] + "ies" if noun.endswith("y") else noun + "s"
    return f"{amount:,} {plural}"


def duration(seconds: float | None) -> str:
    """Say a duration: `25ms`, `0.4s`, `12s`, `3m20s`, `2h05m`, `3d04h`."""
    if seconds is None:
        return ""
    if seconds < 0:
        return "-" + duration(-seconds)
    if seconds < 0.001:
        return "<1ms"
    if seconds < 0.095:
        return f"{seconds * 1000:.0f}ms"
    if seconds < 9.95:
        return f"{seconds:.1f}s"
    whole = round(seconds)
    if whole < _MINUTE:
        return f"{whole}s"
    if whole < _HOUR:
        return f"{whole // _MINUTE}m{whole % _MINUTE:02}s"
    if whole < _DAY:
        return f"{whole // _HOUR}h{whole % _HOUR // _MINUTE:02}m"
    return f"{whole // _DAY}d{whole % _DAY // _HOUR:02}h"


def ago(moment: datetime | None, now: datetime) -> str:
    """Say how long ago a moment was; from a month on, its date."""
    if moment is None:
        return ""
    seconds = (now - moment).total_seconds()
    if seconds < -_MINUTE:
        return moment.astimezone().strftime("%Y-%m-%d %H:%M")
    if seconds < _MINUTE:
        return "just now" if seconds < 10 else f"{int(seconds)}s ago"
    if seconds < _HOUR:
        return f"{int(seconds // _MINUTE)}m ago"
    if seconds < _DAY:
        return f"{int(seconds // _HOUR)}h ago"
    if seconds < 30 * _DAY:
        return f"{int(seconds // _DAY)}d ago"
    return moment.astimezone().strftime("%Y-%m-%d")


def moment(time: datetime | None) -> str:
    """Say a moment to the second, in UTC: `2026-11-21 09:42:38Z`."""
    return "" if time is None else time.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%SZ")


def size(size_bytes: float | None) -> str:
    """Say a size: `512 B`, `3.4 KiB`, `120 MiB`."""
    if size_bytes is None:
        return ""
    if size_bytes < 1024:
        return f"{int(size_bytes)} B"
    amount = float(size_bytes)
    for unit in ("KiB", "MiB", "GiB", "TiB"):
        amount /= 1024
        if amount < 999.5 or unit == "TiB":
            break
    return f"{amount:.1f} {unit}" if amount < 9.95 else f"{amount:.0f} {unit}"


def spark_line(values: Sequence[float]) -> str:
    """Draw numbers as a row of bars; what isn't finite is a gap."""
    finite = [value for value in values if math.isfinite(value)]
    if not finite:
        return ""
    low, high = min(finite) / 2, max(finite) / 2  # halves, so that no difference overflows
    top = len(_SPARKS) - 1
    return "".join(
        "╳"
        if not math.isfinite(value)
        else _SPARKS[round((value / 2 - low) / (high - low) * top) if high > low else 0]
        for value in values
    )


def called_as(program: str | None = None) -> str:
    """Say what to type to call this program again: its name where that finds it, else a path."""
    from shutil import which

    path = os.path.abspath(sys.argv[0] if program is None else program)
    if os.path.basename(path) != "runlore" or not os.access(path, os.X_OK):
        return "runlore"  # `python -m …`, or a test
    found = which("runlore")
    if found is not None and os.path.samefile(found, path):
        return "runlore"
    relative = os.path.relpath(path)
    return relative if len(relative) < len(path) else path
