"""What tracking takes from the training besides time: memory, and a helper beside it."""

from __future__ import annotations

import subprocess
import sys
import time
from typing import TYPE_CHECKING

from benchmarks.estimates import mean, median
from benchmarks.findings import Bar, Finding, Results, amount
from benchmarks.places import scratch
from benchmarks.proc import KINDS, children, processor_seconds, resident_bytes
from benchmarks.processes import measure as run_in_process

if TYPE_CHECKING:
    from benchmarks.plan import Plan

HERE = __name__
MEGABYTE = 1e6
CALLS_PER_SECOND = 10
STARTING_SECONDS = 5.0


def measure(plan: Plan) -> Results:
    """Watch the training process while it logs fast, and the helper while it logs slowly."""
    fast, slow = [], []
    for _ in range(plan.rounds if plan.is_quick else min(plan.rounds, 3)):
        with scratch() as folder:
            count = plan.sized(1_000_000, 200_000)
            found = run_in_process(
                f"{HERE}:watch_memory", folder=str(folder / "store"), count=count
            )
            fast.append(found)
    for _ in range(1 if plan.is_quick else 2):
        with scratch() as folder:
            seconds = plan.sized(30, 10)
            found = run_in_process(
                f"{HERE}:watch_helper", folder=str(folder / "store"), seconds=seconds
            )
            slow.append(found)
    return Results([_memory(fast), *_helper(slow)])


def _memory(rounds: list[dict[str, float]]) -> Finding:
    added = median([found["added"] for found in rounds]) / MEGABYTE
    before = median([found["before"] for found in rounds]) / MEGABYTE
    kinds = ", ".join(
        f"{name} {amount(median([found[kind] for found in rounds]) / MEGABYTE, 'MB')}"
        for kind, name in zip(KINDS, ("anonymous", "mapped files", "shared"), strict=True)
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


def _helper(rounds: list[dict[str, float]]) -> list[Finding]:
    memory = max(found["memory"] for found in rounds) / MEGABYTE
    bare = mean([found["bare"] for found in rounds]) / MEGABYTE
    share = median([found["share"] for found in rounds]) * 100
    starting = median([found["starting_seconds"] for found in rounds])
    shape = (
        f"{CALLS_PER_SECOND} calls of one metric a second; all processes that the training "
        "process started, looked at every 0.1 s"
    )
    return [
        Finding(
            what="memory of the helper",
            figure=amount(memory, "MB"),
            beside=f"an idle Python: {amount(bare, 'MB')}",
            ratio=memory / bare,
            shape=f"{shape}; greatest resident memory, shared pages counted in full",
            judged=memory,
            bar=Bar(60, "MB"),
        ),
        Finding(
            what="processor share of the helper",
            figure=amount(share, "% of a core"),
            beside="one core",
            ratio=share / 100,
            shape=f"{shape}; from {STARTING_SECONDS:.0f} s after the start. Starting and looking "
            f"around took it {starting:.2f} s of processor time, once",
            judged=share,
            bar=Bar(1, "% of a core"),
        ),
    ]


def watch_memory(folder: str, count: int) -> dict[str, float]:
    """Return the resident memory before, and the most that logging added to it, in bytes."""
    before = resident_bytes()
    import runlore

    run = runlore.start_run("bench", store=folder)
    greatest = before
    for step in range(count):
        run.log({"loss": 0.31}, step=step)
        if step % 10_000 == 0:
            now = resident_bytes()
            greatest = max(greatest, now, key=lambda kinds: sum(kinds.values()))
    run.finish()
    added = {kind: float(greatest[kind] - before[kind]) for kind in KINDS}
    return {"before": sum(before.values()), "added": sum(added.values()), **added}


def watch_helper(folder: str, seconds: float) -> dict[str, float]:
    """Log slowly; return the helper's greatest memory and its share of a core."""
    import runlore

    idle = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    run = runlore.start_run("bench", store=folder)
    started = time.monotonic()
    memory, spent_before, since, step = 0, 0.0, started, 0
    while (now := time.monotonic()) < started + STARTING_SECONDS + seconds:
        run.log({"loss": 0.31}, step=step)
        step += 1
        helpers = [child for child in children() if child != idle.pid]
        memory = max(memory, sum(sum(resident_bytes(helper).values()) for helper in helpers))
        if now < started + STARTING_SECONDS:
            spent_before, since = sum(map(processor_seconds, helpers)), now
        time.sleep(max(0.0, started + step / CALLS_PER_SECOND - time.monotonic()))
    spent = sum(map(processor_seconds, helpers)) - spent_before
    share = spent / (time.monotonic() - since)
    bare = sum(resident_bytes(idle.pid).values())
    idle.communicate(b"\n")
    run.finish()
    return {
        "memory": memory,
        "bare": bare,
        "share": share,
        "starting_seconds": spent_before,
    }
