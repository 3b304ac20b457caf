"""`runlore ls`, also `runlore list`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from runlore.cli.completion import complete_experiments
from runlore.cli.formats import one_form, table_format, tell_formulas
from runlore.cli.options import chosen_store, store_and_json

if TYPE_CHECKING:
    from runlore.actions.listing import Listing
    from runlore.cli.output import Output


@click.command("ls")
@click.argument("experiment", required=False, shell_complete=complete_experiments)
@click.option("--experiment", "experiment_option", metavar="NAME", help="The same as the argument.")
@click.option("--project", metavar="NAME", help="Only runs of this project.")
@click.option("--limit", type=click.IntRange(min=1), default=50, show_default=True, metavar="N",
              help="At most so many runs.")  # fmt: skip
@click.option("--all", "is_all", is_flag=True, help="All runs, however many there are.")
@click.option("--archived", is_flag=True, help="Archived runs instead, which lists leave out.")
@click.option("--deleted", is_flag=True, help="Runs in the trash instead.")
@click.option("--parts", is_flag=True, help="Also runs that are parts of others in the list.")
@table_format("The table that `export` writes, of the runs listed; json is --json.")
@store_and_json
def command(
    *,
    experiment: str | None,
    experiment_option: str | None,
    project: str | None,
    limit: int,
    is_all: bool,
    archived: bool,
    deleted: bool,
    parts: bool,
    form: str | None,
    as_json: bool,
) -> None:
    """List runs, the newest first (also: list).

    Runs that nobody named are shown by the params that differ. The metrics shown are those that
    most of the listed runs have, at most four. The parts of a run in the list (combinations of a
    search, folds, stages) are counted with it, and left out themselves.
    """
    from runlore.actions.listing import list_all

    form = one_form(form, as_json=as_json)
    experiment = experiment or experiment_option
    listing = list_all(
        experiment,
        project=project,
        limit=None if is_all else limit,
        is_archived=archived,
        is_deleted=deleted,
        is_folded=not parts,
        store=chosen_store(),
    )
    if form == "json":
        from runlore.cli.jsonable import print_json

        print_json(_report(listing))
        return
    from runlore.cli.freshness import tell_freshness
    from runlore.cli.output import Output, talk
    from runlore.cli.wording import count

    if form is not None:
        from runlore.actions.exports.printing import print_runs

        tell_formulas(print_runs(listing.runs, form, sys.stdout))
    elif listing.runs:
        _show(listing, Output())
    elif listing.total == 0:
        place = " in the trash" if deleted else " in the archive" if archived else ""
        talk(_nothing(experiment, project, place))
    if len(listing.runs) < listing.total:
        talk(f"{len(listing.runs):,} of {count(listing.total, 'run')}; more: --limit N or --all")
    if folded := sum(listing.runs.parts.values()):
        talk(f"{count(folded, 'part')} of runs left out; with them: --parts")
    tell_freshness(listing.freshness)


def _nothing(experiment: str | None, project: str | None, place: str) -> str:
    """Say that there are no such runs, and what there is."""
    from runlore.actions.listing import likely_experiments

    where = f" in the experiment {experiment!r}" if experiment else ""
    where += f" of the project {project!r}" if project else ""
    if place:
        return f"no runs{where}{place}"
    if experiment and not project:
        return f"no runs{where}; {likely_experiments(experiment, store=chosen_store())}"
    return f"no runs{where}" if where else "no runs; to see some: runlore demo"


def _show(listing: Listing, output: Output) -> None:
    from datetime import UTC, datetime

    from runlore.actions.listing import shared_metrics
    from runlore.cli.table import Cell, Column, Table
    from runlore.cli.wording import ago, duration, moment, numbers

    runs = list(listing.runs)
    metrics_of = [run.metrics for run in runs]
    tags_of = [run.tags for run in runs]
    metrics = shared_metrics(metrics_of)
    columns = [
        Column("name", least=20),
        Column("id", style="id"),
        Column("status"),
        Column("started", is_right=output.is_terminal, style="dim", rank=3),
        Column("took", is_right=True, rank=6),
    ]
    has_experiments = len({run.experiment for run in runs}) > 1
    if has_experiments:
        columns.append(Column("experiment", rank=5, least=10))
    parts = listing.runs.parts
    has_parts = any(run.id in parts for run in runs)
    if has_parts:
        columns.append(Column("parts", is_right=True, rank=1))
    ranks = (2, 4, 7, 8)  # where room is short, the first two metrics matter more than the rest
    columns += [
        Column(label, is_right=True, rank=rank) for label, rank in zip(metrics, ranks, strict=False)
    ]
    has_tags = any(tags_of)
    if has_tags:
        columns.append(Column("tags", rank=9, least=8))
    digits = 4 if output.is_terminal else 6
    values = [numbers([found.get(label) for found in metrics_of], digits) for label in metrics]
    now = datetime.now(UTC)
    table = Table(columns)
    for at, run in enumerate(runs):
        row: list[Cell | str] = [
            run.label,
            run.short_id,
            Cell(run.status, run.status),
            ago(run.created, now) if output.is_terminal else moment(run.created),
            duration(run.duration_seconds),
        ]
        if has_experiments:
            row.append(run.experiment or "")
        if has_parts:
            row.append(f"{parts[run.id]:,}" if run.id in parts else "")
        row += [column[at] for column in values]
        if has_tags:
            row.append(", ".join(tags_of[at]))
        table.add(*row)
    output.table(table)


def _report(listing: Listing) -> dict[str, Any]:
    from runlore.cli.freshness import freshness_report
    from runlore.cli.run_report import listed_run

    parts = listing.runs.parts
    return {
        "runs": [listed_run(run) | {"parts": parts.get(run.id, 0)} for run in listing.runs],
        "total": listing.total,
        "folded": sum(parts.values()),
        "freshness": freshness_report(listing.freshness),
    }
