"""Show the stages of a pipeline."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from runlore.cli.table import Cell, Column, Table
from runlore.cli.wording import duration
from runlore.records.ids import short

if TYPE_CHECKING:
    from collections.abc import Mapping


def stages_of(context: Mapping[str, Any]) -> Table | None:
    """Make a table of the stages that a pipeline left in its context; None if it is no pipeline."""
    pipeline = context.get("pipeline")
    stages = pipeline.get("stages") if isinstance(pipeline, dict) else None
    if not isinstance(stages, list) or not stages:
        return None
    columns = [
        Column("stage", least=12),
        Column("id", style="id"),
        Column("status"),
        Column("took", is_right=True),
        Column("after", rank=2),
        Column("error", rank=1, style="problem"),
    ]
    table = Table(columns)
    for stage in stages:
        if isinstance(stage, dict):
            table.add(*_row(stage))
    return table


def _row(stage: dict[str, Any]) -> list[Cell | str]:
    status, seconds = str(stage.get("status") or "waiting"), stage.get("seconds")
    return [
        str(stage.get("name")),
        short(str(stage["run"])) if stage.get("run") else "",
        Cell(status, status),
        duration(seconds) if isinstance(seconds, int | float) else "",
        ", ".join(str(name) for name in stage.get("after") or ()),
        str(stage.get("error") or ""),
    ]
