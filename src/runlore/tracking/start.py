"""Start a run, or continue one that exists."""

from __future__ import annotations

from runlore.client.start import open_run
from runlore.client.values import claim_of
from runlore.errors import InvalidType
from runlore.records.ids import is_id

TYPE_CHECKING = False
if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable, Mapping
    from typing import Any, TypeVar

    from runlore.client.run import Run
    from runlore.reading.artifacts import ArtifactVersion

    Function = TypeVar("Function", bound=Callable[..., Run])


_IN_OTHER_TRACKERS = {
    "config": "params",
    "description": "goal",
    "dir": "store",
    "experiment_name": "experiment",
    "group": "experiment",
    "hparams": "params",
    "hyperparameters": "params",
    "notes": "goal",
    "project_name": "project",
    "run_id": "id",
    "run_name": "name",
}


def _with_hints(function: Function) -> Function:
    """Name the argument that is meant where one is given as other trackers call it."""

    def start_run(*arguments: Any, **named: Any) -> Any:
        for name in named:
            meant = _IN_OTHER_TRACKERS.get(name)
            if meant is not None:
                raise InvalidType(
                    f"start_run has no argument {name!r}", hint=f"it is called {meant}: {meant}=…"
                )
        return function(*arguments, **named)

    start_run.__doc__ = function.__doc__  # functools.wraps costs the import budget
    start_run.__wrapped__ = function  # type: ignore[attr-defined]
    return start_run  # type: ignore[return-value]


@_with_hints
def start_run(
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
) -> Run:
    """Start a run: the one call before a training loop.

    Args:
        name: a label; without one the run is shown by the params that differ.
        experiment: the question that this run belongs to.
        project: by default the name of the repository.
        params: inputs: a dict (nested is fine), a dataclass, a namespace.
        tags: words, or a mapping of words to values.
        goal: what this run is to show.
        parent: the run that this one is a part of: a `Run`, an id or its end, or a name.
        id: a name for the run of your own, so that other processes or a later one can write
            to it: any text. Without `resume`, ranks of one training use it together.
        resume: continue the run `id`, given as text, id, its last digits, or its name.
        from_step: with `resume`: points from this step on are superseded by this attempt.
            They are kept and can be shown, but are not current.
        store: a folder; by default `.runlore` of the repository you are in.
        capture: what is recorded beside what you log: True for all, False for nothing,
            `{"diff": False}` for all but that, or a list of names for only these: command,
            git, diff, untracked, packages, env, machine, load, console. What the variable
            RUNLORE_CAPTURE turns off stays off.

    Raises:
        UsageError: for a wrong argument; nothing has been written then.
        RunNotFound, Ambiguous: if `resume` or `parent` names no run, or several.
        StoreError: if the store can't be made or written.
    """
    return begin_run(
        name,
        experiment=experiment,
        project=project,
        params=params,
        tags=tags,
        goal=goal,
        parent=parent,
        id=id,
        resume=resume,
        from_step=from_step,
        store=store,
        capture=capture,
    )


def begin_run(
    name: str | None,
    *,
    parent: str | Run | None = None,
    id: str | None = None,  # noqa: A002 - the word users know it by
    resume: bool = False,
    store: str | os.PathLike[str] | None = None,
    **named: Any,
) -> Run:
    """Start a run as `start_run` does, with the arguments of `open_run`."""
    if claim_of(resume, "resume"):
        id = _existing(id if id is not None else name, store, "resume")  # noqa: A001
    if isinstance(parent, str) and not is_id(parent):
        parent = _existing(parent, store, "parent")
    run = open_run(name, parent=parent, id=id, resume=resume, store=store, **named)
    return _with_artifacts(run)


def _with_artifacts(run: Run) -> Run:
    """Give a run what it looks for artifacts with, which takes the layers above it."""

    def find_artifact(name: str, project: str | None) -> ArtifactVersion:
        from runlore.reading.artifact_lookup import artifact_for_run

        return artifact_for_run(run.id, name, project=project, store=run.store)

    run.find_artifact = find_artifact
    return run


def _existing(selection: str | None, store: str | os.PathLike[str] | None, what: str) -> str:
    """Return the id of the one run that `selection` names."""
    from runlore.errors import InvalidValue
    from runlore.reading.opening import find_run_id

    if not selection:
        raise InvalidValue(
            f"{what} needs to know which run",
            hint="start_run(id=…, resume=True), with the run's id or its name",
        )
    return find_run_id(selection, store=store)
