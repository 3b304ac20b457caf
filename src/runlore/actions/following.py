"""Read the points of a run as they come: from journals, or from the segments sealed of them."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from runlore.errors import DamageError, FormatTooNew
from runlore.journal.frames import HEADER_SIZE
from runlore.reading.facts import is_load, series_label
from runlore.segments.complete import journal_numbers
from runlore.segments.journals import scan_file

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    import numpy as np
    from numpy.typing import NDArray

    from runlore.index.rows import Part
    from runlore.journal.folder import StoreFolder
    from runlore.reading.store import StoreReader
    from runlore.segments.scan import PointsBlock
    from runlore.segments.segment import Segment, Track
    from runlore.segments.tables import KeySet, Tables

    Wants = Callable[[KeySet], bool]

_GAP_SECONDS = 60.0  # docs/formats/journal.md: a gap of a file being written counts after a minute


@dataclass(slots=True)
class Step:
    """What was logged at one step: by label (`loss`, `loss[val]`); `time` in microseconds."""

    time: int
    step: int | None
    metrics: dict[str, float] = field(default_factory=dict)


class _Point(NamedTuple):
    """What one call logged; sorts by time, and what has the same by where it stands."""

    time: int
    file: tuple[str, int]
    sequence: int
    step: int | None
    metrics: dict[str, float]


class Follower:
    """Reads the points of a run's lowest rank, each once, from the files of all who write it.

    `metrics` restricts them to names or labels, if there are any.
    """

    def __init__(self, reader: StoreReader, run: str, metrics: Collection[str]) -> None:
        self._reader = reader
        self._run = run
        self._metrics = set(metrics)
        self._rank: int | None = None
        self._files: dict[tuple[str, int], _File] = {}
        self._was_current = False

    def begin(self, lines: int) -> list[Step]:
        """Return the last `lines` steps; what `poll` returns comes behind them."""
        cleared = self._meet_files()
        sealed = [(part, self._files.pop((part.actor, part.number))) for part in cleared]
        points = self._points_of(self._files.items(), lines)
        steps = _by_step(points)
        newest_first = sorted(sealed, key=lambda one: one[0].last_time or 0, reverse=True)
        for part, file in newest_first:
            is_needed = len(steps) <= lines or (part.last_time or 0) >= steps[-lines - 1].time
            place = (part.actor, part.number)
            if lines and is_needed:
                points += self._points_of([(place, file)], lines)
                steps = _by_step(points)
            file.is_over = True
            self._files[place] = file
        return steps[-lines:] if lines else []

    def poll(self) -> list[Step]:
        """Return what was logged since the last time, step by step."""
        was_current = self._was_current
        cleared = self._meet_files()
        if not was_current:  # they may have been there before this began
            for part in cleared:
                self._files[part.actor, part.number].is_over = True
        return _by_step(self._points_of(self._files.items()))

    def _meet_files(self) -> list[Part]:
        """Note files that weren't known; returns those whose journal is cleared away already."""
        self._reader.catch_up()
        folder, index = self._reader.folder, self._reader.index
        writers = index.writers([self._run]).get(self._run, [])
        self._rank = min((writer.rank for writer in writers), default=None)
        actors = {writer.actor for writer in writers if writer.rank == self._rank}
        for actor in actors:
            for number in journal_numbers(folder.actor(actor)):
                self._meet(actor, number)
        cleared = [
            part for part in index.parts(self._run)
            if part.actor in actors and self._meet(part.actor, part.number)
        ]  # fmt: skip
        self._was_current |= self._reader.freshness.is_current
        return cleared

    def _meet(self, actor: str, number: int) -> bool:
        is_new = (actor, number) not in self._files
        if is_new:
            self._files[actor, number] = _File(self._reader.folder, self._run, actor, number)
        return is_new

    def _points_of(
        self, files: Iterable[tuple[tuple[str, int], _File]], most: int | None = None
    ) -> list[_Point]:
        """Read what is new; with `most`, about the last so many steps of it."""
        return [
            point
            for place, file in files
            for block in file.read(self._wants)
            for point in self._points_in(block, place, most)
        ]

    def _wants(self, keys: KeySet) -> bool:
        return keys.run == self._run and keys.rank == self._rank and bool(self._shown(keys))

    def _shown(self, keys: KeySet) -> list[tuple[int, str]]:
        """Give the places and labels of the names to show."""
        labels = [series_label(name, keys.context) for name in keys.names]
        return [
            (place, text)
            for place, (name, text) in enumerate(zip(keys.names, labels, strict=True))
            if (self._metrics & {name, text} if self._metrics else not is_load(name))
        ]

    def _points_in(
        self, block: PointsBlock, file: tuple[str, int], most: int | None
    ) -> list[_Point]:
        shown = self._shown(block.key_set)
        chosen = _last_steps(block, most)
        times, sequences = block.time[chosen].tolist(), block.sequence[chosen].tolist()
        steps = [None] * len(times) if block.step is None else block.step[chosen].tolist()
        rows = block.values[chosen].tolist()
        return [
            _Point(moment, file, sequence, step, {text: row[place] for place, text in shown})
            for moment, sequence, step, row in zip(times, sequences, steps, rows, strict=True)
        ]


