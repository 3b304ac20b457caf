"""Record in Runlore what a run of W&B's is told, before W&B is.

What W&B refuses (a config value that changes) reaches the caller as ever. Where W&B fails, that
is said once, and what is logged is kept by Runlore.
"""

from __future__ import annotations

import functools
import glob as patterns
import os
import threading
from typing import TYPE_CHECKING, Any

from runlore.client.ending import described
from runlore.integrations.quiet import Quiet, first_line
from runlore.integrations.renaming import rename
from runlore.integrations.wandb_values import log_values
from runlore.media.libraries import comes_from

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from runlore.tracking.tracked import TrackedRun

quiet = Quiet("W&B")
_TRACKED = "_runlore_run"
_STEP = "_runlore_step"
_GOALS = {"minimize": "min", "maximize": "max", "min": "min", "max": "max"}
_REFUSALS = (TypeError, ValueError, AttributeError, KeyError, NotImplementedError)
# Methods whose failure may be passed over, for what they would give nobody needs.
_SILENT = frozenset({"log", "finish", "log_model", "save", "define_metric", "alert", "__exit__"})


class _Inside(threading.local):
    """Whether this thread is in a method of a run's already, which may call others of its own."""

    is_set = False


_inside = _Inside()


def tracked(run: Any) -> TrackedRun | None:
    """Return the run here that records one of W&B's, if one does."""
    found: TrackedRun | None = run.__dict__.get(_TRACKED)
    return found


def follow(run: Any, own: TrackedRun) -> None:
    """Record in `own` what a run of W&B's is told from now on."""
    run.__dict__[_TRACKED] = own
    run.__dict__[_STEP] = _first_step(run)
    take_config(own, run.config.as_dict())
    _chain(run.config, "_callback", lambda key=None, val=None, data=None: take_config(
        own, _said(key, val, data)
    ))  # fmt: skip
    _chain(run.summary, "_update_callback", lambda record: take_summary(own, record))


def _first_step(run: Any) -> int:
    """Return the step that a run begins with: 0, unless it is resumed."""
    step = getattr(run, "starting_step", 0)
    return step if isinstance(step, int) else 0


def watch_class(run_class: Any) -> None:
    """Wrap the methods of W&B's runs, once."""
    for name, before in _BEFORE.items():
        original = getattr(run_class, name)
        if not hasattr(original, "_is_watched_by_runlore"):
            setattr(run_class, name, _watched(name, original, before))
    for name in ("name", "notes", "tags"):
        described_by = getattr(run_class, name)
        change = getattr(described_by, "fset", None)
        if change is not None and not hasattr(change, "_is_watched_by_runlore"):
            setter = _watched(name, change, _SETTERS[name])
            setattr(run_class, name, described_by.setter(setter))


def is_refusal(error: Exception) -> bool:
    """Tell whether W&B refuses what it is given, rather than being broken or away."""
    return isinstance(error, _REFUSALS) or comes_from(error, "wandb", "UsageError")


def take_config(own: TrackedRun, values: Mapping[str, Any]) -> None:
    """Record values of the config as params."""
    kept = {key: value for key, value in values.items() if key != "_wandb"}
    if kept:
        quiet.attempt("the config", lambda: own.log_params(kept))


def take_summary(own: TrackedRun, record: Any) -> None:
    """Record values that were set in the summary as those of the whole run."""
    values = {".".join(map(str, item.key)): item.value for item in record.update}
    log_values(own, values, None, quiet)


def _watched(name: str, original: Callable[..., Any], before: Callable[..., None]) -> Any:
    @functools.wraps(original)
    def call(run: Any, *args: Any, **kwargs: Any) -> Any:
        own = tracked(run)
        if own is None or _inside.is_set:
            return original(run, *args, **kwargs)
        _inside.is_set = True
        try:
            quiet.attempt(f"`{name}`", functools.partial(before, run, own, *args, **kwargs))
            return original(run, *args, **kwargs)
        except Exception as error:
            if name not in _SILENT:
                raise
            _pass_over(error)
            return None
        finally:
            _inside.is_set = False

    setattr(call, "_is_watched_by_runlore", True)  # noqa: B010 - functions have no such field
    return call


def _pass_over(error: Exception) -> None:
    """Say that W&B failed; what it refuses is raised again."""
    if is_refusal(error):
        raise error
    quiet.say(f"W&B failed: {first_line(error)}. What is logged is kept by Runlore")


def _chain(owner: Any, name: str, first: Callable[..., None]) -> None:
    """Call `first` before a callback of W&B's."""
    if not _has(owner, name):
        return
    then = getattr(owner, name)

    def both(*args: Any, **kwargs: Any) -> None:
        first(*args, **kwargs)
        try:
            if then is not None:
                then(*args, **kwargs)
        except Exception as error:  # noqa: BLE001 - raised again where it is meant for the caller
            _pass_over(error)

    object.__setattr__(owner, name, both)


def _has(owner: Any, name: str) -> bool:
    """Tell whether a part of a run can have a callback; a disabled run's summary can't."""
    try:
        getattr(owner, name)
    except (AttributeError, KeyError):
        return False
    return True


