"""Look at many runs again and again while other processes write them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from runlore.actions.listing import shared_metrics
from runlore.actions.quiet import without_warnings
from runlore.errors import SeriesNotFound
from runlore.reading.search import Wanted, search
from runlore.reading.store import open_reader

if TYPE_CHECKING:
    from runlore.index.interface import Freshness
    from runlore.reading.run import StoredRun
    from runlore.reading.store import StoreReader

_MOST_METRICS = 50


class Curve(NamedTuple):
    """The course of a metric: x (steps, or places where there are none) and values."""

    x: list[float]
    value: list[float]


@dataclass(frozen=True)
class Look:
    """What a look has found: the newest runs, how many there are, and what they measure."""

    runs: list[StoredRun]
    total: int
    metrics: list[str]
    freshness: Freshness


class Watcher:
    """Looks at runs of a store; curves that can't have changed aren't read again."""

    def __init__(
        self, filter_text: str = "", *, experiment: str | None = None, store: str | None = None
    ) -> None:
        """Open the store.

        Raises:
            StoreError: if there is none, or it can't be read.
        """
        self._reader: StoreReader = open_reader(store)
        self._wanted = Wanted(filter_text, experiment=experiment)
        self._curves: dict[tuple[str, str, int], tuple[int, Curve]] = {}

    @property
    def path(self) -> str:
        """The folder of the store."""
        return self._reader.folder.path

    @without_warnings
    def look(self, most: int) -> Look:
        """Catch up and list the newest `most` runs.

        Raises:
            QueryError: if the filter can't be read.
            StoreError: if the store can't be read any more.
        """
        self._reader.catch_up()
        runs = search(self._reader, self._wanted._replace(limit=most))
        listed = list(runs)
        metrics = shared_metrics([run.metrics for run in listed], _MOST_METRICS)
        return Look(listed, runs.total, metrics, self._reader.freshness)

    @without_warnings
    def curve(self, run: StoredRun, label: str, points: int) -> Curve | None:
        """Read a metric of a run in about `points` points; None if it has none."""
        summary = run.summaries.get(label)
        if summary is None:
            return None
        key = (run.id, label, points)
        known = self._curves.get(key)
        if known is not None and known[0] == summary.points:
            return known[1]
        try:
            series = run.series(label, points=max(4, points))
        except SeriesNotFound:  # the run went to the trash and was purged meanwhile
            return None
        steps = [None] * len(series) if series.step is None else series.step.tolist()
        x = [float(place if step is None else step) for place, step in enumerate(steps)]
        curve = Curve(x, series.value.tolist())
        self._curves[key] = (summary.points, curve)
        return curve

    def close(self) -> None:
        """Give back what the store was read through."""
        self._reader.close()
