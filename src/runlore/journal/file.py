"""One journal file being written: room allocated ahead, bytes put in place.

Where it is safe, a sliding memory map takes the bytes: copying into it needs no system
call, so it never gives up the interpreter lock (an `os.write` with another busy thread
waits milliseconds for it). Elsewhere the same interface writes with `pwrite`.
"""

from __future__ import annotations

import os
from mmap import ALLOCATIONGRANULARITY, mmap

FIRST_ROOM = 64 << 10
MOST_ROOM = 1 << 20

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol

    class View(Protocol):
        """What the writer puts bytes into; positions are relative to the file's `base`."""

        def __setitem__(self, place: slice, data: bytes, /) -> None:
            """Put `data` at `place`."""


class Room:
    """How far a file may be written, and how much further next: 64 KiB, doubled up to 1 MiB."""

    __slots__ = ("_step", "end")

    def __init__(self) -> None:
        """Begin with an empty file."""
        self.end = 0
        self._step = FIRST_ROOM

    def wanted(self, needed: int) -> int:
        """Return the end of the next room, which reaches to byte `needed` at least."""
        end = max(needed, self.end + self._step)
        return end + -end % ALLOCATIONGRANULARITY

    def take(self, end: int) -> None:
        """Take the room up to byte `end`."""
        self.end = end
        self._step = min(2 * self._step, MOST_ROOM)


class MappedFile:
    """A new file written through a sliding memory map of at most about 1 MiB."""

    __slots__ = ("_descriptor", "_room", "base", "limit", "view")

    def __init__(self, path: str) -> None:
        """Make the file; that it exists already is an error."""
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o644)
        self._room = Room()
        self.base = 0
        self.limit = 0
        self.view: View | None = None

    def make_room(self, position: int, size: int) -> None:
        """Allocate and map at least `size` bytes from byte `position` on.

        `base`, `limit` and `view` are new afterwards. On an OSError nothing has changed.
        """
        base = position - position % ALLOCATIONGRANULARITY
        end, wanted = self._room.end, self._room.wanted(position + size)
        os.posix_fallocate(self._descriptor, end, wanted - end)
        view = mmap(self._descriptor, wanted - base, offset=base)
        self._room.take(wanted)
        self.base, self.limit, self.view = base, wanted - base, view

    def close(self, position: int) -> None:
        """Cut the file to `position` bytes and let go of it."""
        try:
            os.ftruncate(self._descriptor, position)
        finally:
            self.abandon()

    def abandon(self) -> None:
        """Let go of the file as it is (in a forked child it is the parent's)."""
        self.view = None
        os.close(self._descriptor)


class PlainFile:
    """A file written with plain `pwrite`, for file systems where a map isn't safe.

    It is given room in the same steps as a mapped one, so that both hold the same bytes.
    """

    __slots__ = ("_descriptor", "_room", "base", "limit", "view")

    def __init__(self, path: str, *, is_new: bool = True) -> None:
        """Make the file (that it exists already is an error), or open one to go on."""
        making = os.O_CREAT | os.O_EXCL if is_new else 0
        self._descriptor = os.open(path, os.O_RDWR | making, 0o644)
        self._room = Room()
        self.base = 0
        self.limit = 0
        self.view: View | None = None

    def make_room(self, position: int, size: int) -> None:
        """Accept writes further on; the room itself is found when writing."""
        self.limit = self._room.wanted(position + size)
        self._room.take(self.limit)
        self.view = self

    def __setitem__(self, place: slice, data: bytes, /) -> None:
        """Write all of `data` at `place`; a part of it may be there after an OSError."""
        written = os.pwrite(self._descriptor, data, place.start)
        while written < len(data):
            written += os.pwrite(self._descriptor, data[written:], place.start + written)

    def truncate(self, position: int) -> None:
        """Cut the file to `position` bytes."""
        os.ftruncate(self._descriptor, position)
        self._room.end = position

    def sync(self) -> None:
        """Wait until what was written is on the device."""
        os.fsync(self._descriptor)

    def close(self, position: int) -> None:
        """Cut the file to `position` bytes and let go of it."""
        try:
            self.truncate(position)
        finally:
            self.abandon()

    def abandon(self) -> None:
        """Let go of the file as it is."""
        self.view = None
        os.close(self._descriptor)


def open_file(path: str, *, is_mapped: bool) -> MappedFile | PlainFile:
    """Make a journal file."""
    return MappedFile(path) if is_mapped else PlainFile(path)
