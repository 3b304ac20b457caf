from __future__ import annotations

import os
import shutil
import struct
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import runlore
from runlore.errors import InvalidType, InvalidValue, SeriesNotFound
from runlore.reading.series_reader import IncompleteWarning
from tests.reading.recording import close_journal, seal, settle

if TYPE_CHECKING:
    from runlore.client.run import Run
    from runlore.reading.run import StoredRun
    from runlore.reading.series import Series

FUTURE = 4_000_000_000  # seconds: later than any attempt of a test begins


class Point(NamedTuple):
    """A point as it was logged; `order` counts within the journal."""

    step: int | None
    time: int
    actor: str
    order: int
    value: float
    attempt: int


def bits(values: Any) -> list[bytes]:
    return [struct.pack("<d", value) for value in values]


def read(run: StoredRun, *arguments: Any, **options: Any) -> list[tuple[Any, int, bytes]]:
    series = run.series(*arguments, **options)
    steps = [None] * len(series) if series.step is None else series.step.tolist()
    return list(zip(steps, series.time.tolist(), bits(series.value), strict=True))


class Model:
    """Logs into a real run, and keeps in plain lists what must come back."""

    def __init__(self, store: Path) -> None:
        self.store = store
        self.points: dict[tuple[str, str], list[Point]] = {}
        self.resumed_from: list[int | None] = [None]
        self.begun: list[int] = [0]
        self.count = 0
        self.run = self._start()

    def _start(self, **options: Any) -> Run:
        return runlore.start_run("modelled", id="modelled", store=self.store, **options)

    def log(self, names: tuple[str, ...], value: float, step: int | None, seconds: int,
            context: str) -> None:  # fmt: skip
        values = {name: value + place for place, name in enumerate(names)}
        self.run.log(values, step, time=seconds, context=context or None)
        self.count += 1
        actor = self.run._writer.actor
        for name, number in values.items():
            point = Point(
                step, seconds * 10**6, actor, self.count, number, len(self.resumed_from) - 1
            )
            self.points.setdefault((name, context), []).append(point)

    def close(self) -> None:
        """End the process, as far as the store can tell."""
        self.run.finish()
        close_journal(self.store)

    def resume(self, from_step: int | None) -> None:
        self.close()
        before = datetime.now(UTC).timestamp()
        self.run = self._start(resume=True, from_step=from_step)
        self.resumed_from.append(from_step)
        self.begun.append(int(before * 10**6))

    def is_current(self, point: Point) -> bool:
        for attempt, from_step in enumerate(self.resumed_from):
            if attempt > point.attempt and from_step is not None:
                if point.step is None and point.time >= self.begun[attempt]:
                    return False
                if point.step is not None and point.step >= from_step:
                    return False
        return True

    def expected(self, series: tuple[str, str], *, superseded: bool) -> list[Point]:
        points = [point for point in self.points[series] if superseded or self.is_current(point)]
        stepped = [point for point in points if point.step is not None]
        stepless = [point for point in points if point.step is None]
        stepped.sort(key=lambda point: (point.step, point.time, point.actor, point.order))
        stepless.sort(key=lambda point: (point.actor, point.order))
        return stepped + stepless

    def check(self) -> None:
        run = runlore.get_run("modelled", store=self.store)
        for series in self.points:
            everything = self.expected(series, superseded=True)
            current = self.expected(series, superseded=False)
            name, context = series
            assert read(run, name, context, superseded=True) == [
                (point.step, point.time, bits([point.value])[0]) for point in everything
            ]
            marks = run.series(name, context, superseded=True).is_superseded
            assert marks is not None
            assert marks.tolist() == [not self.is_current(point) for point in everything]
            label = f"{name}[{context}]" if context else name
            assert (label in run.metrics) == bool(current)
            if current:
                assert read(run, label) == [
                    (point.step, point.time, bits([point.value])[0]) for point in current
                ]
                self._check_summary(run, label, current)
            else:
                with pytest.raises(SeriesNotFound):
                    run.series(label)

    def _check_summary(self, run: StoredRun, label: str, current: list[Point]) -> None:
        summary = run.summaries[label]
        stepped = [point for point in current if point.step is not None]
        stepless = [point for point in current if point.step is None]
        last = stepped[-1] if stepped else stepless[-1]
        if stepless and stepless[-1].time > last.time:
            last = stepless[-1]
        assert summary.points == len(current)
        assert bits([run.metrics[label]]) == bits([last.value])
        finite = [point.value for point in current if np.isfinite(point.value)]
        if finite:
            assert (summary.minimum, summary.maximum) == (min(finite), max(finite))
        else:
            assert np.isnan(summary.minimum)
        assert summary.nan == sum(np.isnan(point.value) for point in current)


