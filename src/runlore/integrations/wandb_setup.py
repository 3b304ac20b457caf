"""Have everything that Weights & Biases is told land in Runlore as well."""

from __future__ import annotations

import functools
import inspect
import os
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from runlore.client.increments import increment_of
from runlore.errors import RunloreError, RunNotFound
from runlore.integrations import wandb_mirror
from runlore.integrations.quiet import first_line
from runlore.media.libraries import require
from runlore.tracking.experiments import track_experiment

if TYPE_CHECKING:
    from collections.abc import Callable

    from runlore.client.increments import Increment
    from runlore.tracking.tracked import TrackedRun

_RESUMING = ("allow", "must", "auto", True)


class _Choice:
    """What `configure_wandb` was told last."""

    increment: str | int | None = None
    named: dict[str, Any] = {}  # noqa: RUF012 - replaced as a whole


def configure_wandb(
    increment: str | int | None = None,
    *,
    experiment: str | None = None,
    project: str | None = None,
    store: str | os.PathLike[str] | None = None,
) -> None:
    """Record in Runlore, from now on, every run that `wandb.init` begins in this process.

    Code written for wandb stays as it is; with an increment, the project of W&B is that one's
    name where none is chosen, and the runs are kept as those of `track_experiment` are.

    Args:
        increment: its number or name; by default the open one of where you are, False: none.
        experiment, project, store: as in `track_experiment`. Without an increment, the
            experiment is by default the project of W&B.

    Raises:
        MissingExtra: if wandb isn't installed.
        NotFound, Ambiguous: if no increment has that number, or two have.
    """
    wandb = library()
    chosen = increment_of(increment)
    _Choice.increment = False if chosen is None else chosen.name
    _Choice.named = {"experiment": experiment, "project": project, "store": store}
    if not hasattr(wandb.init, "_runlore_original"):
        original = wandb.init

        @functools.wraps(original)
        def init(*args: Any, **kwargs: Any) -> Any:
            return begin(args, kwargs, _Choice.increment, _Choice.named)

        init._runlore_original = original  # type: ignore[attr-defined]  # noqa: SLF001
        wandb.init = init


def library() -> Any:
    """Return wandb, its runs being watched.

    Raises:
        MissingExtra: if it isn't installed.
    """
    wandb: Any = require("wandb", package="wandb", extra="wandb", purpose="tracking with W&B")
    from wandb.sdk.wandb_run import Run

    wandb_mirror.watch_class(Run)
    with suppress(ImportError):  # of a disabled run; older releases have no class of its own
        from wandb.sdk.lib.noop_run import NoopRun

        wandb_mirror.watch_class(NoopRun)
    return wandb


def begin(
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
    increment: str | int | None,
    named: dict[str, Any] | None = None,
) -> Any:
    """Begin a run of W&B's, and the one that records it; the arguments are those of `wandb.init`.

    Where W&B can't begin one it is asked for one that stays on this machine.
    """
    wandb = library()
    original = getattr(wandb.init, "_runlore_original", wandb.init)
    chosen = increment_of(increment)
    given = dict(inspect.signature(original).bind_partial(*args, **kwargs).arguments)
    if chosen is not None and not given.get("project") and not os.environ.get("WANDB_PROJECT"):
        given["project"] = chosen.name
    run = _init(original, given)
    if wandb_mirror.tracked(run) is None:
        wandb_mirror.quiet.attempt(
            "the run", lambda: wandb_mirror.follow(run, _start(run, given, chosen, named or {}))
        )
    return run


def _init(original: Callable[..., Any], given: dict[str, Any]) -> Any:
    """Call `wandb.init`; where it fails, ask for a run that is kept on this machine, or for none.

    What it refuses goes to the caller, unless that is for want of an account.
    """
    try:
        return original(**given)
    except Exception as error:
        is_refused = wandb_mirror.is_refusal(error) and "api" not in str(error).lower()
        if is_refused or given.get("mode") in ("offline", "disabled"):
            raise
        wandb_mirror.quiet.say(
            f"W&B can't begin a run: {first_line(error)}. It goes on offline; "
            "`wandb sync` sends it later"
        )
    try:
        return original(**{**given, "mode": "offline"})
    except Exception as error:  # noqa: BLE001 - what is logged is kept here
        wandb_mirror.quiet.say(
            f"W&B can't begin a run offline: {first_line(error)}. It is kept by Runlore alone"
        )
        return original(**{**given, "mode": "disabled"})


def _start(
    run: Any, given: dict[str, Any], chosen: Increment | None, named: dict[str, Any]
) -> TrackedRun:
    """Start the run that records one of W&B's."""
    identifier = given.get("id") or os.environ.get("WANDB_RUN_ID")
    shared = f"wandb {run.project} {identifier}" if identifier else None
    store = named.get("store")
    own = track_experiment(
        run.name or given.get("name") or run.id,
        increment=False if chosen is None else chosen.name,
        experiment=named.get("experiment") or (None if chosen else run.project or None),
        project=named.get("project"),
        tags=list(run.tags or ()),
        id=shared,
        resume=given.get("resume") in _RESUMING and _is_stored(shared, store),
        store=store,
    )
    marks = {"group": run.group, "job_type": run.job_type}
    own.add_tags({mark: value for mark, value in marks.items() if value})
    if run.notes:
        own.log_note(run.notes)
    about = {"id": run.id, "project": run.project, "folder": run.dir, "is_offline": run.offline}
    own.record("context.captured", facts={"wandb": about})
    return own


def _is_stored(shared: str | None, store: Any) -> bool:
    from runlore.client.placement import run_id
    from runlore.reading.opening import find_run_id

    if shared is None:
        return False
    try:
        find_run_id(run_id(shared), store=store)
    except (RunNotFound, RunloreError):
        return False
    return True
