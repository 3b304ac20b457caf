"""Sync a journal to the device, about once a second and only when something was written."""

from __future__ import annotations

import os

from runlore.journal.frames import HEADER_SIZE, unpack_u32

TYPE_CHECKING = False
if TYPE_CHECKING:
    from runlore.journal.folder import StoreFolder

_CHUNK_BYTES = 64 << 10
_MOST_CHUNKS = 8  # a look: some 13,000 frames, about a millisecond
_sync_content = getattr(os, "fdatasync", os.fsync)  # macOS has only the latter


class JournalSync:
    """Follows the journal of one actor; `number` is that of its newest file, 0 before the first.

    What was written is seen at the place where the next frame will begin, for a memory map
    doesn't change a file's time of modification everywhere. That place is found by
    walking the sizes of frames, nothing is verified. Where the writer is faster than the
    walk, or the walk meets damage, the file counts as written to at each look.
    """

    __slots__ = ("_actor", "_position", "_store", "number")

    def __init__(self, store: StoreFolder, actor: str) -> None:
        """Follow the journal of `actor` from its newest file on."""
        self._store = store
        self._actor = actor
        self._position = HEADER_SIZE
        self.number = newest_number(store, actor)

    def sync(self) -> bool:
        """Sync what was written since the last time; tell whether that was anything.

        Raises:
            OSError: if the device reports an error.
        """
        has_changed = self._sync_file()
        while os.path.exists(self._store.journal(self._actor, self.number + 1)):
            if self.number:
                self._sync_file()  # what was written to it since the line above
            self.number += 1
            self._position = HEADER_SIZE
            _sync_folder(self._store.actor(self._actor))  # the new file's name
            self._sync_file()
            has_changed = True
        return has_changed

    def _sync_file(self) -> bool:
        try:
            descriptor = os.open(self._store.journal(self._actor, self.number), os.O_RDONLY)
        except FileNotFoundError:  # sealed and cleared away, or not there yet
            return False
        try:
            if not self._walk(descriptor):
                return False
            _sync_content(descriptor)
            return True
        finally:
            os.close(descriptor)

    def _walk(self, descriptor: int) -> bool:
        """Go on to where the next frame will begin; tell whether there was one to pass."""
        has_changed = False
        for _ in range(_MOST_CHUNKS):
            chunk = os.pread(descriptor, _CHUNK_BYTES, self._position)
            at, last = 0, len(chunk) - 4
            while at <= last:
                (size,) = unpack_u32(chunk, at)
                if not size:
                    break
                has_changed = True
                if size & 7:
                    break  # damage
                at += size
            self._position += at
            if at <= last or not chunk:
                break
        return has_changed


def newest_number(store: StoreFolder, actor: str) -> int:
    """Return the number of the newest journal file of an actor, 0 where there is none."""
    try:
        names = os.listdir(store.actor(actor))
    except OSError:
        return 0
    stems = [name.removesuffix(".journal") for name in names if name.endswith(".journal")]
    return max((int(stem) for stem in stems if stem.isdecimal()), default=0)


def sync_actor(store: StoreFolder, actor: str) -> None:
    """Sync all that an actor has written to its newest journal file."""
    try:
        descriptor = os.open(store.journal(actor, newest_number(store, actor)), os.O_RDONLY)
    except FileNotFoundError:
        return
    try:
        _sync_content(descriptor)
    finally:
        os.close(descriptor)


def _sync_folder(path: str) -> None:
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(descriptor)
    except OSError:
        pass  # some file systems can't
    finally:
        os.close(descriptor)
