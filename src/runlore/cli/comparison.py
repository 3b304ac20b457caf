"""Lay a comparison of runs out as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runlore.cli.table import Cell, Column, Table
from runlore.cli.wording import are_numbers, duration, numbers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runlore.cli.output import Output
    from runlore.compare.comparison import Comparison
    from runlore.reading.run import StoredRun

_SEEDS = ("seed", "random_state", "random_seed")
_MOST_CERTAIN = 2  # metrics that are left out only after the params
_TOOK_RANK = 1000


def comparison_table(
    found: Comparison, metrics: Sequence[str], *, params: Sequence[str], is_terminal: bool
) -> Table:
    """Make a table of runs, some params and metrics, the best of each metric marked.

    Where names are derived from the very params shown, the column of names is left out.
    """
    runs = list(found.runs)
    has_names = not params or any(run.name is not None for run in runs)
    columns = [Column("name", least=24)] if has_names else []
    columns += [Column("id", style="id"), Column("status")]
    columns += [_param_column(runs, key) for key in params]
    columns += [_metric_column(label, place) for place, label in enumerate(metrics)]
    columns.append(Column("took", is_right=True, rank=_TOOK_RANK, style="dim"))
    told = {label: _told(found, label, 4 if is_terminal else 6) for label in metrics}
    table = Table(columns)
    for place, run in enumerate(runs):
        row: list[Cell | str] = [run.label] if has_names else []
        row += [run.short_id, Cell(run.status, run.status)]
        row += [found.rows[place].param_texts.get(key, "") for key in params]
        row += [told[label][place] for label in metrics]
        row.append(duration(run.duration_seconds))
        table.add(*row)
    return table


def _told(found: Comparison, label: str, digits: int) -> list[Cell]:
    """Say the values of a metric, the best with a star, several if they tie."""
    texts = numbers([row.metrics.get(label) for row in found.rows], digits)
    best = found.best_current.get(label) if len(found.rows) > 1 else None
    return [
        Cell(f"{text}*", "best")
        if best is not None and row.metrics.get(label) == best
        else Cell(f"{text} " if text and best is not None else text)
        for text, row in zip(texts, found.rows, strict=True)
    ]


def ranked_metrics(found: Comparison) -> list[str]:
    """Order metrics by what a reader looks at first: the shared ones that have no context."""
    from runlore.actions.listing import shared_metrics

    ranked = shared_metrics([row.metrics for row in found.rows], most=len(found.metrics) + 1000)
    known = set(found.metrics)
    return [label for label in ranked if label in known]


def show_comparison(
    found: Comparison, output: Output, metrics: Sequence[str] | None = None
) -> None:
    """Print a comparison.

    Where not all params that differ have room, the names, made of them, stand in their place.
    """
    chosen = ranked_metrics(found) if metrics is None else metrics
    table = comparison_table(found, chosen, params=found.params, is_terminal=output.is_terminal)
    if output.width is not None and set(table.left_out(output.width)) & set(found.params):
        table = comparison_table(found, chosen, params=[], is_terminal=output.is_terminal)
    output.table(table, instead="a wider terminal, --metric, or --json has them")


def _param_column(runs: list[StoredRun], key: str) -> Column:
    values = [run.param_texts.get(key) for run in runs]
    is_number = are_numbers(values)
    is_seed = key.rpartition(".")[2].lower() in _SEEDS
    missing = sum(value is None for value in values)
    rank = 5 if is_seed else 6 + round(10 * missing / max(1, len(values)))
    return Column(key, is_right=is_number, rank=rank, least=None if is_number else 10)


def _metric_column(label: str, place: int) -> Column:
    rank = 1 + place if place < _MOST_CERTAIN else 20 + place
    return Column(label, is_right=True, rank=rank)
