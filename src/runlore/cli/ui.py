"""`runlore ui`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from runlore.cli.options import chosen_store, store_and_json

if TYPE_CHECKING:
    from runlore.server.serving import Serving


@click.command("ui")
@click.option("--port", type=click.IntRange(1, 65535), metavar="N",
              help="The port of this machine (else: 7474, or any that is free).")  # fmt: skip
@click.option("--no-open", is_flag=True, help="Only print the address, open no browser.")
@store_and_json
def command(*, port: int | None, no_open: bool, as_json: bool) -> None:
    """Open the page of the store in the browser.

    It shows experiments, runs, curves and files, live while trainings run, and answers to this
    machine alone. It is served until you press Ctrl-C.
    """
    serve_page(chosen_store(), port=port, is_opened=not no_open, as_json=as_json)


def serve_page(
    store: str | None, *, port: int | None = None, is_opened: bool = True, as_json: bool = False
) -> None:
    """Serve the page of a store until interrupted, and say where it is."""
    from runlore.server.serving import open_browser, serve

    def tell(serving: Serving) -> None:
        if as_json:
            from runlore.cli.jsonable import print_json_line

            print_json_line({"address": serving.address, "store": serving.store})
        else:
            from runlore.cli.output import talk

            click.echo(serving.address)
            talk(f"the page of {serving.store}; Ctrl-C ends it")
        if is_opened:
            open_browser(serving.address)

    serve(store, port=port, on_ready=tell)
