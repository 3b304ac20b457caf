"""Everything that a store answers, for comparing what should be the same."""

from __future__ import annotations

import math
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg

import runlore
from runlore.journal.folder import open_store
from runlore.reading.store import open_reader

if TYPE_CHECKING:
    from runlore.index.interface import Freshness
    from runlore.reading.run import StoredRun


def answers(store: Path | str) -> dict[str, dict[str, Any]]:
    """Read all there is of a store, by the ids of its runs; NaN reads as a word."""
    freshness = read_up(store)
    assert freshness.is_current, freshness
    return {run.id: answer(run) for run in runlore.list_runs(store=store)}


def answer(run: StoredRun) -> dict[str, Any]:
    """Read all there is of a run, down to each point."""
    return {
        "label": run.label,
        "experiment": run.experiment,
        "status": run.status,
        "error": run.error,
        "created": run.created,
        "ended": run.ended,
        "last_sign_of_life": run.last_sign_of_life,
        "params": run.params,
        "tags": run.tag_values,
        "notes": [tuple(note) for note in run.notes],
        "attempts": [attempt.attempt for attempt in run.attempts],
        "artifacts": [(file.name, file.size_bytes) for file in run.artifact_versions],
        "series": {
            f"{series.name}[{series.context}]@{series.rank}": points_of(run, series)
            for series in run.all_summaries
        },
    }


def points_of(run: StoredRun, of: Any) -> list[tuple[int | None, int, float | str]]:
    """List the points of a series of a summary's name, context and rank."""
    series = run.series(of.name, of.context, rank=of.rank)
    steps = [None] * len(series) if series.step is None else series.step.tolist()
    values = ["nan" if math.isnan(value) else value for value in series.value.tolist()]
    return list(zip(steps, series.time.tolist(), values, strict=True))


def read_up(store: Path | str) -> Freshness:
    """Bring the index up to date, however long it takes; what its last look left."""
    with open_reader(store, budget_seconds=None) as reader:
        return reader.freshness


def forget_index(store: Path | str) -> None:
    """Remove the index with everything that belongs to it."""
    url = os.environ.get("RUNLORE_INDEX")
    if url is not None:
        with psycopg.connect(url) as connection:
            schema = f"runlore_{open_store(str(store)).store_id}"
            connection.execute(f"DROP SCHEMA IF EXISTS {schema} CASCADE".encode())
        return
    found = [path for path in Path(store).iterdir() if path.name.startswith("index.db")]
    assert found
    for path in found:
        path.unlink()
