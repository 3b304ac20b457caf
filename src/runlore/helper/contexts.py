"""Give the runs of the process their context: code, environment, command.

What is captured first is recorded once, for the process, and so for all runs that it writes. A
run begun later, when something has changed, gets what has changed.
"""

from __future__ import annotations

from time import monotonic

from runlore.helper.errands import Errand
from runlore.records.events import event

TYPE_CHECKING = False
if TYPE_CHECKING:
    from runlore.helper.own_journal import OwnJournal
    from runlore.helper.parent import Parent

_FRESH_SECONDS = 60.0  # a notebook lives for days, and its code changes between two runs
_LIMIT_SECONDS = 20.0


class Contexts:
    """Sees new runs and records a context for each, captured anew once a minute at most."""

    __slots__ = (
        "_body",
        "_captured_at",
        "_errand",
        "_of_process",
        "_own",
        "_parent",
        "_waiting",
    )

    def __init__(self, parent: Parent, own: OwnJournal) -> None:
        self._parent = parent
        self._own = own
        self._waiting: list[str] = []
        self._errand: Errand | None = None
        self._body = b""
        self._of_process = b""
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
            self._record(runs)
        else:
            self._own.tell("code and environment could not be captured")
        return True

    def _record(self, runs: list[str]) -> None:
        if not self._of_process:
            self._of_process = self._body
            self._own.writer().event(0, self._body)
        changed = _changed_facts(self._of_process, self._body)
        if changed:
            for run in runs:
                record = event("context.captured", None, facts=changed)
                self._own.writer().event(self._own.slot_of(run), record)
        self._own.sync()

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


def _changed_facts(before: bytes, after: bytes) -> dict[str, object]:
    """Return the facts of the record `after` that the record `before` has otherwise."""
    if before == after:
        return {}
    import json  # only where a process begins runs more than a minute apart

    known, found = json.loads(before)["facts"], json.loads(after)["facts"]
    gone = dict.fromkeys(known.keys() - found.keys())
    return gone | {key: value for key, value in found.items() if known.get(key) != value}
