"""Track an experiment: a run that is also kept as plain files where one works in an increment."""

from __future__ import annotations

import os

from runlore.client.run import Run
from runlore.errors import InvalidType, InvalidValue, RunloreError, StoreReadOnly, a_kind
from runlore.records import limits
from runlore.tracking import numbering
from runlore.tracking.increments import find_increment, open_increment
from runlore.tracking.kept import KeptFacts
from runlore.tracking.start import begin_run

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from runlore.client.placement import Placement
    from runlore.client.recorder import Recorder
    from runlore.tracking.increments import Increment
    from runlore.tracking.metadata import ExperimentMetadata


class TrackedRun(Run):
    """A run of an experiment: all that a `Run` is, and, in an increment, plain files as well.

    `increment` is the increment it belongs to, `number` its number there (3 for `exp-003`), and
    `folder` the folder with its files; None where there is none. The files are complete when
    the run is over, however it ended; after a kill, at the next look.
    """

    increment: Increment | None = None
    number: int | None = None
    folder: str | None = None
    _kept: KeptFacts | None = None
    _facts: dict[str, object] | None = None

    def __init__(
        self,
        recorder: Recorder,
        placement: Placement,
        name: str | None,
        captures: frozenset[str] = frozenset(),
    ) -> None:
        """Open `placement`'s run in a recorder; use `runlore.track_experiment`."""
        super().__init__(recorder, placement, name, captures)
        if placement.rank == 0:
            self._kept = KeptFacts(self._append, is_whole=not placement.is_shared)

    @property
    def label(self) -> str:
        """What it is called in the increment: `exp-003-xgboost`; else its name or short id."""
        if self.number is None:
            return self.name or self.short_id
        number = numbering.number_text(self.number)
        return f"{number}-{self.name}" if self.name else number

    def keep_as_files(self, increment: Increment, parent: Run | None) -> None:
        """Claim a number and a folder, and write the run's files from now on."""
        self.increment = increment
        if self._kept is None:
            return  # the files of a run with several ranks are written by the first
        above = parent.folder if isinstance(parent, TrackedRun) else None
        try:
            if above is not None:
                claim = numbering.claim_within(above, self.name, self.id)
            else:
                known = numbering.claim_of(increment.experiments, self.id)
                claim = known or numbering.claim(increment.experiments, self.name, self.id)
        except OSError as error:
            self.forget_files()
            self._failed("the folder of its plain files", error)
            return
        self.folder, self.number = claim.folder, claim.number
        self._append = self._kept.append
        if claim.number is not None:
            self.add_tag(numbering.number_text(claim.number))
        self.record(
            "context.captured",
            facts={
                "increment": {
                    "name": increment.name,
                    "number": claim.number,
                    "folder": os.path.relpath(claim.folder, increment.experiments),
                }
            },
        )
        self._write_files(is_begun=True)

    def state(self, facts: dict[str, object]) -> None:
        """Record what is said of the experiment as a whole: author, commit, version of data."""
        if not facts:
            return
        self._facts = facts
        if "data_version" in facts:
            self.log_param("data_version", facts["data_version"])
        self.record("context.captured", facts={"stated": facts})

    def forget_files(self) -> None:
        """Remember nothing for files that nobody wants, or that can't be written."""
        if self._kept is not None:
            self._kept.close()
            self._kept = None
        self._append = self._writer.append

    # -- what is remembered for the files --------------------------------------------------

    def record(self, kind: str, /, **fields: object) -> None:
        """Write a record of this run (docs/formats/records.md)."""
        super().record(kind, **fields)
        self._remember(kind, fields)

    def _edit(self, kind: str, /, **fields: object) -> None:
        super()._edit(kind, **fields)
        self._remember(kind, fields)

    def _remember(self, kind: str, fields: dict[str, Any]) -> None:
        kept = self._kept
        if kept is None:
            return
        kept.take(kind, fields)
        if kind == "artifact.logged" and fields.get("staged"):
            kept.take_file(
                fields["name"], os.path.join(self._recorder.store.incoming, fields["staged"])
            )
        if self.is_finished and self.folder is not None:
            self._write_files()

    def _declare_keys(self, context: str, names: tuple[str, ...]) -> tuple[Any, int, int, int]:
        entry = super()._declare_keys(context, names)
        if self._kept is not None:
            self._kept.name_keys(entry[3], context, names)
        return entry

    # -- the files -------------------------------------------------------------------------

    def _close(self) -> None:
        super()._close()
        if self.folder is not None and self._pid == os.getpid():
            self._write_files()

    def _write_files(self, *, is_begun: bool = False) -> None:
        """Write the files as of now; what stands in the way is said, and the run goes on."""
        from runlore.tracking.mirror import begin_files, write_files

        try:
            if is_begun:
                begin_files(self)
            else:
                write_files(self)
        except (OSError, RunloreError) as error:
            self.forget_files()  # its mark stays: who looks next completes them
            self._failed("its plain files", error)

    @property
    def kept(self) -> KeptFacts | None:
        """What this process remembers of the run."""
        return self._kept

    @property
    def stated(self) -> dict[str, object]:
        """What was said of the experiment in its `ExperimentMetadata`."""
        return self._facts or {}


