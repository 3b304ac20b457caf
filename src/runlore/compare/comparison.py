"""Runs side by side, as a table of rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from runlore.compare.markdown import escaped, markdown_table, number
from runlore.reading.display import html_of
from runlore.reading.frames import Rows

if TYPE_CHECKING:
    from runlore.reading.directions import Direction
    from runlore.reading.runs import Runs


@dataclass(frozen=True, slots=True)
class ComparisonRow:
    """One run of a comparison.

    `params` are JSON values and `param_texts` the same as given, of the compared keys that the run
    has. `metrics` are current values by label, `best_values` the least or greatest finite ones
    so far of those metrics whose direction is known.
    """

    id: str
    short_id: str
    label: str
    status: str
    duration_seconds: float | None
    params: dict[str, Any]
    param_texts: dict[str, str]
    metrics: dict[str, float]
    best_values: dict[str, float]


@dataclass(frozen=True, slots=True)
class Comparison(Rows):
    """Runs side by side.

    `params` are the keys compared, `metrics` the labels. `shared_params` are equal in all runs.
    `directions` says for each metric whether less or more is better, where that is known;
    `best` names the run with the best current value: of equals the first, never one
    whose value is NaN or infinite.
    """

    runs: Runs
    params: list[str]
    metrics: list[str]
    rows: list[ComparisonRow]
    shared_params: dict[str, Any]
    directions: dict[str, Direction]
    best: dict[str, str]

    def __repr__(self) -> str:
        return (
            f"<Comparison of {len(self.rows)} runs: {len(self.params)} params, "
            f"{len(self.metrics)} metrics>"
        )

    @property
    def best_current(self) -> dict[str, float]:
        """The best current value of each metric whose direction is known; several may have it."""
        rows = {row.id: row for row in self.rows}
        return {label: rows[run].metrics[label] for label, run in self.best.items()}

    def to_dicts(self) -> list[dict[str, Any]]:
        """Return a dict per run: what it is, `params.<key>`, `metrics.<label>`, `best.<label>`."""
        return [
            {
                "label": row.label,
                "id": row.id,
                "status": row.status,
                "duration_seconds": row.duration_seconds,
                **{f"params.{key}": row.params.get(key) for key in self.params},
                **{f"metrics.{label}": row.metrics.get(label) for label in self.metrics},
                **{f"best.{label}": row.best_values.get(label) for label in self.directions},
            }
            for row in self.rows
        ]

    def to_markdown(self) -> str:
        """Return a table in Markdown, the best value of each metric in bold."""
        header = ["run", "id", "status", "duration", *self.params, *self.metrics]
        is_number = [False, False, False, True]
        is_number += [False] * len(self.params) + [True] * len(self.metrics)
        best = self.best_current
        return markdown_table(header, is_number, [self._cells(row, best) for row in self.rows])

    def _repr_markdown_(self) -> str:
        """Show the table in a notebook."""
        return self.to_markdown()

    def _repr_html_(self) -> str:
        """Show the page of a comparison in a notebook."""
        return html_of(self.runs, len(self.runs), title="Comparison")

    def _cells(self, row: ComparisonRow, best: dict[str, float]) -> list[str]:
        """Write a row in the words of Markdown."""
        cells = [row.label, row.short_id, row.status]
        cells.append("" if row.duration_seconds is None else f"{row.duration_seconds:.1f} s")
        cells += [row.param_texts.get(key, "") for key in self.params]
        cells = [escaped(cell) for cell in cells]
        for label in self.metrics:
            text = number(row.metrics[label]) if label in row.metrics else ""
            is_best = label in best and row.metrics.get(label) == best[label]
            cells.append(f"**{text}**" if is_best else text)
        return cells
