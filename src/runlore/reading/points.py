"""Gather the points of one series from segments and from journals not yet sealed."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from runlore.errors import DamageError, FormatTooNew
from runlore.journal.frames import HEADER_SIZE
from runlore.segments.journals import continues, read_journal
from runlore.segments.opening import open_segment, segment_name
from runlore.segments.scan import scan
from runlore.segments.segment import SEQUENCE, STEP, TIME, VALUE

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from runlore.index.interface import Index
    from runlore.index.rows import Limits, Part, Position
    from runlore.journal.folder import StoreFolder
    from runlore.reading.store import StoreReader
    from runlore.segments.segment import Segment
    from runlore.segments.tables import KeySet

_ALL = 1 << 62


class _Moved(Exception):
    """A journal that the index has as unsealed is gone: it was sealed and cleared away."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which points: of a series, from a step on, with the superseded ones or without."""

    run: str
    name: str
    context: str
    rank: int
    since_step: int | None = None
    superseded: bool = False


@dataclass(frozen=True, eq=False, slots=True)
class Columns:
    """Points with a step, or all without (`step` None): i64, and values f64.

    `is_superseded` is None where superseded points were not asked for.
    """

    step: NDArray[np.int64] | None
    time: NDArray[np.int64]
    value: NDArray[np.float64]
    is_superseded: NDArray[np.bool_] | None
    sequence: NDArray[np.int64] | None = None

    def __len__(self) -> int:
        return len(self.value)

    def at(self, places: slice | NDArray[np.int64] | NDArray[np.bool_]) -> Columns:
        """Return the points at some places."""
        return Columns(
            None if self.step is None else self.step[places],
            self.time[places],
            self.value[places],
            None if self.is_superseded is None else self.is_superseded[places],
            None if self.sequence is None else self.sequence[places],
        )


@dataclass(frozen=True, slots=True)
class Gathered:
    """The points of a series, those with a step and those without apart.

    The former by (step, time, writer, sequence), the latter by (writer, sequence).
    """

    stepped: Columns | None
    stepless: Columns | None
    problems: list[str]

    @property
    def count(self) -> int:
        """How many points there are."""
        return len(self.stepped or ()) + len(self.stepless or ())


def gather(reader: StoreReader, wanted: Wanted) -> Gathered:
    """Read the points of a series; what can't be read is said in `problems`."""
    try:
        return _gather(reader, wanted, must_exist=False)
    except _Moved:
        reader.catch_up(budget_seconds=None)
        return _gather(reader, wanted, must_exist=True)


def _gather(reader: StoreReader, wanted: Wanted, *, must_exist: bool) -> Gathered:
    limits, parts, positions = reader.ask(lambda index: places_of(index, wanted.run))
    stepped: list[Columns] = []
    stepless: list[Columns] = []
    problems: list[str] = []
    for part in parts:
        position = positions[part.actor, part.number]
        try:
            found = read_part(reader.folder, part, position, wanted, limits)
        except FileNotFoundError:
            if not (part.is_sealed or must_exist):
                raise _Moved from None
            name = segment_name(reader.folder, part.run, part.actor, part.number)
            problems.append(f"the segment {name} is missing")
            continue
        except (DamageError, FormatTooNew) as error:
            problems.append(error.message)
            continue
        for columns in found:
            (stepless if columns.step is None else stepped).append(columns)
    return Gathered(in_order(stepped), in_order(stepless), problems)


def places_of(
    index: Index, run: str
) -> tuple[dict[str, Limits], list[Part], dict[tuple[str, int], Position]]:
    """Say what is superseded, where the points of a run lie, and how far each file is applied."""
    parts = [part for part in index.parts(run) if part.points]
    positions = index.positions(sorted({part.actor for part in parts}))
    return index.limits(run), parts, positions


def read_part(
    folder: StoreFolder,
    part: Part,
    position: Position,
    wanted: Wanted,
    limits: Mapping[str, Limits],
    passed_over: Collection[int] = (),
) -> list[Columns]:
    """Read what one journal file holds of a series: up to two columns, each in order.

    `passed_over` are numbers of tracks of the segment that are not to be read.

    Raises:
        FileNotFoundError: if neither its journal nor its segment is there.
        DamageError, FormatTooNew: if it can't be read.
        ObjectsUnreachable: if its segment lies in a place that doesn't answer.
    """
    if part.is_sealed:
        segment = open_segment(folder, part.run, part.actor, part.number, end=position.position)
        found = _of_segment(segment, _ALL, wanted, limits, passed_over)
    else:
        try:
            journal = folder.journal(part.actor, part.number)
            found = _of_journal(journal, position, wanted, limits)
        except FileNotFoundError:
            segment = open_segment(folder, part.run, part.actor, part.number)
            found = _of_segment(segment, position.position >> 3, wanted, limits, passed_over)
    return _merged(found)


