"""The pages of other trackers beside ours, on the same data, in the same browser."""

from __future__ import annotations

import json
import subprocess
import time
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from benchmarks.browsers import OUR_LOOKS, WINDOW, browser
from benchmarks.curve_stores import EXPERIMENT
from benchmarks.environments import NotInstallableError, environment_for
from benchmarks.estimates import median
from benchmarks.findings import Results, Table, amount
from benchmarks.groups.page_browser import drawn_late
from benchmarks.groups.page_server import runs_of
from benchmarks.page_servers import page_server
from benchmarks.peers.mlflow_page import MlflowPage
from benchmarks.peers.pages import LIVE, answer_of, filled, served, wait_until_loaded
from benchmarks.peers.tensorboard_page import TensorboardPage
from benchmarks.peers.trackio_page import TrackioPage
from benchmarks.places import scratch
from benchmarks.processes import MeasurementFailedError, child_environment, run_python
from benchmarks.processes import measure as run_in_process
from benchmarks.stores import cached_store, copy_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from benchmarks.browsers import Looks
    from benchmarks.peers.pages import PeerPage
    from benchmarks.plan import Plan

PAGES: tuple[type[PeerPage], ...] = (TrackioPage, TensorboardPage, MlflowPage)
HERE = __name__
STARTED = "its server's first answer"
SEEN = "a point logged in another process, until it is in the page"
LIVE_SECONDS = 75.0  # those that ask for news every 30 s have had two chances
MOST_ROUNDS = 3
_FIRST_VALUE = 0.7314453125  # and those 1/1024 further on: the same text in float32 and float64

Cells = dict[str, str]


class Part(NamedTuple):
    """What is opened: its rows of the table, and at least how many charts are waited for."""

    shape: str
    charts: int
    rows: tuple[tuple[str, str], ...]


def measure(plan: Plan) -> Results:
    """Fill, serve and open each page, one tracker after the other, ours first."""
    results = Results()
    with scratch() as folder:
        store = folder / "demo" / ".runlore"
        run_python("-m", "runlore", "demo", "--store", str(store))
        copied = folder / "small.json"
        run_in_process(f"{HERE}:copy_runs", store=str(store), file=str(copied))
        shapes = _shapes(plan, copied)
        columns = {"Runlore": _ours(plan, store, shapes)}
        notes = []
        for page in (kind() for kind in PAGES):
            if plan.peers and page.driver.name not in plan.peers:
                continue
            try:
                python = environment_for(page.driver.name, page.driver.requirements).python
                columns[_title(page)] = _theirs(plan, page, python, shapes)
            except (NotInstallableError, MeasurementFailedError, OSError) as failure:
                results.skipped.append(f"the page of {page.driver.title}: {failure}")
                continue
            notes += page.notes
    results.tables.append(_table(plan, shapes, columns, notes))
    return results


def _shapes(plan: Plan, copied: Path) -> dict[str, dict[str, Any]]:
    return {
        "small": {"file": str(copied)},
        "table": {"runs": plan.sized(1_000, 100)},
        "charts": {
            "runs": plan.sized(100, 20),
            "metrics": plan.sized(20, 8),
            "points": plan.sized(1_000, 500),
        },
        "curve": {"points": plan.sized(1_000_000, 100_000)},
        LIVE: {},
    }


def _parts(shapes: Mapping[str, Mapping[str, Any]]) -> tuple[Part, ...]:
    charts = shapes["charts"]
    many = f"{charts['runs']} runs x {charts['metrics']} metrics x {charts['points']:,} points"
    return (
        Part("small", 1, (
            ("rows", "the demo's 16 runs, cold start to rows"),
            ("firstChart", "… to the first chart"),
            ("received", "… whole transfer"),
        )),
        Part("table", 0, (("rows", f"the table of {shapes['table']['runs']:,} runs: first rows"),)),
        Part("charts", 1, (
            ("firstChart", f"{many}: first chart"),
            ("lastChart", "… all charts in view"),
            ("received", "… whole transfer of these"),
        )),
        Part("curve", 1, (("firstChart", f"a curve of {shapes['curve']['points']:,} points"),)),
    )  # fmt: skip


