"""Loose tracks: the points of many small key sets in one track, a point a row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from runlore.segments.scan import PointsBlock

MOST_NAMES = 8
MOST_FRAMES = 255


@dataclass(frozen=True, slots=True)
class LoosePoints:
    """Points of several key sets of one writer and context, all with or all without steps.

    One row per point: `sequence`, `time` and `step` i64, `name` an index into `names`,
    `value` f64.
    """

    attempt: str
    rank: int
    context: str
    names: tuple[str, ...]
    has_step: bool
    sequence: NDArray[np.int64]
    time: NDArray[np.int64]
    step: NDArray[np.int64] | None
    name: NDArray[np.int64]
    value: NDArray[np.float64]


def arrange(blocks: Iterable[PointsBlock]) -> list[PointsBlock | LoosePoints]:
    """Put small key sets that belong together into loose tracks; by first sequence number."""
    tracks: list[PointsBlock | LoosePoints] = []
    small: dict[tuple[str, int, str, bool], list[PointsBlock]] = {}
    for block in sorted(blocks, key=lambda block: int(block.sequence[0])):
        keys = block.key_set
        if 1 <= len(keys.names) <= MOST_NAMES and len(block.sequence) <= MOST_FRAMES:
            together = (keys.attempt, keys.rank, keys.context, block.has_step)
            small.setdefault(together, []).append(block)
        else:
            tracks.append(block)
    tracks += [_loosen(group) if len(group) > 1 else group[0] for group in small.values()]
    return sorted(tracks, key=lambda track: int(track.sequence[0]))


def _loosen(blocks: list[PointsBlock]) -> LoosePoints:
    """Put the points of several blocks into rows, in the order of the journal."""
    keys = blocks[0].key_set
    used = dict.fromkeys(name for block in blocks for name in block.key_set.names)
    indexes = {name: index for index, name in enumerate(used)}
    widths = [len(block.key_set.names) for block in blocks]

    def spread(columns: Iterable[NDArray[np.int64]]) -> NDArray[np.int64]:
        repeated = [np.repeat(column, width) for column, width in zip(columns, widths, strict=True)]
        return np.concatenate(repeated)[order]

    sequences = [
        np.repeat(block.sequence, width) for block, width in zip(blocks, widths, strict=True)
    ]
    order = np.argsort(np.concatenate(sequences), kind="stable")
    names = [
        np.tile([indexes[name] for name in block.key_set.names], len(block.sequence))
        for block in blocks
    ]
    steps = [block.step for block in blocks if block.step is not None]
    return LoosePoints(
        attempt=keys.attempt,
        rank=keys.rank,
        context=keys.context,
        names=tuple(indexes),
        has_step=blocks[0].has_step,
        sequence=spread(block.sequence for block in blocks),
        time=spread(block.time for block in blocks),
        step=spread(steps) if steps else None,
        name=np.concatenate(names).astype(np.int64)[order],
        value=np.concatenate([block.values.ravel() for block in blocks])[order],
    )
