"""The table of `runlore search --group-by`: what tells the groups apart, then mean ± std."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runlore.actions.listing import shared_metrics
from runlore.cli.table import Column, Table
from runlore.cli.text import cells, padded, visible
from runlore.cli.wording import are_numbers, number
from runlore.reading.groups import order_key

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runlore.reading.groups import Group, Groups, MetricOfGroup

_MOST_METRICS = 4
_NARROWEST = 24  # cells for the params of a group, where they share a column
_NOTHING = "–"


def groups_table(
    groups: Groups, *, is_chosen: bool, order_by: Sequence[str], width: int | None
) -> Table:
    """Make a table with a row per group; `is_chosen` shows all its metrics, else the likeliest.

    All params that differ among the groups are shown, and the first metric: where they have no
    room in columns of their own, they share one and go on below. A metric of the order is first.
    """
    texts = [group.texts for group in groups]
    keys = [key for key in groups.by if len({one.get(key) for one in texts}) > 1]
    keys = keys or groups.by[:1]
    of_groups = [group.metrics for group in groups]
    labels = groups.metrics if is_chosen else shared_metrics(of_groups, _MOST_METRICS)
    labels = _ordered(groups.metrics, labels, order_by)
    digits = 6 if width is None else 4
    told = [_told([own.get(label) for own in of_groups], list(groups), digits) for label in labels]
    values = [[own.get(key, _NOTHING) for own in texts] for key in keys]
    table = _table([_param_column(key, own) for key, own in zip(keys, values, strict=True)],
                   values, labels, told, list(groups))  # fmt: skip
    if width is None or not set(table.left_out(width)) & {*keys, *labels[:1]}:
        return table
    pairs = [[f"{key}={own[key]}" for key in keys if key in own] or [_NOTHING] for own in texts]
    longest = max(cells(visible(pair)) for own in pairs for pair in own)
    column = Column("group", least=max(_NARROWEST, min(longest, width * 3 // 5)), is_wrapped=True)
    return _table([column], [["  ".join(own) for own in pairs]], labels, told, list(groups))


def _table(
    columns: list[Column],
    values: list[list[str]],
    labels: Sequence[str],
    told: list[list[str]],
    groups: list[Group],
) -> Table:
    columns = [*columns, Column("n", is_right=True)]
    columns += [Column(label, is_right=True, rank=2 + at) for at, label in enumerate(labels)]
    table = Table(columns)
    for at, group in enumerate(groups):
        own = (column[at] for column in values)
        table.add(*own, str(group.n), *(column[at] for column in told))
    return table


def _param_column(key: str, values: list[str]) -> Column:
    """Show a param whole, or not at all: shortened, two groups could look alike."""
    is_right = are_numbers(value for value in values if value != _NOTHING)
    return Column(key, is_right=is_right, rank=1)


def _ordered(known: list[str], labels: list[str], order_by: Sequence[str]) -> list[str]:
    """Put metrics that the groups are ordered by first."""
    asked = [order_key(key)[0].removeprefix("metrics.") for key in order_by]
    first = [one if one in known else one.rpartition(".")[0] for one in asked]
    found = [label for label in dict.fromkeys(first) if label in known]
    return [*found, *(label for label in labels if label not in found)]


def _told(
    metrics: Sequence[MetricOfGroup | None], groups: Sequence[Group], digits: int
) -> list[str]:
    """Say `0.912 ± 0.004`, and of how many where not all members have a finite value.

    Signs stand below each other.
    """
    parts = [_parts(metric, group, digits) for metric, group in zip(metrics, groups, strict=True)]
    deviations = max(cells(deviation) for _, deviation, _ in parts)
    counts = max(cells(count) for _, _, count in parts)
    return [
        mean + padded(deviation, deviations) + padded(count, counts) if mean else ""
        for mean, deviation, count in parts
    ]


def _parts(metric: MetricOfGroup | None, group: Group, digits: int) -> tuple[str, str, str]:
    if metric is None:
        return "", "", ""
    if metric.mean is None:
        return "NaN", "", ""
    deviation = "" if metric.std is None else f" ± {number(metric.std, 2)}"
    count = "" if metric.n == group.n else f" (n={metric.n})"
    return number(metric.mean, digits), deviation, count
