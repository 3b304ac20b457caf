"""Pictures of a pipeline: a flow chart for Mermaid, and a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runlore.compare.wording import seconds_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runlore.tracking.stages import StageRecord

_MARKED = {
    "failed": "fill:#f8d7da,stroke:#a33",
    "skipped": "stroke-dasharray: 4 3",
    "refused": "stroke:#a33,stroke-dasharray: 4 3",
}


def mermaid_of(stages: Sequence[StageRecord]) -> str:
    """Draw stages as a flow chart of Mermaid."""
    keys = {stage.name: f"s{at}" for at, stage in enumerate(stages)}
    lines = ["flowchart LR"]
    for stage in stages:
        told = ", ".join(filter(None, (stage.status, _escaped(seconds_text(stage.seconds)))))
        lines.append(f'    {keys[stage.name]}["{_escaped(stage.name)}<br/>{told}"]')
    lines += [
        f"    {keys[needed]} --> {keys[stage.name]}"
        for stage in stages for needed in stage.after if needed in keys
    ]  # fmt: skip
    lines += [
        f"    style {keys[stage.name]} {_MARKED[stage.status]}"
        for stage in stages if stage.status in _MARKED
    ]  # fmt: skip
    return "\n".join(lines) + "\n"


def markdown_of(name: str, stages: Sequence[StageRecord]) -> str:
    """Write the picture and a table."""
    rows = ["| stage | after | status | time |", "| --- | --- | --- | ---: |"]
    for stage in stages:
        seconds = seconds_text(stage.seconds)
        after = _cell(", ".join(stage.after))
        status = stage.status if stage.error is None else f"{stage.status}: {stage.error}"
        rows.append(f"| {_cell(stage.name)} | {after} | {_cell(status)} | {seconds} |")
    table = "\n".join(rows)
    return f"# {' '.join(name.split())}\n\n```mermaid\n{mermaid_of(stages)}```\n\n{table}\n"


def _escaped(text: str) -> str:
    """Write what would end a label of Mermaid as its entities."""
    return "".join(
        one if one.isalnum() or one in " .-_" else f"#{ord(one)};" for one in " ".join(text.split())
    )


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("\\", "\\\\").replace("|", "\\|")
