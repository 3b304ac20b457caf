"""Draw curves of runs over a common range of x."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING, NamedTuple

from runlore.errors import InvalidValue, TooLarge
from runlore.reading.curves import METRIC
from runlore.records.ids import is_id

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runlore.reading.curve_rows import Range
    from runlore.reading.curves import Asked, CurveReader, Drawn, Span

KINDS_OF_X = ("step", "relative", "time")
LEAST_BUCKETS, MOST_BUCKETS = 2, 4_000
MOST_CURVES = 2_000
MOST_ANSWER_BYTES = 64_000_000
BYTES_A_ROW = 60
_MOST_LABEL = 2_000


class CurveAnswer(NamedTuple):
    """Curves, and what they were drawn over.

    `within` is the range that was answered, None if there are no points at all; of very many
    curves it is cut into fewer buckets than were asked for.
    """

    x: str
    within: Range | None
    drawn: list[Drawn]


def draw_curves(reader: CurveReader, asked: Sequence[Asked], span: Span) -> CurveAnswer:
    """Reduce series of runs to rows of buckets, in which no extreme is lost.

    What is wrong with one curve is said there, and the others are drawn all the same.

    Raises:
        InvalidValue: if the kind of x, the range or the number of buckets can't be.
        TooLarge: if too many curves are asked for.
    """
    _check(asked, span)
    most = MOST_ANSWER_BYTES // (BYTES_A_ROW * max(len(asked), 1))
    span = span._replace(buckets=max(LEAST_BUCKETS, min(span.buckets, most)))
    within, drawn = reader.draw(asked, span)
    return CurveAnswer(span.x, within, drawn)


def _check(asked: Sequence[Asked], span: Span) -> None:
    label = span.x.removeprefix(METRIC)
    if span.x not in KINDS_OF_X and (label == span.x or not label or len(label) > _MOST_LABEL):
        raise InvalidValue(
            f"curves can't be drawn over {span.x[:100]!r}",
            hint=f"give {', '.join(KINDS_OF_X)} or {METRIC}LABEL",
        )
    if any(end is not None and not isfinite(end) for end in (span.start, span.stop)):
        raise InvalidValue("the range of x is not finite", hint="leave an end out to see it all")
    if span.start is not None and span.stop is not None and span.start > span.stop:
        raise InvalidValue(f"the range of x ends at {span.stop}, before it begins")
    if not LEAST_BUCKETS <= span.buckets <= MOST_BUCKETS:
        raise InvalidValue(
            f"a curve can't be cut into {span.buckets} buckets",
            hint=f"give {LEAST_BUCKETS} to {MOST_BUCKETS}",
        )
    if len(asked) > MOST_CURVES:
        raise TooLarge(
            f"{len(asked):,} curves are too many for one answer",
            hint=f"ask for {MOST_CURVES:,} at a time",
        )
    for one in asked:
        if not is_id(one.run):
            raise InvalidValue(f"{one.run[:100]!r} is no id of a run", hint="give all 32 digits")
        if not one.label or len(one.label) > _MOST_LABEL:
            raise InvalidValue("a curve's label is empty or too long")
