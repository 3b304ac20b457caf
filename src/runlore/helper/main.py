"""The helper: a process beside the training that does what would slow it down.

It is started by `runlore.client.spawn`, and the run is complete without it. Whatever happens
to it, another process can do the rest: killing it loses nothing.
"""

from __future__ import annotations

import os
import signal

from runlore.errors import RunloreError
from runlore.helper.errands import become
from runlore.helper.worker import END_SECONDS, SEAL_SECONDS, Worker
from runlore.journal.folder import open_store

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType

_MOST_DESCRIPTORS = 65_536


def main(store_path: str, actor: str) -> None:
    """Serve the process with the journal `actor` until it has ended and its share is done."""
    _let_go()
    try:
        store = open_store(store_path)
    except RunloreError:
        return  # gone already
    worker = Worker(store, actor)

    def stop(_number: int, _frame: FrameType | None) -> None:
        worker.is_stopped = True

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C and a closed terminal are meant
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # for the training, which we outlive
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    if worker.work():
        become(
            "seal",
            store.path,
            str(SEAL_SECONDS),
            store.actor(actor),
            "end",
            limit_seconds=END_SECONDS,
        )


def _let_go() -> None:
    """Keep nothing of the training process: no pipe that somebody reads to its end, no mount."""
    os.closerange(3, min(os.sysconf("SC_OPEN_MAX"), _MOST_DESCRIPTORS))
    os.chdir(os.sep)
