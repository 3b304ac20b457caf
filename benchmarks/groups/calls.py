"""What one call of `log()` costs, beside one bare `os.write` of 32 bytes."""

from __future__ import annotations

import os
import struct
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.estimates import median, median_ratio, p99
from benchmarks.findings import Bar, Finding, Results, amount
from benchmarks.places import scratch
from benchmarks.processes import measure as run_in_process

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from benchmarks.plan import Plan

HERE = __name__
POINT = bytes(32)
WIDE = 1_500


def measure(plan: Plan) -> Results:
    """Measure means in alternating blocks, then single calls, then wide ones."""
    blocks, singles, busy, wide = [], [], [], []
    for _ in range(plan.rounds):
        with scratch() as folder:
            blocks.append(_child("time_blocks", folder, blocks=plan.sized(40, 10)))
            singles.append(_child("time_singles", folder, count=plan.sized(200_000, 50_000)))
            busy.append(
                _child("time_singles", folder, count=plan.sized(200_000, 50_000), is_busy=True)
            )
            wide.append(_child("time_wide", folder, count=plan.sized(1_000, 200)))
    return Results([*_means(blocks), _alone(singles), _beside_busy(busy), _wide(wide)])


def _child(function: str, folder: Path, **arguments: Any) -> dict[str, Any]:
    place = folder / f"{function}-{len(list(folder.iterdir()))}"
    place.mkdir()
    answer: dict[str, Any] = run_in_process(f"{HERE}:{function}", folder=str(place), **arguments)
    return answer


def _means(rounds: list[dict[str, Any]]) -> list[Finding]:
    one, ten, floor = (
        [seconds for found in rounds for seconds in found[name]] for name in ("one", "ten", "floor")
    )
    shape = (
        f"per round, in one process, {len(rounds[0]['one'])} blocks each of 5,000 calls of "
        "`os.write(file, 32 bytes)`, of `log({'loss': value}, step=i)` and of ten metrics in one "
        "call, in turns; mean over a block, median of the ratios of neighbouring blocks"
    )
    ratio, ratio_of_ten = median_ratio(one, floor), median_ratio(ten, one)
    return [
        Finding(
            what="`log()` of one scalar, mean",
            figure=amount(median(one) * 1e6, "µs"),
            beside=f"`os.write` of 32 bytes: {amount(median(floor) * 1e6, 'µs')}",
            ratio=ratio,
            shape=shape,
            judged=ratio,
            bar=Bar(4, "x"),
        ),
        Finding(
            what="`log()` of ten metrics in one call, mean",
            figure=amount(median(ten) * 1e6, "µs"),
            beside=f"one metric: {amount(median(one) * 1e6, 'µs')}",
            ratio=ratio_of_ten,
            shape=shape,
            judged=ratio_of_ten,
            bar=Bar(2, "x"),
        ),
    ]


def _alone(rounds: list[dict[str, Any]]) -> Finding:
    middle = median([found["median"] for found in rounds])
    ratio = median([found["p99"] / found["median"] for found in rounds])
    return Finding(
        what="`log()` of one scalar, 99th percentile, alone",
        figure=amount(median([found["p99"] for found in rounds]), "µs"),
        beside=f"its median: {amount(middle, 'µs')}",
        ratio=ratio,
        shape="one call after the other, a clock around each (about 0.05 µs, included); nearest "
        "rank. `os.write` of the same kind: "
        + amount(median([found["floor_p99"] for found in rounds]), "µs"),
        judged=ratio,
        bar=Bar(10, "x"),
    )


def _beside_busy(rounds: list[dict[str, Any]]) -> Finding:
    figure = median([found["p99"] for found in rounds])
    floor = median([found["floor_p99"] for found in rounds])
    return Finding(
        what="`log()` of one scalar, 99th percentile, with another busy Python thread",
        figure=amount(figure, "µs"),
        beside=f"`os.write` of 32 bytes: {amount(floor, 'µs')}",
        ratio=figure / floor,
        shape="as alone, while a thread adds numbers in a loop and never waits",
        judged=figure,
        bar=Bar(20, "µs"),
    )


