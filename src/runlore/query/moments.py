"""Say when a moment in a filter is: `2026-11-01`, `-7d`, `yesterday`."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta
from typing import NamedTuple

from runlore.query.values import SECONDS, Moment, quantity_of

WORDS = ("now", "today", "yesterday")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_DATE_AND_TIME = re.compile(
    r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2})?(?:\.(\d{1,6}))?(?:Z|[+-]\d{2}:?\d{2})?", re.ASCII
)
_LEAST, _MOST = -(1 << 62), 1 << 62  # microseconds: before and after all that can be


class Span(NamedTuple):
    """From a moment on to before another, in microseconds UTC.

    A moment is as long as it is written: a date is a day, `10:30` a minute, `10:30:05.1` a
    tenth of a second.
    """

    start: int
    end: int


def moment_of(text: str) -> Moment | None:
    """Read a text as a moment; None if it isn't one."""
    text = " ".join(text.split())
    if text.lower() in WORDS:
        return Moment(text.lower())
    if _DATE.fullmatch(text) or _DATE_AND_TIME.fullmatch(text):
        try:
            datetime.fromisoformat(text)
        except ValueError:
            return None
        return Moment(text)
    quantity = quantity_of(text) if text[:1] in ("+", "-") else None
    return Moment(text) if quantity and quantity.dimension == SECONDS else None


def moment_at(microseconds: int) -> Moment | None:
    """Write a millisecond as a moment; None where it has no year of 1 to 9999."""
    try:
        time = _EPOCH + timedelta(microseconds=microseconds)
        return Moment(time.isoformat(timespec="milliseconds"))
    except OverflowError:
        return None


def span_of(moment: Moment, now: datetime | None) -> Span:
    """Say when a moment is, as seen from `now`, by default this moment where we are.

    Times without a zone are in the zone of `now`. What lies outside the years 1 to 9999
    is before or after everything.
    """
    text = moment.text
    try:
        if _DATE.fullmatch(text):
            return _day(datetime.fromisoformat(text), now, 0)
        if text in ("today", "yesterday"):
            here = now or datetime.now()  # noqa: DTZ005 - the zone is added day by day
            return _day(datetime.combine(here, time()), now, -1 if text == "yesterday" else 0)
        instant = _microseconds(_instant(text, now))
    except OverflowError:
        instant = _LEAST if text.startswith(("-", "0")) else _MOST
    return Span(instant, instant + _length(text))


def _length(text: str) -> int:
    """Say how many microseconds long a moment is that isn't a day."""
    found = _DATE_AND_TIME.fullmatch(text)
    if found is None:
        return 1
    if found[2]:
        return int(10 ** (6 - len(found[2])))
    return 1_000_000 if found[1] else 60_000_000


def _instant(text: str, now: datetime | None) -> datetime:
    if _DATE_AND_TIME.fullmatch(text):
        return _zoned(datetime.fromisoformat(text), now)
    quantity = quantity_of(text)
    seconds = quantity.amount if quantity else 0.0
    return (now or datetime.now(UTC)) + timedelta(seconds=seconds)


def _day(midnight: datetime, now: datetime | None, days: int) -> Span:
    start = midnight + timedelta(days=days)
    try:
        end = _microseconds(_zoned(start + timedelta(days=1), now))
    except OverflowError:
        end = _MOST
    return Span(_microseconds(_zoned(start, now)), end)


def _zoned(moment: datetime, now: datetime | None) -> datetime:
    if moment.tzinfo is not None:
        return moment
    return moment.astimezone() if now is None else moment.replace(tzinfo=now.tzinfo)


def _microseconds(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(microseconds=1)
