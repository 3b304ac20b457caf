"""Show which runs would change, and ask."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from runlore.errors import ConfirmationNeeded

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from runlore.reading.run import StoredRun

_MOST_SHOWN = 20
_DECLINED = 1


def confirmation(function: Any) -> Any:
    """Add `--yes` (as `is_sure`) and `--dry-run` (as `is_dry`)."""
    sure = click.option("--yes", "-y", "is_sure", is_flag=True, help="Don't ask.")
    dry = click.option(
        "--dry-run", "is_dry", is_flag=True, help="Say what would be done, and do nothing."
    )
    return sure(dry(function))


class Confirmation:
    """Asks before several runs are changed; from `least` runs on.

    With `is_sure` everything is confirmed, with `is_dry` nothing. Where nobody can be asked, it
    is an error. The question is "`question` 3 runs?", or ends in what `more` says of them.
    """

    def __init__(
        self,
        question: str,
        *,
        is_sure: bool,
        is_dry: bool,
        least: int = 2,
        more: Callable[[Sequence[StoredRun]], str] = lambda _: "",
    ) -> None:
        self._question = question
        self._is_sure = is_sure
        self.is_dry = is_dry
        self._least = least
        self._more = more

    def __call__(self, runs: Sequence[StoredRun]) -> bool:
        """Say whether to go on.

        Raises:
            ConfirmationNeeded: if nobody can be asked.
        """
        from runlore.cli.wording import count

        if self.is_dry:
            return False
        if self._is_sure or len(runs) < self._least:
            return True
        question = f"{self._question} {count(len(runs), 'run')}{self._more(runs)}"
        if not (sys.stdin and sys.stdin.isatty() and sys.stderr.isatty()):
            raise ConfirmationNeeded(
                f"{question}? Nobody is there to be asked",
                hint="see which with --dry-run, then say --yes",
            )
        show_runs(runs)
        if not click.confirm(f"{question}?", err=True):
            click.echo("nothing was changed", err=True)
            raise click.exceptions.Exit(_DECLINED)
        return True


def show_runs(runs: Sequence[StoredRun], *, most: int = _MOST_SHOWN, is_data: bool = False) -> None:
    """List runs on standard error; as data on standard output."""
    from runlore.cli.output import Output
    from runlore.cli.table import Cell, Column, Table

    columns = [
        Column("name", least=20),
        Column("id", style="id"),
        Column("status"),
        Column("experiment", rank=1, least=10),
    ]
    table = Table(columns)
    for run in list(runs)[:most]:
        table.add(run.label, run.short_id, Cell(run.status, run.status), run.experiment or "")
    output = Output() if is_data else Output(sys.stderr)
    output.table(table)
    if len(runs) > most:
        output.line(f"and {len(runs) - most:,} more")
    output.flush()


def changed_report(
    runs: Sequence[StoredRun], unchanged: Sequence[StoredRun], *, is_done: bool
) -> dict[str, Any]:
    """Return what `--json` says of changed runs."""
    return {
        "runs": [named_run(run) for run in runs],
        "unchanged": [named_run(run) for run in unchanged],
        "is_done": is_done,
    }


def named_run(run: StoredRun) -> dict[str, Any]:
    """Return what tells a run from others."""
    return {"id": run.id, "label": run.label, "experiment": run.experiment}
