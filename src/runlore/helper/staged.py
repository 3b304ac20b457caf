"""Find out which of the files that a process has given are whole.

A file is whole once a record of the process names it. The records are found by searching the
journal's bytes for the actor's part of such a name: a hundred thousand points are passed
over in about a millisecond, and only the frame of a hit is verified.
"""

from __future__ import annotations

import os
from zlib import crc32

from runlore.journal.frames import (
    EVENT,
    HEADER_SIZE,
    MAX_FRAME_SIZE,
    OVERHEAD,
    unpack_front,
    unpack_u32,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from runlore.journal.folder import StoreFolder

_CHUNK_BYTES = 1 << 20
_SMALL_EVENT = 4096
_BODY_BEGIN = b'{"kind": "'


def waiting_files(store: StoreFolder, actor: str) -> list[str]:
    """List what lies in `incoming/` of an actor, whole or not, without the actor's name."""
    try:
        return sorted(os.listdir(os.path.join(store.incoming, actor)))
    except (FileNotFoundError, NotADirectoryError):
        return []


class StagedSearch:
    """Reads the names of whole files from the journal of `actor`, each time from where it was.

    It begins at the file `number`; a journal file that has been sealed and removed is
    passed over.
    """

    __slots__ = ("_actor", "_needle", "_position", "_store", "number")

    def __init__(self, store: StoreFolder, actor: str, number: int = 1) -> None:
        self._store = store
        self._actor = actor
        self._needle = b'"staged": "' + actor.encode() + b"/"
        self.number = number
        self._position = HEADER_SIZE

    def skip_to(self, number: int) -> None:
        """Leave the files before `number` out: nothing that waits can be named there."""
        if number > self.number:
            self.number = number
            self._position = HEADER_SIZE

    def search(self, newest: int) -> set[str]:
        """Return the names found up to the end of file `newest`, without the actor's."""
        names: set[str] = set()
        while True:
            try:
                descriptor = os.open(self._store.journal(self._actor, self.number), os.O_RDONLY)
            except FileNotFoundError:
                pass
            else:
                try:
                    self._search_file(descriptor, names)
                finally:
                    os.close(descriptor)
            if self.number >= newest:
                return names
            self.skip_to(self.number + 1)

    def _search_file(self, descriptor: int, names: set[str]) -> None:
        """Search from the position on, and leave that before what isn't written whole yet."""
        needle = self._needle
        at = written = self._position
        unsure: int | None = None
        while True:
            chunk = os.pread(descriptor, _CHUNK_BYTES, at)
            hit = chunk.find(needle)
            while hit >= 0:
                name = _name_in_event(descriptor, at + hit, len(needle))
                if name is not None:
                    names.add(name)
                elif unsure is None:
                    unsure = at + hit
                hit = chunk.find(needle, hit + 1)
            size = len(chunk.rstrip(b"\0"))
            written = at + size if size else written
            if len(chunk) < _CHUNK_BYTES:
                break
            at += _CHUNK_BYTES - len(needle)  # one may lie across two chunks
        # Nor may the last one be written to its end.
        self._position = max(self._position, written - len(needle)) if unsure is None else unsure


def _name_in_event(descriptor: int, hit: int, needle_size: int) -> str | None:
    """Return the name behind a hit if it lies in a whole event, else None."""
    for reach in (_SMALL_EVENT, MAX_FRAME_SIZE):
        base = max(HEADER_SIZE - 4, hit - reach)
        window = os.pread(descriptor, hit - base + reach, base)
        end = hit - base
        while (body := window.rfind(_BODY_BEGIN, 0, end)) >= 0:
            begin = body - 8
            if begin >= 4 and not (base + begin) & 7 and _is_event(window, begin, hit - base):
                begin_of_name = hit - base + needle_size
                name = window[begin_of_name : window.index(b'"', begin_of_name)]
                return name.decode("ascii", "replace")
            end = body
    return None


def _is_event(window: bytes, begin: int, hit: int) -> bool:
    """Tell whether a whole event frame begins at `begin` and holds what is at `hit`."""
    size, kind, _, _ = unpack_front(window, begin)
    end = begin + size
    if kind != EVENT or size < OVERHEAD or not hit < end <= len(window):
        return False
    (seed,) = unpack_u32(window, begin - 4)
    (stored,) = unpack_u32(window, end - 4)
    return crc32(memoryview(window)[begin : end - 4], seed) == int(stored)
