"""`runlore config edit`."""

from __future__ import annotations

import click

from runlore.cli.options import chosen_store, store_and_json


@click.command("edit")
@click.argument("target", metavar="MODULE:CLASS")
@click.option("--file", metavar="FILE", help="Load this YAML, TOML or JSON, and save to it.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Else one that is free.")
@click.option("--no-browser", is_flag=True, help="Print the address, open nothing.")
@store_and_json
def command(*, target: str, file: str | None, port: int, no_browser: bool, as_json: bool) -> None:
    """Edit a typed configuration in the browser, until Ctrl-C.

    MODULE:CLASS names a TrackedConfig or any other Param class: train:Training, or
    train.py:Training. The page answers this machine alone.
    """
    from runlore.actions.editing_config import serve_editor

    served = serve_editor(target, file=file, port=port, store=chosen_store())
    if as_json:
        from runlore.cli.jsonable import print_json_line

        print_json_line({"target": target, "address": served.address})
    else:
        from runlore.cli.output import talk

        talk(f"{target} at {served.address} (Ctrl-C ends)")
    served.run(shows=not no_browser)
