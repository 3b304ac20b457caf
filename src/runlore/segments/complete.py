"""Which journal files there are, and which are complete; light to import."""

from __future__ import annotations

import os
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from runlore.journal.filesystem import is_local
from runlore.journal.frames import CLOSE, HEADER_SIZE, OVERHEAD, unpack_front, unpack_u32
from runlore.journal.liveness import DEAD, holder
from runlore.records.ids import is_id

if TYPE_CHECKING:
    from runlore.journal.folder import StoreFolder
    from runlore.journal.host import HostIdentity


@dataclass(frozen=True, slots=True)
class JournalFile:
    """A journal file; complete when nothing more is to come."""

    path: str
    actor: str
    number: int
    is_complete: bool


def journal_files(store: StoreFolder, *, host: HostIdentity) -> list[JournalFile]:
    """List the journal files of all actors, in their order."""
    is_on_local_disk = is_local(store.path)
    files = []
    for actor in actors(store):
        numbers = journal_numbers(store.actor(actor))
        for number in numbers:
            path = store.journal(actor, number)
            is_complete = (
                number < numbers[-1]
                or ends_in_close(path)
                or holder(store.lock(actor), host=host, is_on_local_disk=is_on_local_disk) == DEAD
            )
            files.append(JournalFile(path, actor, number, is_complete))
    return files


def complete_files(store: StoreFolder, *, host: HostIdentity) -> list[JournalFile]:
    """List the journal files that can be sealed: see the section on life in store.md."""
    return [file for file in journal_files(store, host=host) if file.is_complete]


def actors(store: StoreFolder) -> list[str]:
    """List the actors that have a folder of journals."""
    try:
        return sorted(name for name in os.listdir(store.journals) if is_id(name))
    except FileNotFoundError:
        return []


def journal_numbers(folder: str) -> list[int]:
    """List the numbers of the journal files in an actor's folder."""
    try:
        names = os.listdir(folder)
    except (FileNotFoundError, NotADirectoryError):
        return []
    stems = [name.removesuffix(".journal") for name in names if name.endswith(".journal")]
    return sorted(int(stem) for stem in stems if len(stem) == 8 and stem.isdecimal())


def ends_in_close(path: str) -> bool:
    """Tell whether a journal file ends in a whole close frame."""
    size = OVERHEAD + 4
    try:
        with open(path, "rb") as file:
            file.seek(0, os.SEEK_END)
            if file.tell() < HEADER_SIZE + OVERHEAD:
                return False
            file.seek(-size, os.SEEK_END)
            tail = file.read(size)
    except FileNotFoundError:
        return False
    frame_size, kind, _, _ = unpack_front(tail, 4)
    (seed,), (stored,) = unpack_u32(tail), unpack_u32(tail, size - 4)
    return (frame_size, kind) == (OVERHEAD, CLOSE) and zlib.crc32(tail[4:-4], seed) == stored
