"""What the server answers the page with: curves of many runs, very long ones, changes, memory."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from benchmarks.curve_stores import SHAPE
from benchmarks.estimates import median, p95
from benchmarks.findings import Bar, Finding, Results, amount
from benchmarks.page_servers import EventStream, page_server
from benchmarks.places import scratch
from benchmarks.processes import child_environment
from benchmarks.shapes import CURVE
from benchmarks.stores import cached_store, copy_of

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.page_servers import PageServer
    from benchmarks.plan import Plan

VISIBLE_CHARTS, CHART_BUCKETS, PAGE_BUCKETS = 8, 400, 1_000
LISTENERS = 20
MEGABYTE = 1e6
WIDE_METRICS = 5_000
LOGGING = (
    "import sys, time, runlore\n"
    "run = runlore.start_run('live', store=sys.argv[1])\n"
    "for number in range(int(sys.argv[2])):\n"
    "    print(run.id, time.clock_gettime_ns(time.CLOCK_MONOTONIC), flush=True)\n"
    "    run.log({'loss': 1 / (1 + number)}, step=number)\n"
    "    sys.stdin.readline()\n"
)


def measure(plan: Plan) -> Results:
    """Ask a real server what a page asks it, over connections that are kept."""
    results = Results()
    results.findings += _charts(plan)
    results.findings += _long(plan)
    results.findings += _wide(plan)
    return results


def _charts(plan: Plan) -> list[Finding]:
    runs, metrics, points = plan.sized(100, 20), plan.sized(20, 8), plan.sized(10_000, 2_000)
    store = cached_store(
        f"charts-{runs}-{metrics}-{points}",
        "make_charts",
        module="benchmarks.curve_stores",
        runs=runs,
        metrics=metrics,
        points=points,
    )
    shape = f"{runs} runs of {metrics} metrics of {points:,} points, {SHAPE}"
    with scratch() as folder:
        place = copy_of(store, folder)
        with page_server(place) as server:
            begun = server.memory_bytes()
            ids = runs_of(server)
            first = _timed(lambda: _all_charts(server, ids, metrics))
            again, zoomed = [], []
            for number in range(max(7, plan.rounds)):
                again.append(_timed(lambda: _all_charts(server, ids, metrics)))
                start = number * points // 20
                span = (start, start + points // 10)
                zoomed.append(_timed(lambda span=span: _all_charts(server, ids, metrics, *span)))
            memory = _memory(server, ids, metrics, begun, shape)
            idle = _idle(server)
            latency = _latency(server, place, plan)
    asked = (
        f"{VISIBLE_CHARTS} requests at once of {runs} curves in {CHART_BUCKETS} buckets; {shape}"
    )
    return [
        Finding(
            what=f"{VISIBLE_CHARTS} visible charts of {runs} runs, from a server just begun",
            figure=amount(first, "s"),
            beside=f"again: {amount(median(again), 's')}",
            ratio=first / median(again),
            shape=asked,
            judged=first,
            bar=Bar(0.6, "s"),
        ),
        Finding(
            what="the same charts zoomed to a tenth of their steps",
            figure=amount(median(zoomed) * 1e3, "ms"),
            beside=f"a chart alone: {amount(median(zoomed) / VISIBLE_CHARTS * 1e3, 'ms')}",
            ratio=None,
            shape=asked,
        ),
        *memory,
        idle,
        *latency,
    ]


def _all_charts(
    server: PageServer, runs: list[str], metrics: int, *span: int, connections: int = 6
) -> None:
    """Ask for all charts at once, as a browser does: over six connections at most."""

    def ask(numbers: list[int]) -> None:
        connection = server.connection()
        for number in numbers:
            labels = [(run, f"metric_{number % metrics}") for run in runs]
            server.ask("/curves", _question(labels, CHART_BUCKETS, *span), connection=connection)
        connection.close()

    with ThreadPoolExecutor(connections) as pool:
        shares = [list(range(VISIBLE_CHARTS))[place::connections] for place in range(connections)]
        list(pool.map(ask, shares))


def _question(labels: list[tuple[str, str]], buckets: int, *span: float) -> dict[str, Any]:
    ends = dict(zip(("from", "to"), span, strict=False))
    curves = [{"run": run, "label": label} for run, label in labels]
    return {"x": "step", "buckets": buckets, "curves": curves} | ends


def runs_of(server: PageServer) -> list[str]:
    """List the ids of a small store's runs, the newest first."""
    return [row["id"] for row in json.loads(server.ask("/runs?limit=1000"))["rows"]]


def _memory(
    server: PageServer, runs: list[str], metrics: int, begun: int, shape: str
) -> list[Finding]:
    streams = [EventStream(server) for _ in range(LISTENERS)]
    for stream in streams:
        stream.next()
    for _ in range(2):
        _all_charts(server, runs, metrics)
    memory = server.memory_bytes()
    for stream in streams:
        stream.close()
    return [
        Finding(
            what=f"memory of the server with {LISTENERS} pages open",
            figure=amount(memory / MEGABYTE, "MB"),
            beside=f"before anything was asked: {amount(begun / MEGABYTE, 'MB')}",
            ratio=memory / begun,
            shape=f"resident, after all of the charts above were asked for many times; {shape}",
            judged=memory / MEGABYTE,
            bar=Bar(150, "MB"),
        )
    ]


def _idle(server: PageServer) -> Finding:
    stream = EventStream(server)
    stream.next()
    seconds = 5.0
    before = server.cpu_seconds()
    time.sleep(seconds)
    share = (server.cpu_seconds() - before) / seconds * 100
    stream.close()
    return Finding(
        what="a server that somebody listens to while nothing happens",
        figure=amount(share, "% of a core"),
        beside="",
        ratio=None,
        shape=f"over {seconds:.0f} s, the store of the charts",
        judged=share,
        bar=Bar(2, "% of a core"),
    )


