from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest

from runlore.client.recorder import current_run
from runlore.client.start import default_project, open_run
from runlore.errors import InvalidType, InvalidValue, StoreNotFound, TooLarge
from runlore.records.ids import id_from_text, is_id
from tests.journal.recorded import recorded

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from runlore.errors import RunloreError
    from tests.journal.recorded import Recorded


def live(store: Path) -> Recorded:
    return recorded(store, is_complete=False)


def test_a_start_is_a_run_and_an_attempt(store: Path) -> None:
    run = open_run(
        "first", experiment="e", project="p", goal="g", params={"lr": 0.1}, tags=["a"],
    )  # fmt: skip
    started, attempt, params, tag = live(store).events
    assert started["kind"] == "run.started"
    assert [started[key] for key in ("name", "experiment", "project", "goal", "parent")] == [
        "first", "e", "p", "g", None,
    ]  # fmt: skip
    assert (started["run"], started["attempt"]) == (run.id, run.attempt)
    assert is_id(run.id)
    keys = ("kind", "resumed", "from_step", "parent_attempt", "rank", "world_size")
    assert [attempt[key] for key in keys] == ["attempt.started", False, None, None, 0, 1]
    assert params["values"] == {"lr": [0.1, "0.1", 0.1]}
    assert (tag["tag"], tag["value"]) == ("a", None)


def test_a_start_with_nothing_leaves_what_is_not_known_open(store: Path) -> None:
    run = open_run()
    (started, _) = live(store).events
    assert run.name is None
    assert [started[key] for key in ("name", "experiment", "goal", "parent")] == [None] * 4
    assert repr(run) == f"<Run 'unnamed' {run.short_id} running>"


def test_the_actor_is_described(store: Path) -> None:
    open_run()
    (facts,) = live(store).facts
    assert facts["kind"] == "process"
    assert facts["pid"] == os.getpid()
    assert facts["serves"] is None


def test_a_child_run_names_its_parent(store: Path) -> None:
    parent = open_run("sweep")
    open_run("first", parent=parent)
    open_run("second", parent=parent.id)
    _, first, second = live(store).of_kind("run.started")
    assert (first["parent"], second["parent"]) == (parent.id, parent.id)


