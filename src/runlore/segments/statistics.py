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
    (step, time, sequence), `last_step` and `last_time` those of the last. Without steps all
    fields of steps are 0. `count` is the number of frames of each chunk.
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


@dataclass(frozen=True, slots=True)
class Totals:
    """The same of all points of each name: arrays of one number a name."""

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


def summarize(statistics: Statistics) -> Totals:
    """Reduce the chunks of a track (or of several that were joined) to one number a name."""
    names, chunks = statistics.min.shape
    order = np.arange(chunks)
    first = np.lexsort((order, statistics.time_from, statistics.step_from))[0]
    last = np.lexsort((order, statistics.last_time, statistics.last_step))[-1]
    rows = np.arange(names)
    at_least = np.where(np.isnan(statistics.min), np.inf, statistics.min).argmin(axis=1)
    at_most = np.where(np.isnan(statistics.max), -np.inf, statistics.max).argmax(axis=1)
    with np.errstate(over="ignore", invalid="ignore"):
        total = statistics.sum.sum(axis=1)

    def spread(number: np.int64) -> Integers:
        return np.full(names, number)

    return Totals(
        count=spread(statistics.count.sum()),
        min=statistics.min[rows, at_least],
        max=statistics.max[rows, at_most],
        sum=total,
        first=statistics.first[:, first],
        last=statistics.last[:, last],
        min_step=statistics.min_step[rows, at_least],
        max_step=statistics.max_step[rows, at_most],
        nan=statistics.nan.sum(axis=1),
        positive_infinities=statistics.positive_infinities.sum(axis=1),
        negative_infinities=statistics.negative_infinities.sum(axis=1),
        step_from=spread(statistics.step_from.min()),
        step_to=spread(statistics.step_to.max()),
        time_from=spread(statistics.time_from.min()),
        time_to=spread(statistics.time_to.max()),
        last_step=spread(statistics.last_step[last]),
        last_time=spread(statistics.last_time[last]),
    )


def merge(earlier: Totals, later: Totals) -> Totals:
    """Put the totals of two parts of the same series together, name by name.

    `earlier` is the part that was recorded first: it wins where extremes or the first points
    are equally good, `later` where the last points are.
    """
    is_first_later = _is_less(
        (later.step_from, later.time_from), (earlier.step_from, earlier.time_from)
    )
    is_last_later = ~_is_less(
        (later.last_step, later.last_time), (earlier.last_step, earlier.last_time)
    )
    is_min_later = (later.min < earlier.min) | (np.isnan(earlier.min) & ~np.isnan(later.min))
    is_max_later = (later.max > earlier.max) | (np.isnan(earlier.max) & ~np.isnan(later.max))
    chosen = {
        "first": is_first_later,
        **dict.fromkeys(("last", "last_step", "last_time"), is_last_later),
        **dict.fromkeys(("min", "min_step"), is_min_later),
        **dict.fromkeys(("max", "max_step"), is_max_later),
    }
    least, greatest = ("step_from", "time_from"), ("step_to", "time_to")
    merged = {}
    for field in fields(Totals):
        one, other = getattr(earlier, field.name), getattr(later, field.name)
        if field.name in chosen:
            merged[field.name] = np.where(chosen[field.name], other, one)
        elif field.name in least or field.name in greatest:
            pick = np.minimum if field.name in least else np.maximum
            merged[field.name] = pick(one, other)
        else:
            with np.errstate(over="ignore", invalid="ignore"):
                merged[field.name] = one + other
    return Totals(**merged)


def _describe_chunks(values: Doubles, time: Integers, steps: Integers) -> Statistics:
    """Describe chunks of one size: `values` [names, chunks, frames], else [chunks, frames]."""
    names, chunks, frames = values.shape
    first, last = _ends(time, steps)
    rows = np.arange(chunks)
    per_name: dict[str, NDArray[Any]] = {
        field: np.empty((names, chunks), np.float64 if field in DOUBLES else np.int64)
        for field in PER_NAME
    }
    # A block of names at a time, or the intermediate arrays would be several times the values.
    width = max(1, _BLOCK_VALUES // (chunks * frames))
    for begin in range(0, names, width):
        block = np.ascontiguousarray(values[begin : begin + width])
        for field, column in _describe_block(block, steps).items():
            per_name[field][begin : begin + width] = column
        per_name["first"][begin : begin + width] = block[:, rows, first]
        per_name["last"][begin : begin + width] = block[:, rows, last]
    return Statistics(
        count=np.full(chunks, frames),
        **per_name,
        step_from=steps.min(axis=1),
        step_to=steps.max(axis=1),
        time_from=time.min(axis=1),
        time_to=time.max(axis=1),
        last_step=steps[rows, last],
        last_time=time[rows, last],
    )


def _describe_block(block: Doubles, steps: Integers) -> dict[str, NDArray[Any]]:
    """Describe what depends on the values alone."""
    is_finite = np.isfinite(block)
    if is_finite.all():
        at_least, at_most = block.argmin(axis=2), block.argmax(axis=2)
        total = _sum(block)
        none = np.zeros(at_least.shape, np.int64)
        nan, positive, negative, has_none = none, none, none, none.astype(bool)
    else:
        at_least = np.where(is_finite, block, np.inf).argmin(axis=2)
        at_most = np.where(is_finite, block, -np.inf).argmax(axis=2)
        total = _sum(np.where(is_finite, block, 0.0))
        nan = np.isnan(block).sum(axis=2)
        positive = np.isposinf(block).sum(axis=2)
        negative = np.isneginf(block).sum(axis=2)
        has_none = np.logical_not(is_finite.any(axis=2))
    least = np.take_along_axis(block, at_least[:, :, None], axis=2)[:, :, 0]
    most = np.take_along_axis(block, at_most[:, :, None], axis=2)[:, :, 0]
    return {
        "min": np.where(has_none, np.nan, least),
        "max": np.where(has_none, np.nan, most),
        "sum": total,
        "min_step": np.where(has_none, 0, _least_steps(block, steps, least, at_least)),
        "max_step": np.where(has_none, 0, _least_steps(block, steps, most, at_most)),
        "nan": nan,
        "positive_infinities": positive,
        "negative_infinities": negative,
    }


def _least_steps(block: Doubles, steps: Integers, value: Doubles, at_first: Integers) -> Integers:
    """Find the least step at which each chunk met `value`, first at the places `at_first`."""
    if (steps[:, 1:] >= steps[:, :-1]).all():
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


def _is_less(one: tuple[Integers, Integers], other: tuple[Integers, Integers]) -> NDArray[np.bool_]:
    is_less: NDArray[np.bool_] = (one[0] < other[0]) | ((one[0] == other[0]) & (one[1] < other[1]))
    return is_less
