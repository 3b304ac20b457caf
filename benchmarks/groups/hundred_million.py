"""A hundred million points: the first answer before anyone has read them, sealing, an overview."""

from __future__ import annotations

import os
import time
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.estimates import median, median_ratio
from benchmarks.findings import Bar, Finding, Results, amount
from benchmarks.places import scratch
from benchmarks.processes import MeasurementFailedError, run_python
from benchmarks.processes import measure as run_in_process
from benchmarks.shapes import CURVE
from benchmarks.stores import cached_store, copy_of

if TYPE_CHECKING:
    from benchmarks.plan import Plan

HERE = __name__
BUCKETS = 2_000
SEALED_FILES = 8
TELL = "import time; now = time.clock_gettime_ns(time.CLOCK_MONOTONIC)"
ASK = (
    "import sys, runlore; runs = runlore.list_runs(store=sys.argv[1]); fresh = runs.freshness; "
    f"{TELL}; print(now, fresh.is_current, fresh.behind_points_estimate)"
)
BARE = f"{TELL}; print(now)"


def measure(plan: Plan) -> Results:
    """Ask first, then seal some files, then look at everything at rest."""
    count = plan.sized(100_000_000, 20_000_000)
    unread = cached_store(f"unread-{count}", "write_unread_journals", count=count)
    at_rest = cached_store(f"at-rest-{count}", "settle_copy", store=str(unread))
    answers, sealings, overviews = [], [], []
    for _ in range(plan.rounds):
        with scratch() as folder:
            answers.append(_first_answer(copy_of(unread, folder), count))
        with scratch() as folder:
            place = str(copy_of(unread, folder))
            sealings.append(run_in_process(f"{HERE}:time_sealing", folder=place))
        with scratch() as folder:
            place = str(copy_of(at_rest, folder))
            overviews.append(run_in_process(f"{HERE}:time_overview", folder=place, points=count))
    shape = f"{count:,} points, {CURVE}, one a call, in journal files of 8 MiB"
    return Results(
        [_answering(answers, shape), _sealing(sealings, shape), _overview(overviews, shape, count)]
    )


def _answering(answers: list[dict[str, float]], shape: str) -> Finding:
    seconds = [answer["seconds"] for answer in answers]
    bare = [answer["bare"] for answer in answers]
    behind = median([answer["behind"] for answer in answers])
    return Finding(
        what="first answer from a store that nobody has read",
        figure=f"{amount(median(seconds), 's')}, saying that {behind:,.0f} points are to come",
        beside=f"bare Python until its first line: {amount(median(bare), 's')}",
        ratio=median_ratio(seconds, bare),
        shape=f"{shape}, no index; from before Python is started until `runlore.list_runs()` has "
        "returned; fails unless the answer says how far behind it is, within a tenth",
        judged=median(seconds),
        bar=Bar(0.5, "s"),
    )


def _sealing(sealings: list[dict[str, float]], shape: str) -> Finding:
    rates = [found["points"] / found["seconds"] for found in sealings]
    floors = [found["points"] / found["floor"] for found in sealings]
    return Finding(
        what="sealing of journals",
        figure=amount(median(rates), "points/s"),
        beside=f"reading the same files and `zlib.crc32`: {amount(median(floors), 'points/s')}",
        ratio=median_ratio(rates, floors),
        shape=f"{shape}; the first {SEALED_FILES} of them sealed, segments and manifest synced to "
        "the disk, in one process, imports not counted",
        judged=median(rates),
        bar=Bar(2_000_000, "points/s", at_least=True),
    )


def _overview(overviews: list[dict[str, float]], shape: str, count: int) -> Finding:
    ours = [found["seconds"] * 1e3 for found in overviews]
    floor = [found["floor"] * 1e3 for found in overviews]
    again = median([found["again"] for found in overviews]) * 1e3
    return Finding(
        what=f"overview of {count:,} points, {BUCKETS:,} buckets",
        figure=amount(median(ours), "ms"),
        beside=f"reading one number a chunk with `np.fromfile`: {amount(median(floor), 'ms')}",
        ratio=median_ratio(ours, floor),
        shape=f"{shape}, sealed and applied; after the run was opened, "
        f"`run.series('loss', points={BUCKETS})`, in a fresh process, imports not counted; the "
        f"second time {amount(again, 'ms')}",
        judged=median(ours),
        bar=Bar(30, "ms"),
    )


def _first_answer(store: Path, count: int) -> dict[str, float]:
    bare, _ = _told(BARE)
    seconds, (is_current, estimate) = _told(ASK, str(store))
    behind = int(estimate)
    if is_current == "True" or not 0.9 * count <= behind <= 1.1 * count:
        raise MeasurementFailedError(f"{count} points were unread, the answer said {behind}")
    return {"seconds": seconds, "bare": bare, "behind": behind}


def _told(program: str, *arguments: str) -> tuple[float, list[str]]:
    """Start Python; return the seconds until `program` took the time, and what else it printed."""
    before = time.clock_gettime_ns(time.CLOCK_MONOTONIC)
    now, *rest = run_python("-c", program, *arguments).split()
    return (int(now) - before) / 1e9, rest


def time_sealing(folder: str) -> dict[str, float]:
    """Seal the first files of the only actor; return points, seconds, and those of bare reading."""
    import runlore.segments.seal  # noqa: F401 - its imports aren't measured
    from runlore.journal.folder import open_store
    from runlore.segments.sealing import seal_file

    store = open_store(folder)
    paths = sorted(str(path) for path in Path(store.journals).glob("*/*.journal"))[:SEALED_FILES]
    before = time.perf_counter()
    for path in paths:
        zlib.crc32(Path(path).read_bytes())
    read = time.perf_counter()
    done = [seal_file(path, store) for path in paths]
    end = time.perf_counter()
    entries = [found[1] for found in done if found is not None]
    if len(entries) != len(paths):
        raise ValueError(f"{len(entries)} of {len(paths)} files were sealed")
    points = sum(
        _points_in(store.segment(part.run, entry.actor, entry.number))
        for entry in entries
        for part in entry.segments
    )
    return {"points": points, "seconds": end - read, "floor": read - before}


def _points_in(path: str) -> int:
    from runlore.segments.segment import Segment

    with Segment.open(path) as segment:
        return sum(track.points * len(track.key_set.names) for track in segment.tracks)


def time_overview(folder: str, points: int) -> dict[str, float]:
    """Return the seconds of the first and the second overview, and of reading a chunk's number."""
    import numpy as np

    import runlore
    import runlore.reading.series_reader  # its imports aren't measured

    run = runlore.get_run("bench", store=folder)
    before = time.perf_counter()
    series = run.series("loss", points=BUCKETS)
    first = time.perf_counter()
    run.series("loss", points=BUCKETS)
    second = time.perf_counter()
    if series.count != points or not series.is_downsampled or len(series.value) > 4 * BUCKETS:
        raise ValueError(f"{points} points were logged, the overview is of {series.count}")
    raw = Path(folder).parent / "raw"
    np.zeros(points // 4_096).tofile(raw)
    os.sync()
    opened = time.perf_counter()
    np.fromfile(raw)
    floor = time.perf_counter() - opened
    return {"seconds": first - before, "again": second - first, "floor": floor}
