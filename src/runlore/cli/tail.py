"""`runlore tail`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from runlore.cli.completion import complete_runs
from runlore.cli.options import chosen_store, store_and_json

if TYPE_CHECKING:
    from runlore.actions.following import Step
    from runlore.actions.tailing import Tail
    from runlore.cli.output import Output
    from runlore.reading.run import StoredRun

_INTERRUPTED = 130


@click.command("tail")
@click.argument("run", required=False, shell_complete=complete_runs)
@click.option(
    "--metric", "metrics", multiple=True, metavar="NAME", help="Only this metric (repeatable)."
)
@click.option("--lines", "-n", type=click.IntRange(min=0), default=10, show_default=True,
              metavar="N", help="How many of the steps before to show first.")  # fmt: skip
@click.option("--once", is_flag=True, help="Show the last steps and end.")
@store_and_json
def command(
    *, run: str | None, metrics: tuple[str, ...], lines: int, once: bool, as_json: bool
) -> int:
    """Follow a run while it is being written.

    Prints a line for each step until the run ends; without RUN, that of the newest run that is
    being written. The exit status is 0 if the run finished, 1 if it failed or crashed. --json
    prints JSON lines.
    """
    from runlore.actions.tailing import follow

    tail = follow(run, metrics=metrics, lines=lines, store=chosen_store())
    printer = _JsonLines() if as_json else _Lines()
    printer.begin(tail)
    for step in tail.history:
        printer.step(step)
    if once:
        tail.steps.close()
        return 0
    try:
        for step in tail.steps:
            printer.step(step)
    except KeyboardInterrupt:
        return _INTERRUPTED
    printer.end(tail.run)
    return 1 if tail.run.status in ("failed", "crashed") else 0


class _Lines:
    """One line a step, as it comes."""

    def __init__(self) -> None:
        from runlore.cli.output import Output

        self._output: Output = Output()

    def begin(self, tail: Tail) -> None:
        from runlore.cli.output import talk

        run = tail.run
        hint = "; Ctrl-C to stop looking" if run.status == "running" else ""
        talk(f"{run.label}  {run.short_id}  {run.status}{hint}")

    def step(self, step: Step) -> None:
        from runlore.cli.table import Cell
        from runlore.cli.text import visible
        from runlore.cli.wording import number

        time = datetime.fromtimestamp(step.time / 1e6, UTC).astimezone()
        parts: list[Cell | str] = [Cell(time.strftime("%H:%M:%S"), "dim")]
        if step.step is not None:
            parts += ["  ", Cell("step ", "dim"), f"{step.step:<6}"]
        for label, value in step.metrics.items():
            parts += ["  ", Cell(f"{visible(label)} ", "dim"), number(value, 5)]
        self._output.line(*parts)
        self._output.flush()

    def end(self, run: StoredRun) -> None:
        from runlore.cli.output import talk
        from runlore.cli.wording import duration

        reason = ""
        if run.error is not None:
            reason = f": {run.error.get('type')}: {run.error.get('message')}"
        elif run.reason:
            reason = f": {run.reason}"
        talk(f"{run.status} after {duration(run.duration_seconds)}{reason}")


class _JsonLines:
    """One JSON object a line: `run`, then a `step` each, then `end`."""

    def begin(self, tail: Tail) -> None:
        run = tail.run
        self._print("run", id=run.id, label=run.label, experiment=run.experiment,
                    status=run.status)  # fmt: skip

    def step(self, step: Step) -> None:
        time = datetime.fromtimestamp(step.time / 1e6, UTC)
        self._print("step", time=time, step=step.step, metrics=step.metrics)

    def end(self, run: StoredRun) -> None:
        self._print("end", status=run.status, duration_seconds=run.duration_seconds,
                    error=run.error, reason=run.reason)  # fmt: skip

    def _print(self, kind: str, **fields: Any) -> None:
        from runlore.cli.jsonable import print_json_line

        print_json_line({"type": kind, **fields})
