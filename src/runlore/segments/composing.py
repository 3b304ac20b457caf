"""Compose the bytes of a segment (docs/formats/segment.md): a pure function of the records."""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from runlore.journal.frames import EVENT
from runlore.segments import layout
from runlore.segments.columns import encode_column
from runlore.segments.loose import LoosePoints, arrange
from runlore.segments.statistics import PER_CHUNK, PER_NAME, describe

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from runlore.segments.scan import EventRecord, PointsBlock
    from runlore.segments.statistics import Statistics

WriterKey = tuple[str, int]  # attempt, rank


@dataclass(frozen=True, slots=True)
class Encoding:
    """How numbers and text are packed. The default is what a store is written with.

    Without pcodec and at level 0 the bytes depend on no release of a codec.
    """

    with_pcodec: bool = True
    level: int = 6


@dataclass(slots=True)
class Content:
    """The records of one run in one journal file, in their order there."""

    points: list[PointsBlock] = field(default_factory=list)
    events: list[EventRecord] = field(default_factory=list)
    declarations: list[EventRecord] = field(default_factory=list)

    def kept_events(self) -> list[EventRecord]:
        """Return the events, with the tables that frames of an unknown type may lean on."""
        if all(event.kind == EVENT and not event.flags for event in self.events):
            return self.events
        return sorted(self.events + self.declarations, key=lambda event: event.sequence)

    def writers(self) -> list[WriterKey]:
        """Return who wrote them, by first appearance."""
        seen = [
            (int(block.sequence[0]), (block.key_set.attempt, block.key_set.rank))
            for block in self.points
        ]
        seen += [
            (event.sequence, (event.attempt, event.rank))
            for event in self.kept_events()
            if event.attempt is not None
        ]
        return list(dict.fromkeys(writer for _, writer in sorted(seen)))


class _Blocks:
    """Bytes laid one after another, each with a place to find it."""

    def __init__(self, begin: bytes) -> None:
        self.parts = [begin]
        self.size = len(begin)

    def add(self, data: bytes) -> list[int]:
        place = [self.size, len(data), zlib.crc32(data)]
        self.parts.append(data)
        self.size += len(data)
        return place


def compose(
    run: str,
    actor: str,
    number: int,
    content: Content,
    about: dict[str, Any],
    encoding: Encoding = Encoding(),
) -> tuple[bytes, int]:
    """Compose a segment; returns it with the checksum of its footer.

    `about` is what the footer says of the journal file: source, process, heartbeat.
    """
    writers = content.writers()
    blocks = _Blocks(layout.pack_header(run, actor, number))
    tracks = [
        _add_loose_track(blocks, track, writers, encoding)
        if isinstance(track, LoosePoints)
        else _add_track(blocks, track, writers, encoding)
        for track in arrange(content.points)
    ]
    kept = content.kept_events()
    packed = b"".join(_event_bytes(event, writers) for event in kept)
    events = {
        "count": len(kept),
        "block": blocks.add(zlib.compress(packed, encoding.level)),
    }
    first, last = _times(content)
    footer = {
        **about,
        "writers": [{"attempt": attempt, "rank": rank} for attempt, rank in writers],
        "tracks": tracks,
        "events": events,
        "first_time": first,
        "last_time": last,
        "codec": {"pcodec": "1.1"} if encoding.with_pcodec else {},
    }
    end, crc = layout.pack_footer(footer, blocks.size, level=encoding.level)
    return b"".join((*blocks.parts, end)), crc


def pack_statistics(statistics: Statistics, *, with_pcodec: bool = True) -> bytes:
    """Compose the block of statistics of a track."""
    parts: list[bytes] = []
    for name in (*PER_NAME, *PER_CHUNK):
        column = encode_column(getattr(statistics, name).ravel(), with_pcodec=with_pcodec)
        parts += (len(column).to_bytes(4, "little"), column)
    return b"".join(parts)


