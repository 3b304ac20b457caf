"""Serve the page: one document for every address, and the files that it loads."""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
import os
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple

from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

from runlore.server.ahead import links_ahead

if TYPE_CHECKING:
    from collections.abc import Iterator

router = APIRouter()

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "page")
DOCUMENT = "index.html"
# Scripts and styles come from here alone; frames show users' files, which are sandboxed.
_DIRECTIVES = (
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "style-src-attr 'unsafe-inline'",  # where an element stands is set on the element itself
    "img-src 'self' data: blob:",
    "media-src 'self' blob:",
    "font-src 'self'",
    "connect-src 'self'",
    "worker-src 'self' blob:",
    "frame-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'self'",
)
POLICY = "; ".join(_DIRECTIVES)
_FOREVER = "public, max-age=31536000, immutable"  # names of built files hold hashes of them
_ALWAYS_ASK = "no-cache"
_FOR_A_DAY = "public, max-age=86400"  # browsers look for the icon again at each new address
_LEAST_COMPRESSED_BYTES = 512
_COMPRESSIBLE = ("text/", "application/javascript", "application/json", "image/svg+xml")
_NOT_BUILT = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Runlore</title>
<p>The page is not built in this checkout: run <code>make page</code> there, then reload.</p>
</html>
"""


class Asset(NamedTuple):
    """A file of the page; `packed` is None where compressing it gains nothing."""

    content: bytes
    packed: bytes | None
    media_type: str
    tag: str


class Bundle:
    """The files of a built page, by their names below `folder`; read when it was built anew."""

    def __init__(self, folder: str = FOLDER) -> None:
        self._folder = folder
        self._assets: dict[str, Asset] = {}
        self._built_at: int | None = None
        self._lock = Lock()

    def find(self, name: str) -> Asset | None:
        """Return a file; only those that are listed there are ever opened."""
        with self._lock:
            self._refresh()
            return self._assets.get(name)

    def assets(self) -> list[Asset]:
        """List all files."""
        with self._lock:
            self._refresh()
            return list(self._assets.values())

    def names(self) -> list[str]:
        """List the names of all files."""
        with self._lock:
            self._refresh()
            return sorted(self._assets)

    def _refresh(self) -> None:
        try:
            built_at = os.stat(os.path.join(self._folder, DOCUMENT)).st_mtime_ns
        except OSError:
            built_at = None
        if built_at == self._built_at:
            return
        self._assets = {} if built_at is None else dict(self._read())
        self._built_at = built_at

    def _read(self) -> Iterator[tuple[str, Asset]]:
        for folder, _, names in os.walk(self._folder):
            for name in names:
                path = os.path.join(folder, name)
                with open(path, "rb") as file:
                    content = file.read()
                yield (
                    os.path.relpath(path, self._folder).replace(os.sep, "/"),
                    _asset(name, content),
                )


def _asset(name: str, content: bytes) -> Asset:
    media_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
    if name.endswith(".js"):
        media_type = "text/javascript"  # whatever the machine's own table says
    packed = None
    if media_type.startswith(_COMPRESSIBLE) and len(content) >= _LEAST_COMPRESSED_BYTES:
        packed = gzip.compress(content, mtime=0)
    tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    return Asset(content, packed, media_type, tag)


@router.get("/{path:path}", include_in_schema=False)
async def read_page(path: str, request: Request) -> Response:
    """Give a file of the page; every other address is one within the page."""
    bundle: Bundle = request.app.state.bundle
    if path == "api" or path.startswith("api/"):
        raise HTTPException(404)
    asset = bundle.find(path) if path else None
    if asset is not None and path != DOCUMENT:
        is_hashed = path.startswith("assets/")
        return _answer(request, asset, _FOREVER if is_hashed else _FOR_A_DAY)
    if path.startswith("assets/"):
        raise HTTPException(404)
    document = bundle.find(DOCUMENT)
    if document is None:
        return Response(_NOT_BUILT, 503, media_type="text/html")
    answer = _answer(request, document, _ALWAYS_ASK)
    answer.headers["Content-Security-Policy"] = POLICY
    raw: bytes = request.scope.get("raw_path") or b"/"
    answer.headers["Link"] = links_ahead(raw.decode("latin-1"), request.url.query, bundle.names())
    return answer


def _answer(request: Request, asset: Asset, caching: str) -> Response:
    headers = {"Cache-Control": caching, "ETag": asset.tag, "Vary": "Accept-Encoding"}
    if asset.tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    content = asset.content
    if asset.packed is not None and "gzip" in request.headers.get("accept-encoding", ""):
        content = asset.packed
        headers["Content-Encoding"] = "gzip"
    return Response(content, headers=headers, media_type=asset.media_type)