def track_experiment(
    name: str | ExperimentMetadata | None = None,
    *,
    increment: str | int | None = None,
    series: str | None = None,
    experiment: str | None = None,
    project: str | None = None,
    params: object = None,
    tags: Iterable[str] | Mapping[str, str | None] | None = None,
    description: str | None = None,
    parent: str | Run | None = None,
    id: str | None = None,  # noqa: A002 - the word users know it by
    resume: bool = False,
    from_step: int | None = None,
    store: str | os.PathLike[str] | None = None,
    capture: bool | Mapping[str, bool] | Iterable[str] | None = None,
) -> TrackedRun:
    """Start a run of the experiment that one works in; use it as a context manager.

    Args:
        name: a label, which may be used again; or an `ExperimentMetadata`.
        increment: the number or the name of an increment of SpecWeave. Without it, the open one
            of where you are; False: none, though there may be one. The run is then kept as
            plain files, too, in `.specweave/increments/NNNN-…/experiments/<name>/`.
        series: the name of a row of runs that build on each other (`runlore.series`).
        experiment: without an increment, the question that this run belongs to.
        description: what this run is to show, as `goal` of `start_run`.
        project, params, tags, parent, id, resume, from_step, store, capture: as `start_run`.

    Raises:
        NotFound, Ambiguous: if no increment has that number, or two have.
        UsageError: for another wrong argument; nothing has been written then.
        StoreError: if the store or the folder of the results can't be written.
    """
    stated: dict[str, object] = {}
    if name is not None and not isinstance(name, str):
        name, description, tags, stated = _of_metadata(name, description, tags)
    if series is not None:
        series = limits.name(series, "the series")
    chosen = _increment_of(increment)
    if chosen is not None:
        experiment = experiment or chosen.name
        _require_writable(chosen)
    run = begin_run(
        name,
        experiment=experiment,
        project=project,
        params=params,
        tags=tags,
        goal=description,
        parent=parent,
        id=id,
        resume=resume,
        from_step=from_step,
        store=store,
        capture=capture,
        run_class=TrackedRun,
    )
    assert isinstance(run, TrackedRun)  # noqa: S101 - as asked for
    _state(run, stated, series)
    if chosen is not None:
        run.keep_as_files(chosen, parent if isinstance(parent, Run) else None)
    else:
        run.forget_files()
    return run


def _of_metadata(
    metadata: object,
    description: str | None,
    tags: Iterable[str] | Mapping[str, str | None] | None,
) -> tuple[str, str | None, Mapping[str, str | None], dict[str, object]]:
    """Take an `ExperimentMetadata` apart; tags given beside it are added."""
    from runlore.client.values import tags_of
    from runlore.tracking.metadata import ExperimentMetadata

    if not isinstance(metadata, ExperimentMetadata):
        raise InvalidType(
            f"the name of the experiment is {a_kind(metadata)}",
            hint="give a string or an ExperimentMetadata",
        )
    if description is not None and metadata.description is not None:
        raise InvalidValue(
            "the description is given twice, as an argument and in the ExperimentMetadata",
            hint="give one of them",
        )
    both = tags_of(metadata.tags) | tags_of(tags)
    return metadata.name, description or metadata.description, both, metadata.facts()


def _increment_of(given: str | int | None) -> Increment | None:
    if given is None or given is True:
        return open_increment()
    return None if given is False else find_increment(given)


def _require_writable(increment: Increment) -> None:
    """Make the folder of an increment's results, before anything is recorded.

    Raises:
        StoreReadOnly: if it can't be made or written.
    """
    claims = os.path.join(increment.experiments, numbering.CLAIMS)
    try:
        os.makedirs(claims, exist_ok=True)
        is_writable = os.access(claims, os.W_OK | os.X_OK)
        is_writable = is_writable and os.access(increment.experiments, os.W_OK | os.X_OK)
        reason = "Permission denied"
    except OSError as error:
        is_writable, reason = False, error.strerror or str(error)
    if not is_writable:
        raise StoreReadOnly(
            f"the results folder {increment.experiments} can't be written: {reason}",
            hint="make it writable, or track without the increment: increment=False",
        )


def _state(run: TrackedRun, stated: dict[str, object], series: str | None) -> None:
    """Record what the metadata says beside name, goal and tags, and the series."""
    run.state(stated)
    if series is not None:
        run.add_tag(numbering.SERIES_TAG, series)
