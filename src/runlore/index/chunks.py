"""Keep the statistics of long tracks by chunk, as plain columns that NumPy can view.

A blob holds the tracks of more than one chunk of one segment: the size of its head as u32, the
head in JSON, zeros up to a multiple of 8, then for each track the columns of `COLUMNS` that
belong to (name, chunk), name by name, then those that belong to a chunk, 8 bytes a number,
little-endian.
"""

from __future__ import annotations

import json
from struct import Struct
from typing import Any, NamedTuple

PER_NAME = (
    *("min", "max", "sum", "first", "last", "min_step", "max_step"),
    *("nan", "positive_infinities", "negative_infinities"),
)
PER_CHUNK = ("count", "step_from", "step_to", "time_from", "time_to", "last_step", "last_time")
FLOATS = frozenset(("min", "max", "sum", "first", "last"))

_SIZE = Struct("<I")


class ChunkStatistics(NamedTuple):
    """The statistics of one track of a segment, chunk by chunk.

    `columns` maps a name of `PER_NAME` to f64 or i64 [names × chunks], name by name, and one of
    `PER_CHUNK` to i64 [chunks]; `numpy.asarray` takes these views as they are. `track` is its
    place in the segment of the run and the journal file (actor, number).
    """

    actor: str
    number: int
    track: int
    attempt: str
    rank: int
    context: str
    names: list[str]
    has_step: bool
    chunk_count: int
    columns: dict[str, memoryview[Any]]


class TrackHead(NamedTuple):
    """What the head of a blob says of a track."""

    track: int
    attempt: str
    rank: int
    context: str
    names: list[str]
    has_step: bool
    chunk_count: int


def pack(tracks: list[tuple[TrackHead, bytes]]) -> bytes | None:
    """Compose a blob of tracks and their columns; None if there are none."""
    if not tracks:
        return None
    head = json.dumps([list(head) for head, _ in tracks]).encode()
    head += b" " * (-(len(head) + _SIZE.size) % 8)
    return _SIZE.pack(len(head)) + head + b"".join(columns for _, columns in tracks)


def unpack(blob: bytes, actor: str, number: int) -> list[ChunkStatistics]:
    """Take a blob apart without copying its columns."""
    (size,) = _SIZE.unpack_from(blob)
    place = _SIZE.size + size
    view = memoryview(blob)
    tracks = []
    for fields in json.loads(blob[_SIZE.size : place]):
        head = TrackHead(*fields)
        columns: dict[str, memoryview[Any]] = {}
        for name in PER_NAME + PER_CHUNK:
            count = head.chunk_count * (len(head.names) if name in PER_NAME else 1)
            columns[name] = view[place : place + 8 * count].cast("d" if name in FLOATS else "q")
            place += 8 * count
        tracks.append(ChunkStatistics(actor, number, *head, columns))
    return tracks
