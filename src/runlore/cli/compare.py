"""`runlore compare`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from runlore.cli.completion import complete_runs
from runlore.cli.options import chosen_store, store_and_json

if TYPE_CHECKING:
    from runlore.compare.comparison import Comparison


@click.command("compare")
@click.argument("runs", nargs=-1, metavar="[RUN]...", shell_complete=complete_runs)
@click.option("--experiment", metavar="NAME", help="The runs of this experiment.")
@click.option(
    "--metric", "metrics", multiple=True, metavar="NAME", help="Only this metric (repeatable)."
)
@click.option("--all", "is_all", is_flag=True, help="Also the params that are equal everywhere.")
@click.option("--markdown", is_flag=True, help="Print a Markdown table.")
@store_and_json
def command(
    *,
    runs: tuple[str, ...],
    experiment: str | None,
    metrics: tuple[str, ...],
    is_all: bool,
    markdown: bool,
    as_json: bool,
) -> None:
    """Put runs side by side: what differs, and which is best.

    RUN is an id, the first or last digits of it, or a name. Without any, the runs of the newest
    experiment are compared. The best value of a metric is marked with * where it is known which
    direction is better: run.define_metric says so, and names like loss and accuracy do.
    """
    from runlore.actions.comparing import compare

    found = compare(
        runs, experiment=experiment, metrics=metrics, only_differing=not is_all,
        store=chosen_store(),
    )  # fmt: skip
    if as_json:
        from runlore.cli.jsonable import print_json

        print_json(_report(found))
        return
    if markdown:
        sys.stdout.write(found.to_markdown().rstrip("\n") + "\n")
        return
    from runlore.cli.comparison import show_comparison
    from runlore.cli.freshness import tell_freshness
    from runlore.cli.output import Output, talk

    left_out = show_comparison(found, Output(), list(metrics) or None)
    if left_out:
        names = ", ".join(left_out)
        talk(f"no room for: {names} (a wider terminal, --metric, or --json has them)")
    tell_freshness(found.runs.freshness)


def _report(found: Comparison) -> dict[str, Any]:
    from runlore.cli.run_report import listed_run

    return {
        "runs": [listed_run(run) for run in found.runs],
        "params": list(found.params),
        "metrics": list(found.metrics),
        "shared_params": dict(found.shared_params),
        "best": dict(found.best),
    }
