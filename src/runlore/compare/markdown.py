"""Write tables in Markdown."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_SPECIAL = re.compile(r"([\\`*_|<>\[\]])")


def markdown_table(
    header: Sequence[str], is_number: Sequence[bool], rows: Sequence[Sequence[str]]
) -> str:
    """Return a table; numbers stand to the right, and cells are Markdown already."""
    lines = [markdown_row([escaped(text) for text in header])]
    lines.append(markdown_row(["---:" if is_right else "---" for is_right in is_number]))
    lines += [markdown_row(row) for row in rows]
    return "".join(lines)


def escaped(text: str) -> str:
    """Write a text on one line so that none of it is taken for Markdown."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))


def number(value: float) -> str:
    """Write a number in six digits."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "∞" if value > 0 else "-∞"
    return f"{value:.6g}"


def markdown_row(cells: Sequence[str]) -> str:
    """Return one line of a table, of cells that are Markdown already."""
    return "| " + " | ".join(cells) + " |\n"
