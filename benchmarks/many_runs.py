"""Make stores of very many runs by composing their journals, which is quick.

Called in a process of its own (`benchmarks.processes.measure`), with folders as text.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.configurations import METRICS, SEEDS, configuration
from benchmarks.shapes import FIRST_TIME_MICROSECONDS
from runlore.journal.folder import create_store
from runlore.records.params import flatten
from runlore.testing.journals import JournalComposer

RUNS_OF_A_PROCESS = 1_000
SHAPE = (
    "20 params (numbers and texts; every tenth run begins another configuration, of "
    "`numpy.random.default_rng(0)`, whose seeds are 0 to 9), 10 metrics of 2 points, one or two "
    "tags; 1,000 runs a process"
)


class Buffered(JournalComposer):
    """Writes a file at once, not frame by frame."""

    _written: bytearray | None = None

    def _append(self, data: bytes) -> None:
        if self._written is None:
            self._written = bytearray()
        self._written += data
        self.position += len(data)

    def save(self) -> None:
        """Write what was composed."""
        with open(self.path, "wb") as file:
            file.write(self._written or b"")


def make_runs(folder: str, runs: int) -> None:
    """Make finished runs, ten seeds of each configuration."""
    store = create_store(folder)
    random = np.random.default_rng(0)
    for start in range(0, runs, RUNS_OF_A_PROCESS):
        journal = Buffered(store, f"{start:032x}", user=f"user{start // 10_000}")
        chosen: dict[str, Any] = {}
        for number in range(start, min(start + RUNS_OF_A_PROCESS, runs)):
            if number % SEEDS == 0:
                chosen = configuration(random)
            _write_run(journal, number, chosen | {"seed": number % SEEDS}, random)
        journal.close_file()
        journal.save()


def _write_run(
    journal: JournalComposer, number: int, params: dict[str, Any], random: np.random.Generator
) -> None:
    time = FIRST_TIME_MICROSECONDS + number * 60_000_000
    slot = journal.slot(f"{time // 1000:012x}{number * 2654435761 % (1 << 64):020x}",
                        f"{number:032x}")  # fmt: skip
    begin_run(journal, slot, time, experiment=f"experiment-{number // 5_000}")
    journal.event(slot, "params", time=time, values=flatten(params))
    tag = ("baseline", "ablation", "sweep")[number % 3]
    journal.edit(slot, "tag.added", time=time, tag=tag, value=None)
    if number % 50 == 0:
        journal.edit(slot, "tag.added", time=time, tag="keep", value="yes")
    for step, values in enumerate(random.uniform(0.0, 1.0, (2, len(METRICS))).tolist()):
        journal.points(slot, dict(zip(METRICS, values, strict=True)), time=time + step, step=step)
    end_run(journal, slot, time + 30_000_000 + number)


def make_wide_runs(folder: str, runs: int, metrics: int, points: int) -> None:
    """Make finished runs of very many metrics, with 20 params each."""
    store = create_store(folder)
    names = [f"layer_{i // 10:03}/weight_{i % 10}" for i in range(metrics)]
    random = np.random.default_rng(0)
    for number in range(runs):
        journal = Buffered(store, f"{number:032x}")
        time = FIRST_TIME_MICROSECONDS + number * 60_000_000
        slot = journal.slot(f"{time // 1000:012x}{number:020x}", f"{number:032x}")
        begin_run(journal, slot, time, experiment="wide")
        values = configuration(random) | {"seed": number % SEEDS}
        journal.event(slot, "params", time=time, values=flatten(values))
        for step, row in enumerate(random.normal(0.0, 1.0, (points, metrics)).tolist()):
            at = time + step * 1_000_000
            journal.points(slot, dict(zip(names, row, strict=True)), time=at, step=step)
        end_run(journal, slot, time + points * 1_000_000)
        journal.close_file()
        journal.save()


def begin_run(journal: JournalComposer, slot: int, time: int, *, experiment: str) -> None:
    """Write the start of a run and of its attempt."""
    begun: dict[str, Any] = {"resumed": False, "from_step": None, "parent_attempt": None}
    origin: dict[str, Any] = {"name": None, "project": "bench", "goal": None, "parent": None}
    journal.event(slot, "run.started", time=time, experiment=experiment, **origin)
    journal.event(slot, "attempt.started", time=time, **begun, rank=0, world_size=1)


def end_run(journal: JournalComposer, slot: int, time: int) -> None:
    """Write that a run has finished."""
    finished = {"status": "finished", "error": None, "reason": None, "rank": 0}
    journal.edit(slot, "status.set", time=time, **finished)
