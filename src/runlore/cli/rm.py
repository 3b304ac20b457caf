"""`runlore rm`."""

from __future__ import annotations

import click

from runlore.cli.completion import complete_runs
from runlore.cli.confirming import confirmation
from runlore.cli.options import chosen_store, store_and_json


@click.command("rm")
@click.argument(
    "selections", nargs=-1, required=True, metavar="SELECTION...", shell_complete=complete_runs
)
@click.option("--force", is_flag=True, help="Also runs that are running.")
@confirmation
@store_and_json
def command(
    *, selections: tuple[str, ...], force: bool, is_sure: bool, is_dry: bool, as_json: bool
) -> None:
    """Move runs to the trash.

    runlore restore takes them out again. Nothing is freed until runlore purge. What SELECTION may
    be: runlore --help.
    """
    from runlore.actions.trashing import remove
    from runlore.cli.confirming import Confirmation, changed_report, show_runs

    confirm = Confirmation("move to the trash", is_sure=is_sure, is_dry=is_dry)
    removal = remove(selections, is_forced=force, confirm=confirm, store=chosen_store())
    if as_json:
        from runlore.cli.jsonable import print_json

        report = changed_report(removal.runs, [], is_done=removal.is_done)
        print_json(report | {"freed_by_purge_bytes": removal.freed_bytes})
        return
    from runlore.cli.output import talk
    from runlore.cli.wording import count, size

    runs = count(len(removal.runs), "run")
    freed = size(removal.freed_bytes)
    if not removal.runs:
        talk("nothing to do: in the trash already")
    elif removal.is_done:
        talk(f"moved {runs} to the trash; a purge would free {freed}; back: runlore restore")
    else:
        show_runs(removal.runs, most=len(removal.runs), is_data=True)
        talk(f"would be moved to the trash: {runs}, of which a purge would free {freed}")
