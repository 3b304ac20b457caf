"""Lay a table out: columns as wide as they need to be, shrunk or left out where room is short."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from runlore.cli.text import cells, padded, shortened, visible

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

    Columns of rank 0 always stay. Where room is short, texts lose their middle down to `least`
    cells, before any column is left out.
    """

    title: str
    is_right: bool = False
    rank: int = 0
    least: int | None = None
    style: str = ""


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
        """Lay out each row as a line of padded cells; `width` None leaves nothing out."""
        titles = [Cell(visible(column.title), "title") for column in self.columns]
        rows = [titles, *self.rows] if header else self.rows
        widths = self._widths(rows, width)
        shown = [place for place, column_width in enumerate(widths) if column_width]
        return [self._line(row, widths, shown) for row in rows]

    def left_out(self, width: int | None) -> list[str]:
        """Name the columns for which there is no room."""
        rows = [[Cell(visible(column.title)) for column in self.columns], *self.rows]
        widths = self._widths(rows, width)
        return [
            column.title for column, given in zip(self.columns, widths, strict=True) if not given
        ]

    def _widths(self, rows: Sequence[Sequence[Cell]], width: int | None) -> list[int]:
        """Give each column its width, 0 for one that is left out."""
        needed = [
            max((cells(row[place].text) for row in rows), default=0)
            for place in range(len(self.columns))
        ]
        if width is None:
            return needed
        kept = list(range(len(self.columns)))
        while True:
            least = {place: self._least(place, needed[place]) for place in kept}
            spare = width - sum(least.values()) - GAP * (len(kept) - 1)
            droppable = [place for place in kept if self.columns[place].rank]
            if spare >= 0 or not droppable:
                break
            kept.remove(max(droppable, key=lambda place: (self.columns[place].rank, place)))
        _share(least, needed, spare)
        return [least.get(place, 0) for place in range(len(self.columns))]

    def _least(self, place: int, needed: int) -> int:
        least = self.columns[place].least
        return needed if least is None else min(needed, least)

    def _line(self, row: Sequence[Cell], widths: Sequence[int], shown: Sequence[int]) -> list[Cell]:
        line = []
        for place in shown:
            column, cell = self.columns[place], row[place]
            text = shortened(cell.text, widths[place])
            if column.is_right or place != shown[-1]:
                text = padded(text, widths[place], is_right=column.is_right)
            gap = " " * GAP if place != shown[-1] else ""
            line.append(Cell(text + gap, cell.style))
        return line


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
