"""`runlore move`."""

from __future__ import annotations

import click

from runlore.cli.completion import complete_runs
from runlore.cli.confirming import confirmation
from runlore.cli.options import store_and_json


@click.command("move")
@click.argument(
    "selections", nargs=-1, required=True, metavar="SELECTION...", shell_complete=complete_runs
)
@click.option(
    "--to",
    "target",
    required=True,
    metavar="FOLDER",
    type=click.Path(file_okay=False),
    help="The store to move them to.",
)
@confirmation
@store_and_json
def command(
    *, selections: tuple[str, ...], target: str, is_sure: bool, is_dry: bool, as_json: bool
) -> None:
    """Move runs to another store.

    The store is made where there is none. What was copied is read back and compared before the runs
    go from here. Cut short, it can be done again. A run that was moved can be moved back.

    What SELECTION may be: runlore --help. Runs that are running are refused.
    """
    from runlore.cli.transfers import transfer

    transfer(selections, target, is_moved=True, is_sure=is_sure, is_dry=is_dry, as_json=as_json)
