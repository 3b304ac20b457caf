"""Shape what the actions say of a run in a line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runlore.server.models.runs import RunLine

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runlore.actions.run_lines import RunLine as Line
    from runlore.server.models.base import Cell


def shaped_line(line: Line, values: Sequence[Cell] = ()) -> RunLine:
    """Shape the line of a run, with a value for each column of its table."""
    return RunLine.model_construct(**vars(line), values=list(values))