def _said(key: Any, value: Any, data: Any) -> Mapping[str, Any]:
    if key is None:
        return data or {}
    return {} if isinstance(key, tuple) else {str(key): value}


# -- what comes before each method ---------------------------------------------------------


def _log(
    run: Any, own: TrackedRun, data: Any, step: Any = None, commit: Any = None, *_: Any
) -> None:
    """Log at W&B's step, which is counted here: asking W&B for it waits for another process."""
    if not hasattr(data, "items"):
        return  # W&B refuses it
    current: int = run.__dict__[_STEP]
    at = current if step is None else int(step)
    is_over = step is None if commit is None else bool(commit)
    run.__dict__[_STEP] = max(current, at + 1 if is_over else at)
    log_values(own, data, at, quiet)


def _finish(run: Any, own: TrackedRun, exit_code: Any = None, *_: Any, **__: Any) -> None:
    if not own.is_finished:
        if not _has(run.summary, "_update_callback"):  # of a disabled run, a plain mapping
            log_values(own, dict(run.summary), None, quiet)
        code = f"exit code {exit_code}" if exit_code else None
        own.end("failed" if exit_code else "finished", None, code)


def _exit(run: Any, own: TrackedRun, kind: Any, error: Any, traceback: Any) -> None:
    del run, kind, traceback
    own.end(*(("finished", None, None) if error is None else described(error)))


def _log_model(run: Any, own: TrackedRun, path: Any, name: Any = None, aliases: Any = None) -> None:
    del run
    _take_path(own, path, name, "model", aliases)


def _log_artifact(
    run: Any,
    own: TrackedRun,
    artifact_or_path: Any,
    name: Any = None,
    type: Any = None,  # noqa: A002 - W&B's word
    aliases: Any = None,
    *_: Any,
    **__: Any,
) -> None:
    del run
    if not hasattr(artifact_or_path, "manifest"):
        _take_path(own, artifact_or_path, name, type, aliases)
        return
    artifact = artifact_or_path
    title = str(artifact.name).partition(":")[0]
    for path, entry in artifact.manifest.entries.items():
        if entry.local_path:
            _take_path(own, entry.local_path, f"{title}/{path}", artifact.type, None)
        elif entry.ref:
            facts = {f"reference {title}/{path}": {"address": entry.ref, "digest": entry.digest}}
            what = f"the reference {entry.ref}"
            quiet.attempt(what, functools.partial(own.record, "context.captured", facts=facts))


def _save(
    run: Any,
    own: TrackedRun,
    glob_str: Any,
    base_path: Any = None,
    policy: Any = None,
    glob: Any = True,  # noqa: FBT002 - W&B's
) -> None:
    del run, policy
    pattern = os.fspath(glob_str)
    for path in patterns.glob(pattern) if glob else [pattern]:
        above = base_path or (os.path.dirname(path) if os.path.isabs(path) else ".")
        name = os.path.relpath(path, above)
        _take_path(own, path, os.path.basename(path) if name.startswith("..") else name, None, None)


def _take_path(own: TrackedRun, path: Any, name: Any, kind: Any, aliases: Any) -> None:
    if not os.path.exists(path):
        return  # W&B says so
    quiet.attempt(
        f"the file {str(path)!r}",
        lambda: own.log_artifact(path, name, kind=kind, aliases=aliases or ()),
    )


def _define_metric(
    run: Any, own: TrackedRun, name: Any, step_metric: Any = None, *_: Any, **options: Any
) -> None:
    del run
    if "*" not in name:
        goal = _GOALS.get(options.get("goal") or options.get("summary") or "")
        x = getattr(step_metric, "name", step_metric)
        quiet.attempt(f"{name!r}", lambda: own.define_metric(name, direction=goal, x=x))


def _nothing(*_: Any, **__: Any) -> None:
    """Record nothing: an alert is a message to people, sent by W&B."""


def _set_name(run: Any, own: TrackedRun, name: Any) -> None:
    del run
    quiet.attempt("the name", lambda: rename(own, name))


def _set_notes(run: Any, own: TrackedRun, notes: Any) -> None:
    del run
    quiet.attempt("the notes", lambda: own.log_note(notes))


def _set_tags(run: Any, own: TrackedRun, tags: Any) -> None:
    for gone in set(run.tags or ()) - set(tags):
        quiet.attempt("a tag", functools.partial(own.remove_tag, gone))
    new = [tag for tag in tags if tag not in (run.tags or ())]
    quiet.attempt("tags", lambda: own.add_tags(new))


_BEFORE: dict[str, Callable[..., None]] = {
    "log": _log,
    "finish": _finish,
    "__exit__": _exit,
    "log_model": _log_model,
    "log_artifact": _log_artifact,
    "save": _save,
    "define_metric": _define_metric,
    "alert": _nothing,
}
_SETTERS: dict[str, Callable[..., None]] = {
    "name": _set_name,
    "notes": _set_notes,
    "tags": _set_tags,
}
