"""What the process beside the training takes: memory and processor time."""

from __future__ import annotations

import subprocess
import sys
import time
from typing import TYPE_CHECKING

from benchmarks.estimates import mean, median
from benchmarks.findings import Bar, Finding, Results, amount
from benchmarks.places import scratch
from benchmarks.proc import descendants, processor_seconds, resident_bytes
from benchmarks.processes import MeasurementFailedError
from benchmarks.processes import measure as run_in_process

if TYPE_CHECKING:
    from benchmarks.plan import Plan

HERE = __name__
MEGABYTE = 1e6
CALLS_PER_SECOND = 10
STARTING_SECONDS = 5.0
SEALED_POINTS = 300_000  # more than a journal file holds
SEALING_SECONDS = 5.0


def measure(plan: Plan) -> Results:
    """Watch the helper while the training process logs slowly."""
    rounds = []
    for _ in range(1 if plan.is_quick else 2):
        with scratch() as folder:
            found = run_in_process(
                f"{HERE}:watch", folder=str(folder / "store"), seconds=plan.sized(30, 10)
            )
            rounds.append(found)
    return Results(_findings(rounds))


def _findings(rounds: list[dict[str, float]]) -> list[Finding]:
    memory = max(found["memory"] for found in rounds) / MEGABYTE
    sealing = max(found["sealing"] for found in rounds) / MEGABYTE
    bare = mean([found["bare"] for found in rounds]) / MEGABYTE
    share = median([found["share"] for found in rounds]) * 100
    starting = median([found["starting_seconds"] for found in rounds])
    shape = (
        f"{CALLS_PER_SECOND} calls of one metric a second; all processes that the training "
        "process and its helper started, looked at every 0.1 s"
    )
    return [
        Finding(
            what="memory of the helper",
            figure=amount(memory, "MB"),
            beside=f"an idle Python: {amount(bare, 'MB')}",
            ratio=memory / bare,
            shape=f"{shape}; greatest resident memory; pages of the interpreter and libraries "
            "that several of them map counted once",
            judged=memory,
            bar=Bar(60, "MB"),
        ),
        Finding(
            what="memory of the helper while it has a journal sealed",
            figure=amount(sealing, "MB"),
            beside=f"an idle Python: {amount(bare, 'MB')}",
            ratio=sealing / bare,
            shape=f"{SEALED_POINTS:,} points as fast as possible, then {SEALING_SECONDS:.0f} s "
            "looked at every 0.01 s: the helper and the process it starts for sealing, counted "
            "likewise",
            judged=sealing,
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


def watch(folder: str, seconds: float) -> dict[str, float]:
    """Log slowly, then fast; return the helper's greatest memory and its share of a core.

    The share is that of the slow part, once the helper has looked around.
    """
    import runlore

    bare = _memory_of_idle_python()
    run = runlore.start_run("bench", store=folder)
    started = time.monotonic()
    memory, spent_before, since, step = 0, 0.0, started, 0
    while (now := time.monotonic()) < started + STARTING_SECONDS + seconds:
        run.log({"loss": 0.31}, step=step)
        step += 1
        helpers = descendants()
        memory = max(memory, _memory(helpers))
        if now < started + STARTING_SECONDS:
            spent_before, since = sum(map(processor_seconds, helpers)), now
        time.sleep(max(0.0, started + step / CALLS_PER_SECOND - time.monotonic()))
    if not helpers:
        raise MeasurementFailedError("no helper was running beside the training process")
    share = (sum(map(processor_seconds, helpers)) - spent_before) / (time.monotonic() - since)
    sealing = 0
    for later in range(SEALED_POINTS):
        run.log({"loss": 0.31}, step=step + later)
    fast_until = time.monotonic() + SEALING_SECONDS
    while time.monotonic() < fast_until:
        sealing = max(sealing, _memory(descendants()))
        time.sleep(0.01)
    run.finish()
    found = {"memory": memory, "sealing": sealing, "bare": bare}
    return {**found, "share": share, "starting_seconds": spent_before}


def _memory(processes: list[int]) -> int:
    """Add up what processes have in memory; of mapped files, the same ones, the greatest part."""
    own, files = 0, [0]
    for process in processes:
        try:
            resident = resident_bytes(process)
        except (OSError, KeyError):  # it ended meanwhile
            continue
        files.append(resident["RssFile"])
        own += sum(resident.values()) - resident["RssFile"]
    return own + max(files)


def _memory_of_idle_python() -> int:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as idle:
        time.sleep(0.5)
        memory = sum(resident_bytes(idle.pid).values())
        idle.communicate(b"\n")
    return memory
