"""See how a process ends, so that its open runs say so.

An exception that ends the process marks them failed, Ctrl-C, SIGTERM and SIGHUP stopped, and a
plain end finished. Death without a chance (SIGKILL, power) needs nothing here: readers see it.
"""

from __future__ import annotations

import atexit
import os
import sys
from _thread import start_new_thread

from runlore.client.recorder import recorders
from runlore.records.text import clean

TYPE_CHECKING = False
if TYPE_CHECKING:
    from signal import SIG_DFL, SIGHUP, SIGTERM, getsignal, signal
    from types import FrameType, TracebackType
    from typing import NoReturn

    Ending = tuple[str, dict[str, object] | None, str | None]

else:  # the module `signal` is these and enum, which takes 5 ms to import
    import _signal
    from _signal import SIG_DFL, SIGTERM, getsignal, signal

    SIGHUP = getattr(_signal, "SIGHUP", SIGTERM)  # Windows has none

_MOST_CHARACTERS = 200_000
# Of terminals that are closed, and of schedulers.
_ENDING_SIGNALS: dict[int, str] = {SIGHUP: "SIGHUP", SIGTERM: "SIGTERM"}
_ENDING_STATUSES = (129, 130, 143)  # what a shell makes of SIGHUP, SIGINT and SIGTERM


class _Watch:
    """What has been installed in this process, and how it is ending."""

    pid = 0  # a forked child is watched anew
    ending: Ending = ("finished", None, None)
    terminated = False
    exit_status: str | int | None = None  # what `sys.exit` was called with


def watch_process() -> None:
    """Install the hooks, once; handlers of signals only where nobody else has one."""
    try:
        for number in _ENDING_SIGNALS:
            if getsignal(number) == SIG_DFL:
                signal(number, _on_signal)
    except ValueError:
        pass  # not the main thread: until a run is started there, a signal reads as a crash
    if _Watch.pid == os.getpid():
        return
    is_fork = _Watch.pid != 0
    _Watch.pid = os.getpid()
    atexit.register(_at_exit)
    _watch_worker()
    if is_fork:
        return  # the hook is inherited
    previous = sys.excepthook

    def hook(
        kind: type[BaseException], error: BaseException, traceback: TracebackType | None
    ) -> None:
        if not hasattr(sys, "ps1"):  # at a prompt the process goes on
            _Watch.ending = described(error)
        previous(kind, error, traceback)

    sys.excepthook = hook
    leave = sys.exit

    def leave_and_tell(status: str | int | None = None, /) -> NoReturn:
        _Watch.exit_status = status
        leave(status)

    sys.exit = leave_and_tell  # of an exit no hook is told


def _watch_worker() -> None:
    """Be told of the end of a process of `multiprocessing`, which runs no exit handlers."""
    process = sys.modules.get("multiprocessing.process")
    if process is not None and process.parent_process() is not None:
        from multiprocessing.util import Finalize

        Finalize(None, _at_exit, exitpriority=0)


def described(error: BaseException) -> Ending:
    """Return (status, error fields, reason) for the exception that ends a run."""
    kind = type(error).__name__
    if isinstance(error, KeyboardInterrupt):
        return "stopped", None, "Ctrl-C"
    if isinstance(error, GeneratorExit) or kind == "CancelledError":
        return "stopped", None, "cancelled"
    if isinstance(error, SystemExit):
        if error.code is None or error.code == 0:
            return "finished", None, None
        if _Watch.terminated or error.code in _ENDING_STATUSES:
            return "stopped", None, f"exit {error.code}"
        if error.__traceback__ is None:
            message = clean(str(error.code))[:_MOST_CHARACTERS]
            return "failed", {"type": kind, "message": message, "traceback": ""}, None
    from traceback import format_exception

    try:
        message = str(error)
    except Exception:  # noqa: BLE001 - a broken exception must not hide that the run failed
        message = "(its message can't be shown)"
    try:
        trace = "".join(format_exception(error))
    except Exception:  # noqa: BLE001 - a broken exception must not hide that the run failed
        trace = ""
    fields: dict[str, object] = {
        "type": kind,
        "message": clean(message)[:_MOST_CHARACTERS],
        "traceback": clean(trace)[-_MOST_CHARACTERS:],
    }
    return "failed", fields, None


def end_all(ending: Ending) -> None:
    """End every open run of this process and complete its journals."""
    for recorder in recorders():
        for run in list(recorder.runs):
            run.end(*ending)
        recorder.close()


def _at_exit() -> None:
    error = sys.exc_info()[1]  # a worker's, which no excepthook sees
    if error is None and _Watch.ending[0] == "finished":
        error = SystemExit(_Watch.exit_status)
    end_all(_Watch.ending if error is None else described(error))


def _on_signal(number: int, _frame: FrameType | None) -> None:
    """Mark the runs stopped, then die of the signal as if nobody had listened.

    The handler may have interrupted this very thread in the middle of an append. It therefore
    leaves the writing to another thread, which waits for that append to be over.
    """
    _Watch.terminated = True
    signal(number, SIG_DFL)
    start_new_thread(_stop_and_die, (number,))


def _stop_and_die(number: int) -> None:
    try:
        end_all(("stopped", None, _ENDING_SIGNALS[number]))
    finally:
        os.kill(os.getpid(), number)
