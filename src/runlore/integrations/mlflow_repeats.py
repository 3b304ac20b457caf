"""Tell the points that MLflow writes again from new ones.

MLflow 3 writes the points of a run once more for each model that is logged in it, with the
model's id. Its own stores know them for the same points, by key, step, time and value.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    # step, time in milliseconds, value as text, which NaN can be compared by
    Point = tuple[int, int, str]


class Repeats:
    """The newest point of each metric, and what MLflow's store has of the older ones."""

    def __init__(self, history: Callable[[str, str], Iterable[Any]]) -> None:
        """Look for older points with `history`, called with a run's id and a metric's key."""
        self._history = history
        self._newest: dict[tuple[str, str], Point] = {}

    def without(self, run_id: str, metrics: Iterable[Any]) -> list[Any]:
        """Return those metrics that aren't points which the run has already."""
        return [metric for metric in metrics if not self._is_known(run_id, metric)]

    def _is_known(self, run_id: str, metric: Any) -> bool:
        point, newest = _point_of(metric), self._newest.get((run_id, metric.key))
        if newest is None or point[1] >= newest[1]:
            self._newest[run_id, metric.key] = point
        if getattr(metric, "model_id", None) is None:
            return False
        if newest is not None and point[1] > newest[1]:
            return False  # a point is written for the first time before it is repeated
        return point == newest or self._is_stored(run_id, metric.key, point)

    def _is_stored(self, run_id: str, key: str, point: Point) -> bool:
        try:
            return any(_point_of(one) == point for one in self._history(run_id, key))
        except Exception:  # noqa: BLE001 - a store that is away: a point too many loses nothing
            return False


def _point_of(metric: Any) -> Point:
    return metric.step, metric.timestamp, repr(float(metric.value))
