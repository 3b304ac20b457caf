from __future__ import annotations

import math
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from runlore.errors import RunNotFound, SeriesNotFound
from runlore.reading import curve, curves
from runlore.reading.curves import Asked, CurveReader, Span
from runlore.reading.point_pages import PointsAsked, read_points
from runlore.segments import layout
from tests.reading.curve_models import BEGUN, RUN, Recorded, actions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from runlore.reading.curve import CurveFound
    from runlore.reading.curve_rows import Range, Rows
    from tests.reading.curve_models import Point

COLUMNS = ("x_first", "x_last", "min", "max", "first", "last", "mean", "count")
ends = st.none() | st.floats(-5, 40) | st.integers(-5, 40)
many = settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def sides(x: str, points: list[Point]) -> list[tuple[float, float]]:
    """Give (x, value) in the order that a curve has."""
    if x == "step":
        stepped = [one for one in points if one.step is not None]
        stepped.sort(key=lambda one: (one.step, one.time, one.writer, one.order))
        return [(float(one.step or 0), one.value) for one in stepped]
    timed = sorted(points, key=lambda one: (one.time, one.writer, one.order))
    if x == "time":
        return [(one.time / 1000, one.value) for one in timed]
    return [((one.time - BEGUN) / 1e6, one.value) for one in timed]


def reduced(found: list[tuple[float, float]], within: Range) -> list[tuple[Any, ...]]:
    """Reduce points to the rows of buckets, in plain Python."""
    width = (within.stop - within.start) / within.buckets
    buckets: dict[int, list[tuple[float, float]]] = {}
    for x, value in found:
        number = 0 if width == 0 else math.floor((x - within.start) / width)
        buckets.setdefault(min(number, within.buckets - 1), []).append((x, value))
    return [row_of(buckets[number]) for number in sorted(buckets)]


def row_of(members: list[tuple[float, float]]) -> tuple[Any, ...]:
    finite = [value for _, value in members if math.isfinite(value)]
    summed = (
        (min(finite), max(finite), finite[0], finite[-1], sum(finite) / len(finite))
        if finite
        else (math.nan,) * 5
    )
    return (members[0][0], members[-1][0], *summed, len(members))


def listed(rows: Rows) -> list[tuple[Any, ...]]:
    return list(zip(*(getattr(rows, name).tolist() for name in COLUMNS), strict=True))


