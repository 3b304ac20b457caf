from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import runlore
from runlore.errors import ArtifactNotFound
from runlore.reading.facts import moment
from tests.reading.recording import close_journal, settle

if TYPE_CHECKING:
    from runlore.reading.run import StoredRun

SOURCE = str(Path(__file__).parents[2] / "src")


def test_everything_that_was_recorded_is_read_back(store: Path) -> None:
    before = datetime.now(UTC)
    with runlore.start_run("parent", store=store) as parent:
        pass
    with runlore.start_run(
        "all",
        experiment="question",
        project="project",
        params={"lr": "1e-3", "opt": {"name": "adam"}},
        tags={"baseline": None, "owner": "ada"},
        goal="see",
        parent=parent,
        store=store,
    ) as run:
        run.define_metric("loss", unit="nats", direction="min")
        run.log({"loss": 2.0}, 0)
        run.log({"loss": 1.0}, 1)
        run.log({"loss": 3.0}, 1, context="val")
        run.log_note("one")
        run.log_note("two")
    found = runlore.get_run("all", store=store)
    assert (found.id, found.short_id) == (run.id, run.short_id)
    assert (found.name, found.label) == ("all", "all")
    assert (found.experiment, found.project, found.goal) == ("question", "project", "see")
    assert found.parent == parent.id
    assert found.params == {"lr": "1e-3", "opt.name": "adam"}
    assert found.param_texts == {"lr": "1e-3", "opt.name": "adam"}
    assert found.metrics == {"loss": 1.0, "loss[val]": 3.0}
    assert found.tags == ["baseline", "owner"]
    assert found.tag_values == {"baseline": None, "owner": "ada"}
    assert [note.text for note in found.notes] == ["one", "two"]
    assert found.metric_definitions["loss"].unit == "nats"
    assert found.status == "finished"
    assert (found.error, found.reason) == (None, None)
    assert found.created is not None
    assert found.ended is not None
    assert before <= found.created <= found.ended <= datetime.now(UTC)
    assert found.duration_seconds == (found.ended - found.created).total_seconds()
    assert len(found.attempts) == 1
    assert found.attempts[0].attempt == run.attempt
    assert found.problems == []
    assert found.freshness.is_current
    assert found.summaries["loss"].minimum == 1.0
    assert found.summaries["loss"].min_step == 1
    assert not found.is_deleted
    assert found == runlore.get_run(run.id, store=store)
    assert len({found, runlore.get_run(run.id, store=store)}) == 1
    assert repr(found) == f"<StoredRun 'all' {run.short_id} finished>"


def test_the_time_between_attempts_is_not_what_a_run_took(store: Path) -> None:
    with runlore.start_run(id="r", store=store) as run:
        run.log({"loss": 1.0}, 0)
    close_journal(store)
    time.sleep(0.02)
    with runlore.start_run(id="r", resume=True, store=store) as run:
        run.log({"loss": 1.0}, 1)
    found = runlore.get_run("r", store=store)
    assert found.created is not None
    assert found.ended is not None
    assert found.duration_seconds is not None
    whole = (found.ended - found.created).total_seconds()
    assert 0 < found.duration_seconds <= whole - 0.02


def test_a_run_reads_the_same_from_segments(store: Path) -> None:
    test_everything_that_was_recorded_is_read_back(store)
    before = facts(runlore.get_run("all", store=store))
    settle(store)
    assert facts(runlore.get_run("all", store=store)) == before
    for index in store.glob("index.db*"):
        index.unlink()
    assert facts(runlore.get_run("all", store=store)) == before


def facts(run: StoredRun) -> list[object]:
    return [
        run.params, run.metrics, run.tag_values, run.notes, run.status, run.created, run.ended,
        run.attempts, run.summaries, run.experiment, run.parent, run.context,
    ]  # fmt: skip


def test_the_params_that_seed_random_numbers_are_known(store: Path) -> None:
    params = {"lr": 0.1, "seed": 7, "split": {"random_state": 1}, "seedling": 3}
    with runlore.start_run("seeded", params=params, store=store):
        pass
    found = runlore.get_run("seeded", store=store)
    assert found.seeds == {"seed": 7, "split.random_state": 1}


def test_an_exception_that_ended_a_run_is_kept(store: Path) -> None:
    with pytest.raises(ValueError, match="nan"), runlore.start_run("bad", store=store):
        raise ValueError("loss is nan")
    found = runlore.get_run("bad", store=store)
    assert found.status == "failed"
    assert found.error is not None
    assert (found.error["type"], found.error["message"]) == ("ValueError", "loss is nan")


def start(store: Path, body: str) -> subprocess.Popen[str]:
    script = f"import runlore, time\nrun = runlore.start_run('it', store={str(store)!r})\n{body}"
    environment = os.environ | {"PYTHONPATH": SOURCE, "RUNLORE_HELPER": "off"}
    return subprocess.Popen(
        [sys.executable, "-c", script], env=environment, stdout=subprocess.PIPE, text=True
    )


def test_a_run_whose_process_is_killed_reads_as_crashed(store: Path) -> None:
    body = "run.log({'loss': 1.0}, 0)\nprint('ready', flush=True)\ntime.sleep(60)"
    with start(store, body) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        found = runlore.get_run("it", store=store)
        assert found.status == "running"
        assert found.ended is None
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert found.status == "running"  # as it stood
    assert found.refresh().status == "crashed"
    assert found.ended is None
    assert found.last_sign_of_life is not None
    assert found.duration_seconds is not None
    assert found.metrics == {"loss": 1.0}
    settle(store)  # clears the folder of the dead process away, and with it its lock
    assert not list(store.glob("journals/*"))
    assert runlore.get_run("it", store=store).status == "crashed"


def test_a_run_is_read_by_several_threads(store: Path) -> None:
    with runlore.start_run("shared", store=store) as run:
        run.log({"loss": 1.0}, 0)
    found = runlore.get_run("shared", store=store)
    read: list[list[float]] = []
    threads = [
        threading.Thread(target=lambda: read.append(found.series("loss").value.tolist()))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert read == [[1.0]] * 4


def test_a_resumed_run_has_several_attempts(store: Path) -> None:
    for from_step in (None, 5):
        is_resumed = from_step is not None
        with runlore.start_run(
            "it", id="it", resume=is_resumed, from_step=from_step, store=store
        ) as run:
            run.log({"loss": 1.0}, 0)
        close_journal(store)
    first, second = runlore.get_run("it", store=store).attempts
    assert (first.is_resumed, first.from_step) == (False, None)
    assert (second.is_resumed, second.from_step) == (True, 5)
    assert first.started is not None
    assert second.started is not None
    assert first.started < second.started


def test_an_unknown_artifact_is_refused_with_the_nearest(store: Path) -> None:
    with runlore.start_run("it", store=store) as run:
        run.save_artifact("model.json", {})
    found = runlore.get_run("it", store=store)
    with pytest.raises(ArtifactNotFound) as refused:
        found.artifact("modle.json")
    assert refused.value.hint == "did you mean 'model.json'?"
    with pytest.raises(ArtifactNotFound, match="no version 2") as refused:
        found.artifact("model.json", version=2)
    assert refused.value.hint == "it has 1"


def test_a_time_that_no_calendar_has_is_none() -> None:
    assert moment(0) == datetime(1970, 1, 1, tzinfo=UTC)
    assert moment(-1) == datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)
    assert moment(2**62) is None
    assert moment(None) is None
