"""Texts: files of them, and text at a step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runlore.errors import InvalidType, a_kind
from runlore.media.encoded import EncodedMedia

if TYPE_CHECKING:
    from pathlib import Path

# What an object may offer under an extension, in order.
_METHODS = {
    ".html": ("to_html", "_repr_html_"),
    ".htm": ("to_html", "_repr_html_"),
    ".md": ("to_markdown", "to_html"),
    ".txt": ("to_string",),
}


def encode_text(value: object, *, is_markdown: bool = False) -> EncodedMedia:
    """Encode a string (or UTF-8 bytes); a half character is kept as its escape."""
    if isinstance(value, bytes):
        try:
            value = value.decode()
        except UnicodeDecodeError as error:
            raise InvalidType(
                f"the bytes are not UTF-8: {error}", hint="decode them, or use save_artifact"
            ) from error
    if not isinstance(value, str):
        raise InvalidType(
            f"a text must be a str or bytes, and this is {a_kind(value)}",
            hint="convert it with str(…)",
        )
    return EncodedMedia(
        kind="text",
        media_type="text/markdown" if is_markdown else "text/plain",
        extension=".md" if is_markdown else ".txt",
        payload=value.encode(errors="backslashreplace"),
    )


def write_text(value: object, path: Path, extension: str) -> bool:
    """Write a str in UTF-8, bytes as they are, or what an object renders itself as.

    A list of texts becomes the lines of a .txt file, as of `requirements.txt`.
    """
    if isinstance(value, list | tuple) and extension == ".txt" and value:
        if not all(isinstance(line, str) for line in value):
            return False
        value = "".join(f"{line.rstrip(chr(10))}\n" for line in value)
    if isinstance(value, str):
        path.write_bytes(value.encode(errors="backslashreplace"))
        return True
    if isinstance(value, bytes | bytearray | memoryview):
        path.write_bytes(value)
        return True
    if not isinstance(value, type):
        for method in _METHODS.get(extension, ()):
            render = getattr(value, method, None)
            text = render() if callable(render) else None
            if isinstance(text, str):
                path.write_bytes(text.encode(errors="backslashreplace"))
                return True
    return False
