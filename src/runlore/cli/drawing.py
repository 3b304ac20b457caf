"""Draw curves in a terminal: eight dots a character, with what they mean along the edges."""

from __future__ import annotations

import math
import sys
from typing import TYPE_CHECKING, NamedTuple

from runlore.cli.table import Cell
from runlore.cli.text import cells, padded
from runlore.cli.wording import number

if TYPE_CHECKING:
    from collections.abc import Sequence

_DOTS_WIDE, _DOTS_HIGH = 2, 4
_BLANK = 0x2800
# The bit of each dot of a character, by column and by row from above.
_BITS = ((0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80))
_LINES_A_LABEL = 4


class Line(NamedTuple):
    """A curve to draw: x and values of one length, in the order they follow each other."""

    x: Sequence[float]
    value: Sequence[float]
    style: str


def draw(
    lines: Sequence[Line], *, width: int, height: int, is_log: bool = False
) -> list[list[Cell]]:
    """Draw curves in `height` lines of `width` cells, axes included; the first one is in front.

    Points that aren't finite are gaps; so are those ≤ 0 on a logarithmic axis.
    """
    curves = [_finite(line, is_log=is_log) for line in lines]
    values = [value for curve in curves for _, value in curve if not math.isnan(value)]
    xs = [x for curve in curves for x, value in curve if not math.isnan(value)]
    if not values:
        return [[Cell("")] for _ in range(height)]
    low, high = _span(min(values), max(values))
    rows = height - 1
    labels = _labels(low, high, rows, is_log=is_log)
    edge = max(map(cells, labels.values()))
    room = max(4, width - edge - 2)
    canvas = _Canvas(room, rows, (min(xs), max(xs)), (low, high))
    for curve, line in reversed(list(zip(curves, lines, strict=True))):
        canvas.draw(curve, line.style)
    drawn = [
        [Cell(padded(labels.get(row, ""), edge, is_right=True) + " ┤", "dim"), *canvas.row(row)]
        for row in range(rows)
    ]
    return [*drawn, [Cell(" " * (edge + 2) + _below(min(xs), max(xs), room), "dim")]]


def _finite(line: Line, *, is_log: bool) -> list[tuple[float, float]]:
    """Give points with NaN for what can't be drawn."""
    return [
        (x, math.nan if not math.isfinite(value) or (is_log and value <= 0) else
         math.log10(value) if is_log else value)
        for x, value in zip(line.x, line.value, strict=True)
    ]  # fmt: skip


def _span(low: float, high: float) -> tuple[float, float]:
    """Give a flat curve room above and below."""
    if high > low:
        return low, high
    margin = abs(low) / 10 or 1.0
    most = sys.float_info.max
    return max(low - margin, -most), min(high + margin, most)


def _labels(low: float, high: float, rows: int, *, is_log: bool) -> dict[int, str]:
    """Say values along the left edge, by row from above."""
    count = max(2, rows // _LINES_A_LABEL + 1)
    labels = {}
    for place in range(count):
        row = round(place / (count - 1) * (rows - 1))
        value = high / 2 + (low / 2 - high / 2) * row / max(1, rows - 1)  # no sum overflows
        labels[row] = number(_power(2 * value) if is_log else 2 * value, 4)
    return labels


def _power(exponent: float) -> float:
    """Undo a logarithm, without overflow at the very edge."""
    try:
        return float(10**exponent)
    except OverflowError:
        return sys.float_info.max


def _below(low: float, high: float, width: int) -> str:
    """Say the first and the last x under the curves."""
    first, last = number(low, 6), number(high, 6)
    return first + last.rjust(max(1, width - len(first)))


class _Canvas:
    """Dots of characters; each character has the style of what was drawn there last."""

    def __init__(
        self, width: int, height: int, x: tuple[float, float], y: tuple[float, float]
    ) -> None:
        self._bits = [[0] * width for _ in range(height)]
        self._styles = [[""] * width for _ in range(height)]
        self._x, self._y = x, y
        self._wide, self._high = width * _DOTS_WIDE - 1, height * _DOTS_HIGH - 1

    def draw(self, curve: Sequence[tuple[float, float]], style: str) -> None:
        """Draw a curve; NaN interrupts it."""
        before: tuple[int, int] | None = None
        for x, value in curve:
            if math.isnan(value):
                before = None
                continue
            place = (self._place(x, self._x, self._wide),
                     self._high - self._place(value, self._y, self._high))  # fmt: skip
            self._connect(before or place, place, style)
            before = place

    def row(self, row: int) -> list[Cell]:
        """Give a row as cells of one style each."""
        made: list[Cell] = []
        for bits, style in zip(self._bits[row], self._styles[row], strict=True):
            text = chr(_BLANK + bits) if bits else " "
            if made and made[-1].style == style:
                made[-1] = Cell(made[-1].text + text, style)
            else:
                made.append(Cell(text, style))
        return made

    def _place(self, value: float, span: tuple[float, float], dots: int) -> int:
        low, high = span[0] / 2, span[1] / 2  # halves, so that no difference overflows
        return round((value / 2 - low) / (high - low) * dots) if high > low else 0

    def _connect(self, first: tuple[int, int], last: tuple[int, int], style: str) -> None:
        """Set the dots of a straight line between two places."""
        (x, y), (to_x, to_y) = first, last
        steps = max(abs(to_x - x), abs(to_y - y))
        for step in range(steps + 1):
            share = step / steps if steps else 0.0
            self._dot(round(x + (to_x - x) * share), round(y + (to_y - y) * share), style)

    def _dot(self, x: int, y: int, style: str) -> None:
        column, row = x // _DOTS_WIDE, y // _DOTS_HIGH
        self._bits[row][column] |= _BITS[x % _DOTS_WIDE][y % _DOTS_HIGH]
        self._styles[row][column] = style
