"""`runlore rename`."""

from __future__ import annotations

import click

from runlore.cli.completion import complete_runs
from runlore.cli.options import chosen_store, store_and_json


@click.command("rename")
@click.argument("selection", shell_complete=complete_runs)
@click.argument("name")
@store_and_json
def command(*, selection: str, name: str, as_json: bool) -> None:
    """Name a run.

    Its id stays what it is. SELECTION is its id, the first or last digits of it, or its name.
    Several runs may have the same name.
    """
    from runlore.actions.changing import rename
    from runlore.cli.changes import tell_change

    tell_change(
        rename(selection, name, store=chosen_store()), "renamed", is_dry=False, as_json=as_json
    )
