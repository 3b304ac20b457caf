"""Show experiments side by side, which is best, and why."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from runlore.cli.output import Output, talk
from runlore.cli.table import Cell, Column, Table
from runlore.cli.text import visible
from runlore.compare.reasons import headline_of
from runlore.compare.report import cells_of, heading_of

if TYPE_CHECKING:
    from runlore.compare.experiments import ExperimentComparison

_LAST_RANK = 1000  # the time goes first where there is no room


def show_experiments(found: ExperimentComparison, *, is_markdown: bool) -> None:
    """Print a comparison of experiments; what wasn't counted is said beside it."""
    if is_markdown:
        sys.stdout.write(found.to_markdown().rstrip("\n") + "\n")
    else:
        output = Output()
        output.table(experiments_table(found))
        output.line()
        output.line(Cell(visible(headline_of(found)), "best" if found.winner else "heading"))
        for reason in found.reasons:
            output.paragraph(["- "], [visible(reason)])
        for note in found.notes:
            talk(f"note: {note}")
    if found.path is not None:
        talk(f"wrote {found.path}")


def experiments_table(found: ExperimentComparison) -> Table:
    """Make a table with a row per experiment, the best value of each metric in a style."""
    titles, is_right = heading_of(found)
    ranks = [0] * (len(titles) - len(found.metrics) - 1)
    ranks += [1 + place for place in range(len(found.metrics))] + [_LAST_RANK]
    table = Table(
        [
            Column(title, is_right=right, rank=rank, least=24 if place == 0 else None)
            for place, (title, right, rank) in enumerate(zip(titles, is_right, ranks, strict=True))
        ]
    )
    for one in found.candidates:
        cells = cells_of(found, one)
        table.add(*(Cell(text, "best" if text.endswith("*") and place else "")
                    for place, text in enumerate(cells)))  # fmt: skip
    return table
