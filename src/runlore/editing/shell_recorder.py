"""Record from a shell command: the run of the client, on the journal that commands share."""

from __future__ import annotations

import os
from _thread import RLock
from contextlib import contextmanager
from typing import TYPE_CHECKING

from runlore.client.placement import Placement
from runlore.client.recorder import Recorder
from runlore.client.run import Run
from runlore.errors import StoreFull
from runlore.helper.adopt import adopt_staged
from runlore.journal.shell import ShellWriter
from runlore.records.events import now
from runlore.records.ids import id_from_text

if TYPE_CHECKING:
    from collections.abc import Iterator


# The lock of the journal is the process's, and tells none of its threads from another.
_in_this_process = RLock()


class ShellRecorder(Recorder):
    """A recorder whose journal is the one of this user's shell commands on this host."""

    def __init__(self, path: str) -> None:
        """Wait for the commands before this one, then continue their journal."""
        _in_this_process.acquire()
        try:
            super().__init__(path, with_helper=False, writer_class=ShellWriter)
        except BaseException:
            _in_this_process.release()
            raise
        self._staged = now()  # commands share the actor, and so the names of its files
        self._waiting: list[str] = []

    def stage(self, run: str) -> tuple[str, str]:
        """Name a place in `incoming/` for a file of a run."""
        name, path = super().stage(run)
        self._waiting.append(os.path.basename(path))
        return name, path

    def adopt(self, run: Run) -> None:
        """Make blobs of the files given, for no helper will; raises what stood in the way."""
        actor = self.writer.actor
        slot = self.writer.declare_run(run.id, run.attempt, run.rank)
        waiting, self._waiting = self._waiting, []
        problems = adopt_staged(
            self.store, actor, waiting, writer=self.writer, slot_of=lambda _: slot
        )
        if problems:
            raise problems[0]

    def close(self) -> None:
        """Let go of the journal; to be called by the thread that opened it."""
        try:
            super().close()
        finally:
            _in_this_process.release()

    def refuse_loss(self) -> None:
        """Raise StoreFull where records wait for room: a command ends, and they with it."""
        if self.writer.is_behind or self.writer.lost_records:
            raise StoreFull(
                f"the store {self.store.path} could not take all of it: no room is left",
                hint="free some space, see what has arrived (runlore show), and log the rest again",
            )


@contextmanager
def shell_run(path: str, run: str, attempt: str | None, name: str | None) -> Iterator[Run]:
    """Open a run of the store at `path` for one command, and let go of the journal behind it.

    The run stays open: a command that logs isn't the end of it. Without `attempt`, a new run's
    is derived from its id.
    """
    recorder = ShellRecorder(path)
    try:
        place = Placement(
            run,
            attempt or id_from_text(f"attempt\0shell\0{run}"),
            0,
            1,
            is_shared=True,
            local_rank=0,
        )
        opened = Run(recorder, place, name)
        yield opened
        recorder.adopt(opened)
        recorder.refuse_loss()
    finally:
        recorder.close()
