"""The page in a real Chromium: from a cold start to rows and charts, scrolling, zooms, live."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from typing import TYPE_CHECKING

from benchmarks.browsers import browser
from benchmarks.curve_stores import EXPERIMENT
from benchmarks.curve_stores import SHAPE as CURVES
from benchmarks.estimates import median, p95
from benchmarks.findings import Bar, Finding, Results, amount
from benchmarks.groups.page_server import LOGGING, MEGABYTE, WIDE_METRICS, runs_of
from benchmarks.many_runs import SHAPE
from benchmarks.page_servers import page_server
from benchmarks.places import scratch
from benchmarks.processes import child_environment, run_python
from benchmarks.processes import measure as run_in_process
from benchmarks.shapes import CURVE
from benchmarks.stores import cached_store, copy_of

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.browsers import Browser
    from benchmarks.page_servers import PageServer
    from benchmarks.plan import Plan

PAGES = 20
COLUMNS = 50
FRAMES = 90


def measure(plan: Plan) -> Results:
    """Open the pages as somebody would, each in a browser that has never seen them."""
    results = Results()
    for part in (_cold, _table, _experiment, _long, _wide):
        results.findings += part(plan)
    return results


def _cold(plan: Plan) -> list[Finding]:
    """The demo's runs, from an empty cache."""
    with scratch() as folder:
        store = folder / "digits" / ".runlore"
        run_python("-m", "runlore", "demo", "--store", str(store))
        with page_server(store) as server:
            seen = _opened(plan, server, "/experiments/digits", charts=1)
    return [
        Finding(
            what="cold start to rows and the first chart, the demo's store",
            figure=amount(_of(seen, "firstChart") / 1e3, "s"),
            beside=f"rows alone: {amount(_of(seen, 'rows') / 1e3, 's')}",
            ratio=None,
            shape=f"an experiment of 16 runs; {_method(plan)}",
            judged=_of(seen, "firstChart") / 1e3,
            bar=Bar(0.6, "s"),
        ),
        Finding(
            what="whole transfer of the page, compressed",
            figure=amount(_of(seen, "script_bytes") / 1e3, "kB"),
            beside=f"data with it: {amount(_of(seen, 'data_bytes') / 1e3, 'kB')}",
            ratio=None,
            shape="document, scripts and styles as they came over the wire",
            judged=_of(seen, "script_bytes") / 1e3,
            bar=Bar(350, "kB"),
        ),
    ]


def _method(plan: Plan) -> str:
    return (
        f"median of {plan.rounds} starts of headless Chromium without a cache, 1440 x 900 pixels, "
        "from the address to the frame with it"
    )


def _of(seen: list[dict[str, float]], name: str) -> float:
    return median([one[name] for one in seen])


def _opened(plan: Plan, server: PageServer, path: str, charts: int) -> list[dict[str, float]]:
    found = []
    for _ in range(plan.rounds):
        with browser(server.port) as page:
            found.append(page.open(path, charts=charts))
    return found


def _table(plan: Plan) -> list[Finding]:
    runs = plan.sized(100_000, 10_000)
    store = cached_store(f"many-runs-{runs}", "make_runs", module="benchmarks.many_runs", runs=runs)
    run_in_process("benchmarks.inside:apply_everything", folder=str(store), timeout_seconds=1_800)
    shape = f"{runs:,} finished runs of {SHAPE}, in {COLUMNS} columns"
    with page_server(store) as server:
        path = f"/runs?cols={','.join(_columns(server))}"
        first = _opened(plan, server, path, charts=0)
        with browser(server.port) as page:
            page.open(path, charts=0)
            down = page.frames(across=False, frames=FRAMES)
            across = page.frames(across=True, frames=FRAMES)
            sorts = [
                page.change("sort", "rows", str(column)) for column in range(1, 2 + plan.rounds)
            ]
            filters = [
                page.change("filter", "rows", f"metrics.val_acc > 0.{number}")
                for number in range(3, 4 + plan.rounds)
            ]
    rows = _of(first, "rows") / 1e3
    return [
        Finding(f"first rows of {runs:,} runs in {COLUMNS} columns", amount(rows, "s"), "", None,
                f"{shape}; {_method(plan)}", rows, Bar(0.5, "s")),
        _rate("scrolled down", down, 50, shape),
        _rate("scrolled sideways", across, 40, shape),
        _answer("sorted by a column, to the new rows", sorts, 150, shape),
        _answer("filtered, to the new rows", filters, 150, shape),
    ]  # fmt: skip


