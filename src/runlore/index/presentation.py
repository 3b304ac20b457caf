"""Answer how a store is shown: words about metrics, pinned baselines, saved views."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

from runlore.index.presentation_rows import MetricDescription, View

if TYPE_CHECKING:
    from collections.abc import Sequence

_FIELDS = ("alias", "unit", "direction")


class PresentationQueries(ABC):
    """The questions about how a store is shown, over any engine that takes `?` marks."""

    @abstractmethod
    def _rows(self, statement: str, arguments: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Run a statement that reads."""

    def metric_descriptions(self) -> list[MetricDescription]:
        """Give what stands about metrics, by experiment ("" first: the whole store) and name."""
        said: dict[tuple[str, str], dict[str, str]] = {}
        rows = self._rows(
            "SELECT experiment, name, field, value FROM metric_descriptions "
            "WHERE value IS NOT NULL ORDER BY experiment, name"
        )
        for experiment, name, field, value in rows:
            said.setdefault((experiment, name), {})[field] = value
        return [
            MetricDescription(*key, *(fields.get(field) for field in _FIELDS))
            for key, fields in said.items()
        ]

    def baselines(self) -> dict[str, str]:
        """Give the pinned runs by experiment, "" for runs without one."""
        return dict(
            self._rows(
                "SELECT baselines.experiment, baselines.run FROM baselines "
                "JOIN runs ON runs.run = baselines.run "
                "WHERE runs.is_purged = 0 AND runs.is_deleted = 0 AND runs.moved_to IS NULL "
                "ORDER BY baselines.experiment"
            )
        )

    def views(self) -> list[View]:
        """Give the saved views, oldest first."""
        rows = self._rows(
            "SELECT view, name, page, experiment, query, time, actor FROM views "
            "WHERE is_removed = 0 ORDER BY time, view"
        )
        return [View._make(row) for row in rows]

    def users(self, actors: Sequence[str]) -> dict[str, str]:
        """Name the users of actors, as far as they are known."""
        found = {}
        for actor in dict.fromkeys(actors):
            rows = self._rows('SELECT MAX("user") FROM journals WHERE actor = ?', [actor])
            if rows and rows[0][0] is not None:
                found[actor] = rows[0][0]
        return found
