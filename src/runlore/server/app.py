"""The application: its routers, and what stands before every one of them."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import anyio.to_thread
from anyio import CapacityLimiter
from fastapi import Depends, FastAPI
from starlette.middleware import Middleware

from runlore import __version__
from runlore.actions.tables import Orderings
from runlore.journal.folder import open_store
from runlore.journal.location import locate_store
from runlore.reading.console_pages import ConsoleCache
from runlore.reading.curves import CurveReader
from runlore.server import assets
from runlore.server.guard import Guard
from runlore.server.live import Live
from runlore.server.models.problems import Problem
from runlore.server.policy import admit
from runlore.server.preparing import Preparing
from runlore.server.problems import Catching, install_handlers
from runlore.server.reader import SharedReader
from runlore.server.routes import (
    comparisons,
    console,
    curves,
    edits,
    events,
    experiments,
    figures,
    files,
    run_views,
    runs,
    schema,
    series,
    store,
)

if TYPE_CHECKING:
    import os
    from collections.abc import AsyncIterator

ROUTERS = (
    schema.router,
    store.router,
    runs.router,
    run_views.router,
    series.router,
    experiments.router,
    comparisons.router,
    edits.router,
    curves.router,
    events.router,
    files.router,
    figures.router,
    console.router,
    assets.router,  # answers every path, so last
)
_THREADS = 6  # as many as a browser asks at once; each holds a connection to the index


def create_app(place: str | os.PathLike[str] | None = None) -> FastAPI:
    """Make the application of one store, by default of the one of where you are.

    Raises:
        StoreNotFound: if there is none.
        StoreRefused, FormatTooNew: if it can't be read.
    """
    app = FastAPI(
        title="Runlore",
        version=__version__,
        description="What the page of a Runlore store is made from.",
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=_lifespan,
        dependencies=[Depends(admit)],
        middleware=[Middleware(Guard), Middleware(Catching)],
        responses={"default": {"model": Problem, "description": "An error"}},
        generate_unique_id_function=lambda route: route.name,
        strict_content_type=True,
    )
    app.state.reader = SharedReader(open_store(locate_store(place)))
    app.state.orderings = Orderings()
    app.state.bundle = assets.Bundle()
    app.state.curves = CurveReader(app.state.reader.stored)
    app.state.preparing = Preparing(app.state.reader.stored)
    app.state.curve_turn = CapacityLimiter(1)
    app.state.live = Live(app.state.reader)
    app.state.consoles = ConsoleCache()
    install_handlers(app)
    for router in ROUTERS:
        app.include_router(router)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    anyio.to_thread.current_default_thread_limiter().total_tokens = _THREADS
    yield
    app.state.live.close()
    app.state.preparing.close()
    app.state.reader.close()
