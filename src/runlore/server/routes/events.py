"""Changes as they happen, as server-sent events."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Header, Query, Request
from starlette.responses import Response, StreamingResponse

from runlore.server.problems import problem

if TYPE_CHECKING:
    from runlore.server.live import Live

router = APIRouter()

_STREAM: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Messages `hello`, `changed` and `store`, without end.",
        "content": {"text/event-stream": {"schema": {"type": "string"}}},
    }
}
_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
Cursor = Annotated[str | None, Query(max_length=200, description="As the last message has it.")]


@router.get("/api/v1/events", response_class=StreamingResponse, responses=_STREAM)
async def listen(
    request: Request,
    cursor: Cursor = None,
    last_event_id: Annotated[str | None, Header(max_length=200)] = None,
) -> Response:
    """Tell what changes from a moment on; a listener that comes back misses nothing."""
    live: Live = request.app.state.live
    if live.is_full:
        return problem(429, "too-many-listeners", "too many pages listen to this server")
    messages = live.stream(last_event_id or cursor)
    return StreamingResponse(messages, media_type="text/event-stream", headers=_HEADERS)
