"""The groups of `runlore search --group-by`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from runlore.actions.listing import shared_metrics
from runlore.actions.searching import group_all
from runlore.cli.freshness import freshness_report, tell_freshness
from runlore.cli.options import chosen_store
from runlore.cli.output import Output, talk
from runlore.cli.search_totals import SHOWN, tell_found
from runlore.cli.table import Column, Table
from runlore.cli.wording import number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runlore.actions.searching import GroupFindings
    from runlore.cli.table import Cell
    from runlore.reading.groups import Group, MetricOfGroup
    from runlore.reading.search import Wanted

_MOST_METRICS = 4


def show_groups(
    wanted: Wanted,
    by: Sequence[str],
    *,
    metrics: Sequence[str] | None,
    except_: Sequence[str] | None,
    is_count: bool,
    as_json: bool,
) -> None:
    """Search, group, and print a table, a count, or JSON."""
    if wanted.limit is None and not as_json:
        wanted = wanted._replace(limit=SHOWN)
    found = group_all(wanted, by, metrics=metrics, except_=except_, store=chosen_store())
    if as_json:
        from runlore.cli.jsonable import print_json

        print_json(_report(found))
        return
    if is_count:
        click.echo(found.total)
    elif len(found.groups):
        _show(found, Output(), is_chosen=metrics is not None)
    tell_found(len(found.groups), found.total, found.notes, "group", is_silent=is_count)
    if found.groups.left_out and not is_count:
        talk(f"left out: {', '.join(found.groups.left_out)}")
    tell_freshness(found.freshness)


def _show(found: GroupFindings, output: Output, *, is_chosen: bool) -> None:
    """Print a row per group: the params that differ among groups, then mean ± std."""
    groups = list(found.groups)
    texts = [group.texts for group in groups]
    keys = [key for key in found.groups.by if len({one.get(key) for one in texts}) > 1]
    keys = keys or found.groups.by[:1]
    metrics = [group.metrics for group in groups]
    labels = found.groups.metrics if is_chosen else shared_metrics(metrics, _MOST_METRICS)
    columns = [Column(key, rank=2 + at, least=6) for at, key in enumerate(keys)]
    columns.append(Column("n", is_right=True))
    columns += [Column(label, is_right=True, rank=at) for at, label in enumerate(labels)]
    table = Table(columns)
    digits = 4 if output.is_terminal else 6
    for own, values, group in zip(texts, metrics, groups, strict=True):
        row: list[Cell | str] = [own.get(key, "–") for key in keys]
        row.append(str(group.n))
        row += [_said(values.get(label), group, digits) for label in labels]
        table.add(*row)
    output.table(table)


def _said(metric: MetricOfGroup | None, group: Group, digits: int) -> str:
    """Say `0.912 ± 0.004`, and of how many where not all members have a finite value."""
    if metric is None:
        return ""
    if metric.mean is None:
        return "NaN"
    text = number(metric.mean, digits)
    if metric.std is not None:
        text += f" ± {number(metric.std, 2)}"
    return text if metric.n == group.n else f"{text} (n={metric.n})"


def _report(found: GroupFindings) -> dict[str, Any]:
    return {
        "by": found.groups.by,
        "left_out": found.groups.left_out,
        "groups": [
            {
                "n": group.n,
                "params": group.key,
                "metrics": {label: one._asdict() for label, one in group.metrics.items()},
                "runs": [row.run for row in group.runs.details.rows],
            }
            for group in found.groups
        ],
        "total": found.total,
        "notes": list(found.notes),
        "freshness": freshness_report(found.freshness),
    }
