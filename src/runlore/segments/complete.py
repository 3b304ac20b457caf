"""Which journal files there are, and which are complete; light to import."""

from __future__ import annotations

import json
import os
import zlib
from dataclasses import dataclass
from itertools import islice
from time import time
from typing import TYPE_CHECKING, Any

from runlore.journal.filesystem import is_local
from runlore.journal.frames import ACTOR, CLOSE, HEADER_SIZE, OVERHEAD, unpack_front, unpack_u32
from runlore.journal.liveness import ALIVE, DEAD, holder
from runlore.journal.reader import Frame, Reader
from runlore.records.ids import is_id

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runlore.journal.folder import StoreFolder
    from runlore.journal.host import HostIdentity

SHELL = "shell"
SILENCE_SECONDS = 7 * 86_400.0
_ACTOR_FRAME_BYTES = 64 << 10
_FIRST_FRAMES = 4


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
            is_complete = number < numbers[-1] or is_over(
                store, actor, path, host=host, is_on_local_disk=is_on_local_disk
            )
            files.append(JournalFile(path, actor, number, is_complete))
    return files


def is_over(
    store: StoreFolder,
    actor: str,
    path: str,
    *,
    host: HostIdentity,
    is_on_local_disk: bool | None = None,
) -> bool:
    """Tell whether nothing more is to come in the last journal file of an actor."""
    if is_on_local_disk is None:
        is_on_local_disk = is_local(store.path)
    return ends_in_close(path) or _is_abandoned(
        store, actor, path, host, is_on_local_disk=is_on_local_disk
    )


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


def process_of(path: str) -> dict[str, Any]:
    """Read what a journal file says of its process; empty where that can't be read."""
    try:
        with open(path, "rb") as file:
            head = memoryview(file.read(_ACTOR_FRAME_BYTES))
    except FileNotFoundError:
        return {}
    if len(head) < HEADER_SIZE:
        return {}
    for item in islice(Reader(head), _FIRST_FRAMES):
        if isinstance(item, Frame) and item.kind == ACTOR:
            try:
                content = json.loads(item.body)
            except ValueError:
                return {}
            return content if isinstance(content, dict) else {}
    return {}


def _is_abandoned(
    store: StoreFolder, actor: str, path: str, host: HostIdentity, *, is_on_local_disk: bool
) -> bool:
    """Tell whether the writer of an actor's last file is gone for good.

    The lock says so, but for shell commands, which come and go. Where it can't be asked, seven
    days without a sign of life do: nothing written by the process nor by the helper that serves it.
    """
    state = holder(store.lock(actor), host=host, is_on_local_disk=is_on_local_disk)
    if state == ALIVE or process_of(path).get("kind") == SHELL:
        return False
    if state == DEAD:
        return True
    silent_since = time() - SILENCE_SECONDS
    return _last_written(path) < silent_since and not any(
        _last_written(other) >= silent_since for other in _files_of_helpers(store, actor)
    )


def _last_written(path: str) -> float:
    try:
        return os.path.getmtime(path)
    except FileNotFoundError:
        return time()


def _files_of_helpers(store: StoreFolder, actor: str) -> Iterator[str]:
    """Yield the last journal file of each helper that serves an actor."""
    for other in actors(store):
        numbers = journal_numbers(store.actor(other))
        if numbers:
            path = store.journal(other, numbers[-1])
            if process_of(path).get("serves") == actor:
                yield path


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
