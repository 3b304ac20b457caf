"""Resumed runs, ranks, eight processes at once, threads: all in one store, each point once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

import runlore
from runlore.errors import SeriesNotFound
from tests.survival.answers import answers, forget_index, read_up

if TYPE_CHECKING:
    from pathlib import Path

    from runlore.reading.series import Series
    from tests.survival.conftest import Command
    from tests.survival.forks import Forks

pytestmark = pytest.mark.usefixtures("index_kind")

PROCESSES = 8
THREADS = 8
ATTEMPT = """
import sys
import runlore
store, attempt = sys.argv[1], int(sys.argv[2])
begin, end, from_step = [(0, 10, None), (6, 12, 6), (8, 9, 8)][attempt]
with runlore.start_run(
    id="training", resume=attempt > 0, from_step=from_step, store=store
) as run:
    for step in range(begin, end):
        run.log({"loss": 100.0 * attempt + step}, step=step)
    run.log({"plain": float(attempt)})
    if attempt == 0:
        run.log({"gone": 1.0}, step=9)
"""
RANK = """
import sys
import runlore
with runlore.start_run(store=sys.argv[1]) as run:
    for step in range(500):
        run.log({"loss": step + run.rank / 10}, step=step)
        run.log({f"of_{run.rank}": step}, step=step)
    run.log_param(f"rank_{run.rank}", run.rank)
"""
ONE_OF_EIGHT = """
import sys
import runlore
with runlore.start_run(sys.argv[2], experiment="together", store=sys.argv[1]) as run:
    for step in range(5000):
        run.log({"loss": step + int(sys.argv[2]) / 10, "other": -step}, step=step)
    run.log_note("x" * 10_000)
"""
THREADED = """
import sys, threading
import runlore
from runlore.journal import writer
writer.ROLL_SIZE = 64 << 10
sys.setswitchinterval(1e-5)
run = runlore.start_run("threads", store=sys.argv[1])
def work(number):
    for step in range(1000):
        run.log({f"loss_{number}": step}, step=step)
        run.log({"shared": 1000 * number + step})
        if step % 50 == 0:
            run.log_note(f"{number} {step}")
            with runlore.start_run(f"{number}-{step}", store=sys.argv[1]) as child:
                child.log({"m": step})
threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
run.finish()
"""


def steps_of(series: Series) -> list[int]:
    assert series.step is not None
    return [int(step) for step in series.step]


def seal(store: Path, cli: Command) -> None:
    """Seal all that is complete and clear it away."""
    assert cli("--store", store, "doctor", "--repair").code == 0
    assert list(store.glob("runs/*/*.segment"))


@pytest.mark.parametrize("is_sealed", [False, True])
def test_what_a_resumed_run_replaces_is_kept_and_not_current(
    forks: Forks, tmp_path: Path, cli: Command, is_sealed: bool
) -> None:
    store = tmp_path / "store"
    for attempt in range(3):
        forks.run(ATTEMPT, store, attempt)
    if is_sealed:
        seal(store, cli)
    stored = runlore.get_run("training", store=store)
    assert [(one.is_resumed, one.from_step) for one in stored.attempts] == [
        (False, None), (True, 6), (True, 8),
    ]  # fmt: skip
    loss = stored.series("loss")
    assert steps_of(loss) == list(range(9))
    assert loss.value.tolist() == [*range(6), 106, 107, 208]
    assert stored.metrics == {"loss": 208.0, "plain": 2.0}
    everything = stored.series("loss", superseded=True)
    assert everything.is_superseded is not None
    assert sorted(everything.value.tolist()) == sorted([*range(10), *range(106, 112), 208])
    current = everything.value[~everything.is_superseded]
    assert current.tolist() == loss.value.tolist()
    with pytest.raises(SeriesNotFound):
        stored.series("gone")
    assert stored.series("gone", superseded=True).value.tolist() == [1.0]
    # Without a step, what was logged before the resuming stays.
    assert stored.series("plain").value.tolist() == [0.0, 1.0, 2.0]
    assert stored.status == "finished"


def test_three_ranks_make_one_run_and_one_of_them_fails_it(
    forks: Forks, tmp_path: Path, cli: Command
) -> None:
    store = tmp_path / "store"
    launch = {"RUNLORE_RUN_ID": "job 7", "WORLD_SIZE": "3"}
    ranks = [forks.start(RANK, store, **launch, RANK=str(rank)) for rank in range(3)]
    assert [process.wait() for process in ranks] == [0, 0, 0]
    (run,) = runlore.list_runs(store=store)
    assert run == runlore.get_run("job 7", store=store)
    assert run.status == "finished"
    assert [attempt.world_size for attempt in run.attempts] == [3]
    assert run.params == {"rank_0": 0, "rank_1": 1, "rank_2": 2}
    for rank in range(3):
        values = run.series("loss", rank=rank).value
        assert np.array_equal(values, np.arange(500) + rank / 10)
        assert steps_of(run.series(f"of_{rank}")) == list(range(500))
    assert run.metrics["loss"] == 499.0
    # The job is started again, and one rank fails.
    again = launch | {"TORCHELASTIC_RESTART_COUNT": "1"}
    failing = RANK + "    raise RuntimeError('no more memory')\n"
    ranks = [
        forks.start(failing if rank == 1 else RANK, store, **again, RANK=str(rank))
        for rank in range(3)
    ]
    assert [process.wait() for process in ranks] == [0, 1, 0]
    run = runlore.get_run("job 7", store=store)
    assert len(run.attempts) == 2
    assert run.status == "failed"
    assert run.error is not None
    assert run.error["message"] == "no more memory"
    known = answers(store)
    seal(store, cli)
    forget_index(store)
    assert answers(store) == known


def test_eight_processes_write_while_it_is_read(forks: Forks, tmp_path: Path) -> None:
    store = tmp_path / "store"
    processes = [forks.start(ONE_OF_EIGHT, store, number) for number in range(PROCESSES)]
    processes[0].wait()
    read_up(store)
    for process in processes[1:]:
        process.wait()
    assert {process.output for process in processes} == {""}
    read_up(store)
    runs = runlore.list_runs("together", store=store)
    assert sorted(run.name or "" for run in runs) == [str(number) for number in range(PROCESSES)]
    for run in runs:
        assert run.status == "finished"
        expected = np.arange(5000) + int(run.name or "") / 10
        assert np.array_equal(run.series("loss").value, expected)
        assert np.array_equal(run.series("other").value, -np.arange(5000.0))
        assert len(run.notes) == 1


def test_threads_log_into_one_run_and_start_others(forks: Forks, tmp_path: Path) -> None:
    store = tmp_path / "store"
    assert forks.run(THREADED, store) == ""
    read_up(store)
    run = runlore.get_run("threads", store=store)
    for number in range(THREADS):
        assert run.series(f"loss_{number}").value.tolist() == list(range(1000))
    shared = run.series("shared").value
    assert np.array_equal(np.sort(shared), np.arange(1000.0 * THREADS))
    for number in range(THREADS):  # each thread's own points stay in their order
        own = shared[(shared >= 1000 * number) & (shared < 1000 * (number + 1))]
        assert (np.diff(own) > 0).all()
    assert len({note.text for note in run.notes}) == len(run.notes) == THREADS * 20
    assert len(runlore.list_runs(store=store)) == 1 + THREADS * 20
    assert {one.status for one in runlore.list_runs(store=store)} == {"finished"}
    assert run.problems == []
