"""Compose and take apart the frames of a journal file (docs/formats/journal.md)."""

from __future__ import annotations

from struct import Struct
from zlib import crc32

MAGIC = b"RUNLOREJ"
VERSION = 1
HEADER_SIZE = 64
OVERHEAD = 16  # size, type, flags, reserved in front; reference and checksum behind
MAX_FRAME_SIZE = 4 << 20

POINTS = 1
KEYS = 2
RUN = 3
ACTOR = 4
EVENT = 5
HEARTBEAT = 6
CLOSE = 7
HAS_STEP = 1  # flag of a points frame

_HEADER = Struct("<8sHHI16sQqI8s")
_FRONT = Struct("<IBBH")
_CLOCKS = Struct("<qq")
_U32 = Struct("<I")
pack_u32 = _U32.pack
unpack_u32 = _U32.unpack_from
unpack_front = _FRONT.unpack_from


def pack_header(actor: bytes, number: int, created: int, previous_crc: int) -> bytes:
    """Compose the 64-byte header of a file; `created` in microseconds."""
    head = _HEADER.pack(
        MAGIC, VERSION, HEADER_SIZE, 0, actor, number, created, previous_crc, bytes(8)
    )
    return head + pack_u32(crc32(head))


class Header:
    """What a file says of itself; `is_intact` tells whether its checksum holds."""

    __slots__ = ("actor", "crc", "created", "is_intact", "number", "previous_crc", "version")

    def __init__(self, buffer: bytes | memoryview) -> None:
        """Read the first 64 bytes of `buffer`."""
        magic, self.version, _, _, actor, self.number, self.created, self.previous_crc, _ = (
            _HEADER.unpack_from(buffer)
        )
        self.actor = actor.hex()
        (self.crc,) = unpack_u32(buffer, 60)
        self.is_intact = magic == MAGIC and crc32(buffer[:60]) == self.crc


def frame_front(kind: int, flags: int, body_size: int) -> bytes:
    """Compose the 8 bytes before a body; `body_size` is a multiple of 8."""
    return _FRONT.pack(body_size + OVERHEAD, kind, flags, 0)


def pack_frame(
    kind: int, flags: int, body: bytes, reference: int, seed: int, padding: bytes = b" "
) -> tuple[bytes, int]:
    """Compose one frame and return it with its checksum."""
    body += padding * (-len(body) % 8)
    frame = frame_front(kind, flags, len(body)) + body + pack_u32(reference)
    crc = crc32(frame, seed)
    return frame + pack_u32(crc), crc


def pack_clocks(wall: int, monotonic: int) -> bytes:
    """Compose the body of a heartbeat: microseconds and nanoseconds."""
    return _CLOCKS.pack(wall, monotonic)


def unpack_clocks(body: bytes | memoryview) -> tuple[int, int]:
    """Take apart the body of a heartbeat."""
    wall, monotonic = _CLOCKS.unpack_from(body)
    return wall, monotonic
