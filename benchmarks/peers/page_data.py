"""What is written for the pages of other trackers; imports nothing that one might not have."""

from __future__ import annotations

import json
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from benchmarks.configurations import configurations
from benchmarks.shapes import curve_values, many_series

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray


class PageRun(NamedTuple):
    """A run: its name, its params, flat, and its metrics over the steps 0, 1, …."""

    name: str
    params: dict[str, Any]
    metrics: dict[str, NDArray[np.float64]]

    def steps(self) -> Iterator[dict[str, float]]:
        """Give the values of each step; some metrics have fewer than others."""
        columns = [values.tolist() for values in self.metrics.values()]
        for row in zip_longest(*columns):
            pairs = zip(self.metrics, row, strict=True)
            yield {name: value for name, value in pairs if value is not None}


def runs_of(shape: str, **sizes: Any) -> Iterator[PageRun]:
    """Make the runs of a shape: `small`, of a file, `table`, `charts`, `curve`, `live` (none)."""
    return _SHAPES[shape](**sizes)


def _small(file: str) -> Iterator[PageRun]:
    for run in json.loads(Path(file).read_text(encoding="utf-8")):
        metrics = {name: np.array(values) for name, values in run["metrics"].items()}
        yield PageRun(run["name"], run["params"], metrics)


def _table(runs: int) -> Iterator[PageRun]:
    for number, (params, metrics) in enumerate(configurations(runs)):
        values = {name: np.array([value]) for name, value in metrics.items()}
        yield PageRun(f"run-{number:05}", params, values)


def _charts(runs: int, metrics: int, points: int) -> Iterator[PageRun]:
    for number in range(runs):
        rows = many_series(number, metrics, points)
        values = {f"metric_{at}": rows[:, at] for at in range(metrics)}
        params = {"lr": 0.1 * (1 + number // 10), "seed": number % 10}
        yield PageRun(f"run-{number:03}", params, values)


def _curve(points: int) -> Iterator[PageRun]:
    yield PageRun("long", {"lr": 0.1}, {"loss": curve_values(points)})


def _live() -> Iterator[PageRun]:
    return iter(())


_SHAPES = {
    "small": _small, "table": _table, "charts": _charts, "curve": _curve, "live": _live,
}  # fmt: skip