names = st.sampled_from([("loss",), ("acc",), ("loss", "acc"), ("acc", "loss")])
numbers = st.one_of(
    st.floats(-4, 4, width=16), st.sampled_from([float("nan"), float("inf"), -float("inf"), 0.0])
)
steps = st.one_of(st.none(), st.integers(0, 6), st.sampled_from([-(2**63), 2**63 - 1]))
times = st.one_of(st.integers(10**9, 10**9 + 3), st.integers(FUTURE, FUTURE + 2))
logged = st.tuples(st.just("log"), names, numbers, steps, times, st.sampled_from(["", "val"]))
resumed = st.tuples(st.just("resume"), st.one_of(st.none(), st.integers(0, 6)))
others = st.sampled_from([("check",), ("seal",), ("settle",)])
operations = st.lists(st.one_of(logged, logged, logged, logged, resumed, others), max_size=30)


@pytest.fixture
def folder(store: Path) -> Path:
    store.mkdir()
    return store


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(operations=operations)
def test_whatever_was_logged_is_read_back_as_plain_python_would_have_it(
    folder: Path, operations: list[tuple[Any, ...]]
) -> None:
    place = Path(tempfile.mkdtemp(dir=folder)) / "store"
    model = Model(place)
    for kind, *arguments in operations:
        if kind == "log":
            model.log(*arguments)
        elif kind == "resume":
            model.resume(*arguments)
        elif kind == "check":
            model.check()
        else:
            model.resume(None)
            seal(place, grace_seconds=0 if kind == "settle" else 3600)
    model.check()
    model.close()
    settle(place)
    model.check()
    shutil.rmtree(place)


def test_a_journal_that_is_sealed_and_removed_while_it_is_read_is_read_from_its_segment(
    store: Path,
) -> None:
    with runlore.start_run("moving", store=store) as run:
        for step in range(10):
            run.log({"loss": step}, step)
    reading = runlore.get_run("moving", store=store)  # as of the journal
    settle(store)
    assert reading.series("loss").value.tolist() == list(range(10))


def test_a_run_whose_process_writes_on_is_read_as_of_the_last_look(store: Path) -> None:
    with runlore.start_run("live", store=store) as run:
        run.log({"loss": 1.0}, 1)
        reading = runlore.get_run("live", store=store)
        run.log({"loss": 2.0}, 2)
        assert reading.series("loss").value.tolist() == [1.0]
        assert reading.metrics == {"loss": 1.0}
        assert reading.refresh().series("loss").value.tolist() == [1.0, 2.0]
        assert reading.metrics == {"loss": 2.0}


def test_steps_are_whole_numbers_none_or_masked_where_some_are_absent(store: Path) -> None:
    with runlore.start_run("steps", store=store) as run:
        run.log({"with": 1, "both": 1}, 3)
        run.log({"without": 2, "both": 2})
    found = runlore.get_run("steps", store=store)
    stepped, stepless, both = (found.series(name) for name in ("with", "without", "both"))
    assert stepped.step is not None
    assert stepped.step.dtype == np.int64
    assert stepless.step is None
    assert isinstance(both.step, np.ma.MaskedArray)
    assert both.step.tolist() == [3, None]
    assert both.to_pandas()["step"].isna().tolist() == [False, True]
    assert both.to_polars()["step"].to_list() == [3, None]


