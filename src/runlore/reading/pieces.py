"""Pieces of a series, each known by its statistics alone, and the points chosen from them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from runlore.index.chunks import FLOATS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from runlore.index.chunks import ChunkStatistics
    from runlore.index.rows import Limits
    from runlore.reading.points import Columns

    Points = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]

_PIECE_POINTS = 1024
_UNBOUNDED = np.iinfo(np.int64).max
_OF_A_NAME = ("min", "max", "first", "last", "min_step", "max_step")
_NOT_FINITE = ("nan", "positive_infinities", "negative_infinities")
_OF_A_CHUNK = ("count", "step_from", "step_to", "time_from", "time_to", "last_step", "last_time")


@dataclass(frozen=True, eq=False, slots=True)
class Pieces:
    """Columns with a number for each piece.

    `first` stands at (`step_from`, `first_time`), `last` at (`last_step`, `last_time`), the finite
    extremes `min` and `max` (NaN if there are none) at their own steps and times. Steps
    are 0 where points have none.
    """

    columns: dict[str, NDArray[Any]]

    def __getitem__(self, name: str) -> NDArray[Any]:
        return self.columns[name]

    def __len__(self) -> int:
        return len(self.columns["count"])

    def at(self, places: NDArray[np.int64] | NDArray[np.bool_]) -> Pieces:
        """Return some of the pieces."""
        return Pieces({name: column[places] for name, column in self.columns.items()})

    def joined(self, other: Pieces) -> Pieces:
        """Return these pieces and others."""
        columns = self.columns.items()
        return Pieces({name: np.concatenate([one, other[name]]) for name, one in columns})

    def in_order(self) -> Pieces:
        """Sort them by where they begin."""
        return self.at(np.lexsort((self["first_time"], self["step_from"])))


def is_cut(track: ChunkStatistics, limit: Limits | None) -> bool:
    """Whether a later attempt has replaced some points of a chunk of a track and not others."""
    bound = _bound(track, limit)
    if bound is None:
        return False
    kind = "step" if track.has_step else "time"
    least = np.asarray(track.columns[f"{kind}_from"])
    greatest = np.asarray(track.columns[f"{kind}_to"])
    return bool(((least < bound) & (greatest >= bound)).any())


def has_not_finite(track: ChunkStatistics, name: str) -> bool:
    """Whether a track holds NaN or infinities of a name."""
    part = _part_of(track, name)
    return any(np.asarray(track.columns[column][part]).any() for column in _NOT_FINITE)


def pieces_of_chunks(
    tracks: Sequence[ChunkStatistics], name: str, limits: dict[str, Limits]
) -> Pieces:
    """Take the chunks of tracks as pieces, but for those that are superseded."""
    # Joined as bytes: a series of 10^8 points has hundreds of tracks, each a dozen columns.
    table: dict[str, NDArray[Any]] = {}
    parts = [_part_of(track, name) for track in tracks]
    for column in (*_OF_A_NAME, *_NOT_FINITE, *_OF_A_CHUNK):
        views = [track.columns[column] for track in tracks]
        if column not in _OF_A_CHUNK:
            views = [view[part] for view, part in zip(views, parts, strict=True)]
        table[column] = np.frombuffer(b"".join(views), "<f8" if column in FLOATS else "<i8")
    is_kept = _kept(tracks, table, limits)
    if is_kept is not None:
        table = {column: values[is_kept] for column, values in table.items()}
    table["not_finite"] = sum((table.pop(column) for column in _NOT_FINITE), np.zeros(1, np.int64))
    table["first_time"] = table.pop("time_from")
    span = table.pop("time_to") - table["first_time"]
    step_to = table.pop("step_to")
    steps = np.maximum(step_to.astype(np.float64) - table["step_from"], 1)
    for extreme in ("min", "max"):
        # The statistics have no times of extremes: they are put where their steps stand.
        share = (table[f"{extreme}_step"].astype(np.float64) - table["step_from"]) / steps
        share = np.where(step_to == table["step_from"], 0.5, share)
        table[f"{extreme}_time"] = table["first_time"] + (span * share).astype(np.int64)
    return Pieces(table)


def pieces_of_points(points: Columns) -> Pieces:
    """Cut points that are in order into pieces."""
    count = len(points)
    starts = np.arange(0, count, _PIECE_POINTS)
    ends = np.append(starts[1:], count) - 1
    step = np.zeros(count, np.int64) if points.step is None else points.step
    value, time = points.value, points.time
    is_finite = np.isfinite(value)
    table: dict[str, NDArray[Any]] = {
        "count": ends + 1 - starts,
        "step_from": step[starts],
        "first_time": time[starts],
        "first": value[starts],
        "last_step": step[ends],
        "last_time": time[ends],
        "last": value[ends],
        "not_finite": np.add.reduceat((~is_finite).astype(np.int64), starts),
    }
    piece_of = np.repeat(np.arange(len(starts)), table["count"])
    for name, reduce, worst in (("min", np.minimum, np.inf), ("max", np.maximum, -np.inf)):
        candidates = np.where(is_finite, value, worst)
        best = reduce.reduceat(candidates, starts)
        places = np.flatnonzero((candidates == best[piece_of]) & is_finite)
        at = starts.copy()
        at[piece_of[places[::-1]]] = places[::-1]  # the first place of each is written last
        table[name] = np.where(np.isfinite(best), best, np.nan)
        table[f"{name}_step"] = step[at]
        table[f"{name}_time"] = time[at]
    return Pieces(table)


def selected_points(pieces: Pieces, buckets: int) -> Points:
    """Choose the first, last, least and greatest point of each bucket of pieces in order.

    Returns steps, times and values, sorted by step and time.
    """
    counts = pieces["count"]
    before = np.cumsum(counts) - counts
    bucket = before * buckets // max(int(counts.sum()), 1)
    starts = np.flatnonzero(np.diff(bucket, prepend=-1))
    number = np.repeat(np.arange(len(starts)), np.diff(np.append(starts, len(pieces))))
    last = np.lexsort((pieces["last_time"], pieces["last_step"], number))
    last = last[np.append(starts[1:], len(pieces)) - 1]
    first_steps, last_steps = pieces["step_from"][starts], pieces["last_step"][last]
    first_values, last_values = pieces["first"][starts], pieces["last"][last]
    chosen = [
        (first_steps, pieces["first_time"][starts], first_values),
        (last_steps, pieces["last_time"][last], last_values),
    ]
    for name, reduce, worst in (("min", np.minimum, np.inf), ("max", np.maximum, -np.inf)):
        candidates = np.where(np.isnan(pieces[name]), worst, pieces[name])
        best = reduce.reduceat(candidates, starts)
        places = np.flatnonzero((candidates == best[number]) & ~np.isnan(pieces[name]))
        met, first_met = np.unique(number[places], return_index=True)
        at = places[first_met]
        steps, values = pieces[f"{name}_step"][at], pieces[name][at]
        is_first = (steps == first_steps[met]) & (values == first_values[met])
        is_last = (steps == last_steps[met]) & (values == last_values[met])
        at = at[~(is_first | is_last)]
        chosen.append((pieces[f"{name}_step"][at], pieces[f"{name}_time"][at], pieces[name][at]))
    step, time, value = (np.concatenate(columns) for columns in zip(*chosen, strict=True))
    order = np.lexsort((time, step))
    return step[order], time[order], value[order]


def _part_of(track: ChunkStatistics, name: str) -> slice:
    begin = track.names.index(name) * track.chunk_count
    return slice(begin, begin + track.chunk_count)


def _kept(
    tracks: Sequence[ChunkStatistics], table: dict[str, NDArray[Any]], limits: dict[str, Limits]
) -> NDArray[np.bool_] | None:
    """Mark the chunks that no later attempt has replaced; None if that is all of them."""
    bounds = [_bound(track, limits.get(track.attempt)) for track in tracks]
    if all(bound is None for bound in bounds):
        return None
    least = [_UNBOUNDED if bound is None else bound for bound in bounds]
    counts = [track.chunk_count for track in tracks]
    has_step = np.repeat([track.has_step for track in tracks], counts)
    greatest = np.where(has_step, table["step_to"], table["time_to"])
    is_bounded = np.repeat([bound is not None for bound in bounds], counts)
    return np.asarray(~is_bounded | (greatest < np.repeat(least, counts)))


def _bound(track: ChunkStatistics, limit: Limits | None) -> int | None:
    """Say from which step on (time, without steps) a track is superseded."""
    if limit is None:
        return None
    return limit.step if track.has_step else limit.time
