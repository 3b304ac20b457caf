"""Lay a table out: columns as wide as they need to be, shrunk or left out where room is short."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from runlore.cli.text import cells, padded, shortened, visible, wrapped

if TYPE_CHECKING:
    from collections.abc import Sequence

GAP = 2
_NARROWEST = 4


@dataclass(frozen=True)
class Cell:
    """What stands in one place of a table, and in which style."""

    text: str = ""
    style: str = ""


@dataclass(frozen=True)
class Column:
    """A column; of those with the greatest `rank`, the last is the first to be left out.

    A narrower one may stay in its place, and those of rank 0 always stay. Where room is short,
    texts lose their middle down to `least` cells, before any column is left out; with
    `is_wrapped` they go on below instead.
    """

    title: str
    is_right: bool = False
    rank: int = 0
    least: int | None = None
    style: str = ""
    is_wrapped: bool = False


@dataclass
class Table:
    """Columns and rows; a cell given as text takes its column's style."""

    columns: list[Column]
    rows: list[list[Cell]] = field(default_factory=list)

    def add(self, *row: Cell | str) -> None:
        """Add a row; texts are made visible here, so no caller has to remember to."""
        made = []
        for column, given in zip(self.columns, row, strict=True):
            cell = given if isinstance(given, Cell) else Cell(given, column.style)
            made.append(Cell(visible(cell.text), cell.style))
        self.rows.append(made)

    def lines(self, width: int | None = None, *, header: bool = True) -> list[list[Cell]]:
        """Lay out each row as lines of padded cells; `width` None leaves nothing out."""
        titles = [Cell(visible(column.title), "title") for column in self.columns]
        rows = [titles, *self.rows] if header else self.rows
        widths = self._widths(rows, width)
        shown = [place for place, column_width in enumerate(widths) if column_width]
        return [line for row in rows for line in self._lines(row, widths, shown)]

    def left_out(self, width: int | None) -> list[str]:
        """Name the columns for which there is no room, each title once."""
        rows = [[Cell(visible(column.title)) for column in self.columns], *self.rows]
        widths = self._widths(rows, width)
        pairs = zip(self.columns, widths, strict=True)
        return list(dict.fromkeys(column.title for column, given in pairs if not given))

    def _widths(self, rows: Sequence[Sequence[Cell]], width: int | None) -> list[int]:
        """Give each column its width, 0 for one that is left out."""
        needed = [
            max((cells(row[place].text) for row in rows), default=0)
            for place in range(len(self.columns))
        ]
        if width is None:
            return needed
        least = {place: self._least(place, size) for place, size in enumerate(needed)}
        ranked = sorted(least, key=lambda place: (self.columns[place].rank, place))
        taken = sum(GAP + least[place] for place in ranked) - GAP
        left_out = []
        while taken > width and self.columns[ranked[-1]].rank:
            left_out.append(ranked.pop())
            taken -= GAP + least[left_out[-1]]
        for place in reversed(left_out):  # what is narrower may have room all the same
            if taken + GAP + least[place] <= width:
                ranked.append(place)
                taken += GAP + least[place]
        kept = {place: least[place] for place in sorted(ranked)}
        _share(kept, needed, width - taken)
        return [kept.get(place, 0) for place in range(len(self.columns))]

    def _least(self, place: int, needed: int) -> int:
        least = self.columns[place].least
        return needed if least is None else min(needed, least)

    def _lines(
        self, row: Sequence[Cell], widths: Sequence[int], shown: Sequence[int]
    ) -> list[list[Cell]]:
        """Lay a row out: one line, or more where the text of a wrapped column goes on below."""
        texts = {place: self._parts(place, row[place].text, widths[place]) for place in shown}
        styles = [row[place].style for place in shown]
        height = max((len(parts) for parts in texts.values()), default=1)
        return [
            [
                Cell(self._filled(place, texts[place][at : at + 1], widths, shown), style)
                for place, style in zip(shown, styles, strict=True)
            ]
            for at in range(height)
        ]

    def _parts(self, place: int, text: str, width: int) -> list[str]:
        return wrapped(text, width) if self.columns[place].is_wrapped else [shortened(text, width)]

    def _filled(
        self, place: int, part: Sequence[str], widths: Sequence[int], shown: Sequence[int]
    ) -> str:
        """Fill what a line says of a column up to its width, and the gap behind it."""
        text, is_right = "".join(part), self.columns[place].is_right
        if place == shown[-1]:
            return padded(text, widths[place], is_right=True) if is_right else text
        return padded(text, widths[place], is_right=is_right) + " " * GAP


def _share(widths: dict[int, int], needed: Sequence[int], spare: int) -> None:
    """Hand spare cells to the columns that need more, or take what is missing from the widest."""
    while spare > 0:
        short = [place for place in widths if widths[place] < needed[place]]
        if not short:
            return
        for place in short[:spare]:
            widths[place] += 1
        spare -= len(short[:spare])
    while spare < 0:
        widest = max(widths, key=lambda place: widths[place])
        if widths[widest] <= _NARROWEST:
            return
        widths[widest] -= 1
        spare += 1
