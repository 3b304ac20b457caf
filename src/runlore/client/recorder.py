"""What this process shares between its runs in one store: journal, clock, helper."""

from __future__ import annotations

import os
import sys

from runlore import __version__
from runlore.client import console
from runlore.client.captures import names_text
from runlore.client.spawn import spawn_helper, write_facts
from runlore.journal.folder import create_store, failure
from runlore.journal.host import current_host
from runlore.journal.writer import Writer
from runlore.records.events import Clock, now

TYPE_CHECKING = False
if TYPE_CHECKING:
    from runlore.client.run import Run


class Recorder:
    """The journal of this process in one store, and the runs that it has open."""

    __slots__ = (
        "_pid", "_spool", "_staged", "clock", "helper_pid", "host", "runs", "store", "writer"
    )  # fmt: skip

    def __init__(
        self, path: str, *, with_helper: bool, writer_class: type[Writer] = Writer
    ) -> None:
        """Open a journal in the store at `path`, making the store where there is none.

        Raises:
            StoreError: if it can't be made or written.
        """
        self.store = create_store(path)
        self.host = current_host()
        self._pid = os.getpid()
        facts = {
            "kind": "process",
            "host": os.uname().nodename if hasattr(os, "uname") else "",
            "host_id": self.host.host_id,
            "boot_id": self.host.boot_id,
            "pid": self._pid,
            "started": now(),
            "user": os.environ.get("USER") or os.environ.get("LOGNAME") or "",
            "version": __version__,
            "serves": None,
        }
        try:
            self.writer = writer_class(self.store, facts, self.host, on_trouble=say)
        except OSError as error:
            raise failure(error, path, "be written") from error
        self.clock = Clock()
        self.runs: list[Run] = []
        self._staged = 0
        self._spool = console.Spool(self.store.actor(self.writer.actor))
        self.helper_pid = spawn_helper(self.store, self.writer.actor) if with_helper else None

    def is_owner(self) -> bool:
        """Tell whether this is the process that opened it, not a forked child."""
        return os.getpid() == self._pid

    def run_started(self, run: Run) -> None:
        """Take note of an open run, and tell the helper of it."""
        self.runs.append(run)
        _open_runs.append(run)
        console.run_began(self._spool_of(run), _line(run))
        if "IPython" in sys.modules and self.helper_pid is not None:
            try:  # noqa: SIM105 - contextlib costs the import budget
                write_facts(self.store, self.writer.actor)  # there are more cells by now
            except OSError:
                pass  # those of the run before stay
        self._tell_helper(f"{_line(run)} {names_text(run.captures)}\n")

    def run_ended(self, run: Run) -> None:
        """Forget an open run, and tell the helper of it."""
        for runs in (self.runs, _open_runs):
            if run in runs:
                runs.remove(run)
        console.run_ended(self._spool_of(run), _line(run))
        if self.helper_pid is not None:
            self._tell_helper(f"{run.id} ended\n")

    def _spool_of(self, run: Run) -> console.Spool | None:
        """Give the place for what is printed, where it is wanted and somebody will take it."""
        return self._spool if self.helper_pid and "console" in run.captures else None

    def _tell_helper(self, line: str) -> None:
        path = os.path.join(self.store.actor(self.writer.actor), "runs")
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
            try:
                os.write(descriptor, line.encode())
            finally:
                os.close(descriptor)
        except OSError:
            pass  # the helper's share (code, environment) is missing; the run is complete

    def stage(self, run: str) -> tuple[str, str]:
        """Name a place in `incoming/` for a file of a run: (name in the record, path)."""
        actor = self.writer.actor
        folder = os.path.join(self.store.incoming, actor)
        os.makedirs(folder, exist_ok=True)
        self._staged += 1
        name = f"{run}-{self._staged}"
        return f"{actor}/{name}", os.path.join(folder, name)

    def close(self) -> None:
        """Complete the journal."""
        self.writer.close()


def _line(run: Run) -> str:
    return f"{run.id} {run.attempt} {run.rank}"


_recorders: dict[tuple[str, int], Recorder] = {}
_open_runs: list[Run] = []  # of all stores, in the order they were started


def recorder_for(path: str, *, with_helper: bool = True) -> Recorder:
    """Return this process's recorder for the store at `path`, opening it the first time.

    Runs that a forked child starts get a recorder, and with it a helper, of their own.
    """
    place = (path, os.getpid())
    recorder = _recorders.get(place)
    if recorder is None:
        recorder = _recorders[place] = Recorder(path, with_helper=with_helper)
    return recorder


def recorders() -> list[Recorder]:
    """Return all recorders of this process."""
    return list(_recorders.values())


def current_run() -> Run | None:
    """Return the run that this process started last and that is still open, else None."""
    return _open_runs[-1] if _open_runs else None


def say(message: str) -> None:
    """Tell the user something about our own failures, on standard error, without raising."""
    try:  # noqa: SIM105 - contextlib costs the import budget
        sys.stderr.write(f"runlore: {message}\n")
    except Exception:  # noqa: BLE001, S110 - a closed stderr must not break the training
        pass
