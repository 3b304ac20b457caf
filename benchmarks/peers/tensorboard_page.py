"""TensorBoard's page; `write` and `log` are called in its environment, with folders as text."""

from __future__ import annotations

import json
import os
import sys
import time
from importlib import import_module
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from benchmarks.browsers import Looks
from benchmarks.peers.page_data import runs_of
from benchmarks.peers.pages import PeerPage, answer_of
from benchmarks.peers.tensorboardx_files import TensorboardX

if TYPE_CHECKING:
    from pathlib import Path


class TensorboardPage(PeerPage):
    """Its time series, with the list of runs beside them."""

    driver = TensorboardX
    module = __name__
    looks = Looks(
        rows="runs-data-table tb-data-table-content-row",
        charts="scalar-card:has(line-chart):has(tb-data-table-content-row)",
    )
    settings = {"_tb_global_settings": json.dumps({"autoReload": True})}  # noqa: RUF012
    notes = (
        (
            "TensorBoard keeps 1,000 points of a series, sampled, unless told otherwise; runs have "
            "names and params beside the charts, metrics of runs in no table there"
        ),
        (
            "TensorBoard: event files of tensorboardX, one event a step; pages were opened once "
            "its server had read them; it looks for news only where that is switched on, as here, "
            "every 30 s"
        ),
    )
    is_one_server = False

    def command(self, tools: Path, folder: Path, port: int) -> list[str]:
        return [str(tools / "tensorboard"), "--logdir", str(folder), "--host", "127.0.0.1",
                "--port", str(port)]  # fmt: skip

    def path(self, shape: str, key: Any) -> str:
        return "/#timeseries"

    def is_loaded(self, port: int, key: Any) -> bool:
        for run, tag, step in key:
            query = "/data/plugin/scalars/scalars?" + urlencode({"tag": tag, "run": run})
            points = json.loads(answer_of(port, query) or b"[]")
            if not points or points[-1][1] != step:
                return False
        return True


def write(folder: str, shape: str, **sizes: Any) -> list[tuple[str, str, int]]:
    """Write the runs of a shape; params are hparams. Return where some series end."""
    board = import_module("tensorboardX")
    hparams = import_module("tensorboardX.summary").hparams
    summary = import_module("tensorboardX.proto.summary_pb2").Summary
    ends = []
    for run in runs_of(shape, **sizes):
        writer = board.SummaryWriter(f"{folder}/{run.name}", flush_secs=600, max_queue=10_000)
        for one in hparams(run.params, dict.fromkeys(run.metrics, 0.0)):
            writer.file_writer.add_summary(one)
        for step, row in enumerate(run.steps()):
            values = [summary.Value(tag=tag, simple_value=value) for tag, value in row.items()]
            writer.file_writer.add_summary(summary(value=values), step)
        writer.close()
        tag, longest = max(run.metrics.items(), key=lambda one: len(one[1]))
        ends.append((run.name, tag, len(longest) - 1))
    return ends[:: max(1, len(ends) // 5)] + ends[-1:]


def log(folder: str) -> None:
    """Log a point for each line of standard input: its step and its value."""
    writer = import_module("tensorboardX").SummaryWriter(f"{folder}/live-{os.getpid()}")
    for line in sys.stdin:
        step, value = line.split()
        before = time.clock_gettime_ns(time.CLOCK_MONOTONIC)
        writer.add_scalar("live", float(value), int(step))
        writer.flush()
        time.sleep(0.02)  # its thread may have taken the point and not written it yet
        writer.flush()
        print(before, flush=True)
