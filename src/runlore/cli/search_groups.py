"""The groups of `runlore search --group-by`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from runlore.actions.searching import group_all
from runlore.cli.freshness import freshness_report, tell_freshness
from runlore.cli.groups_table import groups_table
from runlore.cli.options import chosen_store
from runlore.cli.output import Output, talk
from runlore.cli.search_totals import SHOWN, tell_found

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runlore.actions.searching import GroupFindings
    from runlore.reading.search import Wanted


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
        output = Output()
        order = wanted.order_by
        output.table(
            groups_table(
                found.groups, is_chosen=metrics is not None, order_by=order, width=output.width
            )
        )
    tell_found(len(found.groups), found.total, found.notes, "group", is_silent=is_count)
    if found.groups.left_out and not is_count:
        talk(f"left out: {', '.join(found.groups.left_out)}")
    tell_freshness(found.freshness)


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