def _add_track(
    blocks: _Blocks, block: PointsBlock, writers: list[WriterKey], encoding: Encoding
) -> dict[str, Any]:
    """Add the columns of a track chunk by chunk and return its part of the footer."""
    frames, names = block.values.shape
    chunk_frames = min(frames, layout.CHUNK_FRAMES)
    group = max(1, layout.GROUP_VALUES // chunk_frames)
    bounds = [(at, min(at + chunk_frames, frames)) for at in range(0, frames, chunk_frames)]

    def add(column: NDArray[Any]) -> list[int]:
        return blocks.add(encode_column(column, with_pcodec=encoding.with_pcodec))

    time, step, sequence, values = [], [], [], []
    for begin, end in bounds:
        time.append(add(block.time[begin:end]))
        if block.step is not None:
            step.append(add(block.step[begin:end]))
        sequence.append(add(block.sequence[begin:end]))
        values.append(
            [
                add(block.values[begin:end, name : name + group].T.ravel())
                for name in range(0, names, group)
            ]
        )
    statistics = None
    if len(bounds) > 1 or block.values.size >= layout.LEAST_DESCRIBED:
        found = describe(block.values, block.time, block.step, chunk_frames)
        statistics = blocks.add(pack_statistics(found, with_pcodec=encoding.with_pcodec))
    return {
        "writer": writers.index((block.key_set.attempt, block.key_set.rank)),
        "context": block.key_set.context,
        "names": list(block.key_set.names),
        "has_step": block.has_step,
        "points": frames,
        "chunks": [end - begin for begin, end in bounds],
        "time": time,
        "step": step if block.has_step else None,
        "sequence": sequence,
        "values": values,
        "group": group,
        "statistics": statistics,
    }


def _add_loose_track(
    blocks: _Blocks, track: LoosePoints, writers: list[WriterKey], encoding: Encoding
) -> dict[str, Any]:
    """Add the columns of a loose track chunk by chunk and return its part of the footer."""
    rows = len(track.sequence)
    places: dict[str, list[Any]] = {"time": [], "step": [], "sequence": [], "name": []}
    values, chunks = [], []
    for begin in range(0, rows, layout.CHUNK_FRAMES):
        end = min(begin + layout.CHUNK_FRAMES, rows)
        chunks.append(end - begin)
        for column, where in places.items():
            numbers = getattr(track, column)
            if numbers is not None:
                data = encode_column(numbers[begin:end], with_pcodec=encoding.with_pcodec)
                where.append(blocks.add(data))
        data = encode_column(track.value[begin:end], with_pcodec=encoding.with_pcodec)
        values.append([blocks.add(data)])
    return {
        "loose": True,
        "writer": writers.index((track.attempt, track.rank)),
        "context": track.context,
        "names": list(track.names),
        "has_step": track.has_step,
        "points": rows,
        "chunks": chunks,
        **places,
        "step": places["step"] if track.has_step else None,
        "values": values,
        "group": 1,
        "statistics": None,
    }


def _event_bytes(event: EventRecord, writers: list[WriterKey]) -> bytes:
    writer = layout.NO_WRITER
    if event.attempt is not None:
        writer = writers.index((event.attempt, event.rank))
    front = layout.EVENT_FRONT.pack(
        event.sequence, event.kind, event.flags, writer, event.reference, len(event.body)
    )
    return front + event.body


def _times(content: Content) -> tuple[int | None, int | None]:
    """Find the first and the last time of points and events."""
    times = [int(edge) for block in content.points for edge in _edges(block.time)]
    times += _event_times(content.events)
    return (min(times), max(times)) if times else (None, None)


def _edges(time: NDArray[np.int64]) -> tuple[np.int64, np.int64]:
    return np.min(time), np.max(time)


def _event_times(events: Iterable[EventRecord]) -> list[int]:
    times = []
    for event in events:
        if event.kind == EVENT:
            try:
                time = json.loads(event.body)["time"]
            except (ValueError, KeyError, TypeError, RecursionError):
                continue
            if type(time) is int:
                times.append(time)
    return times
