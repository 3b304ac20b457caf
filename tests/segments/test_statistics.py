from __future__ import annotations

import math
from dataclasses import fields
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from runlore.segments.statistics import Statistics, describe, describe_groups, join, merge

SMALL = st.integers(-3, 3)
ROW = st.tuples(
    SMALL.map(float) | st.floats(width=64) | st.sampled_from((math.nan, math.inf, -math.inf)),
    SMALL,
    SMALL,
)
ROWS = st.lists(ROW, min_size=1, max_size=30)


def plainly(rows: list[tuple[float, int, int]], *, has_step: bool) -> dict[str, Any]:
    """The statistics of one name in one chunk; rows are (value, time, step)."""
    finite = [(value, step) for value, _, step in rows if math.isfinite(value)]
    values = [value for value, _ in finite]
    order = range(len(rows))
    if has_step:
        order = sorted(order, key=lambda at: (rows[at][2], rows[at][1], at))  # type: ignore[assignment]
    first, last = rows[order[0]], rows[order[-1]]
    steps = [step if has_step else 0 for _, _, step in rows]
    least, most = min(values, default=math.nan), max(values, default=math.nan)
    return {
        "count": len(rows),
        "min": least,
        "max": most,
        "sum": sum(values),
        "sum of sizes": sum(map(abs, values)),
        "first": first[0],
        "last": last[0],
        "min_step": min((s for v, s in finite if v == least), default=0) * has_step,
        "max_step": min((s for v, s in finite if v == most), default=0) * has_step,
        "nan": sum(math.isnan(value) for value, _, _ in rows),
        "positive_infinities": sum(value == math.inf for value, _, _ in rows),
        "negative_infinities": sum(value == -math.inf for value, _, _ in rows),
        "step_from": min(steps),
        "step_to": max(steps),
        "time_from": min(time for _, time, _ in rows),
        "time_to": max(time for _, time, _ in rows),
        "last_step": last[2] if has_step else 0,
        "last_time": last[1],
    }


def arrays(rows: list[tuple[float, int, int]], *, has_step: bool) -> tuple[Any, Any, Any]:
    step = np.array([step for _, _, step in rows]) if has_step else None
    return np.array([v for v, _, _ in rows]), np.array([time for _, time, _ in rows]), step


def assert_same(found: Statistics, name: int, chunk: int, expected: dict[str, Any]) -> None:
    for field, value in expected.items():
        if field == "sum of sizes":
            continue
        column = getattr(found, field)
        got = column[name, chunk] if column.ndim == 2 else column[chunk]
        if field == "sum":
            # Added in another order, numbers of both signs may differ by a rounding of the largest.
            tolerance = 1e-12 * expected["sum of sizes"]
            assert math.isinf(tolerance) or abs(got - value) <= tolerance
        else:
            assert got == value or (math.isnan(got) and math.isnan(value)), field


@given(ROWS, st.integers(1, 31), st.booleans())
def test_chunks_are_described_as_by_hand(
    rows: list[tuple[float, int, int]], chunk_frames: int, has_step: bool
) -> None:
    values, time, step = arrays(rows, has_step=has_step)
    both = np.column_stack([values, -values])
    found = describe(both, time, step, chunk_frames)
    for chunk, begin in enumerate(range(0, len(rows), chunk_frames)):
        part = rows[begin : begin + chunk_frames]
        assert_same(found, 0, chunk, plainly(part, has_step=has_step))
        negated = [(-value, time, step) for value, time, step in part]
        assert_same(found, 1, chunk, plainly(negated, has_step=has_step))


@given(st.lists(ROWS, min_size=1, max_size=4), st.booleans())
def test_groups_are_described_as_by_hand(
    groups: list[list[tuple[float, int, int]]], has_step: bool
) -> None:
    rows = [row for group in groups for row in group]
    values, time, step = arrays(rows, has_step=has_step)
    starts = np.cumsum([0] + [len(group) for group in groups[:-1]])
    found = describe_groups(values, time, step, starts)
    for number, group in enumerate(groups):
        expected = plainly(group, has_step=has_step)
        assert_same(found, 0, number, expected)
        assert_same(found.chunk(number), 0, 0, expected)


@given(st.lists(ROWS, min_size=1, max_size=4))
def test_merging_parts_without_steps_is_describing_the_whole(
    parts: list[list[tuple[float, int, int]]],
) -> None:
    described = []
    for part in parts:
        values, time, step = arrays(part, has_step=False)
        described.append(describe(values[:, None], time, step, 7))
    whole = [row for part in parts for row in part]
    assert_same(merge(described, has_step=False), 0, 0, plainly(whole, has_step=False))


@given(st.lists(ROWS, min_size=1, max_size=4))
def test_merging_parts_with_different_steps_is_describing_the_whole(
    parts: list[list[tuple[float, int, int]]],
) -> None:
    # Between chunks, only the last of equal steps is known to the microsecond.
    parts = [
        [(value, time, step + 100 * number) for value, time, step in part]
        for number, part in enumerate(parts)
    ]
    described = []
    for part in parts:
        values, time, step = arrays(part, has_step=True)
        described.append(describe(values[:, None], time, step, len(part)))
    whole = [row for part in parts for row in part]
    assert_same(merge(described[::-1], has_step=True), 0, 0, plainly(whole, has_step=True))


def test_joining_keeps_every_chunk() -> None:
    one = describe(np.arange(6.0).reshape(3, 2), np.arange(3), None, 2)
    joined = join([one, one])
    assert joined.count.tolist() == [2, 1, 2, 1]
    assert joined.max.tolist() == [[2, 4, 2, 4], [3, 5, 3, 5]]
    for field in fields(Statistics):
        assert getattr(joined, field.name).shape[-1] == 4
