from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pytest

import runlore
from runlore.reading import overview
from tests.reading.recording import close_journal, seal, settle

if TYPE_CHECKING:
    from pathlib import Path

    from runlore.client.run import Run
    from runlore.reading.series import Series

POINTS = 41_000  # ten chunks and a rest


@pytest.fixture(autouse=True)
def few_points_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(overview, "LEAST_POINTS", 1_000)


def value_at(step: int) -> float:
    if step == 17_777:
        return 1e6
    if step in (5_000, 30_001):
        return math.nan
    return -math.inf if step == 30_002 else math.sin(step / 999)


def log(run: Run, start: int, stop: int, *, is_stepped: bool = True) -> None:
    for step in range(start, stop):
        run.log({"loss": value_at(step)}, step if is_stepped else None, time=10**9 + step)


def record(store: Path, *, is_stepped: bool = True) -> None:
    """Points in a segment, in another that is short, and in a journal."""
    with runlore.start_run("long", id="long", store=store) as run:
        log(run, 0, POINTS - 3_000, is_stepped=is_stepped)
    close_journal(store)
    with runlore.start_run("long", id="long", resume=True, store=store) as run:
        log(run, POINTS - 3_000, POINTS - 1_000, is_stepped=is_stepped)
    settle(store)
    with runlore.start_run("long", id="long", resume=True, store=store) as run:
        log(run, POINTS - 1_000, POINTS, is_stepped=is_stepped)


def read(store: Path, points: int) -> Series:
    series = runlore.get_run("long", store=store).series("loss", points=points)
    assert not series.has_exact_times  # from the statistics
    assert not series.problems
    assert len(series) <= points
    return series


@pytest.mark.parametrize("points", [4, 12, 40])
def test_first_last_and_extremes_are_real_points_at_their_steps(store: Path, points: int) -> None:
    record(store)
    series = read(store, points)
    assert series.step is not None
    steps = series.step.tolist()
    assert series.count == POINTS
    assert sorted(set(steps)) == steps
    for step, value in zip(steps, series.value.tolist(), strict=True):
        assert value == value_at(step)
    assert steps[0] == 0
    assert steps[-1] == POINTS - 1
    assert 17_777 in steps
    assert min(series.value) == min(value_at(step) for step in range(POINTS) if step != 30_002
                                    and not math.isnan(value_at(step)))  # fmt: skip
    assert (np.diff(series.time) > 0).all()
    assert series.time.tolist()[0] == 10**15
    assert series.time.tolist()[-1] == (10**9 + POINTS - 1) * 10**6


def test_what_is_not_finite_is_listed(store: Path) -> None:
    record(store)
    found = read(store, 12).not_finite
    assert found is not None
    assert found.step is not None
    assert found.step.tolist() == [5_000, 30_001, 30_002]
    assert found.value.tolist()[-1] == -math.inf
    assert found.is_complete


def test_what_a_resumed_run_has_replaced_is_left_out(store: Path) -> None:
    with runlore.start_run("long", id="long", store=store) as run:
        log(run, 0, POINTS)
    settle(store)
    with runlore.start_run("long", id="long", resume=True, from_step=10_000, store=store) as run:
        for step in range(10_000, 20_000):
            run.log({"loss": 2.0}, step)
    settle(store)
    series = read(store, 12)
    assert series.count == 20_000
    assert series.step is not None
    assert series.step.tolist()[-1] == 19_999
    assert series.value.max() == 2.0
    for step, value in zip(series.step.tolist(), series.value.tolist(), strict=True):
        assert value == (value_at(step) if step < 10_000 else 2.0)


def test_points_without_steps_are_shown_over_time(store: Path) -> None:
    record(store, is_stepped=False)
    series = read(store, 12)
    assert series.step is None
    assert (np.diff(series.time) >= 0).all()
    assert series.value.max() == 1e6
    assert series.value.tolist()[0] == value_at(0)
    assert series.value.tolist()[-1] == value_at(POINTS - 1)
    assert series.not_finite is not None
    assert series.not_finite.step is None
    assert series.not_finite.time.tolist() == [
        (10**9 + step) * 10**6 for step in (5_000, 30_001, 30_002)
    ]


def test_of_many_names_the_one_asked_for_is_shown(store: Path) -> None:
    with runlore.start_run("long", store=store) as run:
        for step in range(20_000):
            run.log({"a": step, "b": -step, "c": 0}, step)
        run.log({"b": 5.0}, 20_000, context="val")
    settle(store)
    series = runlore.get_run("long", store=store).series("b", points=8)
    assert not series.has_exact_times
    assert series.step is not None
    assert series.value.tolist() == [-step for step in series.step.tolist()]
    assert series.count == 20_000


def test_where_some_points_have_no_step_all_are_read(store: Path) -> None:
    with runlore.start_run("long", store=store) as run:
        log(run, 0, 10_000)
        log(run, 10_000, 20_000, is_stepped=False)
    close_journal(store)
    seal(store)
    series = runlore.get_run("long", store=store).series("loss", points=8)
    assert series.has_exact_times
    assert series.count == 20_000
    assert isinstance(series.step, np.ma.MaskedArray)
