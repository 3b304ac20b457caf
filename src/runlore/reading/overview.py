"""Sum up a very long series from the statistics of its chunks, without reading its points."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from runlore.errors import DamageError, FormatTooNew
from runlore.reading.downsampling import POINTS_A_BUCKET
from runlore.reading.pieces import (
    has_not_finite,
    is_cut,
    pieces_of_chunks,
    pieces_of_points,
    selected_points,
)
from runlore.reading.points import in_order, places_of, read_part
from runlore.reading.series import NotFinite, Series

if TYPE_CHECKING:
    from runlore.index.chunks import ChunkStatistics
    from runlore.index.rows import Limits, Part, Position
    from runlore.reading.points import Columns, Wanted
    from runlore.reading.store import StoreReader

LEAST_POINTS = 1_000_000  # fewer are read in less than 60 ms
_POINTS_A_CHUNK = 4096
_MOST_READ_FOR_NOT_FINITE = 4  # segments


def read_overview(reader: StoreReader, wanted: Wanted, count: int, most: int) -> Series | None:
    """Choose at most `most` of `count` points by the statistics of chunks.

    Buckets end where chunks do. None if the points are to be read instead: where they are few,
    chunks too coarse, some without steps among others with, or some can't be read.
    """
    if count < LEAST_POINTS or count // _POINTS_A_CHUNK < most // POINTS_A_BUCKET // 2:
        return None
    return _Overview(reader, wanted).series(most)


class _Overview:
    """Puts together what the index knows of a series and what has to be read."""

    def __init__(self, reader: StoreReader, wanted: Wanted) -> None:
        self._reader = reader
        self._wanted = wanted
        self._limits: dict[str, Limits]
        self._parts: list[Part]
        self._positions: dict[tuple[str, int], Position]
        self._limits, self._parts, self._positions = reader.ask(
            lambda index: places_of(index, wanted.run)
        )
        self._tracks = self._known_tracks()

    def series(self, most: int) -> Series | None:
        """Choose the points; None where that can't be done from statistics."""
        try:
            loose = self._loose_points()
        except (FileNotFoundError, DamageError, FormatTooNew):
            return None  # reading it all says what is wrong
        has_step = {track.has_step for track in self._tracks}
        has_step.update(columns.step is not None for found in loose.values() for columns in found)
        if len(has_step) != 1:
            return None
        wanted = self._wanted
        pieces = pieces_of_chunks(self._tracks, wanted.name, self._limits)
        rest = in_order([columns for found in loose.values() for columns in found])
        if rest is not None:
            pieces = pieces.joined(pieces_of_points(rest))
        step, time, value = selected_points(pieces.in_order(), most // POINTS_A_BUCKET)
        return Series(
            wanted.name,
            wanted.context,
            wanted.rank,
            step if has_step == {True} else None,
            time,
            value,
            int(pieces["count"].sum()),
            is_downsampled=True,
            has_exact_times=False,
            not_finite=self._not_finite(int(pieces["not_finite"].sum()), loose),
        )

    def _known_tracks(self) -> list[ChunkStatistics]:
        """List the tracks whose statistics suffice: none of their chunks is superseded in part."""
        wanted = self._wanted
        tracks = self._reader.ask(lambda index: index.chunk_statistics(wanted.run, wanted.name))
        return [
            track
            for track in tracks
            if (track.context, track.rank) == (wanted.context, wanted.rank)
            and not is_cut(track, self._limits.get(track.attempt))
        ]

    def _loose_points(self) -> dict[tuple[str, int], list[Columns]]:
        """Read the points that the statistics leave out: in journals, and in short tracks."""
        known: dict[tuple[str, int], dict[int, int]] = {}
        for track in self._tracks:
            points = sum(track.columns["count"]) * len(track.names)
            known.setdefault((track.actor, track.number), {})[track.track] = points
        found = {}
        for part in self._parts:
            tracks = known.get((part.actor, part.number), {})
            if not part.is_sealed or sum(tracks.values()) != part.points:
                found[part.actor, part.number] = self._read(part, set(tracks))
        return found

    def _read(self, part: Part, passed_over: set[int]) -> list[Columns]:
        position = self._positions[part.actor, part.number]
        folder = self._reader.folder
        found = read_part(folder, part, position, self._wanted, self._limits, passed_over)
        return [columns for columns in found if len(columns)]

    def _not_finite(self, count: int, loose: dict[tuple[str, int], list[Columns]]) -> NotFinite:
        """List the points that are NaN or infinite, as far as few segments hold them."""
        found: list[Columns] = []
        marked = {
            (track.actor, track.number)
            for track in (self._tracks if count else ())
            if has_not_finite(track, self._wanted.name)
        }
        read = 0
        for part in self._parts if count else ():
            place = (part.actor, part.number)
            if place in marked and read < _MOST_READ_FOR_NOT_FINITE:
                found += self._read(part, set())
                read += 1
            else:
                found += loose.get(place, [])
        columns = in_order([one.at(~np.isfinite(one.value)) for one in found])
        if columns is None:
            nothing = np.empty(0, np.int64)
            is_stepped = any(track.has_step for track in self._tracks)
            return NotFinite(nothing if is_stepped else None, nothing, np.empty(0), count)
        return NotFinite(columns.step, columns.time, columns.value, count)
