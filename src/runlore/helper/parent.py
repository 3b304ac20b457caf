"""The training process that a helper works for, as its files show it."""

from __future__ import annotations

import os

from runlore.client.captures import from_names_text
from runlore.journal import lock
from runlore.records.ids import is_id

TYPE_CHECKING = False
if TYPE_CHECKING:
    from runlore.journal.folder import StoreFolder

    RunLine = tuple[str, str, int, frozenset[str]]  # run, attempt, rank, captures


class Parent:
    """The process with the journal `actor`, which started this one."""

    __slots__ = ("_pid", "_read", "_wanted", "actor", "folder", "open_runs", "store")

    def __init__(self, store: StoreFolder, actor: str) -> None:
        """Look who holds the lock of `actor`."""
        self.store = store
        self.actor = actor
        self.folder = store.actor(actor)
        self._pid = _pid_in_lock(store.lock(actor))
        self._read = 0
        self._wanted: frozenset[str] = frozenset()
        self.open_runs: dict[str, RunLine] = {}  # as of the last `new_runs`

    def is_alive(self) -> bool:
        """Tell whether it runs: an orphan is given another parent the moment it becomes one.

        Unlike a lock this holds on every file system, and no other process can have its pid.
        """
        return os.getppid() == self._pid

    def new_runs(self) -> list[RunLine]:
        """Return the runs that it has begun since the last call."""
        try:
            descriptor = os.open(os.path.join(self.folder, "runs"), os.O_RDONLY)
        except FileNotFoundError:
            return []
        try:
            size = os.fstat(descriptor).st_size - self._read
            content = os.pread(descriptor, size, self._read) if size > 0 else b""
        finally:
            os.close(descriptor)
        whole = content[: content.rfind(b"\n") + 1]
        self._read += len(whole)
        lines = []
        for text in whole.splitlines():
            line = _run_line(text)
            if line is not None:
                lines.append(line)
                self.open_runs[line[0]] = line
            elif text.endswith(b" ended"):
                self.open_runs.pop(text[:-6].decode("ascii", "replace"), None)
        self._wanted = self._wanted.union(*(line[3] for line in lines))
        return lines

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._pid

    def is_wanted(self, capture: str) -> bool:
        """Tell whether a run that was seen by `new_runs` wants this one of CAPTURES."""
        return capture in self._wanted


def _run_line(text: bytes) -> RunLine | None:
    fields = text.decode("ascii", "replace").split()
    if len(fields) != 4 or not (is_id(fields[0]) and is_id(fields[1]) and fields[2].isdecimal()):
        return None
    return fields[0], fields[1], int(fields[2]), from_names_text(fields[3])


def _pid_in_lock(path: str) -> int:
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except OSError:
        return -1
    try:
        written = lock.read_identity(descriptor)
    finally:
        os.close(descriptor)
    return -1 if written is None else written[1]
