"""Serve a store's page to this machine, until somebody ends it."""

from __future__ import annotations

import logging
import os
import socket
import sys
from contextlib import suppress
from threading import Thread
from typing import TYPE_CHECKING, NamedTuple

import uvicorn

from runlore.actions.experiment_cards import list_experiments
from runlore.actions.tables import WantedTable, read_window
from runlore.errors import InvalidValue, RunloreError
from runlore.index.columns_cache import remember_at_most
from runlore.reading.search import Wanted
from runlore.server.app import create_app
from runlore.server.memory import share_arenas

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastapi import FastAPI

HOST = "127.0.0.1"
PORT = 7474
_BACKLOG = 128
_KEEP_ALIVE_SECONDS = 75
# Of columns, of which those that are packed are back within some 5 ms each.
_MOST_BYTES, _FEWEST_FIELDS = 20 << 20, 16
_ENDING_SECONDS = 1  # for answers under way; streams of events never end by themselves


class Serving(NamedTuple):
    """What is about to be served, and where."""

    address: str
    store: str


def serve(
    store: str | None = None,
    *,
    port: int | None = None,
    on_ready: Callable[[Serving], None] = lambda _: None,
) -> None:
    """Serve until interrupted; `on_ready` is told the address, which answers from then on.

    Without a `port`, another one is taken where the usual one is in use.

    Raises:
        StoreNotFound: if there is no store.
        InvalidValue: if the port is in use, or can't be had.
    """
    app = create_app(store)
    with listen(port) as listener:
        Thread(target=_warm_up, args=(app,), daemon=True).start()
        address = f"http://{HOST}:{listener.getsockname()[1]}"
        on_ready(Serving(address, app.state.reader.stored.folder.path))
        run(app, listener)


def _warm_up(app: FastAPI) -> None:
    """Read what the first page will ask about, while the browser is still opening it."""
    with suppress(Exception):  # whoever asks is told
        reader = app.state.reader.current()
        read_window(reader, WantedTable(Wanted()), limit=1)
        list_experiments(reader, budget_seconds=60)


def run(app: FastAPI, listener: socket.socket) -> None:
    """Answer what comes to a socket, until interrupted.

    Raises:
        RunloreError: if the server can't begin.
    """
    remember_at_most(_MOST_BYTES, _FEWEST_FIELDS)
    logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
    share_arenas()
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            http="h11",
            ws="none",
            loop="asyncio",
            lifespan="on",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_keep_alive=_KEEP_ALIVE_SECONDS,
            timeout_graceful_shutdown=_ENDING_SECONDS,
        )
    )
    try:
        server.run(sockets=[listener])
    except KeyboardInterrupt:
        return
    if not server.started:
        raise RunloreError("the server could not begin", hint="its log says why")


def listen(port: int | None = None) -> socket.socket:
    """Take a port of loopback: this one, or the usual one, or else any that is free.

    Raises:
        InvalidValue: if the port that was named is in use, or can't be had.
    """
    # Only of sockets that say they are TCP does asyncio take away Nagle's delay: without the
    # third argument, every answer on a kept connection waits 40 ms for an acknowledgement.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOST, PORT if port is None else port))
        except OSError as error:
            if port is not None:
                raise InvalidValue(
                    f"the port {port} can't be had: {os.strerror(error.errno or 0).lower()}",
                    hint="name another one, or none to take any that is free",
                ) from error
            listener.bind((HOST, 0))
        listener.listen(_BACKLOG)
    except BaseException:
        listener.close()
        raise
    return listener


def open_browser(address: str) -> bool:
    """Open an address in the user's browser, if there is a screen; say whether it was tried."""
    if not _has_screen():
        return False
    import webbrowser

    Thread(target=webbrowser.open, args=(address,), daemon=True).start()
    return True


def _has_screen() -> bool:
    """Tell whether a browser could show itself here."""
    if sys.platform in ("darwin", "win32"):
        return "SSH_CONNECTION" not in os.environ
    return any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"))
