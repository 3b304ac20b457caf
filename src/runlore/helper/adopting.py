"""Hash the files that the process gives, in a thread beside the helper's other work."""

from __future__ import annotations

import os
import sys
from _thread import start_new_thread
from time import monotonic

from runlore.errors import RunloreError
from runlore.helper.adopt import adopt_staged, run_of
from runlore.helper.staged import StagedSearch, waiting_files

TYPE_CHECKING = False
if TYPE_CHECKING:
    from runlore.helper.own_journal import OwnJournal
    from runlore.helper.parent import Parent

_RETRY_SECONDS = 30.0
_NICENESS = 10


class Adopting:
    """Takes each file into the store once the process' journal names it."""

    __slots__ = ("_is_busy", "_named", "_own", "_parent", "_retry_at", "_search")

    def __init__(self, parent: Parent, own: OwnJournal, number: int) -> None:
        """Look from the journal file `number` on."""
        self._parent = parent
        self._own = own
        self._search = StagedSearch(parent.store, parent.actor, number)
        self._named: set[str] = set()
        self._is_busy = False
        self._retry_at = 0.0

    def look(self, newest: int) -> bool:
        """Go on with it; `newest` numbers the newest journal file. Tell whether files wait."""
        if self._is_busy:
            return True
        waiting = waiting_files(self._parent.store, self._parent.actor)
        if not waiting:
            self._named.clear()
            self._search.skip_to(newest)
            return False
        # Those found the last time and listed no more are done. First this, then the search:
        # it may find names of files younger than the list.
        self._named.intersection_update(waiting)
        if not self._named.issuperset(waiting):
            self._named |= self._search.search(newest)
        ready = [name for name in waiting if name in self._named]
        if not ready or monotonic() < self._retry_at:
            return False
        slots = {run: self._own.slot_of(run) for run in map(run_of, ready)}
        self._own.writer()
        self._is_busy = True
        start_new_thread(self._adopt, (ready, slots))
        return True

    def look_once_more(self, newest: int) -> None:
        """Search the whole journal again, and don't wait to retry: the process has ended."""
        self._search = StagedSearch(self._parent.store, self._parent.actor)
        self._retry_at = 0.0
        self.look(newest)

    def is_idle(self) -> bool:
        """Tell whether no file is being taken just now."""
        return not self._is_busy

    def _adopt(self, names: list[str], slots: dict[str, int]) -> None:
        problems: list[Exception] = []
        try:
            if sys.platform == "linux":
                os.nice(_NICENESS)  # there it is this thread's own: the training goes first
            problems += adopt_staged(
                self._parent.store,
                self._parent.actor,
                names,
                writer=self._own.writer(),
                slot_of=slots.__getitem__,
            )
        except Exception as error:  # noqa: BLE001 - a thread has nobody to raise it to
            problems.append(error)
        for problem in problems:
            reason = problem.message if isinstance(problem, RunloreError) else problem
            self._own.tell(f"a given file waits in incoming/: {reason}")
        if problems:
            self._retry_at = monotonic() + _RETRY_SECONDS
        self._is_busy = False
