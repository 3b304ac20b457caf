"""`runlore watch`."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import click

from runlore.cli.completion import complete_experiments
from runlore.cli.options import chosen_store, store_and_json

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

    from runlore.actions.watching import Look, Watcher
    from runlore.cli.output import Output
    from runlore.cli.watch_screen import State

_MOST_RUNS = 200
_HEIGHT, _WIDTH = 30, 100  # where it isn't shown on a terminal


@click.command("watch")
@click.argument("filter_text", metavar="[FILTER]", required=False, default="")
@click.option("--experiment", metavar="NAME", shell_complete=complete_experiments,
              help="Only runs of this experiment.")  # fmt: skip
@click.option("--metric", metavar="NAME", help="The metric to draw first.")
@click.option("--interval", type=click.FloatRange(min=0.1), default=1.0, show_default=True,
              metavar="SECONDS", help="How long to wait between two looks.")  # fmt: skip
@click.option("--once", is_flag=True, help="Show it once and end, as in a pipe.")
@store_and_json
def command(
    *,
    filter_text: str,
    experiment: str | None,
    metric: str | None,
    interval: float,
    once: bool,
    as_json: bool,
) -> int:
    """Watch runs and a chart in the terminal, live.

    A table of the newest runs with their course, and a chart of one metric; FILTER is one of
    `search`. j and k choose a run, x draws it beside others, m goes on to the next metric,
    l makes the axis logarithmic, p pauses, q ends it. --json prints one look.
    """
    from runlore.actions.watching import Watcher
    from runlore.cli.output import Output
    from runlore.cli.watch_screen import State

    watcher = Watcher(filter_text, experiment=experiment, store=chosen_store())
    try:
        look = watcher.look(_MOST_RUNS)
        state = State(metric=metric)
        state.follow(look)
        title = experiment or os.path.dirname(watcher.path) or watcher.path
        output = Output()
        if as_json:
            _print_json(look)
        elif once or not output.is_terminal:
            _show_once(output, look, state, watcher, title)
        else:
            _show_live(look, state, watcher, title, interval)
    except KeyboardInterrupt:
        return 130
    finally:
        watcher.close()
    return 0


def _print_json(look: Look) -> None:
    from runlore.cli.freshness import freshness_report
    from runlore.cli.jsonable import print_json
    from runlore.cli.run_report import listed_run

    print_json({
        "runs": [listed_run(run) for run in look.runs],
        "total": look.total,
        "metrics": look.metrics,
        "freshness": freshness_report(look.freshness),
    })  # fmt: skip


def _show_once(output: Output, look: Look, state: State, watcher: Watcher, title: str) -> None:
    """Print the screen without its keys."""
    from runlore.cli.watch_screen import screen

    width = output.width or _WIDTH
    lines = screen(look, state, watcher.curve, title=title, width=width, height=_HEIGHT)
    for line in lines[:-1]:
        output.line(*line)


def _show_live(look: Look, state: State, watcher: Watcher, title: str, interval: float) -> None:
    """Show a screen until `q` is pressed; what can't be read for a moment is said in its head."""
    from rich.console import Console as Terminal
    from rich.live import Live

    from runlore.cli.watch_keys import pressed_keys
    from runlore.errors import RunloreError

    console = Terminal(highlight=False, markup=False, emoji=False)
    trouble = ""

    def picture() -> Text:
        said = f"{title}  {trouble}" if trouble else title
        return _picture(console, look, state, watcher, said)

    with pressed_keys() as wait, Live(console=console, screen=True, auto_refresh=False) as shown:
        shown.update(picture(), refresh=True)
        due = time.monotonic() + interval
        while True:
            keys = wait(max(0.0, due - time.monotonic()))
            if "q" in keys:
                return
            for key in keys:
                state.press(key, look)
            if time.monotonic() >= due:
                due = time.monotonic() + interval
                if not state.is_paused:
                    try:
                        look, trouble = watcher.look(_MOST_RUNS), ""
                    except RunloreError as error:
                        trouble = error.message
            state.follow(look)
            shown.update(picture(), refresh=True)


def _picture(console: Console, look: Look, state: State, watcher: Watcher, title: str) -> Text:
    from rich.text import Text

    from runlore.cli.output import styled
    from runlore.cli.watch_screen import screen

    width, height = console.size
    lines = screen(look, state, watcher.curve, title=title, width=width, height=height)
    return Text("\n").join(styled(line) for line in lines)
