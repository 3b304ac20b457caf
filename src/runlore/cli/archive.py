"""`runlore archive`."""

from __future__ import annotations

import click

from runlore.cli.completion import complete_runs
from runlore.cli.confirming import confirmation
from runlore.cli.options import chosen_store, store_and_json


@click.command("archive")
@click.argument("selections", nargs=-1, metavar="[SELECTION]...", shell_complete=complete_runs)
@click.option("--older-than", metavar="90d", help="Only runs that ended so long ago.")
@click.option("--undo", is_flag=True, help="Show them in lists again.")
@confirmation
@store_and_json
def command(
    *,
    selections: tuple[str, ...],
    older_than: str | None,
    undo: bool,
    is_sure: bool,
    is_dry: bool,
    as_json: bool,
) -> None:
    """Hide runs from lists, or show them again.

    They stay as they are and can be named as before. The parts of a run, like
    the combinations of a search, go with it.

    What SELECTION may be: runlore --help. Without one, --older-than says which.
    """
    from runlore.actions.changing import archive
    from runlore.cli.changes import tell_change
    from runlore.cli.confirming import Confirmation
    from runlore.settings.durations import seconds_of

    if not selections and older_than is None:
        raise click.UsageError("say which runs: SELECTION, or --older-than 90d")
    verb = "unarchive" if undo else "archive"
    seconds = None if older_than is None else seconds_of(older_than, "--older-than")
    confirm = Confirmation(verb, is_sure=is_sure, is_dry=is_dry)
    change = archive(
        selections,
        is_undone=undo,
        older_than_seconds=seconds,
        confirm=confirm,
        store=chosen_store(),
    )
    tell_change(change, f"{verb}d", is_dry=is_dry, as_json=as_json)