def _latency(server: PageServer, store: Path, plan: Plan) -> list[Finding]:
    """Log a point in another process, wait until it is told, and again."""
    points = plan.sized(100, 20)
    stream = EventStream(server)
    stream.next()
    environment = child_environment() | {"RUNLORE_HELPER": "off"}
    seconds = []
    with subprocess.Popen(
        [sys.executable, "-c", LOGGING, str(store), str(points)],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for number in range(points):
            run, logged = process.stdout.readline().split()
            known = number
            while known <= number:
                if run in stream.next()["runs"]:
                    known = _last_step(server, run)
            seconds.append((time.clock_gettime_ns(time.CLOCK_MONOTONIC) - int(logged)) / 1e9)
            time.sleep(random.uniform(0.0, 0.3))  # not in step with whoever looks
            process.stdin.write("\n")
            process.stdin.flush()
    stream.close()
    late = p95(seconds)
    return [
        Finding(
            what="a point logged in another process, until it can be drawn, p95",
            figure=amount(late, "s"),
            beside=f"median: {amount(median(seconds), 's')}",
            ratio=late / median(seconds),
            shape=f"{points} points, from before `run.log` until the event has come and the curve "
            "with the point in it was answered",
            judged=late,
            bar=Bar(0.5, "s"),
        )
    ]


def _last_step(server: PageServer, run: str) -> int:
    """Return how many points of the run's curve are answered."""
    content = server.ask("/curves", _question([(run, "loss")], PAGE_BUCKETS))
    size = int.from_bytes(content[8:12], "little")
    return int(json.loads(content[16 : 16 + size])["curves"][0]["points"])


def _long(plan: Plan) -> list[Finding]:
    count = plan.sized(100_000_000, 20_000_000)
    unread = cached_store(f"unread-{count}", "write_unread_journals", count=count)
    at_rest = cached_store(f"at-rest-{count}", "settle_copy", store=str(unread))
    shape = f"{count:,} points, {CURVE}, one a call; {PAGE_BUCKETS} buckets"
    with scratch() as folder, page_server(copy_of(at_rest, folder)) as server:
        (run,) = runs_of(server)

        def ask(*span: float) -> float:
            return _timed(
                lambda: server.ask("/curves", _question([(run, "loss")], PAGE_BUCKETS, *span))
            )

        first = ask()
        chance = random.Random(0)
        zooms: dict[float, list[float]] = {}
        for _ in range(max(5, plan.rounds)):
            width = float(count)
            while width > PAGE_BUCKETS / 2:
                width /= 4
                start = chance.uniform(0, count - width)
                zooms.setdefault(width, []).append(ask(start, start + width))
        medians = {width: median(seconds) for width, seconds in zooms.items()}
        slowest = max(medians, key=lambda width: medians[width])
        memory = server.memory_bytes()
    return [
        Finding(
            what=f"a curve of {count:,} points, from a server just begun",
            figure=amount(first * 1e3, "ms"),
            beside=f"memory after all of these: {amount(memory / MEGABYTE, 'MB')}",
            ratio=None,
            shape=shape,
            judged=first * 1e3,
            bar=Bar(300, "ms"),
        ),
        Finding(
            what="zoomed into it, at the slowest depth",
            figure=amount(medians[slowest] * 1e3, "ms"),
            beside=f"at the quickest: {amount(min(medians.values()) * 1e3, 'ms')}",
            ratio=medians[slowest] / min(medians.values()),
            shape=f"median of {max(5, plan.rounds)} random places at each of {len(medians)} "
            f"depths, a quarter of the one before, down to points; slowest: {slowest:,.0f} steps; "
            f"{shape}",
            judged=medians[slowest] * 1e3,
            bar=Bar(200, "ms"),
        ),
    ]


def _wide(plan: Plan) -> list[Finding]:
    metrics = plan.sized(WIDE_METRICS, 1_000)
    store = cached_store(f"wide-runs-1-{metrics}", "make_wide_runs", module="benchmarks.many_runs",
                         runs=1, metrics=metrics, points=200)  # fmt: skip
    with scratch() as folder:
        place = copy_of(store, folder)
        _settle(place)
        with page_server(place) as server:
            (run,) = runs_of(server)
            names = [f"layer_{number // 10:03}/weight_{number % 10}" for number in range(40)]

            def page() -> None:
                server.ask(f"/runs/{run}")
                server.ask(f"/runs/{run}/metrics?limit=200")
                for name in names[:VISIBLE_CHARTS]:
                    server.ask("/curves", _question([(run, name)], CHART_BUCKETS))

            first = _timed(page)
            again = median([_timed(page) for _ in range(max(5, plan.rounds))])
    return [
        Finding(
            what=f"a run of {metrics:,} metrics: what its page asks first",
            figure=amount(first * 1e3, "ms"),
            beside=f"again: {amount(again * 1e3, 'ms')}",
            ratio=first / again,
            shape=f"the run, the first 200 metrics and {VISIBLE_CHARTS} curves, one after the "
            "other, of 200 points each, sealed",
            judged=first * 1e3,
            bar=Bar(600, "ms"),
        )
    ]


def _settle(store: Path) -> None:
    from benchmarks.processes import measure as run_in_process

    os.sync()
    run_in_process("benchmarks.inside:settle", folder=str(store), timeout_seconds=600)


def _timed(function: Any) -> float:
    before = time.perf_counter()
    function()
    return time.perf_counter() - before
