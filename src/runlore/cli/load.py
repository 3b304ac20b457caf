"""Word how busy a machine was."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runlore.cli.wording import numbers, size

if TYPE_CHECKING:
    from collections.abc import Sequence

_UNITS = (
    ("_bytes_per_second", "/s"),
    ("_bytes", ""),
    ("_percent", " %"),
    ("_celsius", " °C"),
    ("_watts", " W"),
)


def load_texts(name: str, values: Sequence[float]) -> tuple[str, list[str]]:
    """Return what a series of machine load is about, and its values with their unit."""
    for suffix, unit in _UNITS:
        if name.endswith(suffix):
            what = name.removesuffix(suffix).replace("_", " ")
            if "bytes" in suffix:
                return what, [size(value) + unit for value in values]
            return what, [f"{value:.0f}{unit}" for value in values]
    return name, numbers(list(values), 4)