def same(one: list[tuple[Any, ...]], other: list[tuple[Any, ...]]) -> bool:
    return len(one) == len(other) and all(
        np.allclose(left, right, rtol=1e-12, equal_nan=True)
        for left, right in zip(one, other, strict=True)
    )


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a few points make a long series."""
    monkeypatch.setattr(layout, "CHUNK_FRAMES", 3)
    for module in (curve, curves):
        monkeypatch.setattr(module, "LONG", 1)
    monkeypatch.setattr(curves, "_MOST_READ", 0)


def draw_all(
    recorded: Recorded, span: Span, *, superseded: bool = False
) -> tuple[Range | None, CurveFound]:
    recorded.reader.catch_up(budget_seconds=None)
    within, (drawn,) = CurveReader(recorded.reader).draw([Asked(RUN, "loss", superseded)], span)
    if isinstance(drawn.error, SeriesNotFound):
        return None, drawn.found
    assert drawn.error is None
    assert drawn.found.problems == []
    return within, drawn.found


def recorded_runs(done: list[tuple[Any, ...]]) -> Iterator[Recorded]:
    """Record, and then rest: written journals first, segments alone after that."""
    with tempfile.TemporaryDirectory() as folder:
        recorded = Recorded(Path(folder) / "store")
        with recorded.reader:
            for action in done:
                recorded.do(action)
            yield recorded
            recorded.do(("seal",))
            yield recorded


def check_lists(found: CurveFound, shown: list[tuple[float, float]]) -> None:
    for name, is_kind in (
        ("nan", math.isnan),
        ("positive_infinities", lambda value: value == math.inf),
        ("negative_infinities", lambda value: value == -math.inf),
    ):
        check: Callable[[float], bool] = is_kind
        assert getattr(found, name) == pytest.approx([x for x, value in shown if check(value)])
    assert found.not_finite == sum(not math.isfinite(value) for _, value in shown)


@many
@given(
    done=actions,
    x=st.sampled_from(["step", "relative", "time"]),
    superseded=st.booleans(),
    buckets=st.integers(2, 12),
    start=ends,
    stop=ends,
)
def test_a_curve_is_what_plain_python_makes_of_its_points(
    done: list[tuple[Any, ...]],
    x: str,
    superseded: bool,
    buckets: int,
    start: float | None,
    stop: float | None,
) -> None:
    if x == "time":  # the same range, where the points are
        start, stop = (None if end is None else BEGUN / 1000 + end for end in (start, stop))
    if start is not None and stop is not None and start > stop:
        start, stop = stop, start
    for recorded in recorded_runs(done):
        points = recorded.points if superseded else recorded.current()
        everything = sides(x, points)
        within, found = draw_all(recorded, Span(x, start, stop, buckets), superseded=superseded)
        if within is None:
            assert not everything
            continue
        shown = [one for one in everything if within.start <= one[0] <= within.stop]
        assert (found.points, found.total) == (len(shown), len(points))
        assert found.unstepped == len(points) - len(everything)
        assert found.is_raw == (len(shown) <= buckets)
        expected = [row_of([one]) for one in shown] if found.is_raw else reduced(shown, within)
        assert same(listed(found.rows), expected)
        check_lists(found, shown)
        if start is None and stop is None:
            assert (within.start, within.stop) == pytest.approx(
                (everything[0][0], everything[-1][0])
            )


@many
@given(
    done=actions,
    x=st.sampled_from(["step", "relative", "time"]),
    buckets=st.integers(2, 6),
    start=ends,
    stop=ends,
)
@pytest.mark.usefixtures("small_chunks")
def test_a_curve_known_by_its_chunks_loses_no_point_and_no_extreme(
    done: list[tuple[Any, ...]], x: str, buckets: int, start: float | None, stop: float | None
) -> None:
    if x == "time":
        start, stop = (None if end is None else BEGUN / 1000 + end for end in (start, stop))
    if start is not None and stop is not None and start > stop:
        start, stop = stop, start
    for recorded in recorded_runs(done):
        points = recorded.current()
        everything = sides(x, points)
        within, found = draw_all(recorded, Span(x, start, stop, buckets))
        if within is None:
            assert not everything
            continue
        shown = [one for one in everything if within.start <= one[0] <= within.stop]
        assert (found.points, found.total) == (len(shown), len(points))
        assert found.unstepped == len(points) - len(everything)
        assert found.not_finite == sum(not math.isfinite(value) for _, value in shown)
        assert len(found.rows) <= max(buckets, len(shown) if found.is_raw else 0)
        rows = found.rows
        assert sum(rows.count.tolist()) == len(shown)
        assert (np.diff(rows.x_first) >= 0).all()
        for place, value in shown:
            is_over = (rows.x_first <= place) & (rows.x_last >= place)
            assert is_over.any()
            if math.isfinite(value):
                assert (is_over & (rows.min <= value) & (rows.max >= value)).any()
        for row in range(len(rows)):
            if math.isfinite(rows.min[row]):
                held = [value for at, value in shown if rows.x_first[row] <= at <= rows.x_last[row]]
                assert {rows.min[row], rows.max[row], rows.first[row], rows.last[row]} <= {*held}


@many
@given(done=actions, is_long=st.booleans(), least=st.none() | st.integers(-3, 36),
       greatest=st.none() | st.integers(-3, 36), limit=st.integers(1, 9))  # fmt: skip
def test_points_come_page_by_page_and_exactly(
    done: list[tuple[Any, ...]],
    is_long: bool,
    least: int | None,
    greatest: int | None,
    limit: int,
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        if is_long:
            patch.setattr(layout, "CHUNK_FRAMES", 3)
            patch.setattr("runlore.reading.point_pages.LONG", 1)
        for recorded in recorded_runs(done):
            recorded.reader.catch_up(budget_seconds=None)
            current = recorded.current()
            stepped = sorted(
                (one for one in current if one.step is not None),
                key=lambda one: (one.step, one.time, one.writer, one.order),
            )
            wanted = [
                one
                for one in stepped
                if (least is None or (one.step or 0) >= least)
                and (greatest is None or (one.step or 0) <= greatest)
            ]
            if least is None and greatest is None:
                wanted += [one for one in current if one.step is None]
            reader = CurveReader(recorded.reader)
            pages: list[tuple[int | None, int, str]] = []
            while True:
                asked = PointsAsked(RUN, "loss", least, greatest, len(pages), limit)
                page = read_points(recorded.reader, reader, asked)
                assert page.total == len(wanted)
                for columns in page.points:
                    assert columns.time is not None
                    assert columns.value is not None
                    steps = [None] * len(columns) if columns.step is None else columns.step.tolist()
                    lines = zip(steps, columns.time.tolist(), columns.value.tolist(), strict=True)
                    pages += [(step, time, repr(value)) for step, time, value in lines]
                if not page.points:
                    break
            assert pages == [(one.step, one.time, repr(one.value)) for one in wanted]


@many
@given(done=actions, buckets=st.integers(2, 40))
def test_a_curve_over_another_metric_takes_its_last_value_at_each_step(
    done: list[tuple[Any, ...]], buckets: int
) -> None:
    for recorded in recorded_runs(done):
        recorded.reader.catch_up(budget_seconds=None)
        current = recorded.current()
        other = {}
        for one in sorted(current, key=lambda one: (one.step or 0, one.time, one.order)):
            value = recorded.accuracy.get((one.writer, one.order))
            if value is not None:
                other[("step", one.step) if one.step is not None else ("call", one.order)] = value
        expected = sorted(
            other[key]
            for one in current
            for key in [("step", one.step) if one.step is not None else ("call", one.order)]
            if key in other
        )
        reader = CurveReader(recorded.reader)
        within, (drawn,) = reader.draw(
            [Asked(RUN, "loss")], Span("metric:acc", None, None, buckets)
        )
        if isinstance(drawn.error, SeriesNotFound):
            assert not (current and other)
            continue
        assert (within is None) == (not expected)
        if within is not None:
            assert sum(drawn.found.rows.count.tolist()) == len(expected)
            assert drawn.found.unstepped == len(current) - len(expected)
            assert (within.start, within.stop) == (expected[0], expected[-1])


def test_what_is_not_there_is_said_of_each_curve(tmp_path: Path) -> None:
    recorded = Recorded(tmp_path / "store")
    recorded.do(("points", 0, [1.0, 2.0], "alone", 0))
    recorded.reader.catch_up(budget_seconds=None)
    asked = [Asked("f" * 32, "loss"), Asked(RUN, "los"), Asked(RUN, "loss")]
    within, drawn = CurveReader(recorded.reader).draw(asked, Span("step", None, None, 10))
    assert within is not None
    assert [type(one.error) for one in drawn] == [RunNotFound, SeriesNotFound, type(None)]
    assert "'loss'" in str(drawn[1].error)
    assert drawn[2].found.points == 3
    recorded.reader.close()


def test_a_seam_is_where_a_later_attempt_goes_on(tmp_path: Path) -> None:
    recorded = Recorded(tmp_path / "store")
    for action in (
        ("points", 0, [1.0] * 6, "alone", 0),
        ("resume", 4),
        ("points", 4, [2.0] * 3, "alone", 0),
        ("resume", None),
        ("points", 9, [3.0] * 2, "alone", 0),
    ):
        recorded.do(action)
    within, found = draw_all(recorded, Span("step", None, None, 100))
    assert within is not None
    assert found.seams == [4.0, 9.0]
    _, found = draw_all(recorded, Span("time", None, None, 100))
    assert found.seams == [started / 1000 for _, started in recorded.attempts[1:]]
    recorded.reader.close()


def test_curves_of_an_answer_share_the_edges_of_their_buckets(tmp_path: Path) -> None:
    recorded = Recorded(tmp_path / "store")
    recorded.do(("points", 0, [1.0, 2.0, 3.0, 4.0, 5.0, 6.0], "pair", 0))
    recorded.do(("points", 20, [1.0, 2.0], "alone", 0))
    recorded.reader.catch_up(budget_seconds=None)
    asked = [Asked(RUN, "loss"), Asked(RUN, "acc")]
    within, drawn = CurveReader(recorded.reader).draw(asked, Span("step", 0, None, 3))
    assert within == (0.0, 21.0, 3)
    assert [one.found.rows.x_first.tolist() for one in drawn] == [[0.0, 20.0], [0.0]]
    assert [one.found.rows.count.tolist() for one in drawn] == [[6, 2], [6]]
    recorded.reader.close()


def test_points_that_are_logged_meanwhile_are_read_on_from_where_reading_stopped(
    tmp_path: Path,
) -> None:
    recorded = Recorded(tmp_path / "store")
    reader = CurveReader(recorded.reader)
    for count in range(1, 5):
        recorded.do(("points", 10 * count, [float(count)], "alone", 0))
        recorded.do(("apply",))
        _, (drawn,) = reader.draw([Asked(RUN, "loss")], Span("step", 0, None, 100))
        assert drawn.found.rows.first.tolist() == [float(one) for one in range(1, count + 1)]
    recorded.do(("seal",))
    _, (drawn,) = reader.draw([Asked(RUN, "loss")], Span("step", None, None, 100))
    assert drawn.error is None
    assert drawn.found.points == 5
    recorded.reader.close()
