"""How much memory tracking adds to the training process."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.estimates import median
from benchmarks.findings import Bar, Finding, Results, amount
from benchmarks.places import scratch
from benchmarks.processes import run_python

if TYPE_CHECKING:
    from benchmarks.plan import Plan

PROGRAM = Path(__file__).parent.parent / "programs" / "watch_memory.py"
MEGABYTE = 1e6


def measure(plan: Plan) -> Results:
    """Watch the process while it logs as fast as it can."""
    rounds = []
    for _ in range(min(plan.rounds, 3)):
        with scratch() as folder:
            rounds.append(_watch(folder / "store", plan.sized(1_000_000, 200_000)))
    return Results([_finding(rounds)])


def _watch(folder: Path, count: int) -> list[float]:
    """Return what programs/watch_memory.py prints: the total before, then what was added."""
    printed = run_python(str(PROGRAM), str(folder), str(count))
    return [float(word) for word in printed.split()]


def _finding(rounds: list[list[float]]) -> Finding:
    before, *by_kind = (median(column) / MEGABYTE for column in zip(*rounds, strict=True))
    added = sum(by_kind)
    kinds = ", ".join(
        f"{name} {amount(number, 'MB')}"
        for name, number in zip(("anonymous", "mapped files", "shared"), by_kind, strict=True)
    )
    return Finding(
        what="memory added to the training process while logging",
        figure=amount(added, "MB"),
        beside=f"the process before: {amount(before, 'MB')}",
        ratio=added / before,
        shape="greatest resident memory while logging 1,000,000 points (quick: 200,000), one a "
        "call, looked at every 10,000, less that before `import runlore`; by kind at that moment: "
        f"{kinds}. Pages of the mapped journal count although the page cache holds them anyway",
        judged=added,
        bar=Bar(10, "MB"),
    )