def _columns(server: PageServer) -> list[str]:
    """Name columns of all kinds that the runs have."""
    found: list[str] = []
    for group in ("metrics", "params"):
        items = json.loads(server.ask(f"/runs/fields?group={group}&limit=100"))["items"]
        found += [item["name"] for item in items]
    statistics_of = [f"{name}.{kind}" for kind in ("min", "max") for name in found[:10]]
    return (found + statistics_of)[:COLUMNS]


def _rate(what: str, deltas: list[float], least: float, shape: str) -> Finding:
    rate = 1e3 / median(deltas)
    slow = 1e3 / p95(deltas)
    return Finding(
        what=f"the table {what}, frames a second",
        figure=amount(rate, ""),
        beside=f"the slowest 5 %: under {amount(slow, '')}",
        ratio=None,
        shape=f"median over {FRAMES} frames, 10 rows or 40 pixels further in each; {shape}",
        judged=rate,
        bar=Bar(least, "frames a second", at_least=True),
    )


def _answer(
    what: str, milliseconds: list[float], limit: float, shape: str, until: str = "the frame with it"
) -> Finding:
    figure = median(milliseconds)
    return Finding(
        what=what,
        figure=amount(figure, "ms"),
        beside=f"the first: {amount(milliseconds[0], 'ms')}",
        ratio=None,
        shape=f"median of {len(milliseconds)}, from the event to {until}; {shape}",
        judged=figure,
        bar=Bar(limit, "ms"),
    )


def _experiment(plan: Plan) -> list[Finding]:
    runs, metrics, points = plan.sized(100, 20), plan.sized(20, 8), plan.sized(10_000, 2_000)
    store = cached_store(
        f"charts-{runs}-{metrics}-{points}", "make_charts", module="benchmarks.curve_stores",
        runs=runs, metrics=metrics, points=points,
    )  # fmt: skip
    shape = f"{runs} runs of {metrics} metrics of {points:,} points, {CURVES}"
    path = f"/experiments/{EXPERIMENT}"
    with scratch() as folder:
        place = copy_of(store, folder)
        with page_server(place) as server:
            seen = _opened(plan, server, path, charts=6)
            with browser(server.port) as page:
                page.open(path, charts=6)
                zooms, hovers = [], []
                for number in range(max(5, plan.rounds)):
                    start = points * number // 20
                    span = f"step~{start}..{start + points // 10}"
                    zooms.append(page.change("zoom", "charts", span))
                    hovers.append(page.change("hover", "cross", str(0.2 + number / 20)))
                late = drawn_late(page, place, plan.sized(40, 12))
            memory = _memory(server, path)
    drawn = _of(seen, "lastChart") / 1e3
    return [
        Finding(f"all visible charts of {runs} runs drawn", amount(drawn, "s"),
                f"the first: {amount(_of(seen, 'firstChart') / 1e3, 's')}",
                None, f"{shape}; {_method(plan)}", drawn, Bar(1, "s")),
        _answer("zoomed, to a redraw of all visible charts", zooms, 100, shape),
        _answer("pointed at another place of a chart", hovers, 16, shape, until="the changed page"),
        Finding("a point logged in another process, until it is drawn, p95", amount(p95(late), "s"),
                f"median: {amount(median(late), 's')}", None,
                f"{len(late)} points of another process, from before `run.log` to the frame whose "
                "chart says so", p95(late), Bar(1, "s")),
        Finding(f"memory of the server with {PAGES} pages open", amount(memory, "MB"), "", None,
                f"resident; tabs of one browser, which share a stream; {shape}", memory,
                Bar(150, "MB")),
    ]  # fmt: skip


