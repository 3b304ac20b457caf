"""Record the consoles of the process' runs: what it printed, with progress bars collapsed."""

from __future__ import annotations

import os
from time import monotonic

from runlore.helper.printed import Printed
from runlore.helper.spool import NUMBER_SHIFT, numbers_in, read_spool
from runlore.helper.syncing import sync_actor

TYPE_CHECKING = False
if TYPE_CHECKING:
    from runlore.helper.own_journal import OwnJournal
    from runlore.helper.parent import Parent
    from runlore.helper.printed import Record, Resumed
    from runlore.helper.spool import Frame
    from runlore.journal.folder import StoreFolder
    from runlore.journal.writer import Writer

_LOOK_SECONDS = 1.0
_TAKE_SECONDS = 4.0


class Console:
    """Takes what the process has left in its spool, and removes what is recorded."""

    __slots__ = ("_look_at", "_number", "_offset", "_own", "_parent", "_printed", "_take_at")

    def __init__(self, parent: Parent, own: OwnJournal) -> None:
        self._parent = parent
        self._own = own
        self._number, self._offset = 1, 0
        self._printed: Printed | None = None
        self._look_at = self._take_at = 0.0

    def look(self) -> bool:
        """Go on with it, about once a second; tell whether there was anything to do.

        Raises:
            OSError: if it can't be recorded.
        """
        if monotonic() < self._look_at or not self._parent.is_wanted("console"):
            return False
        self._look_at = monotonic() + _LOOK_SECONDS
        has_read = self._read()
        if self._printed is not None and monotonic() >= self._take_at:
            self._take_at = monotonic() + _TAKE_SECONDS
            self._record(self._printed.take())
        self._remove_recorded()
        return has_read

    def finish(self) -> bool:
        """Record the rest: the process has ended."""
        if not self._parent.is_wanted("console"):
            return False
        while self._read():
            pass
        if self._printed is not None:
            self._record(self._printed.take(everything=True))
            self._own.sync()
        for number in numbers_in(self._parent.folder):
            os.unlink(self._path(number))
        return False

    def _read(self) -> bool:
        frames, end = read_spool(self._parent.folder, self._number, self._offset)
        if not frames:
            newer = [number for number in numbers_in(self._parent.folder) if number > self._number]
            if not newer:
                return False
            # Frames may have come between the two looks; nothing is written to it any more.
            frames, end = read_spool(self._parent.folder, self._number, self._offset)
            if not frames:
                self._number, self._offset = newer[0], 0
                return True
        self._offset = end
        self._feed(frames)
        return True

    def _feed(self, frames: list[Frame]) -> None:
        if self._printed is None:
            from runlore.helper.redaction import mask_text

            self._printed = Printed(mask_text)
        self._record(self._printed.feed(frames))

    def _record(self, records: list[Record]) -> None:
        for run, body in records:
            self._own.writer().event(self._own.slot_of(run.split()[0]), body)

    def _remove_recorded(self) -> None:
        """Remove files of which every line is recorded, but never the newest."""
        if self._printed is None or self._number == 1:
            return
        oldest = self._printed.oldest_position
        needed = self._number if oldest is None else min(self._number, oldest >> NUMBER_SHIFT)
        for number in numbers_in(self._parent.folder):
            if number < needed:
                os.unlink(self._path(number))

    def _path(self, number: int) -> str:
        return os.path.join(self._parent.folder, f"console-{number}")


def record_printed(
    store: StoreFolder, actor: str, frames: list[Frame], resumed: Resumed, *, writer: Writer
) -> None:
    """Record what a process printed that is dead, as its helper is, and remove its spool."""
    from runlore.helper.redaction import mask_text

    printed = Printed(mask_text, resumed)
    slots: dict[str, int] = {}
    for owner, body in [*printed.feed(frames), *printed.take(everything=True)]:
        if owner not in slots:
            run, attempt, rank = owner.split()
            slots[owner] = writer.declare_run(run, attempt, int(rank))
        writer.event(slots[owner], body)
    if writer.is_behind:
        return  # the records wait for room
    sync_actor(store, writer.actor)
    folder = store.actor(actor)
    for number in numbers_in(folder):
        os.unlink(os.path.join(folder, f"console-{number}"))
