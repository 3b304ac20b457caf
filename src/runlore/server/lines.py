"""Shape what the actions say of runs and groups: in a line, and line by line in tables."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from runlore.server.models.runs import Column, GroupLine, GroupTable, RunLine, RunTable
from runlore.server.pages import next_offset

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runlore.actions.groups import GroupWindow
    from runlore.actions.run_lines import RunLine as Line
    from runlore.actions.tables import Window
    from runlore.server.models.base import Cell, Freshness


def shaped_line(line: Line, values: Sequence[Cell] = ()) -> RunLine:
    """Shape the line of a run, with a value for each column of its table."""
    return RunLine.model_construct(**vars(line), values=list(values))


def run_table(window: Window, start: int, freshness: Freshness) -> RunTable:
    """Shape a window of a table that begins at line `start`."""
    return RunTable.model_construct(
        columns=[Column.model_construct(**asdict(column)) for column in window.columns],
        rows=[shaped_line(*pair) for pair in zip(window.lines, window.values, strict=True)],
        total=window.total,
        folded=window.folded,
        offset=start,
        next=next_offset("runs", start + len(window.lines), window.total),
        notes=list(window.notes),
        freshness=freshness,
    )


def group_table(window: GroupWindow, start: int, freshness: Freshness) -> GroupTable:
    """Shape a window of groups that begins at group `start`."""
    return GroupTable(
        by=window.by,
        metrics=window.metrics,
        rows=[GroupLine.model_validate(row, from_attributes=True) for row in window.rows],
        total=window.total,
        next=next_offset("groups", start + len(window.rows), window.total),
        notes=list(window.notes),
        freshness=freshness,
    )
