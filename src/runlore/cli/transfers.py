"""What `runlore copy` and `runlore move` have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from runlore.cli.completion import complete_runs
from runlore.cli.confirming import confirmation
from runlore.cli.options import chosen_store, store_and_json

if TYPE_CHECKING:
    from collections.abc import Callable


def transfer_options(verb: str) -> Callable[[Any], Any]:
    """Add what says which runs are to be copied or moved (the `verb`), where to, and how."""
    selections = click.argument(
        "selections", nargs=-1, required=True, metavar="SELECTION...", shell_complete=complete_runs
    )
    target = click.option(
        "--to",
        "target",
        required=True,
        metavar="FOLDER",
        type=click.Path(file_okay=False),
        help=f"The store to {verb} them to.",
    )
    return lambda function: selections(target(confirmation(store_and_json(function))))


def transfer(
    selections: tuple[str, ...],
    target: str,
    *,
    is_moved: bool,
    is_sure: bool,
    is_dry: bool,
    as_json: bool,
) -> None:
    """Copy or move runs, and say so."""
    from runlore.actions.copying import copy_runs
    from runlore.cli.confirming import Confirmation, changed_report, show_runs
    from runlore.cli.progress import steps

    if "://" in target:
        raise click.UsageError("--to names the folder of another store")
    verb = "move" if is_moved else "copy"
    confirm = Confirmation(verb, is_sure=is_sure, is_dry=is_dry)
    with steps() as on_step:
        copied = copy_runs(
            selections,
            target,
            is_moved=is_moved,
            confirm=confirm,
            store=chosen_store(),
            on_step=on_step,
        )
    if as_json:
        from runlore.cli.jsonable import print_json

        report = changed_report(copied.runs, copied.unchanged, is_done=copied.is_done)
        report |= {"target": copied.target, "size_bytes": copied.size_bytes}
        print_json(report | {"missing_files": copied.missing_files})
        return
    from runlore.cli.output import talk
    from runlore.cli.wording import count, size

    runs = count(len(copied.runs), "run")
    done = "moved" if is_moved else "copied"
    if not copied.is_done:
        show_runs(copied.runs, most=len(copied.runs), is_data=True)
        talk(f"would be {done} to {copied.target}: {runs}")
        return
    talk(f"{done} {runs} to {copied.target}, {size(copied.size_bytes)}")
    if copied.unchanged:
        talk(f"{count(len(copied.unchanged), 'run')} had been there already")
    if copied.missing_files:
        talk(f"{count(copied.missing_files, 'file')} had been missing before: runlore doctor")
    if is_moved and copied.runs:
        talk("runlore gc frees what their files take here")
