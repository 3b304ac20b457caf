"""`runlore copy`."""

from __future__ import annotations

import click

from runlore.cli.completion import complete_runs
from runlore.cli.confirming import confirmation
from runlore.cli.options import store_and_json


@click.command("copy")
@click.argument(
    "selections", nargs=-1, required=True, metavar="SELECTION...", shell_complete=complete_runs
)
@click.option(
    "--to",
    "target",
    required=True,
    metavar="FOLDER",
    type=click.Path(file_okay=False),
    help="The store to copy them to.",
)
@confirmation
@store_and_json
def command(
    *, selections: tuple[str, ...], target: str, is_sure: bool, is_dry: bool, as_json: bool
) -> None:
    """Copy runs to another store.

    The store is made where there is none. Everything of a run goes along: points, params, notes,
    files, context. What is there already is left alone. Cut short, it can be done again.

    What SELECTION may be: runlore --help. Runs that are running are refused.
    """
    from runlore.cli.transfers import transfer

    transfer(selections, target, is_moved=False, is_sure=is_sure, is_dry=is_dry, as_json=as_json)
