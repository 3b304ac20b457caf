"""`runlore move`."""

from __future__ import annotations

import click

from runlore.cli.transfers import transfer, transfer_options


@click.command("move")
@transfer_options("move")
def command(
    *, selections: tuple[str, ...], target: str, is_sure: bool, is_dry: bool, as_json: bool
) -> None:
    """Move runs to another store.

    The store is made where there is none. What was copied is read back and compared before the runs
    go from here. Cut short, it can be done again. A run that was moved can be moved back.

    What SELECTION may be: runlore --help. Runs that are running are refused.
    """
    transfer(selections, target, is_moved=True, is_sure=is_sure, is_dry=is_dry, as_json=as_json)
