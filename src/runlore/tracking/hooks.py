"""Call whoever wants to know of runs: a pipeline's orchestrator, an evaluator, a page to update.

A hook is an object with any of these methods, or a module with such functions:

    on_run_start(run)            a `TrackedRun` has begun
    on_run_end(run, status)      it is over: finished, failed or stopped; its files are complete
    on_comparison(comparison)    runs were compared

Hooks come from `add_hook`, and from installed packages' entry points of the group
`runlore.hooks`. A hook that fails is said once and kept in the run; nothing else comes of it.
"""

from __future__ import annotations

import os
import sys

from runlore.client.recorder import say
from runlore.errors import InvalidType, a_kind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from runlore.client.run import Run

GROUP = "runlore.hooks"
EVENTS = ("on_run_start", "on_run_end", "on_comparison")


class _Hooks:
    """The hooks of this process."""

    added: list[object] = []  # noqa: RUF012 - the one list there is
    installed: list[object] | None = None  # None: not looked for yet
    is_calling = False  # what a hook does calls no hooks
    told: set[tuple[str, str]] = set()  # noqa: RUF012 - the same


def add_hook(hook: object) -> None:
    """Have a hook called from now on, in this process.

    Raises:
        InvalidType: if it has none of the methods of a hook.
    """
    if not any(callable(getattr(hook, event, None)) for event in EVENTS):
        raise InvalidType(
            f"{a_kind(hook)} is no hook: it has none of {', '.join(EVENTS)}",
            hint="give an object with one of these methods",
        )
    if hook not in _Hooks.added:
        _Hooks.added.append(hook)


def remove_hook(hook: object) -> None:
    """Have a hook called no more; nothing happens if it wasn't added."""
    if hook in _Hooks.added:
        _Hooks.added.remove(hook)


def call_hooks(event: str, *arguments: object, run: Run | None = None) -> None:
    """Tell every hook of an event; what goes wrong in one is said, and kept in `run`."""
    if _Hooks.is_calling:
        return
    if _Hooks.installed is None:
        _Hooks.installed = []
        _Hooks.installed = _load_installed()
    _Hooks.is_calling = True
    try:
        for hook in [*_Hooks.installed, *_Hooks.added]:
            method = getattr(hook, event, None)
            if not callable(method):
                continue
            try:
                method(*arguments)
            except (Exception, SystemExit) as error:  # noqa: BLE001 - a hook never breaks a run
                _tell(hook, event, error, run)
    finally:
        _Hooks.is_calling = False


def _tell(hook: object, event: str, error: BaseException, run: Run | None) -> None:
    name = getattr(hook, "__name__", None) or type(hook).__name__
    message = f"the hook {name} failed in {event}: {type(error).__name__}: {error}"
    if (name, event) not in _Hooks.told:
        _Hooks.told.add((name, event))
        say(f"{message}. The run goes on without it")
    if run is not None:
        run.record(
            "trouble", what="hook", lost_records=0, delayed_records=0,
            first=None, last=None, message=message,
        )  # fmt: skip


def _load_installed() -> list[object]:
    if not _is_any_installed():
        return []
    from importlib.metadata import entry_points

    found = []
    for entry in entry_points(group=GROUP):
        try:
            loaded = entry.load()
            found.append(loaded() if isinstance(loaded, type) else loaded)
        except Exception as error:  # noqa: BLE001 - a broken package never breaks a run
            say(f"the hook {entry.name!r} can't be loaded: {type(error).__name__}: {error}")
    return found


def _is_any_installed() -> bool:
    """Look for the group in the files of installed packages.

    `importlib.metadata` would do, and cost ten times what starting a run does.
    """
    for folder in sys.path:
        try:
            names = os.listdir(folder or os.curdir)
        except OSError:
            continue
        for name in names:
            if not name.endswith((".dist-info", ".egg-info")):
                continue
            try:
                with open(os.path.join(folder, name, "entry_points.txt"), "rb") as file:
                    if f"[{GROUP}]".encode() in file.read():
                        return True
            except OSError:
                continue  # it has no entry points
    return False
