"""Which names the runs of a store have, for bare names in filters, hints and completion."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runlore.query.fields import Catalogue
from runlore.reading.facts import series_label

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runlore.index.columns import RunColumns

_LISTED = ("experiment", "project", "name", "user", "host", "branch")
_MOST_VALUES = 1000


def catalogue_of(columns: RunColumns) -> Catalogue:
    """List params, metrics by label, and tags, each sorted."""

    def make() -> Catalogue:
        series = columns.rows("SELECT name, context FROM series")
        return Catalogue(
            params=sorted(columns.members("names", "params").entries.items),
            metrics=sorted({series_label(name, context) for name, context in series}),
            tags=sorted(columns.members("tags").entries.items),
        )

    return columns.derived("catalogue", make)


def with_facts(catalogue: Catalogue, columns: RunColumns) -> Catalogue:
    """Add the keys of the facts of the context, which are many rows to look at."""

    def make() -> Sequence[str]:
        return [key for (key,) in columns.rows("SELECT DISTINCT key FROM facts ORDER BY key")]

    return catalogue._replace(context=columns.derived("facts", make))


def with_values(catalogue: Catalogue, columns: RunColumns) -> Catalogue:
    """Add the values that attributes have, which completion offers."""
    values = {}
    for name in _LISTED:
        kind, key = ("context", "git.branch") if name == "branch" else ("attribute", name)
        items = columns.texts(kind, key).entries.items[:_MOST_VALUES]
        values[name] = sorted(item if isinstance(item, str) else item[1] for item in items)
    return catalogue._replace(values=values)
