"""The table of `runlore search`: what was asked about first, then what a list shows."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from runlore.actions.listing import shared_metrics
from runlore.cli.table import Cell, Column, Table
from runlore.cli.wording import ago, are_numbers, duration, moment, numbers
from runlore.query.printing import format_field

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runlore.actions.searching import Findings
    from runlore.cli.output import Output
    from runlore.query.fields import Field
    from runlore.reading.search_values import FieldValues

_MOST_METRICS = 4
_LEAST_OF_TEXTS = 12
_AFTER_ASKED = 1000  # fields that were asked about are ranked from 1


def show_found(findings: Findings, output: Output) -> None:
    """Print the runs that were found."""
    now = datetime.now(UTC)
    named = [Column("name", least=20), Column("id", style="id")]
    texts = [_shown(values, output, now) for values in findings.fields]
    titles = _titles([values.field for values in findings.fields])
    asked = [
        _asked_column(title, values, shown, rank)
        for rank, (title, values, shown) in enumerate(
            zip(titles, findings.fields, texts, strict=True), 1
        )
    ]
    more, rest = ([], []) if findings.are_fields_chosen else _listed(findings, output, now)
    table = Table([*named, *asked, *more])
    for at, run in enumerate(findings.runs):
        row: list[Cell | str] = [run.label, run.short_id, *(column[at] for column in texts)]
        table.add(*row, *(column[at] for column in rest))
    output.table(table)


def _asked_column(title: str, values: FieldValues, shown: list[str], rank: int) -> Column:
    """Give what was asked about precedence over all but the id; long texts are shortened first."""
    is_right = values.type in ("number", "duration") or are_numbers(shown)
    least = None if is_right else _LEAST_OF_TEXTS
    return Column(title, is_right=is_right, rank=rank, least=least)


def _listed(
    findings: Findings, output: Output, now: datetime
) -> tuple[list[Column], list[Sequence[Cell | str]]]:
    """Give the columns that a list of runs has, where nobody chose others."""
    runs = list(findings.runs)
    started = [ago(run.created, now) if output.is_terminal else moment(run.created) for run in runs]
    columns = [
        Column("status", rank=_AFTER_ASKED),
        Column("started", is_right=output.is_terminal, style="dim", rank=_AFTER_ASKED + 1),
        Column("took", is_right=True, rank=_AFTER_ASKED + 3),
    ]
    cells: list[Sequence[Cell | str]] = [
        [Cell(run.status, run.status) for run in runs],
        started,
        [duration(run.duration_seconds) for run in runs],
    ]
    if len({run.experiment for run in runs}) > 1:
        columns.append(Column("experiment", rank=_AFTER_ASKED + 2, least=10))
        cells.append([run.experiment or "" for run in runs])
    labels, metrics = _other_metrics(findings, output)
    columns += [
        Column(label, is_right=True, rank=_AFTER_ASKED + 4 + at) for at, label in enumerate(labels)
    ]
    cells += metrics
    if any(run.tags for run in runs):
        columns.append(Column("tags", rank=_AFTER_ASKED + 10, least=8))
        cells.append([", ".join(run.tags) for run in runs])
    return columns, cells


def _titles(fields: Sequence[Field]) -> list[str]:
    """Name fields in a head, those that would share a title with their prefix."""
    short = [title_of(field) for field in fields]
    taken = Counter((*short, "name", "id"))
    return [
        title if taken[title] == 1
        else f"run.{title}" if field.kind == "attribute"
        else format_field(field)
        for field, title in zip(fields, short, strict=True)
    ]  # fmt: skip


def title_of(field: Field) -> str:
    """Name a field in a head: `lr`, `val_acc`, `loss.min`."""
    if field.kind == "metric" and field.statistic not in ("", "last"):
        return f"{field.name}.{field.statistic}"
    return field.name or field.kind


def _shown(values: FieldValues, output: Output, now: datetime) -> list[str]:
    if values.type == "number":
        return numbers(values.values, 4 if output.is_terminal else 6)
    if values.type == "duration":
        return [duration(value) for value in values.values]
    if values.type == "time":
        return [ago(one, now) if output.is_terminal else moment(one) for one in values.values]
    return ["" if value is None else str(value) for value in values.values]


def _other_metrics(findings: Findings, output: Output) -> tuple[list[str], list[list[str]]]:
    """Choose metrics that most of the runs have and that weren't asked about."""
    asked = {one.field.name for one in findings.fields if one.field.kind == "metric"}
    metrics_of = [run.metrics for run in findings.runs]
    shared = shared_metrics(metrics_of, _MOST_METRICS)
    others = [label for label in shared if label not in asked][: _MOST_METRICS - len(asked)]
    digits = 4 if output.is_terminal else 6
    return others, [numbers([one.get(label) for one in metrics_of], digits) for label in others]
