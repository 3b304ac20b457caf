"""How long `runlore ls` takes, from the shell's point of view."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from benchmarks.estimates import median, median_ratio
from benchmarks.findings import Bar, Finding, Results, amount
from benchmarks.places import scratch
from benchmarks.processes import MeasurementFailedError, run_python
from benchmarks.processes import measure as run_in_process
from benchmarks.stores import SMALL_RUN, cached_store, copy_of

if TYPE_CHECKING:
    from benchmarks.plan import Plan

LISTING = "from runlore.cli.main import main; main()"
LIBRARIES = "import click, rich.table, rich.console, sqlite3"


def measure(plan: Plan) -> Results:
    """Run the command, with and without all rows, and its bare libraries in turns."""
    runs = plan.sized(1_000, 200)
    store = cached_store(f"small-runs-{runs}", "log_small_runs", runs=runs, **SMALL_RUN)
    listed, everything, bare = [], [], []
    with scratch() as folder:
        place = copy_of(store, folder)
        run_in_process("benchmarks.inside:settle", folder=str(place))
        for number in range(-1, plan.sized(15, 7)):
            newest = _seconds(min(runs, 50), LISTING, "ls", "--store", str(place))
            all_of_them = _seconds(runs, LISTING, "ls", "--all", "--store", str(place))
            floor = _seconds(0, LIBRARIES)
            if number >= 0:  # the first compiles the byte code
                listed.append(newest)
                everything.append(all_of_them)
                bare.append(floor)
    shape = (
        f"a store of {runs:,} finished runs with 20 params and 10 series of 20 points, sealed and "
        "applied before; piped; median over fresh processes, in turns"
    )
    return Results(
        [
            _finding(f"`runlore ls`, whole process, {runs:,} runs, newest 50", listed, bare, shape),
            _finding(f"`runlore ls --all`, whole process, {runs:,} runs", everything, bare, shape),
        ]
    )


def _finding(what: str, listed: list[float], bare: list[float], shape: str) -> Finding:
    return Finding(
        what=what,
        figure=amount(median(listed), "s"),
        beside=f"Python importing Click, Rich and SQLite: {amount(median(bare), 's')}",
        ratio=median_ratio(listed, bare),
        shape=shape,
        judged=median(listed),
        bar=Bar(0.2, "s"),
    )


def _seconds(rows: int, program: str, *arguments: str) -> float:
    """Run a program that prints a table of so many rows, below a head."""
    before = time.perf_counter()
    printed = run_python("-c", program, *arguments)
    seconds = time.perf_counter() - before
    if rows and len(printed.splitlines()) != rows + 1:
        raise MeasurementFailedError(f"{len(printed.splitlines())} lines for {rows} runs")
    return seconds
