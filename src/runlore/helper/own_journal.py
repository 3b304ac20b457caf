"""The helper's own journal: what it found out about the runs of the process it serves."""

from __future__ import annotations

import os
from time import monotonic

from runlore import __version__
from runlore.helper.syncing import JournalSync
from runlore.journal.host import current_host
from runlore.journal.writer import Writer
from runlore.records.events import event, now

TYPE_CHECKING = False
if TYPE_CHECKING:
    from runlore.helper.parent import RunLine
    from runlore.journal.folder import StoreFolder

HEARTBEAT_SECONDS = 15.0
_MOST_DECLARED = 64


class OwnJournal:
    """A journal that begins with the first thing to say."""

    __slots__ = ("_beat_at", "_lines", "_serves", "_slots", "_store", "_sync", "_told", "_writer")

    def __init__(self, store: StoreFolder, serves: str) -> None:
        """Be ready to write into `store`, for the actor `serves`."""
        self._store = store
        self._serves = serves
        self._writer: Writer | None = None
        self._sync: JournalSync | None = None
        self._lines: dict[str, RunLine] = {}
        self._slots: dict[str, int] = {}
        self._told: set[str] = set()
        self._beat_at = 0.0

    def writer(self) -> Writer:
        """Return the writer, opening the journal the first time.

        Raises:
            OSError: if it can't be opened.
        """
        if self._writer is None:
            host = current_host()
            facts = {
                "kind": "helper",
                "host": os.uname().nodename,
                "host_id": host.host_id,
                "boot_id": host.boot_id,
                "pid": os.getpid(),
                "started": now(),
                "user": os.environ.get("USER") or os.environ.get("LOGNAME") or "",
                "version": __version__,
                "serves": self._serves,
            }
            self._writer = Writer(self._store, facts, host, on_trouble=self._told.add)
            self._sync = JournalSync(self._store, self._writer.actor)
            self._beat_at = monotonic() + HEARTBEAT_SECONDS
        return self._writer

    def know(self, line: RunLine) -> None:
        """Remember a run, so that it can be given a slot."""
        self._lines[line[0]] = line
        self._slots.pop(line[0], None)

    def slot_of(self, run: str) -> int:
        """Return the slot of a run, 0 for one that is not known.

        The tables of a sweep's many runs are left behind, all but the latest.
        """
        line, slot = self._lines.get(run), self._slots.get(run)
        if line is None or slot is not None:
            return slot or 0
        writer = self.writer()
        if len(self._slots) >= _MOST_DECLARED:
            writer.forget(self._slots.pop(next(iter(self._slots))))
        slot = self._slots[run] = writer.declare_run(*line[:3])
        return slot

    def tell(self, message: str) -> None:
        """Record a trouble of our own, each in the same words once; never raises."""
        if message in self._told:
            return
        self._told.add(message)
        try:
            run = next(reversed(self._lines), "")
            body = event(
                "trouble",
                what="helper",
                lost_records=0,
                delayed_records=0,
                first=None,
                last=None,
                message=message,
            )
            self.writer().event(self.slot_of(run), body)
        except Exception:  # noqa: BLE001, S110 - nobody is left to be told
            pass

    def beat(self) -> None:
        """Append a sign of life when it is time, for other hosts; it need not be synced."""
        if self._writer is not None and monotonic() >= self._beat_at:
            self._writer.heartbeat()
            self._beat_at = monotonic() + HEARTBEAT_SECONDS

    def sync(self) -> None:
        """Sync what was written since the last time."""
        if self._sync is not None:
            self._sync.sync()

    def close(self) -> None:
        """Complete the journal, on the device."""
        if self._writer is not None:
            self._writer.close()
            self.sync()
