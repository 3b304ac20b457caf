"""Read the frames of a journal file in order, around damage (docs/formats/journal.md)."""

from __future__ import annotations

from zlib import crc32

from runlore.errors import FormatTooNew
from runlore.journal.frames import (
    HEADER_SIZE,
    MAX_FRAME_SIZE,
    OVERHEAD,
    VERSION,
    Header,
    unpack_front,
    unpack_u32,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    Buffer = bytes | memoryview

_MOST_SEARCHED_BYTES = 256 << 20  # checksummed in one search behind damage
_MOST_CHAINED = 8


class Frame:
    """One whole frame; `position` is its byte offset, `crc` the stored checksum."""

    __slots__ = ("body", "crc", "flags", "kind", "position", "reference", "size")

    def __init__(self, buffer: Buffer, position: int, size: int) -> None:
        """Take the frame of `size` bytes at `position` apart; nothing is verified here."""
        self.position = position
        self.size = size
        _, self.kind, self.flags, _ = unpack_front(buffer, position)
        end = position + size
        self.body = bytes(buffer[position + 8 : end - 8])
        (self.reference,) = unpack_u32(buffer, end - 8)
        (self.crc,) = unpack_u32(buffer, end - 4)

    @property
    def sequence(self) -> int:
        """Its sequence number in the file."""
        return self.position >> 3


class Gap:
    """A stretch of bytes, from `position` up to `end`, that could not be read."""

    __slots__ = ("end", "position")

    def __init__(self, position: int, end: int) -> None:
        """Mark the bytes from `position` to before `end`."""
        self.position = position
        self.end = end


class Reader:
    """Iterate over the frames and gaps of a file from a position on.

    After the iteration, `position` is where the next frame will begin and `crc` the stored
    checksum before it: what a reader keeps. With `is_complete` false, bytes behind the last
    whole frame are taken for a frame on its way and left for the next time. A gap in
    a file still being written counts only if it is there when read again: a copy taken while
    the writer went on may hold a later frame and not yet an earlier one.
    """

    def __init__(
        self,
        buffer: Buffer,
        position: int = HEADER_SIZE,
        *,
        crc: int | None = None,
        is_complete: bool = False,
    ) -> None:
        """Read `buffer`, the whole file, from byte `position` on.

        `crc` is the checksum kept with the position, which a stored one that was hit since
        can't replace. A file shorter than the position or than its header has no frames.

        Raises:
            FormatTooNew: if a later release wrote the file.
        """
        self.position = position
        self._buffer = memoryview(buffer)
        self._is_complete = is_complete
        self._kept = crc
        self.crc = 0 if crc is None else crc
        if len(buffer) >= max(position, HEADER_SIZE):
            header = Header(self._buffer[:HEADER_SIZE])
            if header.is_intact and header.version > VERSION:
                raise FormatTooNew(
                    f"a journal of {header.actor} has format {header.version}, "
                    f"this release knows {VERSION}",
                    hint="upgrade: pip install --upgrade runlore",
                )
            if crc is None:
                (self.crc,) = unpack_u32(buffer, position - 4)

    def __iter__(self) -> Iterator[Frame | Gap]:
        """Yield frames and gaps in the order of the file."""
        buffer, computed = self._buffer, self._kept
        if len(buffer) < max(self.position, HEADER_SIZE):
            if self._is_complete and self.position == HEADER_SIZE and len(buffer):
                yield Gap(0, len(buffer))
            return
        is_begun = any(buffer[:HEADER_SIZE]) or _has_content(buffer, HEADER_SIZE)
        if not is_begun:
            return  # its writer was killed before it wrote the header
        if self.position == HEADER_SIZE and not Header(buffer[:HEADER_SIZE]).is_intact:
            computed = crc32(buffer[:60])
            yield Gap(0, HEADER_SIZE)
        while True:
            size = plausible_size(buffer, self.position)
            crc = checksum_if_whole(buffer, self.position, size, computed) if size else None
            if crc is None:
                resumed = next_frame(buffer, self.position, size)
                if resumed is None:
                    break
                found, computed = resumed
                gap = Gap(self.position, found)
                self.position = found
                yield gap
                continue
            frame = Frame(buffer, self.position, size)
            self.position += size
            self.crc, computed = frame.crc, crc
            yield frame
        end = self.position + len(bytes(buffer[self.position :]).rstrip(b"\0"))
        if self._is_complete and end > self.position:
            yield Gap(self.position, end)


def _has_content(buffer: memoryview, position: int) -> bool:
    """Tell whether anything but zeros stands from `position` on."""
    return bool(bytes(buffer[position:]).strip(b"\0"))


def plausible_size(buffer: memoryview, position: int) -> int:
    """Return the size a frame at `position` states, 0 where no frame can begin there."""
    if position + OVERHEAD > len(buffer):
        return 0
    (size,) = unpack_u32(buffer, position)
    is_plausible = (
        OVERHEAD <= size <= MAX_FRAME_SIZE and not size & 7 and position + size <= len(buffer)
    )
    return int(size) if is_plausible else 0


def checksum_if_whole(
    buffer: memoryview, position: int, size: int, computed: int | None
) -> int | None:
    """Return the checksum of the frame at `position` if it verifies, else None.

    The seed is the checksum stored before it; where that fails, the `computed` one of the
    previous frame, whose stored checksum may be what was hit.
    """
    end = position + size
    (stored,) = unpack_u32(buffer, end - 4)
    (seed,) = unpack_u32(buffer, position - 4)
    content = buffer[position : end - 4]
    if crc32(content, seed) == stored:
        return int(stored)
    if computed is not None and computed != seed and crc32(content, computed) == stored:
        return int(stored)
    return None


def next_frame(buffer: memoryview, position: int, size: int) -> tuple[int, int | None] | None:
    """Search behind the damaged frame at `position` for the next whole one.

    Returns where it begins and the computed checksum to try before it (of the damaged frame,
    if the found one begins where that one, `size` bytes long, ends), or None.
    """
    end = position + len(bytes(buffer[position:]).rstrip(b"\0"))
    ends = _ends_of_damaged(buffer, position, size)
    budget = _MOST_SEARCHED_BYTES
    for at in range(position + 8, end, 8):
        candidate = plausible_size(buffer, at)
        if not candidate or buffer[at + 6] or buffer[at + 7]:
            continue
        budget -= candidate
        if budget < 0:
            return None
        tried = ends.get(at)
        if checksum_if_whole(buffer, at, candidate, tried) is not None:
            return at, tried
    return None


def _ends_of_damaged(buffer: memoryview, position: int, size: int) -> dict[int, int]:
    """Map where damaged frames in a row would end to the checksums computed along them.

    They are the seeds to try where only stored checksums were hit.
    """
    ends: dict[int, int] = {}
    (computed,) = unpack_u32(buffer, position - 4)
    while size and len(ends) < _MOST_CHAINED:
        computed = crc32(buffer[position : position + size - 4], computed)
        position += size
        ends[position] = computed
        size = plausible_size(buffer, position)
    return ends
