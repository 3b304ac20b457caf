"""Curves as buckets, and points one by one."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from fastapi import APIRouter, Depends, Path, Query, Request
from starlette.responses import Response, StreamingResponse

from runlore.actions.curves import draw_curves
from runlore.actions.points import MOST_POINTS, csv_of, list_points
from runlore.reading.curves import Asked, CurveReader, Span
from runlore.server.curve_bytes import MEDIA_TYPE, encode_curves
from runlore.server.models.curves import CurvesQuestion, Points
from runlore.server.pages import CursorText, fitting_answer, next_offset, read_offset
from runlore.server.reader import Shared

router = APIRouter()

_BINARY: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Curves, as docs/formats/curves.md lays them out.",
        "content": {MEDIA_TYPE: {"schema": {"type": "string", "format": "binary"}}},
    }
}


def _curves_of(request: Request) -> CurveReader:
    reader: CurveReader = request.app.state.curves
    return reader


_CSV: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/csv": {"schema": {"type": "string"}}}, "description": "Points."}
}
_STEP = 1 << 62
_GONE = 499  # nobody reads it

Curves = Annotated[CurveReader, Depends(_curves_of)]


@router.post("/api/v1/curves", response_class=Response, responses=_BINARY)
async def read_curves(
    request: Request, shared: Shared, curves: Curves, body: CurvesQuestion
) -> Response:
    """Reduce series of runs to rows of buckets; changes nothing."""

    def drawn() -> bytes:
        shared.current()
        asked = [Asked(one.run, one.label, one.include_superseded) for one in body.curves]
        answer = draw_curves(curves, asked, Span(body.x, body.from_, body.to, body.buckets))
        return encode_curves(answer, body.columns)

    # One after the other: two at once would take turns at the interpreter, and half as long again.
    # Those who wait hold no thread meanwhile, and who has zoomed on by then needs no answer.
    turn: CapacityLimiter = request.app.state.curve_turn
    async with turn:
        if await request.is_disconnected():
            return Response(status_code=_GONE)
        content = await run_sync(drawn)
    return Response(content, media_type=MEDIA_TYPE)


@router.get("/api/v1/runs/{run}/points", response_model=Points, responses=_CSV)
def read_points(
    shared: Shared,
    curves: Curves,
    run: Annotated[str, Path(max_length=32)],
    label: Annotated[str, Query(min_length=1, max_length=2_000)],
    limit: Annotated[int, Query(ge=1, le=MOST_POINTS)] = 1_000,
    cursor: CursorText = None,
    format: Literal["json", "csv"] = "json",  # noqa: A002 - as it is called in the address
    *,
    least: Annotated[int | None, Query(alias="from", ge=-_STEP, le=_STEP)] = None,
    greatest: Annotated[int | None, Query(alias="to", ge=-_STEP, le=_STEP)] = None,
) -> Response:
    """Give the points of a series as they were logged; as CSV, all from there on."""
    reader, offset = shared.current(), read_offset("points", cursor)
    found = list_points(
        reader, curves, run, label, least=least, greatest=greatest, offset=offset, limit=limit
    )
    if format == "csv":
        lines = csv_of(reader, curves, found, least=least, greatest=greatest, offset=offset)
        return StreamingResponse(lines, media_type="text/csv; charset=utf-8")

    def page(count: int) -> Points:
        return Points(
            label=label,
            step=found.step[:count],
            time_ms=[time // 1000 for time in found.time[:count]],
            value=[*found.value[:count]],
            total=found.total,
            next=next_offset("points", offset + count, found.total),
        )

    return fitting_answer(len(found.value), page)