def test_a_context_may_be_a_word_a_dict_or_part_of_the_label(store: Path) -> None:
    with runlore.start_run("contexts", store=store) as run:
        run.log({"loss": 1.0}, 0, context={"split": "val", "fold": 2})
        run.log({"loss": 2.0}, 0, context="train")
        run.log({"odd[x]": 3.0, "odd": 4.0}, 0)
        run.log({"odd[x]": 5.0}, 0, context="y[z]")
    found = runlore.get_run("contexts", store=store)
    assert found.series_names() == ["loss[fold=2,split=val]", "loss[train]", "odd", "odd[x]",
                                    "odd[x][y[z]]"]  # fmt: skip
    assert found.series("loss", {"fold": 2, "split": "val"}).value.tolist() == [1.0]
    assert found.series("loss[fold=2,split=val]").value.tolist() == [1.0]
    assert found.series("loss", "train").value.tolist() == [2.0]
    assert found.series("odd[x]").value.tolist() == [3.0]
    assert found.series("odd[x][y[z]]").value.tolist() == [5.0]


def test_of_several_ranks_the_lowest_is_read_unless_one_is_named(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RUNLORE_RUN_ID", "together")
    monkeypatch.setenv("WORLD_SIZE", "4")
    for rank in (2, 1):
        monkeypatch.setenv("RANK", str(rank))
        with runlore.start_run("ranks", store=store) as run:
            run.log({"loss": float(rank)}, 0)
        close_journal(store)
    found = runlore.get_run("ranks", store=store)
    assert found.metrics == {"loss": 1.0}
    assert found.series("loss").rank == 1
    assert found.series("loss", rank=2).value.tolist() == [2.0]
    assert [summary.rank for summary in found.all_summaries] == [1, 2]
    with pytest.raises(SeriesNotFound, match="no rank 0") as refused:
        found.series("loss", rank=0)
    assert refused.value.hint == "it has 1, 2"


def test_an_unknown_series_is_refused_with_the_nearest_that_there_are(store: Path) -> None:
    with runlore.start_run("named", store=store) as run:
        run.log({"train_loss": 1.0}, 0)
        run.log({"loss": 1.0}, 0, context="val")
    found = runlore.get_run("named", store=store)
    with pytest.raises(SeriesNotFound, match="no series 'loss'") as refused:
        found.series("loss")
    assert refused.value.hint == "did you mean 'loss[val]' or 'train_loss'?"
    with pytest.raises(SeriesNotFound, match=r"no series 'loss\[test\]'"):
        found.series("loss", "test")
    with runlore.start_run("silent", store=store):
        pass
    with pytest.raises(SeriesNotFound, match="it has logged no metrics"):
        runlore.get_run("silent", store=store).series("loss")


@pytest.fixture
def spiky(store: Path) -> StoredRun:
    with runlore.start_run("spiky", store=store) as run:
        for step in range(10_000):
            value = 1e9 if step == 7_777 else float("nan") if step == 123 else float(step % 50)
            run.log({"loss": value}, step)
        run.log({"loss": float("inf")}, 10_000)
    return runlore.get_run("spiky", store=store)


def test_down_sampling_keeps_spikes_and_lists_what_is_not_finite(spiky: StoredRun) -> None:
    few, all_points = spiky.series("loss", points=200), spiky.series("loss")
    assert few.is_downsampled
    assert few.count == len(all_points) == 10_001
    assert len(few) <= 200
    assert 7_777 in steps_of(few)
    assert steps_of(few)[0] == 0
    assert steps_of(few)[-1] == 10_000
    assert few.value.tolist()[-1] == float("inf")
    real = dict(zip(steps_of(all_points), bits(all_points.value), strict=True))
    assert all(
        real[step] == value for step, value in zip(steps_of(few), bits(few.value), strict=True)
    )
    assert few.not_finite is not None
    assert few.not_finite.step is not None
    assert few.not_finite.step.tolist() == [123, 10_000]
    assert few.not_finite.count == 2
    assert few.not_finite.is_complete


def steps_of(series: Series) -> list[int]:
    assert series.step is not None
    return [int(step) for step in series.step]


def test_a_series_that_fits_is_not_down_sampled(spiky: StoredRun) -> None:
    series = spiky.series("loss", points=20_000)
    assert not series.is_downsampled
    assert series.not_finite is None
    assert len(series) == 10_001


def test_points_from_a_step_on(spiky: StoredRun) -> None:
    assert steps_of(spiky.series("loss", since_step=9_998)) == [9_998, 9_999, 10_000]
    assert len(spiky.series("loss", since_step=10_001)) == 0


def test_too_few_points_are_refused(spiky: StoredRun) -> None:
    with pytest.raises(InvalidValue, match="in 3 points"):
        spiky.series("loss", points=3)


def test_what_is_no_name_no_step_and_no_number_is_refused(spiky: StoredRun) -> None:
    wrong: Any = "x"
    with pytest.raises(InvalidType, match="points is a str"):
        spiky.series("loss", points=wrong)
    with pytest.raises(InvalidType, match="the step is a str"):
        spiky.series("loss", since_step=wrong)
    wrong = 5
    with pytest.raises(InvalidType, match="a metric's name is an int"):
        spiky.series(wrong)


def test_a_series_that_lacks_a_segment_says_so(store: Path) -> None:
    for attempt in range(2):
        with runlore.start_run("parts", id="parts", resume=attempt > 0, store=store) as run:
            run.log({"loss": attempt}, attempt)
        close_journal(store)
    seal(store, grace_seconds=0)
    reading = runlore.get_run("parts", store=store)
    os.unlink(min(store.glob("runs/*/*.segment")))
    with pytest.warns(IncompleteWarning, match="segment .* is missing"):
        series = reading.series("loss")
    assert len(series) == 1
    assert len(series.problems) == 1
    assert "incomplete" in repr(series)


def test_a_damaged_segment_costs_its_points_alone(store: Path) -> None:
    for attempt in range(2):
        with runlore.start_run("parts", id="parts", resume=attempt > 0, store=store) as run:
            run.log({"loss": attempt}, attempt)
        close_journal(store)
    seal(store, grace_seconds=0)
    reading = runlore.get_run("parts", store=store)
    path = min(store.glob("runs/*/*.segment"))
    content = bytearray(path.read_bytes())
    content[70] ^= 1
    path.chmod(0o644)
    path.write_bytes(content)
    with pytest.warns(IncompleteWarning, match="segment"):
        assert len(reading.series("loss")) == 1


def test_reading_a_series_applies_what_was_not_read_yet(store: Path) -> None:
    with runlore.start_run("long", store=store) as run:
        for step in range(2_000):
            run.log({"loss": step}, step)
    from runlore.reading.opening import find_run
    from runlore.reading.store import StoreReader, open_reader

    with open_reader(store, budget_seconds=None) as reader:
        known = find_run(reader, "long")
        for step in range(2_000, 4_000):
            run.log({"loss": step}, step)
        reader.catch_up(budget_seconds=0.0)
        assert not reader.freshness.is_current
        assert isinstance(reader, StoreReader)
        assert len(known.series("loss")) == 4_000
        assert reader.freshness.is_current


def test_arrays_have_the_promised_types(store: Path) -> None:
    with runlore.start_run("types", store=store) as run:
        run.log({"loss": 1}, 5, time=1.5)
    series = runlore.get_run("types", store=store).series("loss")
    assert series.step is not None
    dtypes = [column.dtype.name for column in (series.step, series.time, series.value)]
    assert dtypes == ["int64", "int64", "float64"]
    assert series.time.tolist() == [1_500_000]
    frame = series.to_pandas()
    assert frame["time"].tolist() == [datetime(1970, 1, 1, 0, 0, 1, 500_000, tzinfo=UTC)]
    assert series.to_polars()["time"].to_list() == frame["time"].tolist()
