"""`runlore compare`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from runlore.cli.completion import complete_runs
from runlore.cli.formats import one_form, table_format, tell_formulas
from runlore.cli.options import chosen_store, store_and_json

if TYPE_CHECKING:
    from runlore.compare.comparison import Comparison
    from runlore.compare.experiments import ExperimentComparison


@click.command("compare")
@click.argument("runs", nargs=-1, metavar="[RUN]...", shell_complete=complete_runs)
@click.option("--experiment", metavar="NAME", help="The runs of this experiment.")
@click.option(
    "--metric", "metrics", multiple=True, metavar="NAME", help="Only this metric (repeatable)."
)
@click.option("--all", "is_all", is_flag=True, help="Also the params that are equal everywhere.")
@click.option("--markdown", is_flag=True, help="Print a Markdown table.")
@table_format("The table for other programs; md is --markdown, json is --json.")
@store_and_json
def command(
    *,
    runs: tuple[str, ...],
    experiment: str | None,
    metrics: tuple[str, ...],
    is_all: bool,
    markdown: bool,
    form: str | None,
    as_json: bool,
) -> None:
    """Put runs side by side: what differs, and which is best.

    RUN is an id, the first or last digits of it, or a name. Without any, the runs of the newest
    experiment are compared. The best value of a metric is marked with * where it is known which
    direction is better: run.define_metric says so, and names like loss and accuracy do.

    Of an increment (0042 or increment:0042) the experiments are compared: runs that differ in
    nothing but their seed are one, and it says which is best and why, or why none is. That is
    also written to comparison.md in the increment. --all shows the single runs instead.
    """
    from runlore.actions.comparing import compare

    form = one_form(form, as_json=as_json, is_markdown=markdown)
    found = compare(
        runs, experiment=experiment, metrics=metrics, only_differing=not is_all,
        store=chosen_store(),
    )  # fmt: skip
    judged = None if is_all else _judged(found, runs, metrics)
    if form == "json":
        from runlore.cli.jsonable import print_json

        print_json(_report(found) | {"verdict": judged and _verdict(judged)})
        return
    if form not in (None, "md"):
        from runlore.actions.exports.printing import print_rows

        tell_formulas(print_rows((judged or found).to_dicts(), form, sys.stdout))
        return
    if judged is not None:
        from runlore.cli.experiments import show_experiments

        show_experiments(judged, is_markdown=form == "md")
        return
    if form == "md":
        sys.stdout.write(found.to_markdown().rstrip("\n") + "\n")
        return
    from runlore.cli.comparison import show_comparison
    from runlore.cli.freshness import tell_freshness
    from runlore.cli.output import Output

    show_comparison(found, Output(), list(metrics) or None)
    tell_freshness(found.runs.freshness)


def _judged(
    found: Comparison, runs: tuple[str, ...], metrics: tuple[str, ...]
) -> ExperimentComparison | None:
    """Judge an increment; without what it takes, the runs are shown side by side."""
    from runlore.actions.comparing import judge_increment
    from runlore.cli.output import talk
    from runlore.errors import MissingExtra

    try:
        return judge_increment(found, runs, metrics=metrics)
    except MissingExtra as error:
        talk(f"nothing is said about which is best: {error}")
        return None


def _verdict(judged: ExperimentComparison) -> dict[str, Any]:
    return {
        "by": judged.by,
        "best": judged.best,
        "winner": judged.winner,
        "reasons": list(judged.reasons),
        "notes": list(judged.notes),
        "experiments": judged.to_dicts(),
        "path": judged.path,
    }


def _report(found: Comparison) -> dict[str, Any]:
    from runlore.cli.run_report import listed_run

    return {
        "runs": [listed_run(run) for run in found.runs],
        "params": list(found.params),
        "metrics": list(found.metrics),
        "shared_params": dict(found.shared_params),
        "best": dict(found.best),
    }
