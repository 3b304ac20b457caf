"""Statistics of points per name and chunk (docs/formats/segment.md): made, joined, merged.

Everything here is a pure function of arrays.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Integers = NDArray[np.int64]
    Doubles = NDArray[np.float64]

_LEAST = np.iinfo(np.int64).min
_GREATEST = np.iinfo(np.int64).max
_BLOCK_VALUES = 1 << 18

PER_NAME = (
    *("min", "max", "sum", "first", "last", "min_step", "max_step"),
    *("nan", "positive_infinities", "negative_infinities"),
)
PER_CHUNK = ("step_from", "step_to", "time_from", "time_to", "last_step", "last_time")
DOUBLES = frozenset(PER_NAME[:5])


@dataclass(frozen=True, slots=True)
class Statistics:
    """Statistics of a track: of shape (names, chunks) per name, (chunks,) per chunk.

    `min`, `max` and `sum` are over finite values: NaN, NaN and 0 where there are none; `min_step`
    and `max_step` are the least steps where the extremes were met. `first` and `last` are by
    (step, time, sequence), in sequence without steps; `last_step` and `last_time` those of the
    last. Without steps all fields of steps are 0. `count` is the number of frames of each chunk.
    """

    count: Integers
    min: Doubles
    max: Doubles
    sum: Doubles
    first: Doubles
    last: Doubles
    min_step: Integers
    max_step: Integers
    nan: Integers
    positive_infinities: Integers
    negative_infinities: Integers
    step_from: Integers
    step_to: Integers
    time_from: Integers
    time_to: Integers
    last_step: Integers
    last_time: Integers

    def chunk(self, number: int) -> Statistics:
        """Return the statistics of one chunk."""
        at = slice(number, number + 1)
        return Statistics(*(getattr(self, field.name)[..., at] for field in fields(Statistics)))


def describe(
    values: Doubles, time: Integers, step: Integers | None, chunk_frames: int
) -> Statistics:
    """Compute the statistics of `values` f64[frames, names] in chunks of `chunk_frames` rows.

    The rows are in the order of their sequence numbers, and there is at least one; the last
    chunk may be shorter.
    """
    frames = len(values)
    steps = np.zeros(frames, np.int64) if step is None else step
    full = frames - frames % chunk_frames
    parts = []
    for begin, end, size in ((0, full, chunk_frames), (full, frames, frames - full)):
        if end > begin:
            shape = ((end - begin) // size, size)
            parts.append(
                _describe_chunks(
                    values[begin:end].T.reshape(-1, *shape),
                    time[begin:end].reshape(shape),
                    steps[begin:end].reshape(shape),
                    has_step=step is not None,
                )
            )
    return parts[0] if len(parts) == 1 else join(parts)


def join(parts: Sequence[Statistics]) -> Statistics:
    """Put the chunks of several tracks with the same names one after another."""
    return Statistics(
        *(
            np.concatenate([getattr(part, field.name) for part in parts], axis=-1)
            for field in fields(Statistics)
        )
    )


def describe_groups(
    values: Doubles, time: Integers, step: Integers | None, starts: Integers
) -> Statistics:
    """Compute the statistics of groups of rows as those of chunks of one name.

    Each group begins at one of `starts`, holds at least one row and is in the order of the
    sequence numbers.
    """
    rows = len(values)
    count = np.diff(np.append(starts, rows))
    group = np.repeat(np.arange(len(starts)), count)
    index = np.arange(rows)
    order = index if step is None else np.lexsort((index, time, step, group))
    first, last = order[starts], order[starts + count - 1]
    steps = np.zeros(rows, np.int64) if step is None else step
    is_finite = np.isfinite(values)
    has_none = ~np.logical_or.reduceat(is_finite, starts)

    def extreme(worst: float, pick: np.ufunc) -> tuple[Doubles, Integers]:
        candidates = np.where(is_finite, values, worst)
        best = pick.reduceat(candidates, starts)
        is_best = candidates == best[group]
        at = np.minimum.reduceat(np.where(is_best, index, rows - 1), starts)
        at_step = np.minimum.reduceat(np.where(is_best, steps, _GREATEST), starts)
        return np.where(has_none, np.nan, values[at]), np.where(has_none, 0, at_step)

    least, min_step = extreme(np.inf, np.minimum)
    most, max_step = extreme(-np.inf, np.maximum)
    with np.errstate(over="ignore", invalid="ignore"):
        total = np.add.reduceat(np.where(is_finite, values, 0.0), starts)
    return Statistics(
        count=count,
        min=least[None],
        max=most[None],
        sum=total[None],
        first=values[first][None],
        last=values[last][None],
        min_step=min_step[None],
        max_step=max_step[None],
        nan=np.add.reduceat(np.isnan(values).astype(np.int64), starts)[None],
        positive_infinities=np.add.reduceat(np.isposinf(values).astype(np.int64), starts)[None],
        negative_infinities=np.add.reduceat(np.isneginf(values).astype(np.int64), starts)[None],
        step_from=np.minimum.reduceat(steps, starts),
        step_to=np.maximum.reduceat(steps, starts),
        time_from=np.minimum.reduceat(time, starts),
        time_to=np.maximum.reduceat(time, starts),
        last_step=steps[last],
        last_time=time[last],
    )


def merge(parts: Sequence[Statistics], *, has_step: bool) -> Statistics:
    """Reduce all chunks of one or several tracks of the same names to a single chunk.

    The parts are in the order they were recorded in. Between points with the same step and
    time the earlier chunk has the first and the later one the last.
    """
    whole = join(parts)
    chunks = len(whole.count)
    first, last = 0, chunks - 1
    if has_step:
        order = np.arange(chunks)
        first = int(np.lexsort((order, whole.time_from, whole.step_from))[0])
        last = int(np.lexsort((order, whole.last_time, whole.last_step))[-1])
    least, min_step = _extreme_of_chunks(whole.min, whole.min_step, np.inf)
    most, max_step = _extreme_of_chunks(whole.max, whole.max_step, -np.inf)
    merged: dict[str, NDArray[Any]] = {
        "count": whole.count.sum(keepdims=True),
        "min": least,
        "max": most,
        "min_step": min_step,
        "max_step": max_step,
        "first": whole.first[:, [first]],
        "last": whole.last[:, [last]],
        "last_step": whole.last_step[[last]],
        "last_time": whole.last_time[[last]],
    }
    with np.errstate(over="ignore", invalid="ignore"):
        for name in ("sum", "nan", "positive_infinities", "negative_infinities"):
            merged[name] = getattr(whole, name).sum(axis=1, keepdims=True)
    for name in ("step_from", "time_from"):
        merged[name] = getattr(whole, name).min(keepdims=True)
    for name in ("step_to", "time_to"):
        merged[name] = getattr(whole, name).max(keepdims=True)
    return Statistics(**merged)


def _extreme_of_chunks(values: Doubles, steps: Integers, worst: float) -> tuple[Doubles, Integers]:
    """Find the extreme over all chunks and its least step; NaN and 0 without a finite value."""
    candidates = np.where(np.isnan(values), worst, values)
    at = (candidates.argmin if worst > 0 else candidates.argmax)(axis=1)
    best = values[np.arange(len(values)), at][:, None]
    least = np.where(values == best, steps, _GREATEST).min(axis=1, keepdims=True)
    return best, np.where(np.isnan(best), 0, least)


def _describe_chunks(
    values: Doubles, time: Integers, steps: Integers, *, has_step: bool
) -> Statistics:
    """Describe chunks of one size: `values` [names, chunks, frames], else [chunks, frames]."""
    names, chunks, frames = values.shape
    first, last = np.zeros(chunks, np.int64), np.full(chunks, frames - 1)
    is_rising = bool((steps[:, 1:] > steps[:, :-1]).all())  # as they mostly do
    if has_step and not is_rising:
        first, last = _ends(time, steps)
    rows = np.arange(chunks)
    # A block of names at a time, or the intermediate arrays would be several times the values.
    width = max(1, _BLOCK_VALUES // (chunks * frames))
    blocks = []
    for begin in range(0, names, width):
        block = np.ascontiguousarray(values[begin : begin + width])
        found = _describe_block(block, steps, is_rising=is_rising)
        found["first"], found["last"] = block[:, rows, first], block[:, rows, last]
        blocks.append(found)
    per_name = blocks[0]
    if len(blocks) > 1:
        per_name = {name: np.concatenate([found[name] for found in blocks]) for name in PER_NAME}
    return Statistics(
        count=np.full(chunks, frames),
        **per_name,
        step_from=steps[:, 0].copy() if is_rising else steps.min(axis=1),
        step_to=steps[:, -1].copy() if is_rising else steps.max(axis=1),
        time_from=time.min(axis=1),
        time_to=time.max(axis=1),
        last_step=steps[rows, last],
        last_time=time[rows, last],
    )


def _describe_block(block: Doubles, steps: Integers, *, is_rising: bool) -> dict[str, NDArray[Any]]:
    """Describe what depends on the values alone."""
    is_finite = np.isfinite(block)
    has_all = bool(is_finite.all())
    low = block if has_all else np.where(is_finite, block, np.inf)
    high = block if has_all else np.where(is_finite, block, -np.inf)
    at_least, at_most = low.argmin(axis=2), high.argmax(axis=2)
    rows, names = np.arange(block.shape[1]), np.arange(block.shape[0])[:, None]
    least, most = block[names, rows, at_least], block[names, rows, at_most]
    is_rising = is_rising or bool((steps[:, 1:] >= steps[:, :-1]).all())
    none = np.zeros(at_least.shape, np.int64)
    described: dict[str, NDArray[Any]] = {
        "min": least,
        "max": most,
        "sum": _sum(block if has_all else np.where(is_finite, block, 0.0)),
        "min_step": _least_steps(block, steps, least, at_least, is_rising=is_rising),
        "max_step": _least_steps(block, steps, most, at_most, is_rising=is_rising),
        "nan": none,
        "positive_infinities": none,
        "negative_infinities": none,
    }
    if not has_all:
        has_none = np.logical_not(is_finite.any(axis=2))
        for name, absent in (("min", np.nan), ("max", np.nan), ("min_step", 0), ("max_step", 0)):
            described[name] = np.where(has_none, absent, described[name])
        described["nan"] = np.isnan(block).sum(axis=2)
        described["positive_infinities"] = np.isposinf(block).sum(axis=2)
        described["negative_infinities"] = np.isneginf(block).sum(axis=2)
    return described


def _least_steps(
    block: Doubles, steps: Integers, value: Doubles, at_first: Integers, *, is_rising: bool
) -> Integers:
    """Find the least step at which each chunk met `value`, first at the places `at_first`."""
    if is_rising:
        return np.asarray(steps[np.arange(len(steps)), at_first])
    return np.asarray(np.where(block == value[:, :, None], steps, _GREATEST).min(axis=2))


def _sum(block: Doubles) -> Doubles:
    with np.errstate(over="ignore", invalid="ignore"):
        return np.asarray(block.sum(axis=2))


def _ends(time: Integers, steps: Integers) -> tuple[Integers, Integers]:
    """Find in each chunk the frame that is first and the one that is last by (step, time)."""
    chunks, frames = time.shape
    in_order = (steps[:, 1:] > steps[:, :-1]) | (
        (steps[:, 1:] == steps[:, :-1]) & (time[:, 1:] >= time[:, :-1])
    )
    if in_order.all():
        return np.zeros(chunks, np.int64), np.full(chunks, frames - 1)
    is_least = steps == steps.min(axis=1, keepdims=True)
    first = np.where(is_least, time, _GREATEST)
    is_first = is_least & (first == first.min(axis=1, keepdims=True))
    is_greatest = steps == steps.max(axis=1, keepdims=True)
    last = np.where(is_greatest, time, _LEAST)
    is_last = is_greatest & (last == last.max(axis=1, keepdims=True))
    return is_first.argmax(axis=1), frames - 1 - is_last[:, ::-1].argmax(axis=1)