def _opened(
    plan: Plan, port: int, path: str, part: Part, looks: Looks, settings: Mapping[str, str]
) -> Cells:
    """Open a page in a browser that has never seen it, a few times; write what was found.

    One more try is given to a server that has only just begun: to the first part.
    """
    found: list[dict[str, float]] = []
    failures: list[str] = []
    rounds = min(plan.rounds, MOST_ROUNDS if part.shape == "small" else 2)
    tries = 2 if part.shape == "small" else 1
    while len(found) < rounds and len(failures) < tries:
        with browser(port, looks) as page:
            for key, value in settings.items():
                page.remember(key, value)
            page.watch_transfer()
            try:
                seen = page.open(path, charts=part.charts)
            except MeasurementFailedError as failure:
                failures.append(_in_a_cell(failure, path))
                continue
            found.append(seen | {"received": page.received_bytes})
    if not found:
        return {name: f"not measured: {failures[0]}" for _, name in part.rows}
    cells = {}
    for key, name in part.rows:
        values = [one[key] for one in found if key in one]
        if not values:
            cells[name] = "not measured: nothing of the kind is shown"
        elif key == "received":
            cells[name] = amount(median(values) / 1e3, "kB")
        else:
            cells[name] = amount(median(values) / 1e3, "s")
        if key == "lastChart" and values:
            cells[name] += f" ({median([one['charts'] for one in found]):.0f})"
    return cells


def _in_a_cell(failure: Exception, path: str) -> str:
    """Shorten what was said of a page that didn't show what it should."""
    return str(failure).removeprefix(f"{path}: ").partition(": {")[0]


def _ours(plan: Plan, demo: Path, shapes: Mapping[str, Mapping[str, Any]]) -> Cells:
    runs, points = shapes["table"]["runs"], shapes["curve"]["points"]
    charts = shapes["charts"]
    stores = {
        "small": lambda: demo,
        "table": lambda: cached_store(
            f"many-runs-{runs}", "make_runs", module="benchmarks.many_runs", runs=runs
        ),
        "charts": lambda: cached_store(
            "charts-" + "-".join(map(str, charts.values())), "make_charts",
            module="benchmarks.curve_stores", **charts,
        ),
        "curve": lambda: cached_store(f"curve-{points}", "log_curve", count=points),
    }  # fmt: skip
    cells: Cells = {}
    for part in _parts(shapes):
        with scratch() as folder, _our_server(stores[part.shape](), folder) as (port, path, began):
            if part.shape == "small":
                cells[STARTED] = amount(began, "s")
            paths = {"small": "/experiments/digits", "table": "/runs", "curve": path}
            address = paths.get(part.shape, f"/experiments/{EXPERIMENT}")
            cells |= _opened(plan, port, address, part, OUR_LOOKS, {})
    with scratch() as folder:
        place = copy_of(demo, folder)
        with page_server(place) as server, browser(server.port) as page:
            late = drawn_late(page, place, plan.sized(20, 6))
    cells[SEEN] = f"{amount(median(late), 's')}, drawn"
    return cells


@contextmanager
def _our_server(store: Path, folder: Path) -> Iterator[tuple[int, str, float]]:
    """Serve a copy of a store; gives the port, the address of its newest run, and how long."""
    place = copy_of(store, folder)
    began = time.monotonic()
    with page_server(place) as server:
        answer_of(server.port, "/")
        took = time.monotonic() - began
        yield server.port, f"/runs/{runs_of(server)[0]}/curves", took


