"""The description of the API."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

router = APIRouter()


@router.get("/api/v1/openapi.json", include_in_schema=False)
def read_schema(request: Request) -> Response:
    """Describe every route, in OpenAPI."""
    return JSONResponse(request.app.openapi())
