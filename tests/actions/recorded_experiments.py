"""Experiments recorded in the process of the tests: runs by params, seed and what they came to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import runlore
from runlore.reading.store import open_reader
from tests.reading.recording import close_journal

if TYPE_CHECKING:
    from pathlib import Path

    from runlore.reading.store import StoreReader

WIDE = {0: 0.912, 1: 0.918, 2: 0.905, 3: 0.921, 4: 0.909}
DEEP = {0: 0.903, 1: 0.899, 2: 0.915, 3: 0.894, 4: 0.901}
SMALL = {0: 0.861, 1: 0.874, 2: 0.866, 3: 0.871, 4: 0.858}


def record(
    store: Path,
    params: dict[str, Any],
    metrics: dict[str, float],
    *,
    experiment: str | None = "width",
    status: str = "finished",
    **options: Any,
) -> str:
    """Record a run that came to some values; return its id."""
    run = runlore.start_run(experiment=experiment, params=params, store=store, **options)
    for step in (1, 2):
        # What counts is the last value, and `best` is over all of them.
        run.log({name: value - (0.25 if step == 1 else 0) for name, value in metrics.items()},
                step=step)  # fmt: skip
    if status == "failed":
        run.finish(status="failed", reason="diverged")
    elif status == "finished":
        run.finish()
    return run.id


def record_group(
    store: Path, params: dict[str, Any], by_seed: dict[int, float], **options: Any
) -> list[str]:
    """Record a run of each seed."""
    return [
        record(store, {**params, "seed": seed}, {"accuracy": value}, **options)
        for seed, value in by_seed.items()
    ]


def record_three(store: Path) -> dict[str, list[str]]:
    """Record five seeds each of three widths; the best two can't be told apart."""
    groups = {"wide": WIDE, "deep": DEEP, "small": SMALL}
    return {
        name: record_group(store, {"model": name, "lr": 1e-3}, values, goal="How wide?")
        for name, values in groups.items()
    }


def reader_of(store: Path) -> StoreReader:
    """Open a store whose runs are over, with all of it read."""
    close_journal(store)
    return open_reader(store, budget_seconds=None)