def _theirs(
    plan: Plan, page: PeerPage, python: Path, shapes: Mapping[str, Mapping[str, Any]]
) -> Cells:
    folder = filled(page, python, shapes)
    keys = json.loads((folder / "keys.json").read_text())
    cells: Cells = {}
    with ExitStack() as servers:
        port = 0
        for shape in shapes:
            if not port or not page.is_one_server:
                servers.close()
                place = page.folder_of(folder, shape)
                port, began = servers.enter_context(served(page, python, place))
                cells.setdefault(STARTED, amount(began, "s"))
            path = page.path(shape, keys[shape])
            if shape == LIVE:
                place = page.folder_of(folder, shape)
                cells[SEEN] = _seen(plan, page, python, place, port, path)
                continue
            (part,) = (one for one in _parts(shapes) if one.shape == shape)
            try:
                wait_until_loaded(page, port, keys[shape])
            except MeasurementFailedError as failure:
                cells |= {name: f"not measured: {failure}" for _, name in part.rows}
                continue
            cells |= _opened(plan, port, path, part, page.looks, page.settings)
    return cells


def _seen(plan: Plan, page: PeerPage, python: Path, folder: Path, port: int, path: str) -> str:
    """Log points, wait for each in what the open page is sent, and say how late they were."""
    late = []
    with subprocess.Popen(
        [python, "-c", f"from {page.module} import log; log({str(folder)!r})"],
        env={**child_environment(), **page.driver.environment},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    ) as process, browser(port, page.looks) as tab:  # fmt: skip
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            for step in range(2 + (page.live_points if not plan.is_quick else 1)):
                if step == 2:  # a chart begins with two points
                    for key, value in page.settings.items():
                        tab.remember(key, value)
                    tab.open(path, charts=1)
                value = _FIRST_VALUE + step / 1_024
                if step >= 2:
                    tab.await_text(repr(value))
                process.stdin.write(f"{step} {value!r}\n")
                process.stdin.flush()
                logged = int(_number_in(process))
                if step < 2:
                    continue
                if not tab.has_arrived(LIVE_SECONDS):
                    return f"not within {LIVE_SECONDS:.0f} s"
                late.append((time.clock_gettime_ns(time.CLOCK_MONOTONIC) - logged) / 1e9)
        except (MeasurementFailedError, OSError) as failure:
            return f"not measured: {_in_a_cell(failure, path)}"
        finally:
            process.stdin.close()
            process.terminate()
    return amount(median(late), "s")


def _number_in(process: subprocess.Popen[str]) -> str:
    """Return the next line that is a number; trackers print words, too."""
    assert process.stdout is not None
    for line in process.stdout:
        if line.strip().isdecimal():
            return line
    raise MeasurementFailedError("its process ended")


def _title(page: PeerPage) -> str:
    """Name a tracker without what is said of its log."""
    name, _, version = page.driver.requirements[-1].partition("==")
    titles = {"mlflow": "MLflow", "tensorboard": "TensorBoard", "trackio": "Trackio"}
    return f"{titles[name]} {version}"


def copy_runs(store: str, file: str) -> None:
    """Write the params and curves of a store's runs, for others to take in."""
    from pathlib import Path

    import runlore

    found = [
        {
            "name": run.label,
            "params": dict(run.params),
            "metrics": {
                label.replace("[", "_").rstrip("]"): run.series(label).value.tolist()
                for label in run.metrics
                if not label.endswith("seconds")  # which no two demos share
            },
        }
        for run in runlore.list_runs("digits", store=store)
    ]
    Path(file).write_text(json.dumps(found))


def _table(
    plan: Plan,
    shapes: Mapping[str, Mapping[str, Any]],
    columns: Mapping[str, Cells],
    notes: list[str],
) -> Table:
    names = [STARTED, *(name for part in _parts(shapes) for _, name in part.rows), SEEN]
    rows = [
        (name, *(cells.get(name, "not measured") for cells in columns.values())) for name in names
    ]
    return Table(
        title="The pages of other trackers, on the same data",
        header=("", *columns),
        rows=tuple(rows),
        notes=(
            (
                f"median of {min(plan.rounds, MOST_ROUNDS)} starts with the demo's runs, of "
                f"{min(plan.rounds, 2)} else, of headless Chromium without a cache, "
                f"{WINDOW['width']} x {WINDOW['height']} pixels, from the address to the frame "
                "with it; in brackets how many charts fit the window, which differ in size"
            ),
            (
                "the point: ours until the frame whose chart counts it; theirs until the page is "
                "sent it, which is some frames earlier"
            ),
            *notes,
        ),
    )
