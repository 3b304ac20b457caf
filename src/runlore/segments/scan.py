"""Read the bytes of a journal file into columns of points and a list of events."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from runlore.journal.frames import (
    ACTOR,
    CLOSE,
    HAS_STEP,
    HEADER_SIZE,
    HEARTBEAT,
    OVERHEAD,
    POINTS,
    unpack_clocks,
    unpack_u32,
)
from runlore.segments.tables import TABLE_KINDS, Tables
from runlore.segments.walking import walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from runlore.segments.tables import KeySet, Writer
    from runlore.segments.walking import Walk

    Positions = NDArray[np.int64]
    Words = NDArray[np.uint64]

_FRONT_WORDS = 3  # size and type, time, step
_OTHER_WORDS = 4  # those and, behind the values, reference and checksum
_TYPE_AND_FLAGS = 0xFFFF & ~(HAS_STEP << 8)
_CLOCKS_BYTES = 16


@dataclass(frozen=True, slots=True)
class PointsBlock:
    """The points of one key set with or without steps, in the order of the journal.

    One row per frame: `sequence`, `time` (microseconds) and `step` i64[F], `values` f64[F, n].
    """

    key_set: KeySet
    has_step: bool
    sequence: NDArray[np.int64]
    time: NDArray[np.int64]
    step: NDArray[np.int64] | None
    values: NDArray[np.float64]


class EventRecord(NamedTuple):
    """A frame that is neither points nor a table; `body` as it stands, padding included.

    `kind` is the type of the frame, `reference` its run slot. `run` and `attempt` are None
    for a frame of the store as a whole.
    """

    sequence: int
    kind: int
    flags: int
    run: str | None
    attempt: str | None
    rank: int
    body: bytes
    reference: int = 0


@dataclass(frozen=True, slots=True)
class Scan:
    """What was read of a journal file up to byte `end`.

    `crc` is the stored checksum before `end`, and `tables` what a scan from there on needs.
    `heartbeat` is the last one, (wall µs, monotonic ns). `gaps` are byte ranges: damage, and
    frames that can't be placed because their run or key set was never declared. `suspect`
    is what a cautious scan has stopped before. `declarations` are the run and keys frames,
    each once.
    `is_truncated` says that the file ends before the position that was asked for.
    """

    points: list[PointsBlock]
    events: list[EventRecord]
    process: dict[str, Any] | None
    heartbeat: tuple[int, int] | None
    gaps: list[tuple[int, int]]
    end: int
    crc: int
    is_closed: bool
    tables: Tables
    declarations: list[EventRecord] = field(default_factory=list)
    suspect: tuple[int, int] | None = None
    is_truncated: bool = False


def scan(
    buffer: bytes | bytearray | memoryview,
    position: int = HEADER_SIZE,
    *,
    is_complete: bool,
    tables: Tables | None = None,
    limit_bytes: int | None = None,
    is_cautious: bool = False,
    confirmed: tuple[int, int] | None = None,
) -> Scan:
    """Read the journal file in `buffer` from byte `position`, the `end` of an earlier scan, on.

    Without `tables`, those before `position` are read first. Unless the file `is_complete`,
    bytes behind the last whole frame are left for the next time. Where the file has no
    header yet, `end` is 0. With `limit_bytes`, about that much is read. A cautious scan stops
    before a gap other than the one `confirmed`, and before a frame whose table isn't declared.
    `scan_file` in `runlore.segments.journals` does this for files that are being written.
    """
    view = memoryview(buffer).cast("B")
    if len(view) < HEADER_SIZE or not any(view[:HEADER_SIZE]):
        written = len(bytes(view).rstrip(b"\0"))
        if written == 0 or len(view) < HEADER_SIZE:
            gaps = [(0, len(view))] if written and is_complete else []
            return Scan([], [], None, None, gaps, 0, 0, False, tables or Tables())
    position = max(position, HEADER_SIZE)
    if tables is None:
        tables = Tables()
        if position > HEADER_SIZE:
            before = walk(view, HEADER_SIZE, is_complete=False, limit_bytes=position - HEADER_SIZE)
            _Sorting(view, before.positions, tables).read_tables()
    found = walk(view, position, is_complete=is_complete, limit_bytes=limit_bytes)
    suspect = None
    if is_cautious:
        suspect = next((gap for gap in found.gaps if gap != confirmed), None)
        _stop_before(view, found, suspect)
    while True:
        sorting = _Sorting(view, found.positions, tables)
        sorting.read_tables()
        events = list(sorting.events())
        points = list(sorting.points())
        if not (is_cautious and sorting.undeclared):
            break
        suspect = min(sorting.undeclared)
        _stop_before(view, found, suspect)
    return Scan(
        points,
        events,
        tables.process,
        sorting.heartbeat,
        sorted(found.gaps + _joined(sorting.misplaced + sorting.undeclared)),
        found.end,
        found.crc,
        sorting.is_closed,
        tables,
        sorting.declarations(),
        suspect,
    )


def _stop_before(view: memoryview, found: Walk, gap: tuple[int, int] | None) -> None:
    """Forget what was found from a gap on."""
    if gap is None:
        return
    found.end = gap[0]
    found.positions = found.positions[: np.searchsorted(found.positions, gap[0] >> 3)]
    found.gaps = [other for other in found.gaps if other < gap]
    found.crc = unpack_u32(view, gap[0] - 4)[0] if gap[0] >= HEADER_SIZE else 0


def _joined(ranges: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Join ranges that touch."""
    joined: list[tuple[int, int]] = []
    for begin, end in sorted(ranges):
        if joined and joined[-1][1] == begin:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((begin, end))
    return joined


