"""The bytes around the blocks of a segment: header, footer, trailer (docs/formats/segment.md)."""

from __future__ import annotations

import json
import zlib
from struct import Struct
from typing import Any, Protocol

from runlore.errors import FormatTooNew, SegmentDamaged

MAGIC = b"RUNLORES"
END_MAGIC = b"RUNLORE."
VERSION = 1
HEADER_SIZE = 64
TRAILER_SIZE = 24
CHUNK_FRAMES = 4096
GROUP_VALUES = 8192
LEAST_DESCRIBED = 512  # points of a track of one chunk from which on statistics are kept
STORE_RUN = "0" * 32
NO_WRITER = 0xFFFF

_HEADER = Struct("<8sHHI16s16sQI")
_U32 = Struct("<I")
_TRAILER = Struct("<QII8s")
EVENT_FRONT = Struct("<IBBHII")

Place = tuple[int, int, int]  # offset, size, crc32


class Sliceable(Protocol):
    """The bytes of a segment: in memory, mapped, or read as they are asked for."""

    def __len__(self) -> int: ...

    def __getitem__(self, part: slice, /) -> memoryview: ...


def segment_key(run: str, actor: str, number: int) -> str:
    """Return the key of a segment in any place."""
    return f"runs/{run}/{actor}-{number:08}.segment"


def pack_header(run: str, actor: str, number: int) -> bytes:
    """Compose the 64-byte header."""
    head = _HEADER.pack(
        MAGIC, VERSION, HEADER_SIZE, 0, bytes.fromhex(run), bytes.fromhex(actor), number, 0
    )
    return head + _U32.pack(zlib.crc32(head))


def unpack_header(view: Sliceable, path: str) -> tuple[str, str, int]:
    """Take the header apart into (run, actor, file number).

    Raises:
        SegmentDamaged: if it isn't the header of a segment.
        FormatTooNew: if a later release wrote the segment.
    """
    if len(view) < HEADER_SIZE + TRAILER_SIZE:
        raise damaged(path, 0, "it is too short")
    head = view[:HEADER_SIZE]
    magic, version, _, _, run, actor, number, _ = _HEADER.unpack_from(head)
    if magic != MAGIC or zlib.crc32(head[:60]) != _U32.unpack_from(head, 60)[0]:
        raise damaged(path, 0, "the header fails its checksum")
    if version > VERSION:
        raise FormatTooNew(
            f"the segment {path} has format {version}; this release reads {VERSION}",
            hint="upgrade runlore to read it; nothing of it was changed",
        )
    return run.hex(), actor.hex(), number


def pack_footer(footer: dict[str, Any], offset: int, *, level: int) -> tuple[bytes, int]:
    """Compose footer and trailer; returns them with the checksum of the footer."""
    text = json.dumps(footer, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    stored = zlib.compress(text.encode(), level)
    crc = zlib.crc32(stored)
    return stored + _TRAILER.pack(offset, len(stored), crc, END_MAGIC), crc


def unpack_footer(view: Sliceable, path: str) -> tuple[dict[str, Any], int]:
    """Return the footer and its checksum.

    Raises:
        SegmentDamaged: if it fails its checksum or isn't one.
    """
    at = len(view) - TRAILER_SIZE
    offset, size, crc, magic = _TRAILER.unpack(view[at:])
    if magic != END_MAGIC or offset + size != at:
        raise damaged(path, at, "it doesn't end as a segment does")
    try:
        stored = checked(view, (offset, size, crc), path, "footer")
        footer = json.loads(zlib.decompress(stored))
    except (ValueError, zlib.error) as error:
        raise damaged(path, offset, f"the footer can't be read: {error}") from error
    if not isinstance(footer, dict):
        raise damaged(path, offset, "the footer isn't an object")
    return footer, crc


def checked(view: Sliceable, place: Place, path: str, what: str) -> memoryview:
    """Return the bytes at `place`.

    Raises:
        SegmentDamaged: if they fail their checksum.
    """
    offset, size, crc = place
    stored = view[offset : offset + size]
    if len(stored) != size or zlib.crc32(stored) != crc:
        raise damaged(path, offset, f"the {what} fails its checksum")
    return stored


def damaged(path: str, offset: int, what: str) -> SegmentDamaged:
    """Return the error for a segment that isn't what was written."""
    return SegmentDamaged(
        f"the segment {path} is damaged at byte {offset}: {what}",
        hint="`runlore doctor` shows what is affected; restore the file from a copy",
    )
