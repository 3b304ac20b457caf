"""Track an experiment: a run that is also kept as plain files where one works in an increment."""

from __future__ import annotations

import os

from runlore.client.increments import CLAIMS, SERIES_TAG, increment_of
from runlore.client.run import Run
from runlore.errors import InvalidType, InvalidValue, StoreReadOnly, a_kind
from runlore.records import limits
from runlore.tracking.hooks import call_hooks
from runlore.tracking.leftovers import complete_behind
from runlore.tracking.start import begin_run
from runlore.tracking.tracked import TrackedRun

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from runlore.client.increments import Increment
    from runlore.tracking.metadata import ExperimentMetadata

    _Tags = Iterable[str] | Mapping[str, str | None] | None
    _Named = tuple[str | None, str | None, _Tags, dict[str, object]]


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
    data_commit: str | None = None,
    data_url: str | None = None,
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
        data_commit: the version of the data, `dvc:a3b8c9d`; kept as a param and as an input.
        data_url: where the data lies, `s3://bucket/data`; kept so, too.
        project, params, tags, parent, id, resume, from_step, store, capture: as `start_run`.

    Raises:
        NotFound, Ambiguous: if no increment has that number, or two have.
        UsageError: for another wrong argument; nothing has been written then.
        StoreError: if the store or the folder of the results can't be written.
    """
    asked: dict[str, Any] = {
        "project": project, "params": params, "parent": parent, "id": id, "resume": resume,
        "from_step": from_step, "store": store, "capture": capture,
    }  # fmt: skip
    data = {"data_commit": data_commit, "data_url": data_url}
    return _begin(
        _named(name, description, tags), asked, increment, experiment, series,
        _checked_data(data, params),
    )  # fmt: skip


def _begin(
    named: _Named,
    asked: dict[str, Any],
    increment: str | int | None,
    experiment: str | None,
    series: str | None,
    data: dict[str, str],
) -> TrackedRun:
    """Start the run of arguments that are taken apart; raises as `track_experiment` does."""
    if series is not None:
        series = limits.name(series, "the series")
    chosen = increment_of(increment)
    if chosen is not None:
        experiment = experiment or chosen.name
        _require_writable(chosen)
        complete_behind(chosen)
    name, description, tags, stated = named
    run = begin_run(
        name,
        experiment=experiment,
        goal=description,
        tags=tags,
        run_class=TrackedRun,
        **asked,
    )
    assert isinstance(run, TrackedRun)  # noqa: S101 - as asked for
    if data:
        run.log_params(data)
    run.state(stated)
    if series is not None:
        run.add_tag(SERIES_TAG, series)
    if chosen is not None:
        run.keep_as_files(chosen, asked["parent"] if isinstance(asked["parent"], Run) else None)
    else:
        run.forget_files()
    call_hooks("on_run_start", run, run=run)
    return run


def _named(
    name: str | ExperimentMetadata | None,
    description: str | None,
    tags: Iterable[str] | Mapping[str, str | None] | None,
) -> _Named:
    """Return name, description, tags, and what else an `ExperimentMetadata` says."""
    if name is None or isinstance(name, str):
        return name, description, tags, {}
    return _of_metadata(name, description, tags)


def _of_metadata(
    metadata: object,
    description: str | None,
    tags: Iterable[str] | Mapping[str, str | None] | None,
) -> _Named:
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


def _require_writable(increment: Increment) -> None:
    """Make the folder of an increment's results, before anything is recorded.

    Raises:
        StoreReadOnly: if it can't be made or written.
    """
    claims = os.path.join(increment.experiments, CLAIMS)
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


def _checked_data(data: dict[str, str | None], params: object) -> dict[str, str]:
    """Check the references to data, those among the params too, before anything is written."""
    from runlore.tracking.references import reference_of

    if params is not None:
        from runlore.records.params import flatten
        from runlore.tracking.references import references_in

        references_in((name, param[0]) for name, param in flatten(params).items())
    given = {name: value for name, value in data.items() if value is not None}
    for name, value in given.items():
        reference_of(value, name)
    return given
