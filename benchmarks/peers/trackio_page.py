"""Trackio's page; `write` and `log` are called in its environment, with folders as text."""

from __future__ import annotations

import os
import sys
import time
from importlib import import_module
from typing import TYPE_CHECKING, Any

from benchmarks.browsers import Looks
from benchmarks.peers.page_data import runs_of
from benchmarks.peers.pages import PeerPage
from benchmarks.peers.trackio_local import Trackio

if TYPE_CHECKING:
    from pathlib import Path


class TrackioPage(PeerPage):
    """Its charts of metrics, and its table of runs."""

    driver = Trackio
    module = __name__
    looks = Looks(
        rows="table tbody tr td, .checkbox-item", charts=".vega-embed:has(canvas.marks, svg.marks)"
    )
    notes = (
        (
            "Trackio draws at most 3,000 points of a run, sampled; its table of runs has params, "
            "and no metrics"
        ),
        (
            "Trackio: `trackio show` over its SQLite files, written by the call that its client "
            "ends in (`bulk_log`)"
        ),
    )
    live_points = 5

    def command(self, tools: Path, folder: Path, port: int) -> list[str]:
        return [str(tools / "trackio"), "show"]

    def environment(self, folder: Path, port: int) -> dict[str, str]:
        return {"TRACKIO_DIR": str(folder), "GRADIO_SERVER_PORT": str(port), "BROWSER": "true"}

    def path(self, shape: str, key: Any) -> str:
        return f"/{'runs' if shape == 'table' else ''}?project={shape}"


def write(folder: str, shape: str, **sizes: Any) -> None:
    """Write the runs of a shape by the call that its own client ends in."""
    os.environ["TRACKIO_DIR"] = folder
    storage = import_module("trackio.sqlite_storage").SQLiteStorage
    for run in runs_of(shape, **sizes):
        storage.bulk_log(shape, run.name, list(run.steps()), config=run.params)


def log(folder: str) -> None:
    """Log a point for each line of standard input: its step and its value."""
    os.environ["TRACKIO_DIR"] = folder
    trackio = import_module("trackio")
    options = {"embed": False, "auto_log_gpu": False, "auto_log_cpu": False}
    trackio.init(project="live", name=f"live-{os.getpid()}", **options)
    for line in sys.stdin:
        step, value = line.split()
        before = time.clock_gettime_ns(time.CLOCK_MONOTONIC)
        trackio.log({"live": float(value)}, step=int(step))
        print(before, flush=True)
    trackio.finish()
