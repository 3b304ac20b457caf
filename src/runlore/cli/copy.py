"""`runlore copy`."""

from __future__ import annotations

import click

from runlore.cli.transfers import transfer, transfer_options


@click.command("copy")
@transfer_options("copy")
def command(
    *, selections: tuple[str, ...], target: str, is_sure: bool, is_dry: bool, as_json: bool
) -> None:
    """Copy runs to another store.

    The store is made where there is none. Everything of a run goes along: points, params, notes,
    files, context. What is there already is left alone. Cut short, it can be done again.

    What SELECTION may be: runlore --help. Runs that are running are refused.
    """
    transfer(selections, target, is_moved=False, is_sure=is_sure, is_dry=is_dry, as_json=as_json)
