"""How fast an index that is gone is made anew from segments."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.estimates import median, median_ratio
from benchmarks.findings import Bar, Finding, Results, amount
from benchmarks.places import scratch
from benchmarks.processes import measure as run_in_process
from benchmarks.shapes import CURVE
from benchmarks.stores import SMALL_RUN, cached_store, copy_of

if TYPE_CHECKING:
    from benchmarks.plan import Plan

HERE = __name__
INDEX_FILES = ("index.db", "index.db-wal", "index.db-shm")
READING = "reading all files and `zlib.crc32`"


def measure(plan: Plan) -> Results:
    """Rebuild the index of many small runs, of processes of their own or of one, and of a long."""
    runs, count = plan.sized(2_000, 400), plan.sized(10_000_000, 2_000_000)
    small = cached_store(f"processes-{runs}", "log_processes", runs=runs, **SMALL_RUN)
    small_at_rest = cached_store(f"processes-at-rest-{runs}", "settle_copy", store=str(small))
    together = cached_store(f"small-runs-{runs}", "log_small_runs", runs=runs, **SMALL_RUN)
    together_at_rest = cached_store(
        f"small-runs-at-rest-{runs}", "settle_copy", store=str(together)
    )
    long = cached_store(f"unread-{count}", "write_unread_journals", count=count)
    long_at_rest = cached_store(f"at-rest-{count}", "settle_copy", store=str(long))
    small_points = runs * SMALL_RUN["series"] * SMALL_RUN["points"]
    shape = (
        f"{runs:,} runs of {SMALL_RUN['params']} params and {SMALL_RUN['series']} series of "
        f"{SMALL_RUN['points']} points"
    )
    return Results(
        [
            _finding(
                "index rebuilt from segments, runs, each logged by a process of its own",
                _rounds(small_at_rest, plan.rounds, runs=runs, points=small_points),
                unit="runs/s",
                limit=2_000,
                shape=f"{shape}, a journal and a seal for each, without the context that a "
                "helper adds; no index at first; in a fresh process, imports not counted",
            ),
            _finding(
                "index rebuilt from segments, runs, all logged by one process",
                _rounds(together_at_rest, plan.rounds, runs=runs, points=small_points),
                unit="runs/s",
                limit=2_000,
                shape=f"{shape}; as above",
            ),
            _finding(
                "index rebuilt from segments, points",
                _rounds(long_at_rest, plan.rounds, runs=1, points=count),
                unit="points/s",
                limit=2_000_000,
                shape=f"{count:,} points, {CURVE}, in one run; as above",
            ),
        ]
    )


def _rounds(store: Path, rounds: int, *, runs: int, points: int) -> list[dict[str, float]]:
    found = []
    for _ in range(rounds):
        with scratch() as folder:
            place = copy_of(store, folder)
            for name in INDEX_FILES:
                (place / name).unlink(missing_ok=True)
            function = f"{HERE}:time_rebuilding"
            found.append(run_in_process(function, folder=str(place), runs=runs, points=points))
    return found


def _finding(
    what: str, found: list[dict[str, float]], *, unit: str, limit: float, shape: str
) -> Finding:
    name = unit.removesuffix("/s")
    rates = [each[name] / each["seconds"] for each in found]
    floors = [each[name] / each["floor"] for each in found]
    return Finding(
        what=what,
        figure=amount(median(rates), unit),
        beside=f"{READING}: {amount(median(floors), unit)}",
        ratio=median_ratio(rates, floors),
        shape=shape,
        judged=median(rates),
        bar=Bar(limit, unit, at_least=True),
    )


def time_rebuilding(folder: str, runs: int, points: int) -> dict[str, float]:
    """Return the seconds that rebuilding takes, and those that reading every file takes."""
    import zlib

    import runlore.index.tracks  # noqa: F401 - its imports aren't measured
    from benchmarks.inside import apply_everything

    files = [path for path in Path(folder).rglob("*") if path.is_file()]
    before = time.perf_counter()
    for path in files:
        zlib.crc32(path.read_bytes())
    read = time.perf_counter()
    known_runs, known_points = apply_everything(folder)
    rebuilt = time.perf_counter()
    if (known_runs, known_points) != (runs, points):
        raise ValueError(f"{known_runs} of {runs} runs, {known_points} of {points} points")
    return {"runs": runs, "points": points, "seconds": rebuilt - read, "floor": read - before}