class _Sorting:
    """Sorts frames into tables, events and points."""

    def __init__(self, view: memoryview, positions: Positions, tables: Tables) -> None:
        self.heartbeat: tuple[int, int] | None = None
        self.is_closed = False
        self.misplaced: list[tuple[int, int]] = []
        self.undeclared: list[tuple[int, int]] = []
        self._declared: dict[tuple[int, int], EventRecord] = {}
        self._view = view
        self._tables = tables
        self._words: Words = np.frombuffer(view, "<u8", len(view) >> 3)
        heads = self._words[positions]
        # Points with flags that aren't known are frames of an unknown type.
        is_points = (heads >> np.uint64(32)) & np.uint64(_TYPE_AND_FLAGS) == POINTS
        if is_points.all():
            self._points, self._point_heads = positions, heads
            self._others: Positions = positions[:0]
        else:
            self._points, self._point_heads = positions[is_points], heads[is_points]
            self._others = positions[~is_points]

    def read_tables(self) -> None:
        """Declare what the table frames say."""
        for at, kind, flags, reference, body in self._other_frames():
            if kind not in TABLE_KINDS or flags:
                continue
            if not self._tables.declare(kind, reference, body):
                self.misplaced.append(_extent(at, body))
            elif kind != ACTOR:
                record = EventRecord(at, kind, flags, None, None, 0, body, reference)
                self._declared.setdefault((kind, reference), record)

    def declarations(self) -> list[EventRecord]:
        """Return the run and keys frames, the first copy of each, with the run they are for."""
        records = []
        for (kind, reference), record in self._declared.items():
            writer = self._tables.writer_of(kind, reference)
            if writer is not None:
                records.append(_event(record.sequence, kind, 0, writer, record.body, reference))
        return records

    def events(self) -> Iterator[EventRecord]:
        """Yield the frames that are neither points nor tables, heartbeats nor the close."""
        for at, kind, flags, reference, body in self._other_frames():
            if kind == HEARTBEAT and not flags and len(body) >= _CLOCKS_BYTES:
                self.heartbeat = unpack_clocks(body)
            elif kind == CLOSE and not flags:
                self.is_closed = True
            elif kind not in TABLE_KINDS or flags:
                writer = self._tables.writer(reference)
                if writer is not None:
                    yield _event(at, kind, flags, writer, body, reference)
                elif reference == 0:
                    yield EventRecord(at, kind, flags, None, None, 0, body)
                else:
                    self.undeclared.append(_extent(at, body))

    def points(self) -> Iterator[PointsBlock]:
        """Yield the points by key set and presence of steps, by first appearance."""
        groups = sorted(self._point_groups(), key=lambda group: int(group[2][0]))
        for reference, has_step, positions, sizes in groups:
            key_set = self._tables.key_set(reference)
            width = _OTHER_WORDS + len(key_set.names) if key_set else 0
            is_fitting = sizes == 8 * width
            if key_set and is_fitting.all():
                yield self._block(key_set, positions, width, has_step=has_step)
                continue
            lost = self.misplaced if key_set else self.undeclared
            for at, size in zip(positions[~is_fitting], sizes[~is_fitting], strict=True):
                lost.append((8 * int(at), 8 * int(at) + int(size)))
            if key_set and is_fitting.any():
                yield self._block(key_set, positions[is_fitting], width, has_step=has_step)

    def _point_groups(self) -> Iterator[tuple[int, bool, Positions, NDArray[np.int64]]]:
        """Yield (key set, has step, offsets in words, sizes in bytes)."""
        positions, heads = self._points, self._point_heads
        if not len(positions):
            return
        sizes = (heads & np.uint64(0xFFFFFFFF)).view(np.int64)
        tails = self._words[positions + (sizes >> 3) - 1]
        has_step = (heads >> np.uint64(40)) & np.uint64(HAS_STEP)
        keys = (tails & np.uint64(0xFFFFFFFF)) << np.uint64(1) | has_step
        greatest = int(keys.max())
        if greatest == int(keys.min()):
            yield greatest >> 1, bool(greatest & 1), positions, sizes
            return
        # NumPy sorts 16-bit numbers by radix, ten times as fast.
        narrow = keys.astype(np.uint16) if greatest < 1 << 16 else keys
        order = np.argsort(narrow, kind="stable")
        in_order = narrow[order]
        starts = np.flatnonzero(in_order[1:] != in_order[:-1]) + 1
        for members in np.split(order, starts):
            key = int(keys[members[0]])
            yield key >> 1, bool(key & 1), positions[members], sizes[members]

    def _block(
        self, key_set: KeySet, positions: Positions, width: int, *, has_step: bool
    ) -> PointsBlock:
        rows = self._rows(positions, width)
        return PointsBlock(
            key_set,
            has_step,
            positions,
            rows[0].view(np.int64),
            rows[1].view(np.int64) if has_step else None,
            rows[2].view(np.float64),
        )

    def _rows(self, positions: Positions, width: int) -> tuple[Words, Words, Words]:
        """Gather times, steps and values."""
        words, count = self._words, len(positions)
        first, last = int(positions[0]), int(positions[-1])
        names = width - _OTHER_WORDS
        if last - first == (count - 1) * width:
            matrix = words[first : last + width].reshape(count, width)
            values = matrix[:, _FRONT_WORDS : _FRONT_WORDS + names].copy()
            return matrix[:, 1].copy(), matrix[:, 2].copy(), values
        values = np.empty((count, names), np.uint64)
        if names > count:
            for row, at in enumerate(positions.tolist()):
                values[row] = words[at + _FRONT_WORDS : at + _FRONT_WORDS + names]
        else:
            for column in range(names):
                values[:, column] = words[positions + (_FRONT_WORDS + column)]
        return words[positions + 1], words[positions + 2], values

    def _other_frames(self) -> Iterator[tuple[int, int, int, int, bytes]]:
        """Yield (offset in words, type, flags, reference, body)."""
        view, words = self._view, self._words
        for at in self._others.tolist():
            head = int(words[at])
            end = at + ((head & 0xFFFFFFFF) >> 3) - 1
            reference = int(words[end]) & 0xFFFFFFFF
            yield (
                at,
                head >> 32 & 0xFF,
                head >> 40 & 0xFF,
                reference,
                bytes(view[8 * at + 8 : 8 * end]),
            )


def _extent(at: int, body: bytes) -> tuple[int, int]:
    return 8 * at, 8 * at + len(body) + OVERHEAD


def _event(
    at: int, kind: int, flags: int, writer: Writer, body: bytes, reference: int
) -> EventRecord:
    return EventRecord(at, kind, flags, writer.run, writer.attempt, writer.rank, body, reference)