class _File:
    """How far one journal file has been read; its segment stands in for it once it is gone."""

    def __init__(self, folder: StoreFolder, run: str, actor: str, number: int) -> None:
        self.is_over = False
        self._journal = folder.journal(actor, number)
        self._sealed = (folder, run, actor, number)
        self._position = HEADER_SIZE
        self._crc: int | None = None
        self._tables: Tables | None = None
        self._suspect: tuple[int, int] | None = None
        self._suspect_since = 0.0

    def read(self, wants: Wants) -> list[PointsBlock]:
        """Read what is new of the key sets that are wanted."""
        if self.is_over:
            return []
        try:
            return self._read_journal(wants) if self._has_news() else []
        except FileNotFoundError:  # it was sealed and cleared away meanwhile
            self.is_over = True
        try:
            return self._read_segment(wants)
        except (FileNotFoundError, DamageError, FormatTooNew):
            return []  # nothing of the run stood in it, or `show` and `doctor` say what is wrong

    def _has_news(self) -> bool:
        with open(self._journal, "rb", buffering=0) as file:
            file.seek(self._position)
            return bool(file.read(4).strip(b"\0"))

    def _read_journal(self, wants: Wants) -> list[PointsBlock]:
        found = scan_file(
            self._journal,
            self._position,
            is_complete=False,
            crc=self._crc,
            tables=self._tables,
            confirmed=self._confirmed(),
        )
        if found.suspect != self._suspect:
            self._suspect, self._suspect_since = found.suspect, time.monotonic()
        if found.end >= HEADER_SIZE:
            self._position, self._crc, self._tables = found.end, found.crc, found.tables
        return [block for block in found.points if wants(block.key_set)]

    def _confirmed(self) -> tuple[int, int] | None:
        is_old = time.monotonic() - self._suspect_since > _GAP_SECONDS
        return self._suspect if is_old else None

    def _read_segment(self, wants: Wants) -> list[PointsBlock]:
        from runlore.segments.opening import open_segment

        with open_segment(*self._sealed) as segment:
            return [
                _block_of(segment, track, self._position >> 3)
                for track in segment.tracks
                if wants(track.key_set)
            ]


def _block_of(segment: Segment, track: Track, sequence: int) -> PointsBlock:
    """Read the points of a track from a sequence number on."""
    from runlore.segments.scan import PointsBlock
    from runlore.segments.segment import SEQUENCE, STEP, TIME

    read = segment.read(track, 0, (TIME, STEP, SEQUENCE))
    if read.time is None or read.sequence is None:
        raise ValueError("columns that were asked for are missing")
    new = slice(int(read.sequence.searchsorted(sequence)), None)
    return PointsBlock(
        track.key_set,
        track.has_step,
        read.sequence[new],
        read.time[new],
        None if read.step is None else read.step[new],
        segment.read_values(track)[new],
    )


def _last_steps(block: PointsBlock, most: int | None) -> NDArray[np.intp] | slice:
    """Choose the rows of a block that its last `most` steps are made of, in order of time."""
    if most is None:
        return slice(None)
    import numpy as np

    order = np.argsort(block.time, kind="stable")
    if most == 0 or block.step is None:
        return order[len(order) - min(most, len(order)) :]
    steps = block.step[order]
    begins = np.flatnonzero(steps[1:] != steps[:-1]) + 1
    return order[begins[-most] :] if len(begins) >= most else order


def _by_step(points: list[_Point]) -> list[Step]:
    """Join what was logged at one step by several calls in a row."""
    steps: list[Step] = []
    for point in sorted(points, key=lambda point: point[:3]):
        if steps and point.step is not None and steps[-1].step == point.step:
            steps[-1].metrics |= point.metrics
            steps[-1].time = point.time
        else:
            steps.append(Step(point.time, point.step, dict(point.metrics)))
    return steps
