"""One shape for every error of every route."""

from __future__ import annotations

import errno
import logging
import re
from typing import TYPE_CHECKING

from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from runlore.errors import (
    Ambiguous,
    ConfirmationNeeded,
    MissingExtra,
    NotFound,
    QueryError,
    RunBusy,
    RunloreError,
    StoreError,
    StoreFull,
    StoreReadOnly,
    StoreRefused,
    TooLarge,
    UsageError,
)
from runlore.server.models.problems import Problem, ProblemDetails

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fastapi import FastAPI
    from starlette.requests import Request
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = logging.getLogger("runlore.server")

# By class, the nearest first; what stands in none of them is our own failure.
_STATUSES: tuple[tuple[type[RunloreError], int], ...] = (
    (TooLarge, 413),
    (ConfirmationNeeded, 409),
    (UsageError, 400),
    (NotFound, 404),
    (Ambiguous, 409),
    (RunBusy, 409),
    (StoreReadOnly, 403),
    (StoreRefused, 403),
    (StoreFull, 507),
    (StoreError, 503),
    (MissingExtra, 501),
)
_CODES = {
    400: "bad-request",
    403: "forbidden",
    404: "no-such-route",
    405: "method-not-allowed",
    413: "too-large",
    415: "not-json",
    421: "wrong-host",
}
_WORD = re.compile(r"[\w.\-/\[\]%]+|.?", re.DOTALL)
_MEANT = re.compile(r"did you mean '([^']+)'")


class Forbidden(RunloreError):
    """The server doesn't do that for whoever asked."""

    code = "forbidden"


def problem(
    status: int,
    code: str,
    message: str,
    *,
    hint: str | None = None,
    span: tuple[int, int] | None = None,
    suggestion: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Make the answer that says what went wrong."""
    details = ProblemDetails(
        code=code, message=message, hint=hint, span=span, suggestion=suggestion
    )
    body = Problem(error=details).model_dump_json()
    return Response(body, status, headers, media_type="application/json")


def problem_of(error: Exception) -> Response:
    """Say an exception in the shape of all errors; of an unforeseen one only that it was."""
    if isinstance(error, QueryError):
        found = _MEANT.search(error.hint or "")
        return problem(
            400,
            error.code,
            error.reason,
            hint=error.hint,
            span=_span(error.text, error.position) if error.text else None,
            suggestion=found[1] if found else None,
        )
    if isinstance(error, Forbidden):
        return problem(403, error.code, error.message, hint=error.hint)
    if isinstance(error, RunloreError):
        status = next((status for kind, status in _STATUSES if isinstance(error, kind)), 500)
        return problem(status, error.code, error.message, hint=error.hint)
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return problem(507, StoreFull.code, "the disk is full", hint="make room, and try again")
    log.error("a request failed unexpectedly", exc_info=error)
    return problem(
        500,
        "internal",
        "the server failed to answer this",
        hint="the terminal of `runlore ui` shows why; please report it",
    )


def install_handlers(app: FastAPI) -> None:
    """Let an app answer all of its errors in one shape."""

    async def said(_request: Request, error: Exception) -> Response:
        return problem_of(error)

    async def refused(_request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)  # noqa: S101 - for the type checker
        return _refused(error)

    async def http(_request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)  # noqa: S101 - for the type checker
        code = _CODES.get(error.status_code, "http")
        message = {404: "there is no such route", 405: "this route has no such method"}.get(
            error.status_code, str(error.detail)
        )
        return problem(error.status_code, code, message, headers=error.headers)

    app.add_exception_handler(RunloreError, said)
    app.add_exception_handler(RequestValidationError, refused)
    app.add_exception_handler(HTTPException, http)


class Catching:
    """Answers exceptions that nobody foresaw, where nothing was answered yet."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        is_begun = False

        async def watch(message: Message) -> None:
            nonlocal is_begun
            is_begun = True
            await send(message)

        try:
            await self._app(scope, receive, watch)
        except Exception as error:
            if is_begun or scope["type"] != "http":
                log.exception("an answer broke off")
                raise
            await problem_of(error)(scope, receive, send)


def _refused(error: RequestValidationError) -> Response:
    """Name the first thing wrong with a request's parameters or body."""
    first = error.errors()[0]
    place = [str(part) for part in first["loc"] if part not in ("query", "path", "body")]
    where = ".".join(place) or "the body"
    said = str(first["msg"]).removeprefix("Value error, ")
    more = len(error.errors()) - 1
    hint = f"and {more} more" if more else None
    return problem(422, "invalid-request", f"{where}: {said}"[:500], hint=hint)


def _span(text: str, position: int) -> tuple[int, int]:
    """Give the word at a place of a text, counted in UTF-16 units as browsers count."""
    word = _WORD.match(text, position)
    end = word.end() if word else position
    return utf16_length(text[:position]), utf16_length(text[:end])


def utf16_length(text: str) -> int:
    """Count a text's UTF-16 units."""
    return len(text) + sum(letter > "\uffff" for letter in text)
