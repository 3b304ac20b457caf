"""What is measured of every tracker, inside a process of its own.

Values are `exp(-i / 2e5) + N(0, 0.02)`, Python's `random.Random(0).gauss`: a peer's
environment may have no NumPy.
"""

from __future__ import annotations

import os
import random
import signal
import time
from math import exp
from typing import TYPE_CHECKING

from benchmarks.estimates import mean, median, p99
from benchmarks.peers.registry import driver_named

if TYPE_CHECKING:
    from benchmarks.peers.driver import Driver

WARMING_CALLS = 200


def noisy_decay(count: int) -> list[float]:
    """Return `count` values of the falling, noisy curve that every measurement logs."""
    noise = random.Random(0)
    return [exp(-i / 2e5) + noise.gauss(0, 0.02) for i in range(count)]


def cost_of_calls(driver: str, folder: str, count: int, *, ten: bool) -> dict[str, float]:
    """Time each call by itself (reading the clock included, about 0.05 µs); in µs.

    `start_seconds` is from before the import until the run has started.
    """
    before = time.perf_counter()
    tracker = driver_named(driver)
    tracker.start(folder)
    start_seconds = time.perf_counter() - before
    durations = _durations_of_ten(tracker, count) if ten else _durations_of_one(tracker, count)
    tracker.finish()
    microseconds = [duration / 1_000 for duration in durations]
    return {
        "start_seconds": start_seconds,
        "median": median(microseconds),
        "p99": p99(microseconds),
        "mean": mean(microseconds),
    }


def _durations_of_one(tracker: Driver, count: int) -> list[int]:
    values = noisy_decay(count + WARMING_CALLS)
    clock, log, durations = time.perf_counter_ns, tracker.log_one, []
    for step, value in enumerate(values):
        before = clock()
        log(step, value)
        durations.append(clock() - before)
    return durations[WARMING_CALLS:]


def _durations_of_ten(tracker: Driver, count: int) -> list[int]:
    values = noisy_decay(10 * (count + WARMING_CALLS))
    names = [f"metric_{i}" for i in range(10)]
    clock, log, durations = time.perf_counter_ns, tracker.log_ten, []
    for step in range(count + WARMING_CALLS):
        metrics = dict(zip(names, values[10 * step :], strict=False))
        before = clock()
        log(step, metrics)
        durations.append(clock() - before)
    return durations[WARMING_CALLS:]


def log_everything(driver: str, folder: str, count: int) -> float:
    """Return the seconds from the first call to the end of `finish`."""
    values = noisy_decay(count)
    tracker = driver_named(driver)
    tracker.start(folder)
    before = time.perf_counter()
    for step, value in enumerate(values):
        tracker.log_one(step, value)
    tracker.finish()
    return time.perf_counter() - before


def read_everything(driver: str, folder: str) -> dict[str, float]:
    """Return how many points came back and in how many seconds, imports not counted."""
    tracker = driver_named(driver)
    tracker.prepare_reading(folder)
    before = time.perf_counter()
    count = tracker.read(folder)
    return {"points": count, "seconds": time.perf_counter() - before}


def log_until_killed(
    driver: str, folder: str, counter: str, rate_hertz: float, seconds: float
) -> None:
    """Log at a steady rate, count what has returned in a file, then SIGKILL this process.

    Where a call takes longer than its slot, there are fewer calls.
    """
    values = noisy_decay(int(rate_hertz * seconds) + 1)
    tracker = driver_named(driver)
    tracker.start(folder)
    acknowledged = os.open(counter, os.O_WRONLY | os.O_CREAT)
    started = time.perf_counter()
    for step, value in enumerate(values):
        wait = started + step / rate_hertz - time.perf_counter()
        if wait > 0:
            time.sleep(wait)
        if time.perf_counter() - started > seconds:
            break
        tracker.log_one(step, value)
        os.pwrite(acknowledged, (step + 1).to_bytes(8, "little"), 0)
    os.kill(os.getpid(), signal.SIGKILL)
