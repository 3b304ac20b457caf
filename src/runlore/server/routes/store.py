"""The store as a whole."""

from __future__ import annotations

from dataclasses import asdict

from fastapi import APIRouter
from starlette.responses import Response

from runlore import __version__
from runlore.actions.describing import describe_store
from runlore.server.models.stores import Store
from runlore.server.pages import answer
from runlore.server.reader import Shared

router = APIRouter()


@router.get("/api/v1/store", response_model=Store)
def read_store(shared: Shared) -> Response:
    """Say what the store is and what is in it."""
    facts = describe_store(shared.current())
    return answer(Store(version=__version__, freshness=shared.freshness(), **asdict(facts)))
