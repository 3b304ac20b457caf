"""`runlore du`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from runlore.cli.options import chosen_store, store_and_json

if TYPE_CHECKING:
    from runlore.actions.usage import RunUsage, Usage
    from runlore.cli.output import Output

_LARGEST = 10


@click.command("du")
@click.option(
    "--by",
    type=click.Choice(["kind", "run"]),
    help="Show only one of the two tables; with `run`, every run.",
)
@store_and_json
def command(*, by: str | None, as_json: bool) -> None:
    """Show what takes how much space.

    Kinds of files, and the largest runs. A file that several runs keep is stored and counted
    once; the column "shared" says how much of what a run keeps it has in common with others.
    """
    from runlore.actions.usage import measure_usage
    from runlore.cli.output import Output

    usage = measure_usage(chosen_store())
    if as_json:
        from runlore.cli.jsonable import print_json

        print_json(_report(usage))
        return
    output = Output()
    if by != "run":
        _show_kinds(usage, output)
    if by is None and usage.runs:
        output.heading("The largest runs" if len(usage.runs) > _LARGEST else "Runs")
    if by != "kind" and usage.runs:
        _show_runs(usage.runs if by == "run" else usage.runs[:_LARGEST], output)


def _show_kinds(usage: Usage, output: Output) -> None:
    from runlore.cli.table import Cell, Column, Table
    from runlore.cli.wording import size

    columns = [
        Column("kind"),
        Column("size", is_right=True),
        Column("files", is_right=True),
        Column("what", style="dim", least=12, rank=1, is_wrapped=True),
    ]
    table = Table(columns)
    for kind in usage.kinds:
        table.add(kind.kind, size(kind.size_bytes), f"{kind.files:,}", kind.what)
    total = size(usage.size_bytes)
    table.add(Cell("total", "heading"), Cell(total, "heading"), "", usage.store)
    output.table(table)


def _show_runs(runs: list[RunUsage], output: Output) -> None:
    from runlore.cli.table import Column, Table
    from runlore.cli.wording import size
    from runlore.records.ids import short

    columns = [
        Column("run", least=16),
        Column("id", style="id"),
        Column("size", is_right=True),
        Column("segments", is_right=True, rank=3),
        Column("journals", is_right=True, rank=4),
        Column("blobs", is_right=True, rank=2),
        Column("shared", is_right=True, rank=5),
        Column("experiment", style="dim", least=10, rank=1),
    ]
    table = Table(columns)
    for run in runs:
        table.add(
            run.label,
            short(run.run),
            size(run.size_bytes),
            size(run.segment_bytes),
            size(run.journal_bytes),
            size(run.blob_bytes),
            size(run.shared_blob_bytes),
            run.experiment or "",
        )
    output.table(table)


def _report(usage: Usage) -> dict[str, Any]:
    return {
        "store": usage.store,
        "size_bytes": usage.size_bytes,
        "kinds": [
            {"kind": kind.kind, "size_bytes": kind.size_bytes, "files": kind.files}
            for kind in usage.kinds
        ],
        "runs": [
            {
                "id": run.run,
                "name": run.name,
                "label": run.label,
                "experiment": run.experiment,
                "size_bytes": run.size_bytes,
                "segment_bytes": run.segment_bytes,
                "journal_bytes": run.journal_bytes,
                "blob_bytes": run.blob_bytes,
                "shared_blob_bytes": run.shared_blob_bytes,
            }
            for run in usage.runs
        ],
    }
