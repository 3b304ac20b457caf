"""`runlore restore`."""

from __future__ import annotations

import click

from runlore.cli.completion import complete_deleted_runs
from runlore.cli.confirming import confirmation
from runlore.cli.options import chosen_store, store_and_json


@click.command("restore")
@click.argument(
    "selections",
    nargs=-1,
    required=True,
    metavar="SELECTION...",
    shell_complete=complete_deleted_runs,
)
@confirmation
@store_and_json
def command(*, selections: tuple[str, ...], is_sure: bool, is_dry: bool, as_json: bool) -> None:
    """Take runs out of the trash.

    runlore ls --deleted shows what is there.

    What SELECTION may be: runlore --help.
    """
    from runlore.actions.changing import Change
    from runlore.actions.trashing import restore
    from runlore.cli.changes import tell_change
    from runlore.cli.confirming import Confirmation

    confirm = Confirmation("restore", is_sure=is_sure, is_dry=is_dry)
    removal = restore(selections, confirm=confirm, store=chosen_store())
    change = Change(removal.runs, [], is_done=removal.is_done)
    tell_change(change, "restored", is_dry=is_dry, as_json=as_json)
