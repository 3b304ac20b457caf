"""Lists are given in pieces: limits, opaque cursors, and a budget of bytes."""

from __future__ import annotations

import base64
import binascii
import json
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import Query
from starlette.responses import Response

from runlore.errors import InvalidValue

if TYPE_CHECKING:
    from collections.abc import Callable

    from runlore.server.models.base import Answer

MOST_ITEMS = 1000
MOST_ANSWER_BYTES = 2_000_000
MOST_CURSOR_CHARACTERS = 1000
MOST_OFFSET = 1 << 40

Limit = Annotated[int, Query(ge=1, le=MOST_ITEMS)]
Offset = Annotated[int, Query(ge=0, le=MOST_OFFSET)]
CursorText = Annotated[
    str | None, Query(alias="cursor", max_length=MOST_CURSOR_CHARACTERS, description="`next`.")
]


def make_cursor(kind: str, *place: str | int) -> str:
    """Write down where a list of one kind goes on."""
    text = json.dumps([kind, *place], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_cursor(kind: str, cursor: str) -> list[Any]:
    """Return the place that `make_cursor` wrote down.

    Raises:
        InvalidValue: if it is none, or of another kind of list.
    """
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        found = json.loads(base64.b64decode(padded.encode("ascii"), b"-_", validate=True))
    except (binascii.Error, ValueError, RecursionError):
        found = None
    if not isinstance(found, list) or not found or found[0] != kind:
        raise InvalidValue("the cursor isn't one of this list", hint="begin anew, without a cursor")
    return found[1:]


def read_offset(kind: str, cursor: str | None, offset: int = 0) -> int:
    """Return the offset that a cursor of `next_offset` holds; without a cursor, `offset`.

    Raises:
        InvalidValue: if it is no such cursor.
    """
    if cursor is None:
        return offset
    place = read_cursor(kind, cursor)
    is_offset = len(place) == 1 and type(place[0]) is int and 0 <= place[0] <= MOST_OFFSET
    if not is_offset:
        raise InvalidValue("the cursor isn't one of this list", hint="begin anew, without a cursor")
    return int(place[0])


def next_offset(kind: str, end: int, total: int) -> str | None:
    """Write down the cursor behind `end` of `total`; None where nothing follows."""
    return make_cursor(kind, end) if end < total else None


def answer(content: Answer) -> Response:
    """Send an answer as JSON."""
    return Response(_encoded(content), media_type="application/json")


def fitting_answer(count: int, make: Callable[[int], Answer]) -> Response:
    """Send what `make` gives of the first `count` items, or of fewer if that is too large.

    At least one item is sent, so that who goes on from cursor to cursor gets to the end.
    """
    while True:
        body = _encoded(make(count))
        if len(body) <= MOST_ANSWER_BYTES or count <= 1:
            return Response(body, media_type="application/json")
        count = max(1, min(count - 1, count * MOST_ANSWER_BYTES * 9 // (len(body) * 10)))


def _encoded(content: Answer) -> bytes:
    return content.__pydantic_serializer__.to_json(content)
