"""`runlore tag`."""

from __future__ import annotations

import click

from runlore.cli.completion import complete_runs
from runlore.cli.confirming import confirmation
from runlore.cli.options import chosen_store, store_and_json


@click.command("tag")
@click.argument(
    "selections", nargs=-1, required=True, metavar="SELECTION...", shell_complete=complete_runs
)
@click.option("--add", "added", multiple=True, metavar="TAG", help="Add a tag (repeatable).")
@click.option("--remove", "removed", multiple=True, metavar="TAG", help="Remove one (repeatable).")
@click.option("--value", metavar="TEXT", help="With --add: the value of the tags.")
@confirmation
@store_and_json
def command(
    *,
    selections: tuple[str, ...],
    added: tuple[str, ...],
    removed: tuple[str, ...],
    value: str | None,
    is_sure: bool,
    is_dry: bool,
    as_json: bool,
) -> None:
    """Add tags to runs and remove others.

    What SELECTION may be: runlore --help.
    """
    from runlore.actions.changing import tag
    from runlore.cli.changes import tell_change
    from runlore.cli.confirming import Confirmation

    if not added and not removed:
        raise click.UsageError("say what to change: --add TAG, --remove TAG")
    if value is not None and not added:
        raise click.UsageError("--value goes with --add")
    confirm = Confirmation("change the tags of", is_sure=is_sure, is_dry=is_dry)
    change = tag(
        selections,
        added=added,
        removed=removed,
        value=value,
        confirm=confirm,
        store=chosen_store(),
    )
    done = "tagged" if not removed else "retagged" if added else "untagged"
    tell_change(change, done, is_dry=is_dry, as_json=as_json)
