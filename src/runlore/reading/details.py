"""Load what several runs are made of together, each kind when it is first asked for."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from runlore.errors import RunNotFound
from runlore.reading.derived_names import derived_names
from runlore.reading.facts import is_load, series_label
from runlore.reading.search_rows import ids_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runlore.index.presentation_rows import MetricDescription
    from runlore.index.rows import Param, RunFacts, RunRow, WriterFacts
    from runlore.index.status import StatusReading
    from runlore.index.summaries import SeriesSummary
    from runlore.reading.store import StoreReader

_MOST_COMPARED = 300  # runs of an experiment, the newest, that a derived name tells apart


class Details:
    """What belongs to the runs of one answer; one question to the index serves all of them."""

    def __init__(self, reader: StoreReader, rows: Sequence[RunRow]) -> None:
        self.reader = reader
        self.freshness = reader.freshness
        self.rows = rows
        self._ids = ids_of(rows)
        self._facts: dict[str, RunFacts] = {}
        self._statuses: dict[str, StatusReading] = {}

    @cached_property
    def params(self) -> dict[str, list[Param]]:
        """The current params by run, sorted by key."""
        return self.reader.ask(lambda index: index.params(self._ids))

    @cached_property
    def tags(self) -> dict[str, list[str]]:
        """The names of the tags by run, sorted."""
        return self.reader.ask(lambda index: index.tags(self._ids))

    @cached_property
    def summaries(self) -> dict[str, list[SeriesSummary]]:
        """The summaries of all series by run."""
        return self.reader.ask(lambda index: index.summaries(self._ids))

    @cached_property
    def metrics(self) -> dict[str, dict[str, float]]:
        """The current values of all metrics by run and label, machine load aside."""
        found = self.reader.ask(lambda index: index.current_values(self._ids))
        metrics: dict[str, dict[str, float]] = {}
        for run, values in found.items():
            own = metrics[run] = {}
            for (name, context), value in values.items():
                if not is_load(name):
                    own.setdefault(series_label(name, context), value)
        return metrics

    @cached_property
    def descriptions(self) -> list[MetricDescription]:
        """What stands about metrics of experiments, and of the whole store."""
        return self.reader.ask(lambda index: index.metric_descriptions())

    @cached_property
    def writers(self) -> dict[str, list[WriterFacts]]:
        """Who writes the runs."""
        return self.reader.ask(lambda index: index.writers(self._ids))

    @cached_property
    def derived_names(self) -> dict[str, str]:
        """The names derived from params of the runs that have none of their own."""
        unnamed = {row.run for row in self.rows if row.name is None}
        groups = {(row.project, row.experiment) for row in self.rows if row.run in unnamed}
        names: dict[str, str] = {}
        for project, experiment in groups:
            names |= self._names_in(project, experiment)
        return {run: name for run, name in names.items() if run in unnamed}

    def facts(self, run: str) -> RunFacts:
        """Everything about one run but its points.

        Raises:
            RunNotFound: if it was purged meanwhile.
        """
        found = self._facts.get(run)
        if found is None:
            asked = self.reader.ask(lambda index: index.run_facts(run))
            if asked is None or is_gone(asked.run):
                raise gone(run, None if asked is None else asked.run)
            found = self._facts[run] = asked
        return found

    def status(self, row: RunRow) -> StatusReading:
        """How a run stood when this was asked first, and its last sign of life."""
        found = self._statuses.get(row.run)
        if found is None:
            writers = self.writers.get(row.run, [])
            found = self._statuses[row.run] = self.reader.status_of(row, writers)
        return found

    def _names_in(self, project: str | None, experiment: str | None) -> dict[str, str]:
        """Derive the names of the runs of one experiment."""
        page = self.reader.ask(
            lambda index: index.list_runs(
                project=project, experiment=experiment, is_deleted=None, limit=_MOST_COMPARED
            )
        )
        place = (project, experiment)
        ids = {row.run for row in page.runs if (row.project, row.experiment) == place}
        ids.update(row.run for row in self.rows if (row.project, row.experiment) == place)
        return derived_names(self.reader.ask(lambda index: index.param_texts(sorted(ids))))


def is_gone(row: RunRow) -> bool:
    """Whether a run was purged, or lives in another store now."""
    return row.is_purged or row.moved_to is not None


def gone(run: str, row: RunRow | None) -> RunNotFound:
    """Say what became of a run that isn't here any more."""
    if row is not None and row.moved_to is not None:
        return RunNotFound(
            f"the run {run} was moved to the store {row.moved_to}",
            hint="look for it there: --store, or RUNLORE_STORE",
        )
    return RunNotFound(f"the run {run} was purged", hint="list the runs anew")
