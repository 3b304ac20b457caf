"""Runlore among the other trackers: one program drives all of them, in turns."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from benchmarks.environments import NotInstallableError, environment_for
from benchmarks.estimates import median
from benchmarks.findings import Bar, Finding, Results, Table, amount
from benchmarks.peers.registry import FLOOR, OURS, PEERS
from benchmarks.places import scratch, size_bytes
from benchmarks.proc import wait_until_nobody_uses
from benchmarks.processes import MeasurementFailedError
from benchmarks.processes import measure as run_in_process

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

    from benchmarks.environments import Environment
    from benchmarks.peers.driver import Driver
    from benchmarks.plan import Plan

KILL_RATE_HERTZ = 1_000.0
KILL_AFTER_SECONDS = 5.0
SETTLING_SECONDS = 3.0
SHAPE = (
    "values `exp(-i/2e5) + N(0, 0.02)`, `random.Random(0).gauss`; a process of its own for each "
    "measurement, trackers in turns, medians over rounds. One metric a call; the same clock around "
    "each call for all of them"
)


@dataclass
class Record:
    """What was measured of one tracker, a list entry a round."""

    driver: type[Driver]
    environment: Environment | None
    one: list[dict[str, float]] = field(default_factory=list)
    ten: list[dict[str, float]] = field(default_factory=list)
    points_per_second: list[float] = field(default_factory=list)
    bytes_per_point: list[float] = field(default_factory=list)
    bytes_at_rest: list[float] = field(default_factory=list)
    empty_bytes: int = 0
    acknowledged: list[int] = field(default_factory=list)
    lost: list[int] = field(default_factory=list)

    def middle(self, name: str, *, of_ten: bool = False) -> float:
        """Return the median over rounds of one figure of the timed calls."""
        return median([costs[name] for costs in (self.ten if of_ten else self.one)])

    @property
    def loses_something(self) -> bool:
        """Say whether a point that had been acknowledged was gone after a SIGKILL."""
        return any(self.lost)


def measure(plan: Plan) -> Results:
    """Install the peers, drive all in turns, and compare."""
    results = Results()
    records = _records(plan, results)
    for number in range(plan.rounds):
        for record in list(records):
            print(f"round {number + 1}: {record.driver.title}", file=sys.stderr, flush=True)
            try:
                _one_round(record, is_first=number == 0)
            except MeasurementFailedError as failure:
                results.skipped.append(f"{record.driver.title}: {failure}")
                records.remove(record)
    if records:
        results.tables.append(_table(records))
        results.findings += _findings(records)
    return results


def _records(plan: Plan, results: Results) -> list[Record]:
    records = []
    for driver in (FLOOR, OURS, *PEERS):
        if plan.peers and driver.requirements and driver.name not in plan.peers:
            continue
        try:
            environment = (
                environment_for(driver.name, driver.requirements) if driver.requirements else None
            )
        except NotInstallableError as refusal:
            results.skipped.append(f"{driver.title}: {refusal}")
            continue
        records.append(Record(driver, environment))
    return records


def _one_round(record: Record, *, is_first: bool) -> None:
    driver = record.driver
    with scratch() as folder:
        if is_first:
            _call(record, "log_everything", _made(folder / "empty"), count=1)
            record.empty_bytes = size_bytes(folder / "empty")
        record.one.append(_cost(record, folder / "one" / "store", driver.timed_calls, ten=False))
        record.ten.append(
            _cost(record, folder / "ten" / "store", driver.timed_calls_of_ten, ten=True)
        )
        _log_and_read(record, folder / "all" / "store")
        if is_first:
            _kill_and_read(record, folder / "killed" / "store")


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True)
    return folder


def _cost(record: Record, folder: Path, count: int, *, ten: bool) -> dict[str, float]:
    costs: dict[str, float] = _call(record, "cost_of_calls", _made(folder), count=count, ten=ten)
    return costs


def _log_and_read(record: Record, folder: Path) -> None:
    _made(folder)
    count = record.driver.points
    seconds = _call(record, "log_everything", folder, count=count)
    back = _call(record, "read_everything", folder)
    if back["points"] != count:
        raise MeasurementFailedError(f"{count} points were logged, {back['points']} came back")
    record.points_per_second.append(count / (seconds + back["seconds"]))
    record.bytes_per_point.append((size_bytes(folder) - record.empty_bytes) / (count - 1))
    if record.driver is OURS:
        wait_until_nobody_uses(folder)
        run_in_process("benchmarks.inside:settle", folder=str(folder))
        record.bytes_at_rest.append((size_bytes(folder) - record.empty_bytes) / (count - 1))


def _kill_and_read(record: Record, folder: Path) -> None:
    _made(folder)
    counter = folder.with_suffix(".count")
    _call(
        record,
        "log_until_killed",
        folder,
        counter=str(counter),
        rate_hertz=KILL_RATE_HERTZ,
        seconds=KILL_AFTER_SECONDS,
    )
    time.sleep(SETTLING_SECONDS)
    acknowledged = int.from_bytes(counter.read_bytes(), "little")
    back = _call(record, "read_everything", folder)
    record.acknowledged.append(acknowledged)
    record.lost.append(max(0, acknowledged - int(back["points"])))


def _call(record: Record, function: str, folder: Path, **arguments: Any) -> Any:
    return run_in_process(
        f"benchmarks.peers.measurements:{function}",
        python=record.environment.python if record.environment else None,
        environment=record.driver.environment,
        working_folder=folder,
        driver=record.driver.name,
        folder=str(folder),
        **arguments,
    )


def _table(records: list[Record]) -> Table:
    return Table(
        title="Beside other trackers",
        header=(
            "tracker",
            "packages / MB",
            "import + start, s",
            "one metric, µs: median / p99 / mean",
            "x os.write",
            "ten metrics, µs: mean",
            "points/s until readable",
            "bytes a point",
            "lost of acknowledged at SIGKILL",
        ),
        rows=tuple(_row(record, records[0]) for record in records),
        notes=(
            f"{SHAPE}.",
            "Points a second: from the first call through the end of the run, plus reading the "
            "series back in a new process (imports not counted); "
            + ", ".join(f"{r.driver.title} {r.driver.points:,}" for r in records)
            + " points.",
            (
                f"SIGKILL of the logging process after {KILL_AFTER_SECONDS:.0f} s at "
                f"{KILL_RATE_HERTZ:,.0f} points a second (or as many as it takes); read "
                f"{SETTLING_SECONDS:.0f} s later, once."
            ),
            (
                "Bytes a point: all files of the folder right after the end and one reading, less "
                "those of a run with one point; at rest: when journals have been sealed and have "
                "gone, which the helper and the next reader see to within a minute."
            ),
            (
                "W&B ships no reader of its own files: ours, of 20 lines. Aim's time to readable "
                "includes the reindexing without which a run isn't found."
            ),
        ),
    )


def _row(record: Record, floor: Record) -> tuple[str, ...]:
    environment = record.environment
    return (
        record.driver.title,
        f"{environment.package_count} / {environment.size_bytes / 1e6:.0f}" if environment else "–",
        f"{record.middle('start_seconds'):.2g}",
        " / ".join(amount(record.middle(name), "") for name in ("median", "p99", "mean")),
        amount(record.middle("mean") / floor.middle("mean"), "x"),
        amount(record.middle("mean", of_ten=True), ""),
        amount(median(record.points_per_second), ""),
        amount(median(record.bytes_per_point), "")
        + (f", {amount(median(record.bytes_at_rest), '')} at rest" if record.bytes_at_rest else ""),
        f"{record.lost[0]:,} of {record.acknowledged[0]:,}" if record.lost else "–",
    )


def _findings(records: list[Record]) -> list[Finding]:
    ours = next((record for record in records if record.driver is OURS), None)
    peers = [record for record in records if record.environment is not None]
    if ours is None or not peers:
        return []
    safe_peers = [record for record in peers if not record.loses_something]
    findings = [
        _times_cheaper(ours, peers, "cost of `log()` beside the cheapest tracker", limit=3),
        _times_faster(ours, peers),
    ]
    if safe_peers:
        what = "cost of `log()` beside the cheapest tracker that loses nothing"
        findings.insert(1, _times_cheaper(ours, safe_peers, what, limit=20))
    return findings


def _times_cheaper(ours: Record, peers: list[Record], what: str, *, limit: float) -> Finding:
    cheapest = min(peers, key=lambda record: record.middle("mean"))
    ratio = cheapest.middle("mean") / ours.middle("mean")
    return Finding(
        what=what,
        figure=amount(ours.middle("mean"), "µs"),
        beside=f"{cheapest.driver.title}: {amount(cheapest.middle('mean'), 'µs')}",
        ratio=1 / ratio,
        shape=SHAPE,
        judged=ratio,
        bar=Bar(limit, "x", at_least=True),
    )


def _times_faster(ours: Record, peers: list[Record]) -> Finding:
    fastest = max(peers, key=lambda record: median(record.points_per_second))
    rate, beside = median(ours.points_per_second), median(fastest.points_per_second)
    return Finding(
        what="points a second until readable, beside the fastest tracker",
        figure=amount(rate, "points/s"),
        beside=f"{fastest.driver.title}: {amount(beside, 'points/s')}",
        ratio=rate / beside,
        shape=f"{SHAPE}. {ours.driver.points:,} points here, {fastest.driver.points:,} there",
        judged=rate / beside,
        bar=Bar(8, "x", at_least=True),
    )
