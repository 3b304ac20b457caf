"""Refuse what other pages could make a browser send to this machine.

A name that an attacker owns may be made to resolve to loopback (DNS rebinding): so Host must
be a name of loopback. A page elsewhere may send forms and simple requests here: so whatever
changes something must be JSON, and come from a page of this very server.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders

from runlore.server.problems import problem

if TYPE_CHECKING:
    from starlette.responses import Response
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOOPBACK = frozenset(("localhost", "127.0.0.1", "::1"))
MOST_BODY_BYTES = 4 << 20
_SAFE = frozenset(("GET", "HEAD", "OPTIONS"))
_OWN_SITES = frozenset(("same-origin", "none"))
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "SAMEORIGIN",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


class Guard:
    """Lets only requests through that this machine's own pages and programs make."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse a request, or pass it on; every answer gets the headers that protect it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def protect(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        refusal = refusal_of(scope)
        if refusal is not None:
            await refusal(scope, receive, protect)
            return
        await self._app(scope, _limited(receive), protect)


def refusal_of(scope: Scope) -> Response | None:
    """Say why a request isn't let through; None for one that is."""
    headers = Headers(scope=scope)
    host = headers.get("host", "")
    if _name_of(host) not in LOOPBACK:
        return problem(
            421, "wrong-host", "the server answers to localhost and 127.0.0.1 alone",
            hint="open the address that `runlore ui` printed",
        )  # fmt: skip
    if scope["path"].startswith("/api/") and not _is_of_own_site(headers):
        return problem(403, "foreign-origin", "the request comes from another site's page")
    if scope["method"] in _SAFE:
        return None
    origin = headers.get("origin")
    if origin is not None and origin.lower() != f"{scope['scheme']}://{host}".lower():
        return problem(403, "foreign-origin", "the request comes from another site's page")
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        return problem(
            415, "not-json", "what is sent here is JSON",
            hint="set the header Content-Type: application/json",
        )  # fmt: skip
    size = headers.get("content-length", "0")
    if not size.isdecimal() or int(size) > MOST_BODY_BYTES:
        return _too_large()
    return None


def _is_of_own_site(headers: Headers) -> bool:
    return headers.get("sec-fetch-site", "none").lower() in _OWN_SITES


def _name_of(host: str) -> str | None:
    """Give the name in a Host header without its port; None for what is no host."""
    try:
        parts = urlsplit(f"//{host}")
        _ = parts.port  # raises where it is no number
    except ValueError:
        return None
    return parts.hostname if parts.netloc == host and "@" not in host else None


def _too_large() -> Response:
    return problem(413, "too-large", f"a request has at most {MOST_BODY_BYTES >> 20} MiB")


class BodyTooLarge(Exception):
    """A body without an announced length went on for too long."""


def _limited(receive: Receive) -> Receive:
    """Stop reading a body that is larger than any request of ours."""
    left = MOST_BODY_BYTES

    async def read() -> Message:
        nonlocal left
        message = await receive()
        left -= len(message.get("body", b""))
        if left < 0:
            raise BodyTooLarge
        return message

    return read
