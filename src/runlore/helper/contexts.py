"""Give the runs of the process their context: code, environment, machine.

What is captured first is recorded once, for the process, and so for all runs that it writes. A
run begun later, when something has changed, or that wants other things captured, gets what is
different.
"""

from __future__ import annotations

from time import monotonic

from runlore.client.captures import names_text
from runlore.helper.errands import Errand
from runlore.records.events import event

TYPE_CHECKING = False
if TYPE_CHECKING:
    from runlore.helper.own_journal import OwnJournal
    from runlore.helper.parent import Parent

    Choice = tuple[frozenset[str], int]  # what to capture, and for which rank

_FRESH_SECONDS = 60.0  # a notebook lives for days, and its code changes between two runs
_LIMIT_SECONDS = 45.0
_ELSEWHERE = frozenset({"console", "load"})  # captured all along, by others


class Contexts:
    """Sees new runs and records a context for each, captured anew once a minute at most."""

    __slots__ = (
        "_body",
        "_captured_at",
        "_choice",
        "_errand",
        "_of_process",
        "_own",
        "_parent",
        "_waiting",
    )

    def __init__(self, parent: Parent, own: OwnJournal) -> None:
        self._parent = parent
        self._own = own
        self._waiting: list[tuple[str, Choice]] = []
        self._errand: Errand | None = None
        self._choice: Choice | None = None
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
            self._waiting.append((line[0], (line[3] - _ELSEWHERE, line[2])))
        if not self._waiting:
            return False
        if self._errand is None:
            choice = self._waiting[0][1]
            is_fresh = monotonic() < self._captured_at + _FRESH_SECONDS
            if choice != self._choice or not is_fresh:
                self._body = b""
                self._choice = choice
                self._captured_at = monotonic()
                if choice[0]:
                    self._errand = self._start(choice)
                    return True
                self._body = event("context.captured", facts={})
        elif not self._errand.is_over():
            return True
        else:
            self._body = self._errand.output if self._errand.is_ok else b""
            self._errand = None
        runs = [run for run, choice in self._waiting if choice == self._choice]
        self._waiting = [one for one in self._waiting if one[1] != self._choice]
        if self._body:
            self._record(runs)
        else:
            self._own.tell("code and environment could not be captured")
        return True

    def _record(self, runs: list[str]) -> None:
        if not self._of_process:
            self._of_process = self._body
            if self._choice is not None and self._choice[0]:
                self._own.writer().event(0, self._body)
        changed = _changed_facts(self._of_process, self._body)
        if changed:
            for run in runs:
                record = event("context.captured", None, facts=changed)
                self._own.writer().event(self._own.slot_of(run), record)
        self._own.sync()

    def is_capturing(self) -> bool:
        """Tell whether a process is finding out the context just now."""
        return self._errand is not None

    def is_idle(self) -> bool:
        """Tell whether no run waits for its context."""
        return not self._waiting

    def _start(self, choice: Choice) -> Errand:
        captures, rank = choice
        try:
            return Errand(
                "capture",
                self._parent.store.path,
                self._parent.folder,
                names_text(captures),
                str(rank),
                limit_seconds=_LIMIT_SECONDS,
            )
        except OSError:
            self._waiting = []
            raise


def _changed_facts(before: bytes, after: bytes) -> dict[str, object]:
    """Return the facts of the record `after` that the record `before` has otherwise."""
    if before == after:
        return {}
    import json  # only where a process begins runs more than a minute apart

    known, found = json.loads(before)["facts"], json.loads(after)["facts"]
    gone = dict.fromkeys(known.keys() - found.keys())
    return gone | {key: value for key, value in found.items() if known.get(key) != value}
