"""Show reports: Rich on a terminal, plain aligned text in a pipe, JSON on request."""

from __future__ import annotations

import os
import sys
from functools import cached_property
from typing import TYPE_CHECKING

from runlore.cli.table import GAP, Cell
from runlore.cli.text import cells, padded, shortened, visible, wrapped

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import TextIO

    from rich.console import Console
    from rich.text import Text

    from runlore.cli.table import Table

_STYLES = {
    "running": "cyan",
    "finished": "green",
    "failed": "bold red",
    "crashed": "bold red",
    "stopped": "yellow",
    "unknown": "dim",
    "title": "dim",
    "dim": "dim",
    "id": "cyan",
    "best": "bold green",
    "heading": "bold",
    "problem": "yellow",
    "damage": "bold red",
    "good": "green",
    "command": "bold cyan",
}
_INSTEAD = "a wider terminal or --json has them"
_FALLBACK_WIDTH = 80
_NARROWEST = 20


class Output:
    """Where a report goes, and what can be shown there.

    On a terminal, `width` is how many cells a line has; in a pipe it is None, and nothing
    is shortened. NO_COLOR and TERM=dumb take the colours away; COLUMNS sets the width.
    """

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = sys.stdout if stream is None else stream
        self.is_terminal = self._stream.isatty()
        self.width = _terminal_width() if self.is_terminal else None

    @cached_property
    def is_styled(self) -> bool:
        """Whether colours and weights may be used."""
        return (
            self.is_terminal
            and not os.environ.get("NO_COLOR")
            and os.environ.get("TERM", "") not in ("", "dumb")
        )

    def line(self, *parts: Cell | str) -> None:
        """Print a line of parts that are visible already (see `runlore.cli.text.visible`)."""
        made = [part if isinstance(part, Cell) else Cell(part) for part in parts]
        if self.is_styled and any(part.style for part in made):
            self._print_styled(made)
        else:
            self._stream.write("".join(part.text for part in made).rstrip() + "\n")

    def table(
        self, table: Table, *, header: bool = True, indent: int = 0, instead: str = _INSTEAD
    ) -> None:
        """Print a table as wide as it needs, or as the terminal is.

        Columns for which there is no room are named on standard error, with what has them
        `instead`.
        """
        width = None if self.width is None else max(_NARROWEST, self.width - indent)
        for line in table.lines(width, header=header):
            self.line(" " * indent, *line)
        left_out = table.left_out(width) if header else []
        if left_out:
            talk(f"no room for: {', '.join(left_out)} ({instead})")

    def pairs(self, pairs: Sequence[tuple[str, str]], *, indent: int = 0, style: str = "") -> None:
        """Print names and texts in two columns; on a terminal long texts go on below."""
        names = [visible(name) for name, _ in pairs]
        column = max(map(cells, names), default=0)
        room = None if self.width is None else self.width - indent - GAP
        if room is not None:
            column = min(column, room // 2)
        for name, (_, text) in zip(names, pairs, strict=True):
            first, *rest = wrapped(visible(text), None if room is None else room - column)
            title = padded(shortened(name, column), column) + " " * GAP
            self.line(" " * indent, Cell(title, style), first)
            for line in rest:
                self.line(" " * (indent + column + GAP), line)

    def paragraph(self, head: Sequence[Cell | str], lines: Sequence[str], indent: int = 2) -> None:
        """Print visible lines, the first behind `head`; on a terminal long ones go on below."""
        taken = sum(cells(part.text if isinstance(part, Cell) else part) for part in head)
        room = None if self.width is None else self.width - max(taken, indent)
        front = head
        for line in lines:
            for part in wrapped(line, room):
                self.line(*front, part)
                front = [" " * indent]

    def heading(self, text: str) -> None:
        """Print an empty line and a heading."""
        self.line()
        self.line(Cell(visible(text), "heading"))

    def flush(self) -> None:
        """Hand over what has been printed."""
        self._stream.flush()

    @cached_property
    def _console(self) -> Console:
        from rich.console import Console

        return Console(file=self._stream, highlight=False, markup=False, emoji=False)

    def _print_styled(self, parts: Sequence[Cell]) -> None:
        self._console.print(styled(parts), soft_wrap=True, crop=False)


def styled(parts: Sequence[Cell]) -> Text:
    """Return a line of Rich's in the colours that cells name."""
    from rich.text import Text

    text = Text(no_wrap=True, end="")
    for part in parts:
        text.append(part.text, _STYLES.get(part.style, part.style))
    text.rstrip()
    return text


def talk(line: str) -> None:
    """Say something beside the data, on standard error, made visible, behind what was printed.

    On a terminal, long lines are broken between words.
    """
    sys.stdout.flush()
    width = _terminal_width() if sys.stderr.isatty() else None
    for part in wrapped(visible(line), width):
        sys.stderr.write(part + "\n")


def _terminal_width() -> int:
    from shutil import get_terminal_size

    return max(_NARROWEST, get_terminal_size((_FALLBACK_WIDTH, 24)).columns)
