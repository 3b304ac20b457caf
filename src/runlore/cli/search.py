"""`runlore search`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from runlore.cli.completion import complete_filters
from runlore.cli.options import chosen_store, store_and_json
from runlore.cli.search_totals import SHOWN, tell_found

if TYPE_CHECKING:
    from runlore.actions.searching import Findings
    from runlore.reading.search import Wanted

# "\b" tells Click to leave the lines of a paragraph as they are.
_HELP = """\
Find runs with a filter, the newest first.

\b
  runlore search 'metrics.val_acc > 0.9 and params.lr <= 1e-3'
  runlore search '"baseline" in tags and started > -7d' --order-by 'metrics.loss'
  runlore search 'status = failed' --ids
  runlore search --group-by all-but-seed --metrics val_acc

Finding nothing is no error: the exit status is 0, and --count prints 0.
"""


@click.command("search", help=_HELP)
@click.argument("filter", required=False, default="", shell_complete=complete_filters)
@click.option("--order-by", multiple=True, metavar="FIELD",
              help='What to sort by: "metrics.val_acc desc"; several times for ties.')  # fmt: skip
@click.option("--limit", type=click.IntRange(min=0), metavar="N",
              help=f"At most so many; by default {SHOWN} in a table, else all.")  # fmt: skip
@click.option("--experiment", metavar="NAME", help="Only runs of this experiment.")
@click.option("--project", metavar="NAME", help="Only runs of this project.")
@click.option("--archived", is_flag=True, help="Archived runs instead, which are left out.")
@click.option("--deleted", is_flag=True, help="Runs in the trash instead.")
@click.option("--columns", metavar="FIELDS",
              help="What to show, with commas between, instead of what was asked.")  # fmt: skip
@click.option("--group-by", metavar="PARAMS",
              help='Params separated by commas, or "all-but-seed": show groups.')  # fmt: skip
@click.option("--metrics", metavar="NAMES", help="With --group-by: the metrics to sum up.")
@click.option("--except", "except_", metavar="PARAMS",
              help="With --group-by all-but-seed: params to leave out, not seeds.")  # fmt: skip
@click.option("--count", "is_count", is_flag=True, help="Print how many there are, nothing else.")
@click.option("--ids", "is_ids", is_flag=True, help="Print whole ids, one a line, nothing else.")
@store_and_json
def command(
    *,
    filter: str,  # noqa: A002 - what it is called everywhere
    order_by: tuple[str, ...],
    limit: int | None,
    experiment: str | None,
    project: str | None,
    archived: bool,
    deleted: bool,
    columns: str | None,
    group_by: str | None,
    metrics: str | None,
    except_: str | None,
    is_count: bool,
    is_ids: bool,
    as_json: bool,
) -> None:
    """Search, or group what was found."""
    from runlore.reading.search import Wanted

    wanted = Wanted(filter, order_by, limit, experiment, project, deleted, archived)
    if group_by is None and (metrics is not None or except_ is not None):
        raise click.UsageError("--metrics and --except go with --group-by")
    if group_by is not None and (columns is not None or is_ids):
        raise click.UsageError("--columns and --ids are of runs, so they don't go with --group-by")
    if group_by is not None:
        from runlore.cli.search_groups import show_groups

        show_groups(
            wanted,
            _names(group_by) or [],
            metrics=_names(metrics),
            except_=_names(except_),
            is_count=is_count,
            as_json=as_json,
        )
        return
    is_table = not (is_count or is_ids or as_json)
    if is_table and limit is None:
        wanted = wanted._replace(limit=SHOWN)
    _search(wanted, columns, is_count=is_count, is_ids=is_ids, as_json=as_json)


def _search(
    wanted: Wanted, columns: str | None, *, is_count: bool, is_ids: bool, as_json: bool
) -> None:
    from runlore.actions.searching import search_all
    from runlore.cli.freshness import tell_freshness
    from runlore.cli.output import Output
    from runlore.cli.search_table import show_found

    chosen = "" if is_count or is_ids else columns
    findings = search_all(wanted, columns=chosen, store=chosen_store())
    if as_json:
        from runlore.cli.jsonable import print_json

        print_json(_report(findings))
        return
    if is_count:
        click.echo(findings.total)
    elif is_ids:
        from runlore.reading.search_rows import ids_of

        click.echo("".join(f"{run}\n" for run in ids_of(findings.runs.details.rows)), nl=False)
    elif len(findings.runs):
        show_found(findings, Output())
    tell_found(len(findings.runs), findings.total, findings.notes, "run",
               is_silent=is_count or is_ids)  # fmt: skip
    tell_freshness(findings.freshness)


def _names(given: str | None) -> list[str] | None:
    """Divide names at commas."""
    if given is None:
        return None
    return [name.strip() for name in given.split(",") if name.strip()]


def _report(findings: Findings) -> dict[str, Any]:
    from runlore.cli.freshness import freshness_report
    from runlore.cli.run_report import listed_run

    return {
        "runs": [listed_run(run) for run in findings.runs],
        "total": findings.total,
        "notes": list(findings.notes),
        "freshness": freshness_report(findings.freshness),
    }
