"""A million points back into NumPy arrays."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.estimates import median, median_ratio
from benchmarks.findings import Bar, Finding, Results, amount
from benchmarks.places import scratch
from benchmarks.processes import measure as run_in_process
from benchmarks.shapes import CURVE
from benchmarks.stores import cached_store, copy_of

if TYPE_CHECKING:
    from benchmarks.plan import Plan

HERE = __name__


def measure(plan: Plan) -> Results:
    """Read a series in fresh processes, and bare columns beside it."""
    points = plan.sized(1_000_000, 200_000)
    store = cached_store(f"curve-{points}", "log_curve", count=points)
    ours, floor, again = [], [], []
    with scratch() as folder:
        place = copy_of(store, folder)
        run_in_process("benchmarks.inside:settle", folder=str(place))
        for _ in range(max(5, plan.rounds)):
            found = run_in_process(f"{HERE}:time_reading", folder=str(place), points=points)
            ours.append(found["ours"])
            floor.append(found["floor"])
            again.append(found["again"])
    finding = Finding(
        what=f"{points:,} points into NumPy arrays",
        figure=amount(median(ours) * 1e3, "ms"),
        beside=f"`np.fromfile` of three columns: {amount(median(floor) * 1e3, 'ms')}",
        ratio=median_ratio(ours, floor),
        shape=f"{points:,} points, {CURVE}; sealed and applied before; in a fresh process, after "
        "the run was opened, `run.series('loss')` with step, time and value, imports not counted; "
        f"the second time in the same process {amount(median(again) * 1e3, 'ms')}",
        judged=median(ours) * 1e3,
        bar=Bar(60, "ms"),
    )
    return Results([finding])


def time_reading(folder: str, points: int) -> dict[str, float]:
    """Return the seconds that reading a series takes, again, and those of reading raw columns."""
    import numpy as np

    import runlore
    import runlore.reading.series_reader  # its imports aren't measured

    run = runlore.get_run("bench", store=folder)
    before = time.perf_counter()
    series = run.series("loss")
    columns = [column for column in (series.step, series.time, series.value) if column is not None]
    ours = time.perf_counter() - before
    if [len(column) for column in columns] != [points] * 3:
        raise ValueError(f"{points} points were logged, {len(series.value)} came back")
    raw = Path(folder).parent / "raw"
    raw.write_bytes(b"".join(np.asarray(column).tobytes() for column in columns))
    before = time.perf_counter()
    with raw.open("rb") as file:
        for column in columns:
            np.fromfile(file, column.dtype, points)
    floor = time.perf_counter() - before
    before = time.perf_counter()
    run.series("loss")
    return {"ours": ours, "floor": floor, "again": time.perf_counter() - before}
