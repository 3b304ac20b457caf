"""`runlore demo`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from runlore.cli.options import chosen_store, store_and_json
from runlore.cli.wording import called_as

if TYPE_CHECKING:
    from runlore.cli.output import Output
    from runlore.demo.plan import Trial
    from runlore.demo.running import Outcome

_FIRST = "digits"


@click.command("demo")
@click.option("--ui", "is_page_opened", is_flag=True, help="Open the page on them afterwards.")
@store_and_json
def command(*, is_page_opened: bool, as_json: bool) -> None:
    """Train two dozen real models and track them.

    scikit-learn's own data, several families of models, several seeds each; one that fails and
    one that is killed half-way. Takes about half a minute, and nothing is downloaded.
    """
    from runlore.cli.progress import bar
    from runlore.demo.plan import trials
    from runlore.demo.running import run_demo

    total = len(trials())
    with bar(total) as show:

        def on_progress(trial: Trial, number: int, _total: int) -> None:
            show(number, f"{trial.experiment}: {trial.model} {_settings(trial)}")

        outcomes = run_demo(chosen_store(), on_progress=on_progress)
        show(total, "done")
    if as_json:
        from runlore.cli.jsonable import print_json

        print_json({"runs": [_outcome(outcome) for outcome in outcomes]})
    else:
        _show(outcomes, is_page_opened=is_page_opened)
    if is_page_opened:
        from runlore.cli.ui import serve_page

        serve_page(chosen_store(), as_json=as_json)


def _show(outcomes: list[Outcome], *, is_page_opened: bool) -> None:
    """Print each experiment's comparison, and what to type next."""
    from runlore.cli.output import Output
    from runlore.cli.table import Cell

    output = Output()
    for experiment in _experiments(outcomes):
        _show_experiment(experiment, outcomes, output)
    _show_next(outcomes, output)
    if not is_page_opened:
        output.line()
        output.line("See all of it in the browser: ", Cell(_with_store("runlore ui"), "command"))


def _show_experiment(experiment: str, outcomes: list[Outcome], output: Output) -> None:
    from runlore.actions.comparing import compare
    from runlore.cli.comparison import ranked_metrics, show_comparison
    from runlore.cli.table import Cell
    from runlore.cli.text import visible
    from runlore.demo.plan import GOALS

    runs = [outcome.run for outcome in outcomes if outcome.trial.experiment == experiment]
    found = compare(runs, store=chosen_store())
    output.line()
    output.line(Cell(experiment, "heading"), "  ", Cell(visible(GOALS[experiment]), "dim"))
    show_comparison(found, output, [label for label in ranked_metrics(found) if "[" not in label])


def _show_next(outcomes: list[Outcome], output: Output) -> None:
    """Say what to type next, with the ids of these very runs."""
    from runlore.cli.table import Cell, Column, Table
    from runlore.records.ids import short

    endings = {outcome.ending: short(outcome.run) for outcome in outcomes}
    finished = [outcome for outcome in outcomes if outcome.ending == "finished"]
    commands = [
        ("runlore ls", "all runs, the newest first"),
        (f"runlore show {short(finished[0].run)}", "everything about one run"),
        (f"runlore show {endings['failed']} --traceback", "why one failed"),
        (f"runlore show {endings['killed']}", "one that was killed: nothing logged is lost"),
        (f"runlore compare --experiment {_FIRST}", "side by side, what differs"),
        ("runlore search 'metrics.test_accuracy > 0.95'", "those that a filter finds"),
        ("runlore search --group-by all-but-seed", "mean and deviation over seeds"),
        ("runlore doctor", "verify every byte"),
    ]
    output.heading("What to type next")
    table = Table(
        [Column("", style="command"), Column("", style="dim", least=10, rank=1, is_wrapped=True)]
    )
    for line, what in commands:
        table.add(Cell(_with_store(line), "command"), what)
    output.table(table, header=False, indent=2)


def _with_store(line: str) -> str:
    """Complete a command with how this program was called, and with its store."""
    import shlex

    store = chosen_store()
    line = line.replace("runlore", shlex.quote(called_as()), 1)
    return line if store is None else f"{line} --store {shlex.quote(store)}"


def _experiments(outcomes: list[Outcome]) -> list[str]:
    return list(dict.fromkeys(outcome.trial.experiment for outcome in outcomes))


def _settings(trial: Trial) -> str:
    return " ".join(f"{key}={value}" for key, value in trial.params.items())


def _outcome(outcome: Outcome) -> dict[str, Any]:
    return {
        "id": outcome.run,
        "experiment": outcome.trial.experiment,
        "model": outcome.trial.model,
        "ending": outcome.ending,
    }
