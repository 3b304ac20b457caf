"""Work beside a training process until it has ended and its share is done."""

from __future__ import annotations

import os
from contextlib import suppress
from time import monotonic, sleep

from runlore.helper.adopting import Adopting
from runlore.helper.console import Console
from runlore.helper.contexts import Contexts
from runlore.helper.errands import Errand
from runlore.helper.load import Load
from runlore.helper.own_journal import OwnJournal
from runlore.helper.parent import Parent
from runlore.helper.syncing import JournalSync

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from runlore.journal.folder import StoreFolder

SHORTEST_PAUSE_SECONDS = 0.25
LONGEST_PAUSE_SECONDS = 1.0
SYNC_SECONDS = 1.0
SEAL_PAUSE_SECONDS = 15.0
SEAL_SECONDS = 45.0
END_SECONDS = 60.0
STOP_SECONDS = 2.0
_END_PAUSE_SECONDS = 0.02


class Worker:
    """Does everything that would slow the process `actor` down, a little at a time."""

    __slots__ = (
        "_adopting",
        "_console",
        "_contexts",
        "_load",
        "_own",
        "_parent",
        "_seal_at",
        "_sealed_before",
        "_sealing",
        "_store",
        "_sync",
        "_sync_at",
        "is_stopped",
    )

    def __init__(self, store: StoreFolder, actor: str) -> None:
        """Begin beside the process with the journal `actor`; nothing is written yet."""
        self._store = store
        self._parent = Parent(store, actor)
        self._own = OwnJournal(store, actor)
        self._sync = JournalSync(store, actor)
        self._contexts = Contexts(self._parent, self._own)
        self._console = Console(self._parent, self._own)
        self._load = Load(self._parent, self._own)
        self._adopting = Adopting(self._parent, self._own, self._sync.number)
        self._sealing: Errand | None = None
        self._sealed_before = self._sync.number
        self._sync_at = self._seal_at = 0.0
        self.is_stopped = False

    def work(self) -> bool:
        """Work until the process has ended; tell whether the store is left to be sealed.

        Ends early when `is_stopped` is set, or when the store is gone.
        """
        pause = SHORTEST_PAUSE_SECONDS
        while True:
            is_alive = self._parent.is_alive()  # asked first: all it wrote is seen below
            if not self._is_store_there():
                return False
            is_active = sum(self._attempt(step) for step in self._steps()) > 0
            if self.is_stopped or not is_alive:
                break
            pause = SHORTEST_PAUSE_SECONDS if is_active else min(2 * pause, LONGEST_PAUSE_SECONDS)
            sleep(pause)
        self._end(monotonic() + (STOP_SECONDS if self.is_stopped else END_SECONDS))
        return not self.is_stopped and self._is_store_there()

    def _steps(self) -> tuple[Callable[[], bool], ...]:
        return (
            self._contexts.look,
            self._look_for_files,
            self._look_after_journal,
            self._console.look,
            self._load.look,
            self._seal,
        )

    def _attempt(self, step: Callable[[], bool]) -> bool:
        """Take a step; what goes wrong is recorded, and the others go on."""
        try:
            return step()
        except Exception as error:  # noqa: BLE001 - the only one who could be told is the record
            if self._is_store_there():
                self._own.tell(f"{type(error).__name__}: {error}")
            return False

    def _look_for_files(self) -> bool:
        return self._adopting.look(self._sync.number)

    def _look_after_journal(self) -> bool:
        if monotonic() >= self._sync_at:
            self._sync_at = monotonic() + SYNC_SECONDS
            self._own.beat()
            self._sync.sync()
        return False

    def _seal(self) -> bool:
        """Have the files sealed that the process has completed by beginning another one."""
        if self._sealing is not None:
            if self._sealing.is_over():
                if not self._sealing.is_ok:
                    self._own.tell("a journal could not be sealed; readers do without")
                self._sealing = None
            return True
        if self._sync.number <= max(self._sealed_before, 1) or monotonic() < self._seal_at:
            return False
        if self._contexts.is_capturing():
            return False  # the memory of one errand at a time
        self._sealed_before = self._sync.number
        self._seal_at = monotonic() + SEAL_PAUSE_SECONDS
        self._sealing = Errand(
            "seal",
            self._store.path,
            str(SEAL_SECONDS),
            self._parent.folder,
            limit_seconds=END_SECONDS,
        )
        return True

    def _end(self, deadline: float) -> None:
        """Finish what is under way, at most until `deadline`, and complete the own journal."""
        self._attempt(self._sync.sync)
        self._attempt(self._contexts.look)  # runs begun last are known from here on
        self._attempt(self._console.finish)
        has_looked_again = False
        while monotonic() < deadline and self._is_store_there():
            if not has_looked_again and self._adopting.is_idle():
                has_looked_again = True
                self._attempt(self._look_once_more)
            self._attempt(self._contexts.look)
            is_idle = has_looked_again and self._adopting.is_idle() and self._contexts.is_idle()
            if is_idle and not self._is_sealing():
                break
            sleep(_END_PAUSE_SECONDS)
        if self._is_store_there():
            self._attempt(self._close)

    def _look_once_more(self) -> bool:
        self._adopting.look_once_more(self._sync.number)
        return True

    def _is_sealing(self) -> bool:
        return self._sealing is not None and self._attempt(self._seal)

    def _close(self) -> bool:
        self._own.close()
        with suppress(OSError):  # files wait there, or there never were any
            os.rmdir(os.path.join(self._store.incoming, self._parent.actor))
        return True

    def _is_store_there(self) -> bool:
        return os.path.exists(os.path.join(self._parent.folder, "lock"))