def _of_journal(
    path: str, position: Position, wanted: Wanted, limits: Mapping[str, Limits]
) -> list[Columns]:
    """Read the points of a journal up to where the index has applied it."""
    if position.position <= HEADER_SIZE:
        if not os.path.exists(path):
            raise FileNotFoundError(path)
        return []
    view = read_journal(path)
    if position.crc is not None:
        continues(view, path, position.position, position.crc)
    read = scan(view, is_complete=False, limit_bytes=position.position - HEADER_SIZE)
    found = []
    for block in read.points:
        for number in _numbers_of(wanted, block.key_set):
            columns = Columns(block.step, block.time, block.values[:, number], None, block.sequence)
            limit = limits.get(block.key_set.attempt)
            found.append(_chosen(columns, position.position >> 3, wanted, limit))
    return found


def _of_segment(
    opened: Segment,
    end: int,
    wanted: Wanted,
    limits: Mapping[str, Limits],
    passed_over: Collection[int],
) -> list[Columns]:
    """Read the points of a segment that stand before sequence number `end`."""
    with opened as segment:
        places = [
            (track, number)
            for place, track in enumerate(segment.tracks)
            if place not in passed_over
            for number in _numbers_of(wanted, track.key_set)
        ]
        found = []
        for track, number in places:
            names = [TIME, STEP, VALUE]
            if len(places) > 1 or end < _ALL:
                names.append(SEQUENCE)
            read = segment.read(track, number, names)
            if read.time is None or read.value is None:
                raise ValueError("columns that were asked for are missing")
            columns = Columns(read.step, read.time, read.value, None, read.sequence)
            limit = limits.get(track.key_set.attempt)
            found.append(_chosen(columns, end, wanted, limit))
        return found


def _numbers_of(wanted: Wanted, keys: KeySet) -> Iterator[int]:
    """Yield the places of the wanted name in a key set, none if it belongs elsewhere."""
    if (keys.run, keys.context, keys.rank) == (wanted.run, wanted.context, wanted.rank):
        for number, name in enumerate(keys.names):
            if name == wanted.name:
                yield number


def _chosen(columns: Columns, end: int, wanted: Wanted, limit: Limits | None) -> Columns:
    """Keep the points that are wanted: before `end`, from a step on, not superseded."""
    if columns.sequence is not None and end < _ALL:
        columns = columns.at(slice(int(np.searchsorted(columns.sequence, end))))
    if wanted.since_step is not None:
        if columns.step is None:
            return columns.at(slice(0))
        columns = columns.at(columns.step >= wanted.since_step)
    is_superseded = _superseded(columns, limit)
    if wanted.superseded:
        marks = np.zeros(len(columns), np.bool_) if is_superseded is None else is_superseded
        return Columns(columns.step, columns.time, columns.value, marks, columns.sequence)
    return columns if is_superseded is None else columns.at(~is_superseded)


def _superseded(columns: Columns, limit: Limits | None) -> NDArray[np.bool_] | None:
    """Mark the points that a later attempt has replaced; None if none can be."""
    if limit is None:
        return None
    if columns.step is not None:
        return None if limit.step is None else columns.step >= limit.step
    return None if limit.time is None else columns.time >= limit.time


def _merged(found: list[Columns]) -> list[Columns]:
    """Put the columns of one journal file together in the order of the journal."""
    merged = []
    for is_stepped in (True, False):
        alike = [one for one in found if len(one) and (one.step is not None) == is_stepped]
        if len(alike) > 1:
            together = _joined(alike)
            if together.sequence is None:
                raise ValueError("columns to be merged need their sequence numbers")
            alike = [together.at(np.argsort(together.sequence, kind="stable"))]
        merged += alike
    return merged


def in_order(found: Sequence[Columns]) -> Columns | None:
    """Sort columns, given in the order of their writers, by (step, time).

    Points without a step stay as they were written, one writer after another.
    """
    if not found:
        return None
    columns = _joined([replace(one, sequence=None) for one in found])
    step, time = columns.step, columns.time
    if step is None:
        return columns
    is_ahead = step[1:] > step[:-1]
    if not is_ahead.all():
        is_tied = (step[1:] == step[:-1]) & (time[1:] >= time[:-1])
        if not (is_ahead | is_tied).all():
            columns = columns.at(np.lexsort((time, step)))  # stable
    return columns


def _joined(found: Sequence[Columns]) -> Columns:
    """Put columns behind one another."""
    if len(found) == 1:
        return found[0]
    steps = [one.step for one in found if one.step is not None]
    marks = [one.is_superseded for one in found if one.is_superseded is not None]
    sequences = [one.sequence for one in found if one.sequence is not None]
    return Columns(
        np.concatenate(steps) if steps else None,
        np.concatenate([one.time for one in found]),
        np.concatenate([one.value for one in found]),
        np.concatenate(marks) if marks else None,
        np.concatenate(sequences) if sequences else None,
    )