def _wide(rounds: list[dict[str, Any]]) -> Finding:
    figure = median([found["wide"] for found in rounds])
    floor = median([found["floor"] for found in rounds])
    return Finding(
        what=f"`log()` of {WIDE:,} metrics in one call, each",
        figure=amount(figure, "µs"),
        beside=f"`struct.pack_into` of {WIDE:,} doubles: {amount(floor, 'µs')}",
        ratio=figure / floor,
        shape=f"a new dictionary of {WIDE:,} floats for each call, made outside the clock, in "
        "turns with packing its values into a buffer; median over calls",
        judged=figure,
        bar=Bar(0.1, "µs"),
    )


def time_blocks(folder: str, blocks: int, calls: int = 5_000) -> dict[str, list[float]]:
    """Return the mean seconds a call of each block, bare writes and both kinds of log in turns."""
    log, file = _ready(folder)
    write = os.write
    values = [0.31 + i / calls for i in range(calls)]
    tens = [{f"metric_{j}": value + j for j in range(10)} for value in values]
    found: dict[str, list[float]] = {"floor": [], "one": [], "ten": []}
    for block in range(blocks + 1):
        before = time.perf_counter()
        for _ in values:
            write(file, POINT)
        written = time.perf_counter()
        for step, value in enumerate(values):
            log({"loss": value}, step=step)
        logged = time.perf_counter()
        for step, ten in enumerate(tens):
            log(ten, step=step)
        end = time.perf_counter()
        if block:  # the first is for warming
            found["floor"].append((written - before) / calls)
            found["one"].append((logged - written) / calls)
            found["ten"].append((end - logged) / calls)
    return found


def time_singles(folder: str, count: int, *, is_busy: bool = False) -> dict[str, float]:
    """Time each call by itself, in µs; with another thread that wants the interpreter, if busy."""
    log, file = _ready(folder)
    is_over = threading.Event()
    thread = threading.Thread(target=_add_numbers, args=(is_over,), daemon=True)
    if is_busy:
        thread.start()
    clock, write = time.perf_counter_ns, os.write
    floor, ours = [], []
    for step in range(count):
        before = clock()
        log({"loss": 0.31}, step=step)
        ours.append((clock() - before) / 1_000)
    for _ in range(count // 40 if is_busy else count):
        before = clock()
        write(file, POINT)
        floor.append((clock() - before) / 1_000)
    is_over.set()
    return {"median": median(ours), "p99": p99(ours), "floor_p99": p99(floor)}


def _add_numbers(is_over: threading.Event) -> None:
    total = 0
    while not is_over.is_set():
        for number in range(1_000):
            total += number


def time_wide(folder: str, count: int) -> dict[str, float]:
    """Return the median µs a metric of logging, and of packing, many metrics at once."""
    log, _ = _ready(folder)
    names = [f"layer_{i // 10}/weight_{i % 10}" for i in range(WIDE)]
    buffer = bytearray(8 * WIDE)
    packed = struct.Struct(f"<{WIDE}d")
    wide, floor = [], []
    for step in range(count):
        metrics = {name: step + i / WIDE for i, name in enumerate(names)}
        before = time.perf_counter()
        log(metrics, step=step)
        logged = time.perf_counter()
        packed.pack_into(buffer, 0, *metrics.values())
        floor.append((time.perf_counter() - logged) * 1e6 / WIDE)
        wide.append((logged - before) * 1e6 / WIDE)
    return {"wide": median(wide), "floor": median(floor)}


def _ready(folder: str) -> tuple[Callable[..., None], int]:
    """Start a run, warm it, and return its `log` and a file to compare with."""
    import runlore

    run = runlore.start_run("bench", store=str(Path(folder) / "store"))
    file = os.open(Path(folder) / "floor", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    for step in range(200):
        run.log({"loss": 0.3}, step=step)
    return run.log, file
