from __future__ import annotations

import math
import threading
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from runlore.client.run import MOST_KEY_SETS, MOST_NAMES
from runlore.client.start import open_run
from tests.journal.recorded import recorded

if TYPE_CHECKING:
    from pathlib import Path

    from runlore.client.run import Run
    from tests.journal.recorded import Recorded

INT64 = 1 << 63
AWKWARD = ["a\nb", "🙂", "'; DROP TABLE points; --", "../x", "/etc/passwd", "a/b", " ", "\x1b[31m"]


def live(store: Path) -> Recorded:
    return recorded(store, is_complete=False)


def same(found: list[tuple[int | None, float]], expected: list[tuple[int | None, float]]) -> bool:
    """Compare points, with NaN equal to itself and -0.0 unlike 0.0."""
    return repr(found) == repr(expected)


class TestValues:
    @pytest.mark.parametrize(
        ("value", "stored"),
        [
            (1, 1.0),
            (True, 1.0),
            (0.1, 0.1),
            (-0.0, -0.0),
            (5e-324, 5e-324),
            (1.7976931348623157e308, 1.7976931348623157e308),
            (2**53 + 1, float(2**53)),
            (math.nan, math.nan),
            (math.inf, math.inf),
            (-math.inf, -math.inf),
            (Decimal("0.1"), 0.1),
            (Fraction(1, 4), 0.25),
            (np.array(0.5), 0.5),
            (np.array([0.5]), 0.5),
            (np.array([[2]]), 2.0),
            (np.ma.array(1.5), 1.5),
        ],
        ids=repr,
    )
    def test_any_number_is_kept_as_a_double(
        self, run: Run, store: Path, value: object, stored: float
    ) -> None:
        for step in range(3):  # the first call takes the slow path, the others the fast one
            run.log({"m": value}, step=step)
            run.log({"m": value, "other": 1}, step=step)
        assert same(live(store).series("m"), [(s, stored) for s in range(3) for _ in "ab"])

    @pytest.mark.parametrize(
        "name",
        [
            *("bool_", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"),
            *("float16", "float32", "float64", "longdouble"),
        ],
    )
    def test_every_real_numpy_type_is_a_number(self, run: Run, store: Path, name: str) -> None:
        value = getattr(np, name)(1)
        for step in range(2):
            run.log({"m": value}, step=step)
            run.log({"m": np.array(value)}, step=step)
        assert live(store).series("m") == [(0, 1.0), (0, 1.0), (1, 1.0), (1, 1.0)]

    @pytest.mark.wide("torch")
    def test_torch_scalars_are_numbers(self, run: Run, store: Path) -> None:
        import torch

        values = [torch.tensor(0.5), torch.tensor([0.5]), torch.tensor(0.5, requires_grad=True)]
        values.append(torch.tensor(0.5, dtype=torch.bfloat16))
        for value in [*values, *values]:
            run.log({"m": value})
        assert live(store).series("m") == [(None, 0.5)] * 8

    @pytest.mark.wide("jax")
    def test_jax_scalars_are_numbers(self, run: Run, store: Path) -> None:
        import jax.numpy as jnp

        values = [jnp.float32(0.5), jnp.array([0.5]), jnp.array(0.5, dtype=jnp.bfloat16)]
        for value in [*values, *values]:
            run.log({"m": value})
        assert live(store).series("m") == [(None, 0.5)] * 6


class TestSteps:
    def test_steps_come_in_any_order_repeated_or_not_at_all(self, run: Run, store: Path) -> None:
        steps = [5, 3, 3, None, -1, INT64 - 1, -INT64, 0, None, 5]
        for number, step in enumerate(steps):
            run.log({"m": number}, step)
        assert live(store).series("m") == list(zip(steps, map(float, range(10)), strict=True))

    @pytest.mark.parametrize("step", [3, np.int32(3), np.uint8(3), 3.0, np.float64(3), np.array(3)])
    def test_a_whole_number_of_any_type_is_a_step(self, run: Run, store: Path, step: Any) -> None:
        run.log({"m": 1}, step)
        run.log({"m": 1}, step)
        assert live(store).series("m") == [(3, 1.0)] * 2


class TestTimes:
    @pytest.mark.parametrize(
        ("time", "microseconds"),
        [
            (0, 0),
            (1_700_000_000, 1_700_000_000_000_000),
            (1_700_000_000.25, 1_700_000_000_250_000),
            (-1.5, -1_500_000),
            (np.float64(1.5), 1_500_000),
            (Decimal("1.5"), 1_500_000),
            (datetime(2023, 11, 14, 22, 13, 20, 5, tzinfo=UTC), 1_700_000_000_000_005),
            (
                datetime(2023, 11, 14, 23, 13, 20, tzinfo=timezone(timedelta(hours=1))),
                1_700_000_000_000_000,
            ),
            (datetime(1, 1, 1, tzinfo=UTC), -62_135_596_800_000_000),
        ],
        ids=repr,
    )
    def test_a_time_is_seconds_or_a_datetime(
        self, run: Run, store: Path, time: object, microseconds: int
    ) -> None:
        run.log({"m": 1}, time=time)
        (point,) = live(store).points
        assert point.time == microseconds

    def test_without_a_time_it_is_now(self, run: Run, store: Path) -> None:
        before = datetime.now(UTC).timestamp()
        run.log({"m": 1})
        run.log({"m": 1})
        after = datetime.now(UTC).timestamp()
        times = [point.time for point in live(store).points]
        assert all(int(before * 1e6) <= time <= after * 1e6 for time in times)


class TestContexts:
    @pytest.mark.parametrize(
        ("context", "stored"),
        [
            (None, ""),
            ("", ""),
            ("val", "val"),
            ({"split": "val", "fold": 1}, "fold=1,split=val"),
            ({}, ""),
            ("🙂\n", "🙂\n"),
        ],
    )
    def test_a_context_is_a_word_or_a_mapping(
        self, run: Run, store: Path, context: Any, stored: str
    ) -> None:
        for _ in range(2):
            run.log({"m": 1}, context=context)
            run.log_metric("m", 1, context=context)
            run.log_metrics({"m": 1, "n": 2}, 3, context=context)
        found = live(store)
        assert {point.context for point in found.points} == {stored}
        assert len(found.series("m", context=stored)) == 6

    def test_one_name_in_two_contexts_is_two_series(self, run: Run, store: Path) -> None:
        for step in range(3):
            run.log({"loss": 1.0}, step, context="train")
            run.log({"loss": 2.0}, step, context="val")
            run.log({"loss": 3.0}, step)
        found = live(store)
        assert found.series("loss", context="train") == [(0, 1.0), (1, 1.0), (2, 1.0)]
        assert found.series("loss", context="val") == [(0, 2.0), (1, 2.0), (2, 2.0)]
        assert found.series("loss") == [(0, 3.0), (1, 3.0), (2, 3.0)]


class TestNames:
    @pytest.mark.parametrize("name", AWKWARD)
    def test_a_name_may_be_any_text(self, run: Run, store: Path, name: str) -> None:
        outside = set(store.parent.iterdir())
        run.log({name: 1.0})
        run.log({name: 2.0, f"{name}2": 3.0}, context=name)
        run.log_param(name, name)
        run.add_tag(name, name)
        run.define_metric(name, unit=name, x=name)
        run.log_note(name)
        found = live(store)
        assert found.series(name) == [(None, 1.0)]
        assert found.series(name, context=name) == [(None, 2.0)]
        assert found.params() == {name: [name, name, None]}
        (tag,) = found.of_kind("tag.added")
        assert (tag["tag"], tag["value"]) == (name, name)
        assert set(store.parent.iterdir()) == outside

    @pytest.mark.parametrize(("name", "stored"), [("a\0b", "a␀b"), ("a\ud800", "a\ufffd")])
    def test_what_no_store_can_hold_is_replaced(
        self, run: Run, store: Path, name: str, stored: str
    ) -> None:
        for _ in range(2):
            run.log({name: 1.0}, context=name)
        run.log_param(name, name)
        run.add_tags({name: name})
        run.log_note(name)
        found = live(store)
        assert found.series(stored, context=stored) == [(None, 1.0)] * 2
        assert found.params() == {stored: [stored, stored, None]}
        assert found.of_kind("tag.added")[0]["value"] == stored
        assert found.of_kind("note.added")[0]["text"] == stored

    def test_ten_thousand_names_in_one_call(self, run: Run, store: Path) -> None:
        metrics = {f"layer.{number}.weight.norm": float(number) for number in range(10_000)}
        for step in range(3):
            run.log(metrics, step)
        found = live(store)
        logged = [(point.step, point.metrics) for point in found.points]
        together: dict[int | None, dict[str, float]] = {}
        for point_step, values in logged:
            together.setdefault(point_step, {}).update(values)
        assert together == dict.fromkeys(range(3), metrics)
        assert len(logged) <= 3 * 64

    def test_ten_thousand_names_one_by_one(self, run: Run, store: Path) -> None:
        for number in range(10_000):
            run.log({f"m{number}": number}, step=number)
        found = live(store)
        assert {name: point.step for point in found.points for name in point.metrics} == {
            f"m{number}": number for number in range(10_000)
        }
        assert (found.gaps, found.unnamed) == ([], [])

    def test_one_call_of_more_names_than_a_key_set_holds(self, run: Run, store: Path) -> None:
        metrics = {f"{number}": float(number) for number in range(MOST_NAMES + 100)}
        run.log(metrics)
        run.log(metrics)
        found: dict[str, float] = {}
        for point in live(store).points:
            found |= point.metrics
        assert found == metrics

    def test_names_of_the_greatest_length(self, run: Run, store: Path) -> None:
        metrics = {f"{number:04}" + "🙂" * 1020: float(number) for number in range(2000)}
        run.log(metrics)
        found: dict[str, float] = {}
        for point in live(store).points:
            found |= point.metrics
        assert found == metrics

    def test_many_different_sets_of_names_dont_become_many_key_sets(
        self, run: Run, store: Path
    ) -> None:
        for number in range(3 * MOST_KEY_SETS):
            names = [f"m{bit}" for bit in range(12) if number >> bit & 1]
            run.log(dict.fromkeys(names, float(number)), step=number)
        assert len(run._key_sets) <= MOST_KEY_SETS + 12
        by_step: dict[int | None, set[str]] = {}
        for point in live(store).points:
            by_step.setdefault(point.step, set()).update(point.metrics)
        assert by_step == {
            number: {f"m{bit}" for bit in range(12) if number >> bit & 1}
            for number in range(1, 3 * MOST_KEY_SETS)
        }

    def test_no_metrics_at_all_write_nothing(self, run: Run, store: Path) -> None:
        run.log({})
        run.log({}, step=1, context="val")
        assert live(store).points == []

    def test_any_mapping_will_do(self, run: Run, store: Path) -> None:
        class Reversed(dict[str, float]):
            pass

        from types import MappingProxyType

        for metrics in (Reversed(m=1.0), MappingProxyType({"m": 1.0, "n": 2.0})):
            run.log(metrics)
            run.log(metrics)
        assert live(store).series("m") == [(None, 1.0)] * 4


class TestParams:
    def test_a_later_value_is_written_beside_the_earlier(self, run: Run, store: Path) -> None:
        run.log_param("lr", "1e-3")
        run.log_params({"lr": 0.1, "opt": {"name": "adam"}})
        records = live(store).of_kind("params")
        assert [record["values"] for record in records] == [
            {"lr": ["1e-3", "1e-3", 0.001]},
            {"lr": [0.1, "0.1", 0.1], "opt.name": ["adam", "adam", None]},
        ]

    def test_many_params_become_several_records(self, run: Run, store: Path) -> None:
        values = {f"k{number}": "🙂" * 500 for number in range(3000)}
        run.log_params(values)
        assert len(live(store).of_kind("params")) > 1
        assert live(store).params() == {key: [text, text, None] for key, text in values.items()}


class TestTags:
    @pytest.mark.parametrize(
        ("tags", "stored"),
        [
            ("one", {"one": None}),
            (["a", "b"], {"a": None, "b": None}),
            (("a",), {"a": None}),
            ({"a": "x", "b": None, "c": 5}, {"a": "x", "b": None, "c": "5"}),
            (iter(["a"]), {"a": None}),
            ([], {}),
        ],
    )
    def test_tags_are_words_or_a_mapping(
        self, run: Run, store: Path, tags: Any, stored: dict[str, str | None]
    ) -> None:
        run.add_tags(tags)
        found = live(store).of_kind("tag.added")
        assert {tag["tag"]: tag["value"] for tag in found} == stored

    def test_a_removal_names_the_additions_that_it_takes_back(self, run: Run, store: Path) -> None:
        run.add_tag("a")
        run.add_tag("a", "again")
        run.add_tag("b")
        run.remove_tag("a")
        run.remove_tag("never")
        found = live(store)
        (first, again, _) = (tag["id"] for tag in found.of_kind("tag.added"))
        assert [tag["saw"] for tag in found.of_kind("tag.removed")] == [[first, again], []]

    def test_where_others_may_have_added_it_a_removal_means_all(self, store: Path) -> None:
        with open_run(id="shared", store=store) as run:
            run.add_tag("a")
            run.remove_tag("a")
        assert [tag["saw"] for tag in recorded(store).of_kind("tag.removed")] == [[]]


def test_edits_carry_growing_clocks_and_the_actor(run: Run, store: Path) -> None:
    run.add_tag("a")
    run.log_note("n")
    run.define_metric("m", unit="s", direction="min", x="epoch")
    run.set_status("stopped", "enough")
    found = live(store)
    edits = [event for event in found.events if "clock" in event]
    assert [event["kind"] for event in edits] == [
        "tag.added", "note.added", "metric.defined", "status.set",
    ]  # fmt: skip
    assert sorted(event["clock"] for event in edits) == [event["clock"] for event in edits]
    assert {event["actor"] for event in edits} == {run._recorder.writer.actor}
    assert len({event["id"] for event in edits}) == 4
    defined = edits[2]
    assert [defined[key] for key in ("name", "unit", "direction", "x")] == [
        "m",
        "s",
        "min",
        "epoch",
    ]


class TestTheEnd:
    def test_finish_says_so_once(self, run: Run, store: Path) -> None:
        run.finish()
        run.finish("failed")
        assert run.is_finished
        assert live(store).statuses() == ["finished"]

    def test_notes_tags_status_and_points_can_come_after_it(self, run: Run, store: Path) -> None:
        run.log({"m": 1.0}, 1)
        run.finish()
        run.log_note("looked at it again")
        run.add_tag("keep")
        run.log_param("late", 1)
        run.log({"m": 2.0}, 2)
        run.log({"m": 3.0, "n": 1.0}, 3)
        run.set_status("failed", "the data was wrong")
        found = live(store)
        assert found.statuses() == ["finished", "failed"]
        assert found.series("m") == [(1, 1.0), (2, 2.0), (3, 3.0)]
        assert {event["run"] for event in found.events} == {run.id}
        assert {point.run for point in found.points} == {run.id}

    def test_a_status_set_after_it_keeps_when_and_why_it_ended(self, store: Path) -> None:
        def train() -> None:
            raise MemoryError("no room")

        with pytest.raises(MemoryError), open_run("fails") as run:
            train()
        run.set_status("failed")
        run.set_status("running")
        run.set_status("finished")
        ending, again, running, mended = live(store).of_kind("status.set")
        assert again["error"] == ending["error"]
        assert ending["error"]["type"] == "MemoryError"
        assert (running["error"], mended["error"]) == (None, None)
        assert "ended" not in ending
        assert "ended" not in running
        assert again["ended"] == mended["ended"] <= again["time"]

    def test_they_can_come_after_the_journal_was_completed(self, run: Run, store: Path) -> None:
        run.finish()
        run._recorder.close()
        run.log_note("after all")
        found = live(store)
        assert found.kinds()[-1] == "note.added"
        assert found.events[-1]["run"] == run.id

    def test_a_run_says_what_it_is(self, run: Run, store: Path) -> None:
        assert repr(run) == f"<Run 'test' {run.id[-8:]} running>"
        run.finish()
        assert repr(run) == f"<Run 'test' {run.short_id} finished>"
        assert run.store == str(store)


def test_runs_side_by_side_keep_their_points_apart(store: Path) -> None:
    runs = [open_run(f"run {number}") for number in range(20)]
    for step in range(50):
        for number, each in enumerate(runs):
            each.log({"m": number}, step)
    for each in runs:
        each.finish()
    found = live(store)
    for number, each in enumerate(runs):
        points = [point for point in found.points if point.run == each.id]
        assert [(point.step, point.metrics) for point in points] == [
            (step, {"m": number}) for step in range(50)
        ]
    assert len({point.place[0] for point in found.points}) == 1


def test_threads_may_log_new_names_to_one_run(run: Run, store: Path) -> None:
    def log(thread: int) -> None:
        for step in range(500):
            run.log({"shared": step, f"own{step % 7}": thread}, step)
            run.log({f"thread{thread}.{step % 5}": step}, step)

    threads = [threading.Thread(target=log, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = live(store)
    assert (found.gaps, found.unnamed) == ([], [])
    assert sorted(step or 0 for step, _ in found.series("shared")) == sorted([*range(500)] * 8)
    for number in range(8):
        own = [step for n in range(5) for step, _ in found.series(f"thread{number}.{n}")]
        assert sorted(step or 0 for step in own) == list(range(500))
