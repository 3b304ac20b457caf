"""Name what an index answers about how a store is shown. Times are microseconds UTC."""

from __future__ import annotations

from typing import NamedTuple


class MetricDescription(NamedTuple):
    """What somebody said about a metric of an experiment, "" for the whole store.

    It stands over what runs have defined; None where nothing was said, or it was taken back.
    """

    experiment: str
    name: str
    alias: str | None
    unit: str | None
    direction: str | None


class View(NamedTuple):
    """A saved view: a page, of an experiment or of all, with a query that says the rest."""

    id: str
    name: str
    page: str
    experiment: str | None
    query: str
    time: int
    actor: str
