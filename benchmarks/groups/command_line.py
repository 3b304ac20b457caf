"""How long `runlore ls` takes, from the shell's point of view."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from benchmarks.estimates import median, median_ratio
from benchmarks.findings import Bar, Finding, Results, amount
from benchmarks.places import scratch
from benchmarks.processes import run_python
from benchmarks.stores import SMALL_RUN, cached_store, copy_of

if TYPE_CHECKING:
    from benchmarks.plan import Plan

LISTING = "from runlore.cli.main import main; main()"
LIBRARIES = "import click, rich.table, rich.console, sqlite3"


def measure(plan: Plan) -> Results:
    """Run the command and its bare libraries in turns."""
    runs = plan.sized(1_000, 200)
    store = cached_store(f"small-runs-{runs}", "log_small_runs", runs=runs, **SMALL_RUN)
    listed, bare = [], []
    with scratch() as folder:
        place = copy_of(store, folder)
        for number in range(-2, plan.sized(15, 7)):
            seconds = _seconds(LISTING, "ls", "--store", str(place))
            floor = _seconds(LIBRARIES)
            if number >= 0:  # the first two read what is new and compile the byte code
                listed.append(seconds)
                bare.append(floor)
    finding = Finding(
        what=f"`runlore ls`, whole process, {runs:,} runs",
        figure=amount(median(listed), "s"),
        beside=f"Python importing Click, Rich and SQLite: {amount(median(bare), 's')}",
        ratio=median_ratio(listed, bare),
        shape="a store of 1,000 (quick: 200) finished runs with 20 params and 10 series of 20 "
        "points, read before; piped; median over fresh processes, in turns",
        judged=median(listed),
        bar=Bar(0.2, "s"),
    )
    return Results([finding])


def _seconds(program: str, *arguments: str) -> float:
    before = time.perf_counter()
    run_python("-c", program, *arguments)
    return time.perf_counter() - before
