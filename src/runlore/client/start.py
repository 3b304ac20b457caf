"""Open a run for writing."""

from __future__ import annotations

import os

from runlore.client.captures import VARIABLE as CAPTURE
from runlore.client.captures import wanted_captures
from runlore.client.ending import watch_process
from runlore.client.placement import placement, run_id
from runlore.client.recorder import recorder_for
from runlore.client.run import Run
from runlore.client.values import step_of, tags_of
from runlore.errors import InvalidValue
from runlore.journal.location import locate_store, main_worktree
from runlore.records import limits
from runlore.records.params import flatten
from runlore.settings.settings import load_settings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from runlore.client.placement import Placement
    from runlore.settings.settings import Settings


def open_run(
    name: str | None = None,
    *,
    experiment: str | None = None,
    project: str | None = None,
    params: object = None,
    tags: Iterable[str] | Mapping[str, str | None] | None = None,
    goal: str | None = None,
    parent: str | Run | None = None,
    id: str | None = None,  # noqa: A002 - the word users know it by
    resume: bool = False,
    from_step: int | None = None,
    store: str | os.PathLike[str] | None = None,
    capture: bool | Mapping[str, bool] | Iterable[str] | None = None,
    run_class: type[Run] = Run,
) -> Run:
    """Open a run, as `runlore.start_run` does, with `id` and `parent` being whole ids.

    It is one of `run_class`. Everything is checked before anything is written.
    """
    name = None if name is None else limits.name(name, "the run's name")
    experiment = None if experiment is None else limits.name(experiment, "the experiment")
    project = None if project is None else limits.name(project, "the project")
    goal = None if goal is None else limits.text(goal, "the goal")
    checked_tags = tags_of(tags)
    if params is not None:
        flatten(params)
    step = step_of(from_step)
    if step is not None and not resume:
        raise InvalidValue(
            f"from_step={step} is given without resume=True",
            hint="start_run(id=…, resume=True, from_step=…) continues a run from a step",
        )
    if parent is not None and not isinstance(parent, Run):
        parent = run_id(limits.name(parent, "the parent"))
    if id is not None:
        run_id(id)
    path = locate_store(store)
    settings = load_settings(path)
    captures = wanted_captures(capture, {CAPTURE: settings.capture})
    recorder = recorder_for(path)
    place = placement(id, os.environ, recorder.host)
    run = run_class(recorder, place, name if name is not None else _label(id), captures)
    run.project = project or default_project(path, settings)
    _begin(run, place, resume=resume, from_step=step, fields={
        "name": run.name,
        "experiment": experiment,
        "project": run.project,
        "goal": goal,
        "parent": parent.id if isinstance(parent, Run) else parent,
    })  # fmt: skip
    if params is not None:
        _log_params(run, params)
    if checked_tags:
        run.add_tags(checked_tags)
    recorder.run_started(run)
    watch_process()
    return run


def _log_params(run: Run, params: object) -> None:
    """Log params; a typed configuration is followed: its later changes are logged as well."""
    run.log_params(params)
    attach = getattr(type(params), "attach", None)
    if attach is not None and hasattr(type(params), "get_config"):
        attach(params, run)


def default_project(store_path: str, settings: Settings | None = None) -> str:
    """Name the project of a store: as it is set, its repository's folder, or the one it lies in."""
    chosen = (settings or load_settings(store_path)).project
    if chosen is not None:
        return limits.name(chosen, "the project")
    folder = os.path.dirname(store_path)
    try:
        here = os.getcwd()
    except FileNotFoundError:
        here = folder
    while True:
        repository = main_worktree(here)
        if repository is not None:
            return limits.name(os.path.basename(repository) or "default", "the project")
        parent = os.path.dirname(here)
        if parent == here:
            return limits.name(os.path.basename(folder) or "default", "the project")
        here = parent


def _label(given_id: str | None) -> str | None:
    """Use a given id as the name where it is a word and not an identifier."""
    if given_id is None or run_id(given_id) == given_id.lower():
        return None
    return limits.name(given_id, "the run's id")


def _begin(
    run: Run,
    place: Placement,
    *,
    resume: bool,
    from_step: int | None,
    fields: dict[str, object],
) -> None:
    run.record("run.started", **fields)
    run.record(
        "attempt.started",
        resumed=resume,
        from_step=from_step,
        parent_attempt=None,
        rank=place.rank,
        world_size=place.world_size,
    )
    if resume:
        run.set_status("running")
