"""Searching and grouping very many runs, and runs of very many metrics."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from benchmarks.environments import NotInstallableError, environment_for
from benchmarks.estimates import median, median_ratio
from benchmarks.findings import Bar, Finding, Results, amount
from benchmarks.many_runs import SHAPE
from benchmarks.peers.aim_local import Aim
from benchmarks.peers.mlflow_sqlite import Mlflow
from benchmarks.peers.searching import FILTER
from benchmarks.places import scratch, size_bytes
from benchmarks.processes import measure as run_in_process
from benchmarks.processes import run_python
from benchmarks.stores import cached_store, copy_of

if TYPE_CHECKING:
    from benchmarks.peers.driver import Driver
    from benchmarks.plan import Plan

HERE = __name__
SELECTIVE = (
    'metrics.val_acc > 0.99 and params.lr <= 1e-3 and params.model.name like "res%" '
    "order by metrics.val_acc desc limit 10"
)
WIDE = "metrics.val_acc > 0.1 order by metrics.train_loss limit 10"
WIDE_METRIC = "layer_007/weight_3"
SEARCHING = "from runlore.cli.main import main; main()"
WIDE_METRICS, WIDE_POINTS, USERS_RUNS, FULL_SIZE = 1_500, 20, 750, 75_000


def measure(plan: Plan) -> Results:
    """Search 100,000 runs, 1,000 runs of 1,500 metrics, and the shape that users report."""
    results = Results()
    results.findings += _many(plan)
    results.findings += _wide(plan)
    results.findings += _users(plan)
    if not plan.is_quick:
        _beside(results, Mlflow, "benchmarks.peers.searching:time_searches", 2_000, "`search_runs`")
        in_python = "`query_runs` for the param, the metrics of what it leaves in Python"
        _beside(results, Aim, "benchmarks.peers.aim_searching:time_searches", 500, in_python)
    return results


def _beside(
    results: Results, tracker: type[Driver], function: str, runs: int, searched: str
) -> None:
    """Search as many runs as another tracker takes in within some minutes, with both."""
    try:
        environment = environment_for(tracker.name, tracker.requirements)
    except NotInstallableError as refusal:
        results.skipped.append(f"{tracker.title}: {refusal}")
        return
    with scratch() as folder:
        (folder / "theirs").mkdir()
        theirs = run_in_process(
            function,
            python=environment.python,
            environment=tracker.environment,
            timeout_seconds=1_800,
            folder=str(folder / "theirs"),
            runs=runs,
            rounds=7,
        )
        store = str(folder / "store")
        run_in_process("benchmarks.many_runs:make_runs", folder=store, runs=runs)
        run_in_process("benchmarks.inside:apply_everything", folder=store)
        ours = run_in_process(f"{HERE}:time_beside", folder=store, rounds=7)
    results.findings.append(
        Finding(
            what=f"a filter and an order over {runs:,} runs, beside {tracker.title}",
            figure=amount(median(ours) * 1e3, "ms"),
            beside=f"{tracker.title}: {amount(median(theirs['seconds']) * 1e3, 'ms')}",
            ratio=median_ratio(ours, theirs["seconds"]),
            shape=f"`{FILTER} order by metrics.train_loss limit 10`; {SHAPE}; {tracker.title}: "
            f"{searched}; it took {amount(theirs['writing'], 's')} to take them in, so not more "
            "of them. Trackio has no search: whoever asks it loads all runs",
        )
    )


def _many(plan: Plan) -> list[Finding]:
    runs = plan.sized(100_000, 10_000)
    store = cached_store(f"many-runs-{runs}", "make_runs", module="benchmarks.many_runs", runs=runs)
    # In place, for copying it costs more; who finds an index there goes on with it.
    run_in_process("benchmarks.inside:apply_everything", folder=str(store), timeout_seconds=1_800)
    shape = f"{runs:,} finished runs of {SHAPE}; medians in one process after a first search"
    found = run_in_process(f"{HERE}:time_searches", folder=str(store), rounds=max(15, plan.rounds))
    first = found["first"]
    findings = [
        _finding(f"a selective filter, the best 10 of {runs:,} runs", found["selective"], found,
                 f"`{SELECTIVE}`; {shape}; of an index never searched before {first:.2g} s", 15),
        _finding(f"a wide filter by another sort key, 10 of {runs:,} runs", found["wide"], found,
                 f"`{WIDE}`; {shape}", 30),
        _finding(f"{runs:,} runs grouped by all but the seed, 10 metrics", found["groups"], found,
                 f"`group_by('all-but-seed')` with mean, std, min and max; {shape}", 150),
    ]  # fmt: skip
    whole, bare = [], []
    for number in range(-1, plan.sized(9, 5)):
        before = time.perf_counter()
        run_python("-c", SEARCHING, "--store", str(store), "search", SELECTIVE)
        between = time.perf_counter()
        run_python("-c", "import click, numpy, sqlite3")
        if number >= 0:
            whole.append(between - before)
            bare.append(time.perf_counter() - between)
    findings.append(
        Finding(
            what=f"`runlore search`, whole process, {runs:,} runs",
            figure=amount(median(whole), "s"),
            beside=f"Python importing Click, NumPy and SQLite: {amount(median(bare), 's')}",
            ratio=median_ratio(whole, bare),
            shape=f"`{SELECTIVE}`; {shape}; piped",
            judged=median(whole),
            bar=Bar(0.5, "s"),
        )
    )
    return findings


def _finding(
    what: str, seconds: list[float], found: dict[str, Any], shape: str, limit: float
) -> Finding:
    return Finding(
        what=what,
        figure=amount(median(seconds) * 1e3, "ms"),
        beside=f"the numbers alone in NumPy: {amount(median(found['floor']) * 1e3, 'ms')}",
        ratio=median_ratio(seconds, found["floor"]),
        shape=f"{shape}. NumPy: one comparison and one partition of as many numbers",
        judged=median(seconds) * 1e3,
        bar=Bar(limit, "ms"),
    )


def _wide(plan: Plan) -> list[Finding]:
    runs = plan.sized(1_000, 100)
    store = cached_store(f"wide-runs-{runs}", "make_wide_runs", module="benchmarks.many_runs",
                         runs=runs, metrics=WIDE_METRICS, points=2)  # fmt: skip
    with scratch() as folder:
        place = copy_of(store, folder)
        run_in_process("benchmarks.inside:settle", folder=str(place), timeout_seconds=1_800)
        found = run_in_process(f"{HERE}:time_wide", folder=str(place), rounds=max(15, plan.rounds))
    query = f"metrics.{WIDE_METRIC} > 0 order by metrics.{WIDE_METRIC} limit 10"
    what = f"a filter and order on one of {WIDE_METRICS:,} metrics, {runs:,} runs"
    shape = f"`{query}`; in one process after a first search, which took {found['first']:.2g} s"
    return [_finding(what, found["wide"], found, shape, 20)]


def _users(plan: Plan) -> list[Finding]:
    """The shape that users report, one run in a hundred, sealed and at rest."""
    runs = plan.sized(USERS_RUNS, 75)
    store = cached_store(f"users-runs-{runs}", "make_wide_runs", module="benchmarks.many_runs",
                         runs=runs, metrics=WIDE_METRICS, points=WIDE_POINTS)  # fmt: skip
    points = runs * WIDE_METRICS * WIDE_POINTS
    with scratch() as folder:
        place = copy_of(store, folder)
        run_in_process("benchmarks.inside:settle", folder=str(place), timeout_seconds=1_800)
        per_point = size_bytes(place) / points
        found = run_in_process(f"{HERE}:time_wide", folder=str(place), rounds=max(15, plan.rounds))
    scale = FULL_SIZE / runs
    full = per_point * points * scale / 1e9
    shape = (
        f"{runs:,} runs of {WIDE_METRICS:,} metrics of {WIDE_POINTS} points "
        "(`numpy.random.default_rng(0)`, normal), sealed, the index included"
    )
    return [
        Finding(
            what=f"bytes a point, {runs:,} runs of {WIDE_METRICS:,} metrics, {WIDE_POINTS} points",
            figure=amount(per_point, "bytes"),
            beside=f"float64 values alone: 8 bytes; {FULL_SIZE:,} such runs would be "
            f"{amount(FULL_SIZE * WIDE_METRICS * WIDE_POINTS / 1e9, '')} billion points in "
            f"{amount(full, 'GB')}",
            ratio=per_point / 8,
            shape=f"{shape}; full size is {scale:.0f} times this, which all parts grow with",
            judged=per_point,
            bar=Bar(12, "bytes"),
        ),
        _finding("the same store searched by one metric", found["wide"], found, shape, 20),
        Finding(
            what="the same store listed, newest 50 with their metrics",
            figure=amount(median(found["listed"]) * 1e3, "ms"),
            beside="",
            ratio=None,
            shape=f"`list_runs(limit=50)` and `.metrics` of each; {shape}",
        ),
    ]


def time_searches(folder: str, rounds: int) -> dict[str, Any]:
    """Return the seconds that searches of many runs take, and what NumPy takes for less."""
    import numpy as np

    import runlore

    _forget_columns(folder)
    first = _timed(lambda: runlore.search_runs(SELECTIVE, store=folder))
    found: dict[str, Any] = {"selective": [], "wide": [], "groups": [], "floor": []}
    runs = runlore.search_runs(store=folder)
    numbers = np.random.default_rng(0).uniform(size=len(runs))
    for number in range(-2, rounds):
        times = {
            "selective": _timed(lambda: list(runlore.search_runs(SELECTIVE, store=folder))),
            "wide": _timed(lambda: list(runlore.search_runs(WIDE, store=folder))),
            "groups": _timed(lambda: _group(folder)),
            "floor": _timed(lambda: np.partition(numbers[numbers > 0.1], 10)),
        }
        if number >= 0:
            for name, seconds in times.items():
                found[name].append(seconds)
    return found | {"first": first}


def time_wide(folder: str, rounds: int) -> dict[str, Any]:
    """Return the seconds that a search by one of very many metrics takes, and a list."""
    import numpy as np

    import runlore

    query = f"metrics.{WIDE_METRIC} > 0 order by metrics.{WIDE_METRIC} limit 10"
    first = _timed(lambda: runlore.search_runs(query, store=folder))
    found: dict[str, Any] = {"wide": [], "listed": [], "floor": []}
    numbers = np.random.default_rng(0).uniform(size=runlore.search_runs(store=folder).total)
    for _ in range(rounds):
        found["wide"].append(_timed(lambda: list(runlore.search_runs(query, store=folder))))
        found["floor"].append(_timed(lambda: np.partition(numbers[numbers > 0.1], 10)))
    for _ in range(3):
        runs = runlore.list_runs(limit=50, store=folder)
        found["listed"].append(_timed(lambda runs=runs: [run.metrics for run in runs]))
    return found | {"first": first}


def time_beside(folder: str, rounds: int) -> list[float]:
    """Return the seconds of searches that MLflow was asked for as well."""
    import runlore

    query = f"{FILTER} order by metrics.train_loss limit 10"
    runlore.search_runs(query, store=folder)
    return [
        _timed(lambda: [run.metrics for run in runlore.search_runs(query, store=folder)])
        for _ in range(rounds)
    ]


def _group(folder: str) -> None:
    import runlore

    groups = runlore.search_runs(store=folder).group_by("all-but-seed")
    for label in groups.metrics:
        groups.order_by(f"metrics.{label}.std")


def _forget_columns(folder: str) -> None:
    """Take the packed columns out of an index, as it is before anybody has searched."""
    from runlore.reading.store import open_reader

    with open_reader(folder) as reader, reader.index.transaction(timeout_seconds=60) as transaction:
        transaction.delete("packed_columns")


def _timed(function: Any) -> float:
    before = time.perf_counter()
    function()
    return time.perf_counter() - before
