"""Start short-lived processes for what needs much memory: capturing and sealing.

Neither the memory nor the modules stay with the helper, which lives as long as the training.
"""

from __future__ import annotations

import os
import signal
import sys
from time import monotonic

_PROGRAM = (
    "import sys; sys.path[:0] = [sys.argv[1]]; "
    "from runlore.helper.chores import main; main(sys.argv[2:])"
)
_PACKAGE_PARENT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


class Errand:
    """A chore under way in a process of its own; `output` is what it has written so far."""

    __slots__ = ("_ends_at", "_pid", "_pipe", "is_ok", "output")

    def __init__(self, *chore: str, limit_seconds: float) -> None:
        """Start a chore (see `runlore.helper.chores`), to be killed after `limit_seconds`.

        Raises:
            OSError: if no process can be started.
        """
        self.output = b""
        self.is_ok = False
        self._ends_at = monotonic() + limit_seconds
        self._pipe, end = os.pipe()
        try:
            os.set_blocking(self._pipe, False)
            self._pid = os.posix_spawn(
                sys.executable,
                arguments(*chore),
                os.environ,
                file_actions=[(os.POSIX_SPAWN_DUP2, end, 1)],
            )
        except OSError:
            os.close(self._pipe)
            raise
        finally:
            os.close(end)

    def is_over(self) -> bool:
        """Tell whether it has ended; `is_ok` and `output` are final then."""
        if self._pid == 0:
            return True
        if monotonic() >= self._ends_at:
            os.kill(self._pid, signal.SIGKILL)
        pid, status = os.waitpid(self._pid, os.WNOHANG)
        self._read()
        if pid == 0:
            return False
        self._pid = 0
        self.is_ok = status == 0
        os.close(self._pipe)
        return True

    def _read(self) -> None:
        try:
            while chunk := os.read(self._pipe, 1 << 16):
                self.output += chunk
        except BlockingIOError:
            pass


def arguments(*chore: str) -> list[str]:
    """Return the command line of a chore, isolated as the helper's is."""
    return [sys.executable, "-I", "-c", _PROGRAM, _PACKAGE_PARENT, *chore]


def become(*chore: str, limit_seconds: float) -> None:
    """Turn this process into a chore, which a signal ends after `limit_seconds`.

    It gives up its locks: to everybody else it is dead.
    """
    signal.alarm(max(1, int(limit_seconds)))
    os.execv(sys.executable, arguments(*chore))
