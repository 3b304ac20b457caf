"""What a field is compared with: texts, numbers, true and false, quantities, moments."""

from __future__ import annotations

import re
from dataclasses import dataclass

SECONDS = "seconds"
BYTES = "bytes"

# Each unit with how many seconds or bytes it is; spelt as one writes them, so `m` is minutes.
UNITS: dict[str, tuple[str, float]] = {
    "us": (SECONDS, 1e-6),
    "µs": (SECONDS, 1e-6),
    "ms": (SECONDS, 1e-3),
    "s": (SECONDS, 1),
    "sec": (SECONDS, 1),
    "m": (SECONDS, 60),
    "min": (SECONDS, 60),
    "h": (SECONDS, 3600),
    "d": (SECONDS, 86_400),
    "w": (SECONDS, 604_800),
    "B": (BYTES, 1),
    "kB": (BYTES, 1000),
    "KB": (BYTES, 1000),
    "MB": (BYTES, 1000**2),
    "GB": (BYTES, 1000**3),
    "TB": (BYTES, 1000**4),
    "PB": (BYTES, 1000**5),
    "KiB": (BYTES, 1 << 10),
    "MiB": (BYTES, 1 << 20),
    "GiB": (BYTES, 1 << 30),
    "TiB": (BYTES, 1 << 40),
    "PiB": (BYTES, 1 << 50),
}

_NUMBER = r"(?:\d[\d_]*(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?"
_PART = re.compile(rf"({_NUMBER})\s*([A-Za-zµ]+)", re.ASCII)
_QUANTITY = re.compile(rf"([+-]?)((?:{_NUMBER}\s*[A-Za-zµ]+\s*)+)", re.ASCII)
_MOST_TEXT = 64  # characters of a text that can be a quantity


@dataclass(frozen=True, slots=True)
class Text:
    """A text."""

    text: str


@dataclass(frozen=True, slots=True)
class Number:
    """A number; integers are kept exactly."""

    number: float


@dataclass(frozen=True, slots=True)
class Boolean:
    """True or false."""

    is_true: bool


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with units, as it was written, in seconds or bytes."""

    amount: float
    dimension: str
    text: str


@dataclass(frozen=True, slots=True)
class Moment:
    """A time, as it was written: `2026-11-01`, `-7d`, `today`; `moments` says when that is."""

    text: str


Value = Text | Number | Boolean | Quantity | Moment


def quantity_of(text: str) -> Quantity | None:
    """Read a text as a quantity, `4GiB`, `1h30m`, `-90 s`; None if it isn't one."""
    if len(text) > _MOST_TEXT:
        return None
    text = text.strip()
    whole = _QUANTITY.fullmatch(text)
    if whole is None:
        return None
    amount, dimensions = 0.0, set()
    for number, unit in _PART.findall(whole[2]):
        if unit not in UNITS:
            return None
        dimension, size = UNITS[unit]
        dimensions.add(dimension)
        amount += float(number) * size
    if len(dimensions) != 1:
        return None
    return Quantity(-amount if whole[1] == "-" else amount, dimensions.pop(), text)


def number_of(text: str) -> float | None:
    """Read a text as a number, an integer exactly; None if it isn't one."""
    if not text or text[0] not in "+-.0123456789iInN \t":
        return None
    try:
        return int(text) if len(text) <= _MOST_TEXT else None
    except ValueError:
        pass
    try:
        return float(text)
    except ValueError:
        return None
