"""Make the stores whose curves a page draws, by composing their journals, which is quick.

Called in a process of its own (`benchmarks.processes.measure`), with folders as text.
"""

from __future__ import annotations

from typing import Any

from benchmarks.many_runs import Buffered, begin_run, end_run
from benchmarks.shapes import FIRST_TIME_MICROSECONDS, many_series
from runlore.journal.folder import create_store
from runlore.records.params import flatten

SHAPE = "falling, with noise (`benchmarks.shapes.many_series`), all metrics in one call a step"
EXPERIMENT = "charts"


def make_charts(folder: str, runs: int, metrics: int, points: int) -> None:
    """Make finished runs of an experiment, each a process of its own, and bring it all to rest."""
    from benchmarks.inside import settle

    store = create_store(folder)
    names = [f"metric_{number}" for number in range(metrics)]
    for number in range(runs):
        journal = Buffered(store, f"{number:032x}")
        time = FIRST_TIME_MICROSECONDS + number * 60_000_000
        slot = journal.slot(f"{time // 1000:012x}{number:020x}", f"{number:032x}")
        begin_run(journal, slot, time, experiment=EXPERIMENT)
        values: dict[str, Any] = {"lr": 0.1 * (1 + number // 10), "seed": number % 10}
        journal.event(slot, "params", time=time, values=flatten(values))
        for step, row in enumerate(many_series(number, metrics, points).tolist()):
            at = time + step * 10_000 + step % 7
            journal.points(slot, dict(zip(names, row, strict=True)), time=at, step=step)
        end_run(journal, slot, time + points * 10_000)
        journal.close_file()
        journal.save()
    settle(folder)
