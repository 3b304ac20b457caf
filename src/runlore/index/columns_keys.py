"""Name fields that are packed, and the runs that are read."""

from __future__ import annotations

from typing import NamedTuple


class Key(NamedTuple):
    """Name what is packed: kinds and names of filters' fields, and some of our own.

    Of metrics, `name` is the label; `statistic` one of `columns_metrics.STATISTICS`.
    """

    kind: str
    name: str = ""
    statistic: str = ""


class Selection(NamedTuple):
    """Some runs by their numbers: those from `start` up to `stop`, or those of `runs`."""

    start: int = 0
    stop: int = 0
    runs: tuple[int, ...] = ()

    def condition(self, column: str) -> str:
        """Write it as a condition on a column."""
        if self.runs:
            return f"{column} IN ({', '.join(map(str, self.runs))})"
        return f"{column} >= {self.start} AND {column} < {self.stop}"