def _memory(server: PageServer, path: str) -> float:
    with browser(server.port) as page:
        for _ in range(PAGES):
            page.open_tab(path)
        return server.memory_bytes() / MEGABYTE


def drawn_late(page: Browser, store: Path, points: int) -> list[float]:
    """Log a point in another process, wait until its chart counts it, and again."""
    late = []
    with subprocess.Popen(
        [sys.executable, "-c", LOGGING, str(store), str(points)],
        env=child_environment() | {"RUNLORE_HELPER": "off"},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stdin is not None
        assert process.stdout is not None
        for number in range(points):
            run, logged = process.stdout.readline().split()
            if number == 1:  # a chart begins with two points
                page.open(f"/runs/{run}/curves", charts=1)
            if number > 1:
                page.wait_for_points(number + 1)
                late.append((time.clock_gettime_ns(time.CLOCK_MONOTONIC) - int(logged)) / 1e9)
                time.sleep(0.05 + (number % 7) / 20)  # not in step with whoever looks
            process.stdin.write("\n")
            process.stdin.flush()
    return late


def _long(plan: Plan) -> list[Finding]:
    count = plan.sized(100_000_000, 20_000_000)
    unread = cached_store(f"unread-{count}", "write_unread_journals", count=count)
    at_rest = cached_store(f"at-rest-{count}", "settle_copy", store=str(unread))
    shape = f"{count:,} points, {CURVE}, one a call"
    with scratch() as folder, page_server(copy_of(at_rest, folder)) as server:
        path = f"/runs/{runs_of(server)[0]}/curves"
        seen = _opened(plan, server, path, charts=1)
        with browser(server.port) as page:
            page.open(path, charts=1)
            zooms = []
            width = float(count)
            while width > 1_000:
                width /= 4
                span = f"step~{count // 3}..{count // 3 + int(width)}"
                zooms.append(page.change("zoom", "charts", span))
    first = median([one["firstChart"] - one["asked"] for one in seen])
    slowest = max(zooms)
    return [
        Finding(f"a curve of {count:,} points drawn", amount(first, "ms"),
                f"with the start of the page: {amount(_of(seen, 'firstChart'), 'ms')}",
                None, f"from the question for it to the frame with it; {shape}; {_method(plan)}",
                first, Bar(300, "ms")),
        Finding("zoomed into it, at the slowest depth", amount(slowest, "ms"),
                f"median: {amount(statistics.median(zooms), 'ms')}", None,
                f"{len(zooms)} depths, a quarter of the one before, down to points; {shape}",
                slowest, Bar(200, "ms")),
    ]  # fmt: skip


def _wide(plan: Plan) -> list[Finding]:
    metrics = plan.sized(WIDE_METRICS, 1_000)
    store = cached_store(f"wide-runs-1-{metrics}", "make_wide_runs", module="benchmarks.many_runs",
                         runs=1, metrics=metrics, points=200)  # fmt: skip
    with scratch() as folder:
        place = copy_of(store, folder)
        run_in_process("benchmarks.inside:settle", folder=str(place), timeout_seconds=600)
        with page_server(place) as server:
            seen = _opened(plan, server, f"/runs/{runs_of(server)[0]}/curves", charts=1)
    usable = _of(seen, "firstChart") / 1e3
    made = _of(seen, "charts")
    return [
        Finding(f"a run of {metrics:,} metrics: its first chart", amount(usable, "s"),
                f"charts made: {amount(made, '')}", None,
                f"200 points each, sealed; {_method(plan)}", usable, Bar(1, "s")),
    ]  # fmt: skip
