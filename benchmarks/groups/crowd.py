"""Eight processes that write to one store at once."""

from __future__ import annotations

import subprocess
import sys
import time
from typing import TYPE_CHECKING

from benchmarks.findings import Bar, Finding, Results, amount
from benchmarks.places import scratch
from benchmarks.processes import MeasurementFailedError, child_environment
from benchmarks.processes import measure as run_in_process

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.plan import Plan

HERE = __name__
WRITERS = 8
LOGGING = """
import runlore, sys
with runlore.start_run(f"writer-{sys.argv[2]}", store=sys.argv[1]) as run:
    for step in range(int(sys.argv[3])):
        run.log({"loss": step * 0.5}, step=step)
"""
WRITING = """
import os, sys
file = os.open(f"{sys.argv[1]}-{sys.argv[2]}", os.O_WRONLY | os.O_CREAT)
for step in range(int(sys.argv[3])):
    os.write(file, bytes(32))
"""


def measure(plan: Plan) -> Results:
    """Start eight writers at once, then eight bare ones; count what can be read."""
    count = plan.sized(50_000, 10_000)
    with scratch() as folder:
        floor = _all_at_once(WRITING, folder / "floor", count)
        seconds = _all_at_once(LOGGING, folder / "store", count)
        readable = run_in_process(f"{HERE}:count_points", folder=str(folder / "store"))
    finding = Finding(
        what="points lost when eight processes write to one store at once",
        figure=f"{WRITERS * count - readable:,} of {WRITERS * count:,}; no error",
        beside=f"wall time {amount(seconds, 's')}; eight loops of `os.write`: {amount(floor, 's')}",
        ratio=seconds / floor,
        shape=f"{WRITERS} processes started together, {count:,} calls of one metric each, starts "
        "and ends included; any error in one of them fails this",
        judged=WRITERS * count - readable,
        bar=Bar(0, "points"),
    )
    return Results([finding])


def _all_at_once(program: str, folder: Path, count: int) -> float:
    """Run the program in eight processes and return the seconds until the last has ended.

    Raises MeasurementFailedError if one of them fails or says anything on stderr.
    """
    before = time.perf_counter()
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", program, str(folder), str(number), str(count)],
            env=child_environment(),
            stderr=subprocess.PIPE,
            text=True,
        )
        for number in range(WRITERS)
    ]
    for writer in writers:
        _, errors = writer.communicate()
        if writer.returncode or errors:
            raise MeasurementFailedError(
                f"a writer ended with {writer.returncode}: {errors[-500:]}"
            )
    return time.perf_counter() - before


def count_points(folder: str) -> int:
    """Return how many points of the eight runs can be read."""
    import runlore

    return sum(
        len(runlore.get_run(f"writer-{number}", store=folder).series("loss").value)
        for number in range(WRITERS)
    )
