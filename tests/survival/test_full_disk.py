"""A disk is full, then has room again: the training goes on, and the run says what happened."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import runlore
from runlore.errors import StoreFull
from tests.survival.forks import until
from tests.survival.mounts import fill, small_disk

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.survival.conftest import Command
    from tests.survival.forks import Forks

DISK_BYTES = 24 << 20
# Logs as many points as it is told, one file of commands at a time, and says when it has.
TRAINING = """
import sys, time
from pathlib import Path
import runlore
store, orders = Path(sys.argv[1]), Path(sys.argv[2])
with runlore.start_run(id="trained", store=store) as run:
    step = order = 0
    while True:
        path = orders / str(order)
        while not path.exists():
            time.sleep(0.002)
        wanted = int(path.read_text())
        if not wanted:
            break
        for _ in range(wanted):
            run.log({"loss": step / 2}, step=step)
            step += 1
        print(f"did {order}", flush=True)
        order += 1
"""


class Training:
    """A training on a disk of its own, told how many points to log next."""

    def __init__(self, forks: Forks, store: Path, orders: Path) -> None:
        orders.mkdir()
        self._orders = orders
        self._next = 0
        self.forked = forks.start(TRAINING, store, orders)

    def log(self, count: int) -> None:
        """Have it log points, and wait until it has."""
        number, self._next = self._next, self._next + 1
        self._order(number, count)
        self.forked.says(f"did {number}\n")

    def finish(self) -> None:
        self._order(self._next, 0)
        self.forked.succeed()

    def warnings(self) -> list[str]:
        return [line for line in self.forked.output.splitlines() if line.startswith("runlore: ")]

    def _order(self, number: int, count: int) -> None:
        written = self._orders / "writing"
        written.write_text(str(count))
        written.rename(self._orders / str(number))


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path / "disk", DISK_BYTES) as mounted:
        yield mounted


def log_until_written(training: Training, store: Path, at_least: int) -> None:
    """Go on until what waited in memory is written."""

    def is_written() -> bool:
        training.log(1)
        return points_of(store) >= at_least

    until(is_written, training.forked)


def points_of(store: Path) -> int:
    return len(runlore.get_run("trained", store=store).series("loss"))


def test_a_training_outlives_a_full_disk_and_its_points_come_later(
    forks: Forks, disk: Path, tmp_path: Path, cli: Command
) -> None:
    store = disk / "store"
    training = Training(forks, store, tmp_path / "orders")
    training.log(100)
    assert points_of(store) == 100
    ballast = fill(disk)
    training.log(50_000)  # 2 MB, which wait in memory
    ballast.unlink()
    log_until_written(training, store, 50_100)
    assert len(training.warnings()) == 1
    assert "No space left on device" in training.warnings()[0]
    assert cli("--store", store, "ls").code == 0
    training.log(1000)
    training.finish()
    assert len(training.warnings()) == 1
    run = runlore.get_run("trained", store=store)
    series = run.series("loss")
    assert series.step is not None
    assert series.step.tolist() == list(range(len(series)))
    assert len(series) >= 51_101
    (problem,) = run.problems
    assert (problem.kind, problem.run, problem.lost_records) == ("trouble", run.id, 0)
    assert run.status == "finished"
    assert problem.message in cli("--store", store, "show", "trained").out


def test_what_doesnt_fit_in_memory_is_counted_in_the_run(
    forks: Forks, disk: Path, tmp_path: Path
) -> None:
    store = disk / "store"
    training = Training(forks, store, tmp_path / "orders")
    training.log(100)
    ballast = fill(disk)
    training.log(400_000)  # 16 MB, twice of what may wait
    ballast.unlink()
    log_until_written(training, store, 100_000)
    training.finish()
    run = runlore.get_run("trained", store=store)
    series = run.series("loss")
    assert series.step is not None
    steps = series.step.tolist()
    lost = sum(problem.lost_records for problem in run.problems if problem.kind == "trouble")
    assert lost > 100_000
    assert len(steps) + lost == steps[-1] + 1
    assert len(set(steps)) == len(steps)
    assert run.status == "finished"


def test_a_reader_without_room_for_its_index_answers_from_one_in_the_cache(
    forks: Forks, disk: Path, tmp_path: Path, cli: Command
) -> None:
    store = disk / "store"
    training = Training(forks, store, tmp_path / "orders")
    training.log(2000)
    ballast = fill(disk)
    answer = cli("--store", store, "ls")
    assert (answer.code, answer.err) == (0, "")
    assert "trained" in answer.out
    assert points_of(store) == 2000
    ballast.unlink()
    assert points_of(store) == 2000
    ballast = fill(disk)
    training.log(30_000)
    ballast.unlink()
    log_until_written(training, store, 32_000)
    training.finish()


def test_a_store_that_cannot_be_made_for_want_of_room_is_an_error_that_says_so(
    disk: Path,
) -> None:
    fill(disk)
    with pytest.raises(StoreFull, match="no room"):
        runlore.start_run(store=disk / "store")


def test_artifacts_and_exports_find_no_room_alike(disk: Path, tmp_path: Path, cli: Command) -> None:
    store, model = tmp_path / "store", tmp_path / "model.bin"
    model.write_bytes(bytes(range(256)) * 4_096)
    with runlore.start_run("trained", store=store) as run:
        run.log({"loss": 1.0}, step=0)
        run.log_artifact(model)
    fill(disk)
    for command in (
        ("artifact", "get", "model.bin", "-o", str(disk / "files")),
        ("export", "trained", "--format", "json", "-o", str(disk / "runs.json")),
    ):
        answer = cli("--store", store, *command)
        assert answer.code == 1, answer
        assert "no room" in answer.err
