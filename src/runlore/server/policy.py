"""Who may do what: every route is denied unless it is listed here."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from fastapi import Request

from runlore.server.problems import Forbidden

if TYPE_CHECKING:
    from collections.abc import Mapping


class Right(Enum):
    """What a route asks of whoever calls it."""

    READ = "read"
    EDIT = "edit"


# By method and path, as the routes declare them. On loopback, whoever asks has both rights.
ALLOWED: dict[str, Right] = {
    "GET /api/v1/openapi.json": Right.READ,
    "GET /{path:path}": Right.READ,
    "GET /api/v1/store": Right.READ,
    "GET /api/v1/experiments": Right.READ,
    "GET /api/v1/experiments/{name:path}": Right.READ,
    "GET /api/v1/compare": Right.READ,
    "GET /api/v1/compare/code": Right.READ,
    "GET /api/v1/runs": Right.READ,
    "GET /api/v1/runs/fields": Right.READ,
    "GET /api/v1/filters/complete": Right.READ,
    "GET /api/v1/groups": Right.READ,
    "GET /api/v1/runs/{run}": Right.READ,
    "GET /api/v1/runs/{run}/lineage": Right.READ,
    "GET /api/v1/runs/{run}/metrics": Right.READ,
    "GET /api/v1/metrics": Right.READ,
    "GET /api/v1/runs/{run}/points": Right.READ,
    "POST /api/v1/curves": Right.READ,
    "GET /api/v1/events": Right.READ,
    "GET /api/v1/runs/{run}/media": Right.READ,
    "GET /api/v1/runs/{run}/media/{item}": Right.READ,
    "GET /api/v1/runs/{run}/artifacts": Right.READ,
    "GET /api/v1/runs/{run}/preview": Right.READ,
    "GET /api/v1/runs/{run}/files/{path:path}": Right.READ,
    "GET /api/v1/runs/{run}/diff": Right.READ,
    "GET /api/v1/runs/{run}/console": Right.READ,
    "GET /api/v1/plotly": Right.READ,
    "GET /api/v1/plotly/frame": Right.READ,
    "GET /api/v1/views": Right.READ,
    "POST /api/v1/edits/tag": Right.EDIT,
    "POST /api/v1/edits/tags": Right.EDIT,
    "POST /api/v1/edits/rename": Right.EDIT,
    "POST /api/v1/edits/note": Right.EDIT,
    "POST /api/v1/edits/remove-note": Right.EDIT,
    "POST /api/v1/edits/colour": Right.EDIT,
    "POST /api/v1/edits/colours": Right.EDIT,
    "POST /api/v1/edits/archive": Right.EDIT,
    "POST /api/v1/edits/unarchive": Right.EDIT,
    "POST /api/v1/edits/trash": Right.EDIT,
    "POST /api/v1/edits/restore": Right.EDIT,
    "POST /api/v1/edits/metric": Right.EDIT,
    "POST /api/v1/edits/baseline": Right.EDIT,
    "POST /api/v1/edits/view": Right.EDIT,
    "POST /api/v1/edits/remove-view": Right.EDIT,
}


def admit(request: Request) -> None:
    """Let a request to a listed route pass.

    Raises:
        Forbidden: for any other.
    """
    check(request.method, request.scope["route"].path, ALLOWED)


def check(method: str, path: str, allowed: Mapping[str, Right]) -> None:
    """Raise Forbidden unless a route is among those allowed."""
    if f"{method} {path}" not in allowed:
        raise Forbidden(f"nobody may {method} {path}", hint="list the route in server/policy.py")