class TestGivenIds:
    def test_any_text_is_an_id_and_the_name(self, store: Path) -> None:
        run = open_run(id="../nightly\n")
        assert run.id == id_from_text("run\0../nightly\n")
        assert run.name == "../nightly\n"
        assert live(store).of_kind("run.started")[0]["run"] == run.id

    def test_an_id_in_full_is_taken_as_it_is(self) -> None:
        given = "0192F0C1A2B4A1A2A3A4A5A6A7A8A9AA"
        run = open_run(id=given)
        assert (run.id, run.name) == (given.lower(), None)

    def test_the_environment_can_give_it(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("RUNLORE_RUN_ID", "nightly")
        assert open_run().id == open_run().id == id_from_text("run\0nightly")
        assert open_run(id="other").id == id_from_text("run\0other")


class TestResuming:
    def test_a_resumed_run_has_a_new_attempt_and_runs_again(self, store: Path) -> None:
        first = open_run(id="long")
        first.log({"m": 1.0}, 1)
        first.finish("stopped")
        second = open_run(id="long", resume=True, from_step=1)
        second.log({"m": 2.0}, 1)
        found = live(store)
        assert first.id == second.id
        assert first.attempt != second.attempt
        began, resumed = found.of_kind("attempt.started")
        assert (began["resumed"], began["from_step"]) == (False, None)
        assert (resumed["resumed"], resumed["from_step"]) == (True, 1)
        assert found.statuses() == ["stopped", "running"]
        assert [event["attempt"] for event in found.of_kind("status.set")] == [
            first.attempt,
            second.attempt,
        ]

    def test_it_can_be_resumed_without_a_step(self, store: Path) -> None:
        open_run(id="long").finish()
        open_run(id="long", resume=True)
        assert live(store).of_kind("attempt.started")[1]["from_step"] is None


def test_the_run_started_last_and_still_open_is_the_current_one(tmp_path: Path) -> None:
    outer = open_run("outer")
    inner = open_run("inner", store=tmp_path / "other")
    assert current_run() is inner
    last = open_run("last")
    assert current_run() is last
    for run, before in ((last, inner), (inner, outer), (outer, None)):
        run.finish()
        assert current_run() is before


def test_one_process_may_write_to_two_stores(store: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    for step in range(3):
        for path in (store, other):
            with open_run(f"run {step}", store=path) as run:
                run.log({path.name: step}, step)
    for path in (store, other):
        found = live(path)
        assert found.series(path.name) == [(step, float(step)) for step in range(3)]
        assert len(found.points) == 3
        assert found.statuses() == ["finished"] * 3


REFUSED: list[tuple[Callable[[], object], type[RunloreError], str]] = [
    (lambda: open_run(""), InvalidValue, "the run's name is empty\nhint: give it at least"),
    (lambda: open_run(_any(5)), InvalidType, "the run's name is an int, not text: 5\nhint:"),
    (lambda: open_run("x" * 1025), TooLarge, "the run's name has 1,025 characters: 'xxxx"),
    (lambda: open_run(experiment=""), InvalidValue, "the experiment is empty\nhint: give it at"),
    (lambda: open_run(project=_any(5)), InvalidType, "the project is an int, not text: 5\nhint:"),
    (lambda: open_run(goal=_any(5)), InvalidType, "the goal is an int, not text: 5\nhint: give it"),
    (lambda: open_run(goal="x" * (2 << 20)), TooLarge, "the goal has 2,097,152 characters, more"),
    (lambda: open_run(params=5), InvalidType, "params are an int, which has no names\nhint: give"),
    (lambda: open_run(params={"a": "x" * 100_000_000}), TooLarge, "the value of param 'a' has 100"),
    (lambda: open_run(tags=_any(5)), InvalidType, "tags are an int (5)\nhint: give a list of str"),
    (lambda: open_run(tags=["a", ""]), InvalidValue, "a tag is empty\nhint: give it at least one"),
    (lambda: open_run(id=""), InvalidValue, "the run's id is empty\nhint: give it at least one"),
    (lambda: open_run(id=_any(5)), InvalidType, "the run's id is an int, not text: 5\nhint: give"),
    (lambda: open_run(parent=_any(5)), InvalidType, "the parent is an int, not text: 5\nhint:"),
    (lambda: open_run(parent=""), InvalidValue, "the parent is empty\nhint: give it at least one"),
    (
        lambda: open_run(from_step=5),
        InvalidValue,
        ("from_step=5 is given without resume=True\n"
        "hint: start_run(id=…, resume=True, from_step=…) continues a run from a step"),
    ),
    (
        lambda: open_run(id="a", resume=True, from_step=_any("5")),
        InvalidType,
        "the step is a str ('5'), not a whole number\nhint: give an int",
    ),
    (
        lambda: open_run(store="s3://bucket/runs"),
        InvalidValue,
        ("the store 's3://bucket/runs' is not a folder\n"
        "hint: this release keeps its store in a folder: give a path"),
    ),
    (lambda: open_run(store=""), InvalidValue, "the store is named by an empty text\nhint: give"),
    (lambda: open_run(store="a\0b"), InvalidValue, "the store 'a\\x00b' is not a folder\nhint:"),
    (
        lambda: open_run(store=_any(5)),
        InvalidType,
        "the store is an int, not a path: 5\nhint: give the path of a folder, as a string",
    ),
]  # fmt: skip


def _any(value: Any) -> Any:
    return value


@pytest.mark.parametrize(
    ("call", "error", "message"), REFUSED, ids=[message[:40] for _, _, message in REFUSED]
)
def test_what_is_refused_is_refused_before_anything_is_written(
    store: Path, call: Callable[[], object], error: type[RunloreError], message: str
) -> None:
    with pytest.raises(error) as caught:
        call()
    assert str(caught.value).startswith(message)
    assert not store.exists()


class TestTheProject:
    def test_it_is_named_after_the_repository(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "digits" / ".git").mkdir(parents=True)
        inner = tmp_path / "digits" / "src"
        inner.mkdir()
        monkeypatch.chdir(inner)
        assert default_project("/elsewhere/.runlore") == "digits"

    def test_without_one_it_is_named_after_the_stores_folder(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        assert default_project("/data/digits/.runlore") == "digits"
        assert default_project("/.runlore") == "default"


def test_a_working_folder_that_is_gone_is_no_obstacle_to_a_named_store(
    store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    with open_run() as run:
        run.log({"m": 1.0})
    assert live(store).statuses() == ["finished"]
    assert live(store).of_kind("run.started")[0]["project"] == store.parent.name
    monkeypatch.delenv("RUNLORE_STORE")
    with pytest.raises(StoreNotFound, match="the working folder doesn't exist any more"):
        open_run()
