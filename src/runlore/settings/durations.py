"""Durations as people write them: `90d`, `12h`, `1.5h`."""

from __future__ import annotations

from runlore.errors import InvalidValue

_SECONDS = {"s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0, "d": 86_400.0, "w": 604_800.0}
_DIGITS = "0123456789."
_MOST_SECONDS = 1e11


def seconds_of(text: str, what: str) -> float:
    """Read a duration.

    Raises:
        InvalidValue: if it isn't one.
    """
    word = text.strip().lower()
    number = word.rstrip("abcdefghijklmnopqrstuvwxyz").rstrip()
    unit = word[len(number) :].strip()
    is_number = number.strip(_DIGITS) == "" and number.strip(".") != "" and number.count(".") < 2
    if word == "0":
        return 0.0
    if not is_number or unit not in _SECONDS or float(number) * _SECONDS[unit] > _MOST_SECONDS:
        raise InvalidValue(
            f"{what} is {text!r}, which is no duration", hint="write it like 90d, 12h or 30min"
        )
    return float(number) * _SECONDS[unit]
