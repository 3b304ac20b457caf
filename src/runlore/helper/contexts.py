"""Give each new run of the process its context: code, environment, command."""

from __future__ import annotations

from time import monotonic

from runlore.helper.errands import Errand

TYPE_CHECKING = False
if TYPE_CHECKING:
    from runlore.helper.own_journal import OwnJournal
    from runlore.helper.parent import Parent

_FRESH_SECONDS = 60.0  # a notebook lives for days, and its code changes between two runs
_LIMIT_SECONDS = 20.0


class Contexts:
    """Sees new runs and records a context for each, captured anew once a minute at most."""

    __slots__ = ("_body", "_captured_at", "_errand", "_own", "_parent", "_waiting")

    def __init__(self, parent: Parent, own: OwnJournal) -> None:
        self._parent = parent
        self._own = own
        self._waiting: list[str] = []
        self._errand: Errand | None = None
        self._body = b""
        self._captured_at = 0.0

    def look(self) -> bool:
        """Go on with it; tell whether there was anything to do.

        Raises:
            OSError: if the capture can't be started or recorded.
        """
        for line in self._parent.new_runs():
            self._own.know(line)
            self._waiting.append(line[0])
        if not self._waiting:
            return False
        if self._errand is None and monotonic() >= self._captured_at + _FRESH_SECONDS:
            self._body = b""
            self._errand = self._start()
            return True
        if self._errand is not None:
            if not self._errand.is_over():
                return True
            self._body = self._errand.output if self._errand.is_ok else b""
            self._errand = None
        runs, self._waiting = self._waiting, []
        if self._body:
            for run in runs:
                self._own.writer().event(self._own.slot_of(run), self._body)
            self._own.sync()
        else:
            self._own.tell("code and environment could not be captured")
        return True

    def is_idle(self) -> bool:
        """Tell whether no run waits for its context."""
        return not self._waiting

    def _start(self) -> Errand:
        try:
            errand = Errand("capture", self._parent.folder, limit_seconds=_LIMIT_SECONDS)
        except OSError:
            self._waiting = []
            raise
        self._captured_at = monotonic()
        return errand
