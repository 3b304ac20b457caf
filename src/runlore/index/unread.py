"""See what the journals hold that an index doesn't."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from runlore.index.journals import REFUSED, JournalFile
from runlore.index.rows import Position
from runlore.index.tail import has_news
from runlore.journal.frames import HEADER_SIZE
from runlore.records.ids import is_id
from runlore.segments.manifest import read_from

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from runlore.index.interface import Index
    from runlore.journal.folder import StoreFolder

_SUFFIX = ".journal"
_UNREAD = Position(HEADER_SIZE, None, "open", 0)


class Behind(NamedTuple):
    """A journal file that holds more than is applied."""

    file: JournalFile
    size_bytes: int
    known: Position


def list_behind(
    index: Index, store: StoreFolder, actors: Sequence[str] | None = None
) -> list[Behind]:
    """Look at every journal file, or those of `actors`, for something not applied yet."""
    if actors is None:
        actors = _names(store.journals)
    positions = index.positions(actors)
    behind = []
    for actor in actors:
        numbers = _numbers(store.actor(actor))
        for number in numbers:
            known = positions.get((actor, number), _UNREAD)
            path = store.journal(actor, number)
            file = JournalFile(path, actor, number, is_complete=number != numbers[-1])
            item = _look(file, known)
            if item is not None:
                behind.append(item)
    return behind


def has_unread(index: Index, store: StoreFolder, actors: Collection[str]) -> bool:
    """Tell whether actors have recorded what an index doesn't hold."""
    behind = list_behind(index, store, list(actors))
    if behind:
        torn = {(gap.actor, gap.number): gap.stop for gap in index.problems() if gap.kind == "gap"}
        for file, _, known in behind:  # a frame that its writer's death cut short stays behind
            read_up_to = torn.get((file.actor, file.number), known.position)
            if written_size(file.path, known.position) > read_up_to:
                return True
    cleared = {actor for actor in actors if not _numbers(store.actor(actor))}
    if not cleared:
        return False
    return any(
        entry.actor in cleared for _, entry in read_from(store, index.applied_entries() + 1, [])
    )


def _look(file: JournalFile, known: Position) -> Behind | None:
    """Say how much of a journal file isn't applied; None if nothing."""
    if known.state in REFUSED:
        return None
    size_bytes = unread_bytes(file.path, known)
    return Behind(file, max(size_bytes, known.position + 1), known) if size_bytes else None


def unread_bytes(path: str, known: Position) -> int:
    """Return the size of a journal file if something stands behind a position, else 0."""
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
    except OSError:
        return 0  # sealed and gone
    try:
        # None, a fork, has to be looked at more closely, too.
        if has_news(descriptor, known.position, known.crc) is False:
            return 0
        return max(os.fstat(descriptor).st_size, 1)
    finally:
        os.close(descriptor)


def written_size(path: str, position: int) -> int:
    """Return how long a file is without the zeros allocated ahead."""
    try:
        with open(path, "rb", buffering=0) as file:
            size = file.seek(0, os.SEEK_END)
            while size > position:
                begin = max(position, size - (1 << 16))
                file.seek(begin)
                written = file.read(size - begin).rstrip(b"\0")
                if written:
                    return begin + len(written)
                size = begin
    except OSError:
        pass
    return position


def _names(folder: str) -> list[str]:
    try:
        return sorted(name for name in os.listdir(folder) if is_id(name))
    except OSError:
        return []


def _numbers(folder: str) -> list[int]:
    try:
        names = os.listdir(folder)
    except OSError:
        return []
    stems = (name[: -len(_SUFFIX)] for name in names if name.endswith(_SUFFIX))
    return sorted(int(stem) for stem in stems if stem.isascii() and stem.isdigit())
