"""The points of journals that are being written, read on from where they were read last."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np

from runlore.journal.frames import HEADER_SIZE
from runlore.segments.journals import continues, read_journal
from runlore.segments.scan import scan
from runlore.segments.tables import Tables

if TYPE_CHECKING:
    from runlore.index.rows import Part, Position
    from runlore.journal.folder import StoreFolder
    from runlore.segments.scan import PointsBlock
    from runlore.segments.tables import KeySet

MOST_BYTES = 16 << 20
_BYTES_OF_A_BLOCK = 1_000


class KeptJournals:
    """Gives the points of a journal by key set, those with a step and those without apart."""

    def __init__(self, folder: StoreFolder, most_bytes: int = MOST_BYTES) -> None:
        self._folder = folder
        self._most_bytes = most_bytes
        self._kept: OrderedDict[tuple[str, int], _Journal] = OrderedDict()
        self._lock = Lock()

    def blocks(self, part: Part, position: Position) -> list[PointsBlock]:
        """Read a journal up to where the index has applied it; what follows is cut off.

        Raises:
            FileNotFoundError: if it was sealed and cleared away.
            JournalForked, FormatTooNew: if it can't be read.
        """
        key = (part.actor, part.number)
        path = self._folder.journal(*key)
        with self._lock:
            kept = self._kept.pop(key, None) or _Journal(path)
            kept.read_to(position)
            self._kept[key] = kept
            while sum(one.size_bytes for one in self._kept.values()) > self._most_bytes:
                self._kept.popitem(last=False)
            return kept.blocks(position.position >> 3)


class _Journal:
    """What was read of one journal file."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._end = HEADER_SIZE
        self._crc: int | None = None
        self._tables = Tables()
        self._blocks: dict[tuple[KeySet, bool], list[PointsBlock]] = {}
        self.size_bytes = 0

    def read_to(self, position: Position) -> None:
        """Read on up to a position, unless that was read."""
        if position.position <= self._end:
            if self._end == HEADER_SIZE:
                read_journal(self._path, HEADER_SIZE)  # it may be gone
            return
        view = read_journal(self._path, self._end)
        if self._crc is not None and not continues(view, self._path, self._end, self._crc):
            return  # it was cut: what it once held is what there is
        missing = position.position - self._end
        found = scan(view, self._end, is_complete=False, tables=self._tables, limit_bytes=missing)
        self._end, self._crc, self._tables = found.end, found.crc, found.tables
        for block in found.points:
            self._blocks.setdefault((block.key_set, block.has_step), []).append(block)
            self.size_bytes += 8 * (block.values.size + 3 * len(block.time)) + _BYTES_OF_A_BLOCK

    def blocks(self, end: int) -> list[PointsBlock]:
        """Give all that stands before sequence number `end`."""
        found = []
        for parts in self._blocks.values():
            if len(parts) > 1:
                self.size_bytes -= _BYTES_OF_A_BLOCK * (len(parts) - 1)
                parts[:] = [_joined(parts)]
            (block,) = parts
            if len(block.sequence) and block.sequence[-1] >= end:
                block = _cut(block, int(np.searchsorted(block.sequence, end)))
            if len(block.sequence):
                found.append(block)
        return found


def _joined(blocks: list[PointsBlock]) -> PointsBlock:
    """Put the points of one key set behind one another."""
    steps = [block.step for block in blocks if block.step is not None]
    return replace(
        blocks[0],
        sequence=np.concatenate([block.sequence for block in blocks]),
        time=np.concatenate([block.time for block in blocks]),
        step=np.concatenate(steps) if steps else None,
        values=np.concatenate([block.values for block in blocks]),
    )


def _cut(block: PointsBlock, count: int) -> PointsBlock:
    """Keep the first `count` frames."""
    return replace(
        block,
        sequence=block.sequence[:count],
        time=block.time[:count],
        step=None if block.step is None else block.step[:count],
        values=block.values[:count],
    )
