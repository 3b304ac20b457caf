"""A run as one reads it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from runlore.errors import ArtifactNotFound
from runlore.helper.seeds import seed_like_params
from runlore.reading.changing import Changeable
from runlore.reading.code import kept_diff, kept_files
from runlore.reading.details import Details, gone, is_gone
from runlore.reading.directions import described
from runlore.reading.durations import seconds_of_attempts
from runlore.reading.facts import (
    LOAD_PREFIX,
    Note,
    attempt_of,
    is_load,
    moment,
    seconds_between,
    series_label,
)
from runlore.reading.files import MediaItem, artifact_files
from runlore.reading.suggestions import nearest
from runlore.records.ids import short

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from typing import Self

    from runlore.index.interface import Freshness
    from runlore.index.rows import MetricDefinition, Part, Problem, RunFacts, RunRow
    from runlore.index.summaries import SeriesSummary
    from runlore.reading.artifacts import ArtifactVersion
    from runlore.reading.console import Console
    from runlore.reading.facts import Attempt
    from runlore.reading.files import ArtifactFile
    from runlore.reading.lineage import ArtifactInput
    from runlore.reading.series import Series
    from runlore.reading.store import StoreReader


class StoredRun(Changeable):
    """A run as it stood at one catch-up with its store; `refresh()` looks again.

    Times are aware datetimes in UTC. Whatever nobody said is None.
    """

    def __init__(self, row: RunRow, details: Details) -> None:
        """Show the run of `row`; use `runlore.get_run` or `runlore.list_runs`."""
        self._row = row
        self._details = details

    def __repr__(self) -> str:
        return f"<StoredRun {self.label!r} {self.short_id} {self.status}>"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, StoredRun):
            return NotImplemented
        return (self.id, self.store) == (other.id, other.store)

    def __hash__(self) -> int:
        return hash(self.id)

    # -- what it is ------------------------------------------------------------------------

    @property
    def id(self) -> str:
        """The identifier: 32 hexadecimal digits."""
        return self._row.run

    @property
    def short_id(self) -> str:
        """The last 8 digits of the id, enough to name the run."""
        return short(self.id)

    @property
    def store(self) -> str:
        """The folder of the store."""
        return self._details.reader.folder.path

    @property
    def name(self) -> str | None:
        """The name that somebody gave."""
        return self._row.name

    @property
    def label(self) -> str:
        """The name; else one from the params that differ in its experiment; else the short id."""
        if self.name is not None:
            return self.name
        return self._details.derived_names.get(self.id, self.short_id)

    @property
    def experiment(self) -> str | None:
        """The question that the run belongs to."""
        return self._row.experiment

    @property
    def project(self) -> str | None:
        """The project."""
        return self._row.project

    @property
    def goal(self) -> str | None:
        """What the run is to show."""
        return self._row.goal

    @property
    def parent(self) -> str | None:
        """The id of the run that this one is a part of."""
        return self._row.parent

    @property
    def colour(self) -> str | None:
        """The colour that somebody chose for it on the page, as `#rrggbb`."""
        return self._row.colour

    @property
    def is_deleted(self) -> bool:
        """Whether it lies in the trash."""
        return self._row.is_deleted

    @property
    def is_archived(self) -> bool:
        """Whether it is hidden from lists."""
        return self._row.is_archived

    # -- how it went -----------------------------------------------------------------------

    @property
    def status(self) -> str:
        """running, finished, failed, stopped; or, as a reading: crashed, unknown."""
        return self._details.status(self._row).status

    @property
    def error(self) -> dict[str, Any] | None:
        """The exception that ended it: `type`, `message`, `traceback`."""
        return self._row.error

    @property
    def reason(self) -> str | None:
        """Why it was stopped, or set to its status."""
        return self._row.reason

    @property
    def created(self) -> datetime | None:
        """When it was started."""
        return moment(self._row.created)

    @property
    def ended(self) -> datetime | None:
        """When it ended; None while it runs, and when it crashed."""
        return moment(self._row.ended)

    @property
    def last_sign_of_life(self) -> datetime | None:
        """The last heartbeat, point or record of a process that wrote it."""
        return moment(self._details.status(self._row).last_sign_of_life)

    @property
    def duration_seconds(self) -> float | None:
        """From its start to its end, to its last sign of life if it crashed, else to now.

        Of a resumed run that of its attempts together: the times between them don't count.
        """
        end = self._row.ended
        if end is None:
            reading = self._details.status(self._row)
            is_running = reading.status == "running"
            end = time.time_ns() // 1000 if is_running else reading.last_sign_of_life
        writers = self._details.writers.get(self.id, [])
        if end is not None and len({writer.attempt for writer in writers}) > 1:
            return seconds_of_attempts(self._facts.attempts, writers, end)
        return seconds_between(self._row.created, end)

    @property
    def attempts(self) -> list[Attempt]:
        """Its attempts, in the order they began; a resumed run has several."""
        return [attempt_of(row) for row in self._facts.attempts]

    @property
    def problems(self) -> list[Problem]:
        """What was not as it should be: damage, and records that could not be kept."""
        return self._facts.problems

    @property
    def freshness(self) -> Freshness:
        """How far behind the store this answer is."""
        return self._details.freshness

    # -- what was recorded -----------------------------------------------------------------

    @property
    def params(self) -> dict[str, Any]:
        """The params as JSON values, in the order of their keys."""
        return {param.key: param.value for param in self._details.params.get(self.id, [])}

    @property
    def param_texts(self) -> dict[str, str]:
        """The params as they were given: `1e-3` stays `1e-3`."""
        return {param.key: param.text for param in self._details.params.get(self.id, [])}

    @property
    def metrics(self) -> dict[str, float]:
        """The current value of each metric by its label, `loss` or `loss[val]`.

        Of several ranks the lowest one's. Machine load is in `load`.
        """
        return dict(self._details.metrics.get(self.id, {}))

    @property
    def load(self) -> dict[str, SeriesSummary]:
        """How busy the machine was: what each series under `system/` came to, by its name there."""
        return {
            label.removeprefix(LOAD_PREFIX): summary
            for label, summary in self._labelled().items()
            if is_load(label)
        }

    def console(self, *, stream: str | None = None, rank: int | None = None) -> Console:
        """Read what was printed: the lines of both streams, or one (`stdout`, `stderr`).

        Progress bars are as they ended, secrets masked. Of several ranks the lowest one's,
        unless one is named.

        Raises:
            InvalidValue: for an unknown stream.
        """
        from runlore.reading.console import read_console

        return read_console(self._details.reader, self._row, stream=stream, rank=rank)

    @property
    def summaries(self) -> dict[str, SeriesSummary]:
        """What each metric came to, by its label; of several ranks the lowest one's."""
        return {label: summary for label, summary in self._labelled().items() if not is_load(label)}

    def _labelled(self) -> dict[str, SeriesSummary]:
        found: dict[str, SeriesSummary] = {}
        for summary in self.all_summaries:  # by name, context and rank
            found.setdefault(series_label(summary.name, summary.context), summary)
        return found

    @property
    def all_summaries(self) -> list[SeriesSummary]:
        """What the series of all ranks came to, by name, context and rank."""
        return self._details.summaries.get(self.id, [])

    @property
    def replaced_series(self) -> list[tuple[str, str, int]]:
        """Series (name, context, rank) of which a resumed run has replaced every point.

        They are in no summary; `series` reads them with `superseded`.
        """
        from runlore.reading.replaced import replaced_series

        return replaced_series(self._details.reader, self.id)

    @property
    def metric_definitions(self) -> dict[str, MetricDefinition]:
        """What was said about metrics, by name: unit, direction, x.

        What somebody said of the experiment, or of the whole store, stands over what the run did.
        """
        defined = {definition.name: definition for definition in self._facts.metrics}
        return described(defined, self._details.descriptions, self.experiment)

    @property
    def tags(self) -> list[str]:
        """The tags, sorted."""
        return list(self._details.tags.get(self.id, []))

    @property
    def tag_values(self) -> dict[str, str | None]:
        """The tags with their values."""
        return {tag.tag: tag.value for tag in self._facts.tags}

    @property
    def notes(self) -> list[Note]:
        """The notes, oldest first."""
        return [Note(note.text, moment(note.time), note.edit) for note in self._facts.notes]

    @property
    def context(self) -> dict[str, Any]:
        """Code, environment and machine, as captured."""
        return self._facts.context

    @property
    def diff(self) -> str | None:
        """The uncommitted changes as a patch for `git apply`; None where they aren't known.

        It is "" where there were none. Secrets in added lines are masked.
        """
        return kept_diff(self.store, self.context)

    @property
    def untracked(self) -> dict[str, bytes]:
        """The source files that git didn't have, by their names in the repository.

        Outside of a repository the script and the Python files beside it.
        """
        return kept_files(self.store, self.context)

    @property
    def seeds(self) -> dict[str, Any]:
        """The params that seed random numbers, like `seed` and `split.random_state`."""
        return seed_like_params(self.params)

    @property
    def parts(self) -> list[Part]:
        """Where its points and records lie."""
        return self._facts.parts

    # -- files -----------------------------------------------------------------------------

    @property
    def artifacts(self) -> list[ArtifactFile]:
        """The files of the run, each in its newest version, by name."""
        return [file for file in self.artifact_versions if file.is_current]

    @property
    def artifact_versions(self) -> list[ArtifactFile]:
        """The files of the run in all versions, by name, oldest first."""
        return artifact_files(self._details.reader, self._facts)

    @property
    def outputs(self) -> list[ArtifactVersion]:
        """The versions of artifacts that the run logged, folders as a whole, by name."""
        from runlore.reading.lineage import outputs_of

        return outputs_of(self._details.reader, self.id, stored_runs)

    @property
    def inputs(self) -> list[ArtifactInput]:
        """The artifacts that the run used, oldest first."""
        from runlore.reading.lineage import inputs_of

        return inputs_of(self._details.reader, self._facts, stored_runs)

    def artifact(self, name: str, version: int | None = None) -> ArtifactFile:
        """Return one artifact, in its newest version unless one is named.

        Raises:
            ArtifactNotFound: if there is none.
        """
        files = self.artifact_versions
        for file in reversed(files):
            if file.name == name and (file.is_current if version is None else
                                      file.version == version):  # fmt: skip
                return file
        versions = [str(file.version) for file in files if file.name == name]
        if versions:
            raise ArtifactNotFound(
                f"the artifact {name!r} of {self.label!r} has no version {version}",
                hint="it has " + ", ".join(versions),
            )
        raise ArtifactNotFound(
            f"the run {self.label!r} has no artifact {name!r}",
            hint=nearest(name, sorted({file.name for file in files}), nothing="it has none"),
        )

    @property
    def media(self) -> list[MediaItem]:
        """Images, figures, tables, texts and histograms, by name and step."""
        return [MediaItem(self._details.reader, row, self.id) for row in self._facts.media]

    # -- series ----------------------------------------------------------------------------

    def series_names(self) -> list[str]:
        """Name the series by their labels, `loss` or `loss[val]`, sorted; those of load as well."""
        return list(self._labelled())

    def series(
        self,
        name: str,
        context: str | Mapping[str, object] | None = None,
        *,
        rank: int | None = None,
        points: int | None = None,
        since_step: int | None = None,
        superseded: bool = False,
    ) -> Series:
        """Read the points of a metric: arrays `step`, `time` (µs) and `value`.

        Sorted by step, then time; without steps, as they were written. If the store was not
        read to its end, that is made up for first, however long it takes.

        Args:
            name: `loss`, or with its context `loss[val]`.
            context: as it was logged: a word or a dict.
            rank: of several processes, the one to read; by default the lowest.
            points: at most so many, chosen in buckets so that no extreme is lost.
            since_step: only points from this step on.
            superseded: also those that a resumed run has replaced.

        Raises:
            SeriesNotFound: if there is none, with the nearest that there are.
            InvalidValue: if `points` is under 4.
        """
        from runlore.reading.series_reader import SeriesRequest, read_series

        return read_series(
            self._details.reader,
            self._row,
            SeriesRequest(name, context, rank, points, since_step, superseded),
        )

    def _repr_html_(self) -> str:
        """Show it in a notebook."""
        from runlore.reading.display import html_of

        return html_of([self], 1, title=self.label)

    def refresh(self) -> Self:
        """Catch up with the store, look at the run again, and return it.

        Raises:
            RunNotFound: if it was purged or moved meanwhile.
        """
        reader = self._details.reader
        reader.catch_up()
        row = reader.ask(lambda index: index.get_runs([self.id])).get(self.id)
        if row is None or is_gone(row):
            raise gone(self.id, row)
        self._row, self._details = row, Details(reader, [row])
        return self

    @property
    def _facts(self) -> RunFacts:
        return self._details.facts(self.id)


def stored_runs(reader: StoreReader, rows: Sequence[RunRow]) -> list[StoredRun]:
    """Make runs of their rows."""
    details = Details(reader, rows)
    return [StoredRun(row, details) for row in rows]
