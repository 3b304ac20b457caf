"""A million points, one a call, until they can be read in another process."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.estimates import median, median_ratio
from benchmarks.findings import Bar, Finding, Results, amount
from benchmarks.peers.registry import FLOOR, OURS
from benchmarks.places import scratch
from benchmarks.processes import MeasurementFailedError
from benchmarks.processes import measure as run_in_process

if TYPE_CHECKING:
    from benchmarks.peers.driver import Driver
    from benchmarks.plan import Plan

MEASUREMENTS = "benchmarks.peers.measurements"


def measure(plan: Plan) -> Results:
    """Log and read the same points with Runlore and as bare writes, in turns."""
    count = plan.sized(1_000_000, 200_000)
    ours, floor = [], []
    for _ in range(plan.rounds):
        floor.append(_points_per_second(FLOOR, count))
        ours.append(_points_per_second(OURS, count))
    finding = Finding(
        what="points a second, from the first `log()` until readable",
        figure=amount(median(ours), "points/s"),
        beside=f"`os.write` of 32 bytes and reading the file: {amount(median(floor), 'points/s')}",
        ratio=median_ratio(ours, floor),
        shape=f"{count:,} points of one metric, one a call, values `exp(-i/2e5) + N(0, 0.02)`, "
        "`random.Random(0).gauss`; from the first call through `finish()`, plus reading all of "
        "them into arrays in a new process (imports not counted)",
        judged=median(ours),
        bar=Bar(250_000, "points/s", at_least=True),
    )
    return Results([finding])


def _points_per_second(driver: type[Driver], count: int) -> float:
    with scratch() as parent:
        folder = parent / "store"
        folder.mkdir()
        name, place = driver.name, str(folder)
        log, read = f"{MEASUREMENTS}:log_everything", f"{MEASUREMENTS}:read_everything"
        seconds = run_in_process(log, driver=name, folder=place, count=count)
        back = run_in_process(read, driver=name, folder=place)
        if back["points"] != count:
            raise MeasurementFailedError(f"{count} points were logged, {back['points']} came back")
        return float(count / (seconds + back["seconds"]))
