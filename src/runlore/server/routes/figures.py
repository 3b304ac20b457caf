"""Draw figures of plotly: in a frame with the rights of nobody, by the program installed here.

The frame is empty. The page posts a figure into it, so that one frame draws every step.
"""

from __future__ import annotations

import gzip
from functools import cache
from typing import Annotated, Any

from fastapi import APIRouter, Header
from starlette.responses import Response

from runlore.errors import MissingExtra
from runlore.media.plotly_program import plotly_program
from runlore.server.models.files import PlotlyDrawing
from runlore.server.pages import answer

router = APIRouter()

# Nothing is fetched from anywhere: figures are posted in, and maps stay without their tiles.
# Scripts are those of plotly alone, which makes functions of text where it draws with WebGL.
_POLICY = (
    "sandbox allow-scripts; default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval'; "
    "style-src 'unsafe-inline'; img-src data: blob:; worker-src blob:; "
    "base-uri 'none'; form-action 'none'"
)
_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>A figure</title>
<style>html, body, #figure {{ height: 100%; margin: 0; overflow: hidden; }}</style>
<script>{script}</script></head>
<body><div id="figure"></div>
<script>
addEventListener("message", ({{ source, data }}) => {{
  if (source !== parent) return;
  const options = {{ responsive: true, displaylogo: false, modeBarButtonsToRemove: ["toImage"] }};
  const said = (kind, text) => parent.postMessage({{ kind, text }}, "*");
  // What was wrong with one figure may stay in its element: each begins with an empty one.
  Plotly.purge("figure");
  Promise.resolve()
    .then(() => Plotly.newPlot("figure", data.data ?? [], data.layout ?? {{}}, options))
    .then(() => Plotly.addFrames("figure", data.frames ?? []))
    .then(() => said("drawn", ""), (error) => said("failed", String(error)));
}});
parent.postMessage({{ kind: "ready", text: "" }}, "*");
</script></body></html>
"""
_FRAME: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "A page that draws the figure that is posted into it.",
        "content": {"text/html": {"schema": {"type": "string"}}},
    }
}


@router.get("/api/v1/plotly", response_model=PlotlyDrawing)
def read_plotly() -> Response:
    """Say whether figures of plotly can be drawn, and with which version of it."""
    program = plotly_program()
    return answer(PlotlyDrawing(version=None if program is None else program.version))


@router.get("/api/v1/plotly/frame", response_class=Response, responses=_FRAME)
def read_frame(
    if_none_match: Annotated[str, Header()] = "", accept_encoding: Annotated[str, Header()] = ""
) -> Response:
    """Give the page of a frame that draws figures of plotly.

    Raises:
        MissingExtra: if plotly isn't installed beside the server.
    """
    program = plotly_program()
    if program is None:
        raise MissingExtra("plotly", extra="plots", purpose="drawing figures of plotly")
    headers = {
        "Content-Security-Policy": _POLICY,
        "Cache-Control": "private, no-cache",
        "ETag": f'"plotly-{program.version}"',
        "Vary": "Accept-Encoding",
    }
    if headers["ETag"] in if_none_match:
        return Response(status_code=304, headers=headers)
    content = _page()
    if "gzip" in accept_encoding:
        content, headers["Content-Encoding"] = _packed(), "gzip"
    return Response(content, headers=headers, media_type="text/html")


@cache
def _page() -> bytes:
    program = plotly_program()
    return _PAGE.format(script="" if program is None else program.script).encode()


@cache
def _packed() -> bytes:
    return gzip.compress(_page(), 6, mtime=0)
