"""Write a comparison as a table in Markdown."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runlore.compare.runs import Comparison

_SPECIAL = re.compile(r"([\\`*_|<>\[\]])")


def markdown_table(comparison: Comparison) -> str:
    """Return one row per run, the best value of each metric in bold."""
    header = ["run", "id", "status", "duration", *comparison.params, *comparison.metrics]
    is_number = [False, False, False, True]
    is_number += [False] * len(comparison.params) + [True] * len(comparison.metrics)
    lines = [_line([_escaped(text) for text in header])]
    lines.append(_line(["---:" if right else "---" for right in is_number]))
    for row in comparison.rows:
        cells = [row.label, row.short_id, row.status]
        cells.append("" if row.duration_seconds is None else f"{row.duration_seconds:.1f} s")
        cells += [row.param_texts.get(key, "") for key in comparison.params]
        cells = [_escaped(cell) for cell in cells]
        for label in comparison.metrics:
            text = _number(row.metrics[label]) if label in row.metrics else ""
            is_best = comparison.best.get(label) == row.id
            cells.append(f"**{text}**" if is_best else text)
        lines.append(_line(cells))
    return "\n".join(lines) + "\n"


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))


def _number(value: float) -> str:
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "∞" if value > 0 else "-∞"
    return f"{value:.6g}"
