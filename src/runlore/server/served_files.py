"""Serve bytes that users recorded: parts of them, and never with the rights of the page.

Whatever a browser opens under these addresses is sandboxed: it has an origin of its own, so that
it can't read this server or the page that shows it. Only HTML may run scripts there.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote

from starlette.responses import Response, StreamingResponse

from runlore.actions.run_files import open_plain, open_verified
from runlore.media.formats import extension_of
from runlore.server.problems import problem

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

    from starlette.requests import Request

    from runlore.reading.files import ArtifactFile, MediaItem

_CHUNK_BYTES = 256 << 10
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")
_TYPES = {
    ".html": "text/html; charset=utf-8", ".htm": "text/html; charset=utf-8",
    ".svg": "image/svg+xml", ".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg",
    ".webp": "image/webp", ".gif": "image/gif", ".bmp": "image/bmp", ".avif": "image/avif",
    ".wav": "audio/wav", ".mp3": "audio/mpeg", ".ogg": "audio/ogg", ".oga": "audio/ogg",
    ".flac": "audio/flac", ".m4a": "audio/mp4", ".opus": "audio/ogg",
    ".mp4": "video/mp4", ".webm": "video/webm", ".ogv": "video/ogg", ".mov": "video/quicktime",
    ".json": "application/json", ".ipynb": "application/json",
}  # fmt: skip
_TEXTS = frozenset((
    ".txt", ".md", ".csv", ".tsv", ".jsonl", ".ndjson", ".log", ".py", ".yaml", ".yml", ".toml",
    ".ini", ".cfg", ".sh", ".r", ".jl", ".diff", ".patch", ".sql", ".tex",
))  # fmt: skip
_ANY = "application/octet-stream"
_SANDBOX = "sandbox"
# A page of a user may use scripts that it holds or names, but send nothing anywhere.
_SANDBOX_FOR_PAGES = (
    "sandbox allow-scripts; connect-src 'none'; form-action 'none'; object-src 'none'"
)


def serve(request: Request, file: ArtifactFile | MediaItem, *, is_download: bool) -> Response:
    """Answer with a file, or the part of it that a request names."""
    name = file.name
    extension = file.details.get("extension")
    if not isinstance(extension, str):
        extension = extension_of(name)
    elif not name.lower().endswith(extension):
        name += extension
    kind = _type_of(extension)
    headers = {
        "Content-Security-Policy": _SANDBOX_FOR_PAGES if "text/html" in kind else _SANDBOX,
        "X-Content-Type-Options": "nosniff",
        "Accept-Ranges": "bytes",
        "Cache-Control": "private, no-cache",
        "Content-Disposition": _disposition(name, is_download=is_download or kind == _ANY),
    }
    if file.digest is not None:
        headers["ETag"] = f'"{file.digest}"'
        if headers["ETag"] in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
    return _answer(request, file, kind, headers)


def _answer(
    request: Request, file: ArtifactFile | MediaItem, kind: str, headers: dict[str, str]
) -> Response:
    wanted = _range_of(request, headers.get("ETag"))
    if wanted is None:
        opened, size_bytes = open_verified(file)
        headers["Content-Length"] = str(size_bytes)
        # So that damage of what is read at once is answered as such, and not by breaking off.
        begin = opened.read(_CHUNK_BYTES)
        return StreamingResponse(_chunks(opened, None, begin), 200, headers, media_type=kind)
    first, last = wanted
    opened, size_bytes = open_plain(file)
    if first is None:  # the last so many bytes
        first, last = max(0, size_bytes - (last or 0)), None
    last = size_bytes - 1 if last is None else min(last, size_bytes - 1)
    if first > last:
        opened.close()
        return problem(
            416, "no-such-range", f"the file has {size_bytes:,} bytes",
            headers={"Content-Range": f"bytes */{size_bytes}"},
        )  # fmt: skip
    opened.seek(first)
    headers["Content-Range"] = f"bytes {first}-{last}/{size_bytes}"
    headers["Content-Length"] = str(last - first + 1)
    return StreamingResponse(_chunks(opened, last - first + 1), 206, headers, media_type=kind)


def _range_of(request: Request, tag: str | None) -> tuple[int | None, int | None] | None:
    """Read which bytes are wanted; None for all, as for ranges that we don't know."""
    found = _RANGE.fullmatch(request.headers.get("range", "").replace(" ", ""))
    condition = request.headers.get("if-range")
    if found is None or found[0] == "bytes=-" or condition not in (None, tag):
        return None
    first, last = (int(text) if text else None for text in found.groups())
    if first is not None and last is not None and last < first:
        return None
    return first, last


def _chunks(opened: BinaryIO, size_bytes: int | None, begin: bytes = b"") -> Iterator[bytes]:
    with opened:
        yield begin
        left = size_bytes
        while left is None or left > 0:
            chunk = opened.read(_CHUNK_BYTES if left is None else min(_CHUNK_BYTES, left))
            if not chunk:
                return
            left = None if left is None else left - len(chunk)
            yield chunk


def _type_of(extension: str) -> str:
    """Say what a browser may take a file for, by the extension and nothing that it claims."""
    if extension in _TEXTS:
        return "text/plain; charset=utf-8"
    if extension.endswith(".json"):  # `.table.json`, `.plotly.json`
        return "application/json"
    return _TYPES.get(extension, _ANY)


def _disposition(name: str, *, is_download: bool) -> str:
    base = name.rsplit("/", 1)[-1] or "file"
    plain = "".join(
        letter if letter.isascii() and (letter.isalnum() or letter in "._- ") else "_"
        for letter in base
    )[:150]
    how = "attachment" if is_download else "inline"
    encoded = quote(base[:300].encode("utf-8", "replace"), safe="")
    return f"{how}; filename=\"{plain}\"; filename*=utf-8''{encoded}"
