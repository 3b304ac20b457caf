"""How long a script waits before its first and after its last `log()`."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.estimates import median
from benchmarks.findings import Bar, Finding, Results, amount
from benchmarks.places import scratch
from benchmarks.processes import measure as run_in_process
from benchmarks.processes import run_python

if TYPE_CHECKING:
    from benchmarks.plan import Plan

HERE = __name__
TELL = "import time; tell = time.clock_gettime_ns(time.CLOCK_MONOTONIC)"
BARE = f"{TELL}; print(tell)"
START = f"import sys, runlore; runlore.start_run('x', store=sys.argv[1]); {TELL}; print(tell)"


def measure(plan: Plan) -> Results:
    """Start bare interpreters and such with a run in turns; then finish runs."""
    bare, started, finishes, syncs = [], [], [], []
    with scratch() as folder:
        for number in range(-1, plan.sized(25, 11)):
            with_run = _seconds_until_told(START, str(folder / f"start-{number}" / "store"))
            without = _seconds_until_told(BARE)
            if number >= 0:  # the first compiles the byte code
                bare.append(without)
                started.append(with_run)
        for number in range(plan.rounds):
            place = folder / f"finish-{number}" / "store"
            found = run_in_process(
                f"{HERE}:time_finish", folder=str(place), count=plan.sized(100_000, 20_000)
            )
            finishes.append(found["finish"])
            syncs.append(found["sync"])
    return Results([_starting(bare, started), _finishing(finishes, syncs)])


def _starting(bare: list[float], started: list[float]) -> Finding:
    over = median([a - b for a, b in zip(started, bare, strict=True)]) * 1e3
    return Finding(
        what="`import runlore` and the first `start_run`, over bare Python",
        figure=amount(over, "ms"),
        beside=f"bare Python until its first line: {amount(median(bare) * 1e3, 'ms')}",
        ratio=over / (median(bare) * 1e3),
        shape=f"{len(bare)} fresh interpreters each, in turns, each with a new store; from before "
        "the process is started until `start_run` has returned; median of the differences",
        judged=over,
        bar=Bar(35, "ms"),
    )


def _finishing(finishes: list[float], syncs: list[float]) -> Finding:
    figure, floor = median(finishes) * 1e3, median(syncs) * 1e3
    return Finding(
        what="`finish()`, local store",
        figure=amount(figure, "ms"),
        beside=f"one `write` of 1 MiB and `fsync`: {amount(floor, 'ms')}",
        ratio=figure / floor,
        shape="after 100,000 calls (quick: 20,000) of one metric; median over fresh processes",
        judged=figure,
        bar=Bar(50, "ms"),
    )


def _seconds_until_told(program: str, *arguments: str) -> float:
    """Start Python and return the seconds until `program` printed the monotonic clock."""
    before = time.clock_gettime_ns(time.CLOCK_MONOTONIC)
    printed = run_python("-c", program, *arguments)
    return (int(printed.split()[-1]) - before) / 1e9


def time_finish(folder: str, count: int) -> dict[str, float]:
    """Return the seconds that `finish` takes, and those that writing and syncing 1 MiB takes."""
    import runlore

    run = runlore.start_run("bench", store=folder)
    for step in range(count):
        run.log({"loss": 0.31}, step=step)
    before = time.perf_counter()
    run.finish()
    finished = time.perf_counter()
    file = os.open(Path(folder).parent / "floor", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    opened = time.perf_counter()
    os.write(file, bytes(1 << 20))
    os.fsync(file)
    return {"finish": finished - before, "sync": time.perf_counter() - opened}
