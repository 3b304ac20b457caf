"""Helpers, sealers and readers that apply are killed at random moments: all is still there."""

from __future__ import annotations

import os
import random
import signal
import time
from contextlib import suppress
from glob import glob
from typing import TYPE_CHECKING

import pytest

import runlore
from tests.survival.answers import answers, forget_index, read_up
from tests.survival.forks import until

if TYPE_CHECKING:
    from pathlib import Path

    from tests.survival.forks import Forked, Forks

pytestmark = pytest.mark.usefixtures("index_kind")

TRAININGS = 6
ROUNDS = 16
STEPS = 1_500

WRITER = """
import sys
import runlore
from runlore.journal import writer
writer.ROLL_SIZE = 8 << 10
store, name, steps = sys.argv[1], sys.argv[2], int(sys.argv[3])
with runlore.start_run(id=name, params={"lr": 0.1}, store=store) as run:
    for step in range(steps):
        run.log({"loss": step / 2}, step=step)
        if step % 5 == 0:
            run.log({"a": step, "b": -step}, context="val")
    run.log_note("done")
"""
# A training that a helper serves: goes on until it is told to stop.
SERVED = """
import sys, time
from pathlib import Path
import runlore
from runlore.client.recorder import recorders
from runlore.journal import writer
writer.ROLL_SIZE = 8 << 10
store, name, stop = sys.argv[1:]
with runlore.start_run(id=name, store=store) as run:
    print(recorders()[0].helper_pid, flush=True)
    step = 0
    while not Path(stop).exists():
        for _ in range(50):
            run.log({"loss": step / 2}, step=step)
            step += 1
        if step % 500 == 0:
            run.save_artifact(f"{step}.txt", str(step) * 1000)
        time.sleep(0.002)
    run.log_param("steps", step)
print("steps", step)
"""
SEALER = """
import sys
from runlore.journal.folder import open_store
from runlore.journal.host import current_host
from runlore.segments.sealing import seal_complete
store, host = open_store(sys.argv[1]), current_host()
while True:
    report = seal_complete(store, host=host, deadline_seconds=60, grace_seconds=0)
    assert not report.problems, report.problems
"""
READER = """
import sys
from runlore.index import journals, sealed
from runlore.reading.store import open_reader
from runlore.reading.opening import find_runs
journals.STEP_BYTES = 4096
sealed.STEP_SEGMENTS = 1
while True:
    with open_reader(sys.argv[1], budget_seconds=None) as reader:
        for run in find_runs(reader):
            for name in run.series_names():
                run.series(name)
"""


def test_trainings_whose_helpers_are_killed_lose_nothing(forks: Forks, tmp_path: Path) -> None:
    store = tmp_path / "store"
    moments = random.Random(0)
    expected = {}
    for first in range(0, TRAININGS, 2):
        stop = tmp_path / f"stop-{first}"
        names = [f"run {first}", f"run {first + 1}"]
        trainings = [forks.start(SERVED, store, name, stop, RUNLORE_HELPER=None) for name in names]
        helpers = [int(training.says("\n").split()[0]) for training in trainings]
        for helper in helpers:
            time.sleep(moments.uniform(0.1, 0.4))  # it takes a tenth of a second to begin
            with suppress(ProcessLookupError):
                os.kill(helper, signal.SIGKILL)
        stop.touch()
        for name, training in zip(names, trainings, strict=True):
            expected[name] = int(training.succeed().split("steps")[1])
    read_up(store)
    for name, steps in expected.items():
        run = runlore.get_run(name, store=store)
        assert run.status == "finished"
        assert run.params == {"steps": steps}
        assert run.series("loss").value.tolist() == [step / 2 for step in range(steps)]
        files = {file.name: file.read() for file in run.artifacts}
        assert files == {f"{step}.txt": str(step) * 1000 for step in range(500, steps + 1, 500)}
    known = answers(store)
    forget_index(store)
    assert answers(store) == known


def test_sealers_and_readers_killed_at_any_moment_change_no_answer(
    forks: Forks, tmp_path: Path
) -> None:
    store = tmp_path / "store"
    moments = random.Random(0)
    forks.run(WRITER, store, "run 0", STEPS)
    others: list[Forked] = []
    for number in range(1, ROUNDS):
        others = [forks.start(program, store) for program in (SEALER, READER, READER)]
        moments.shuffle(others)
        writer = forks.start(WRITER, store, f"run {number}", STEPS)
        for other in others:
            time.sleep(moments.uniform(0.0, 0.04))
            other.kill()
            assert other.output == ""
        writer.succeed()
    # One round whose sealer comes to its end.
    sealer = forks.start(SEALER, store)
    journals = str(store / "journals" / "*" / "*.journal")
    until(lambda: not glob(journals), sealer)  # a folder may go while it is looked at
    sealer.kill()
    assert sealer.output == ""
    known = answers(store)
    assert len(known) == ROUNDS
    for run in runlore.list_runs(store=store):
        assert run.status == "finished"
        assert run.problems == []
        assert [note.text for note in run.notes] == ["done"]
        loss = run.series("loss")
        assert loss.step is not None
        assert loss.step.tolist() == list(range(STEPS))
        assert loss.value.tolist() == [step / 2 for step in range(STEPS)]
        assert run.series("b[val]").value.tolist() == [-step for step in range(0, STEPS, 5)]
    forget_index(store)
    assert answers(store) == known
