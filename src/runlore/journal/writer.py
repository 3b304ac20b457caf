"""Append frames to the journal of this process.

`append` is what a training loop touches: it takes a lock of this process only, computes one
checksum and copies the frame into a memory map. Everything that can be slow or can fail (a new
file, more room, a full disk) is behind the one comparison with `_limit`.
"""

from __future__ import annotations

import os
from _thread import RLock
from time import monotonic_ns, time_ns
from zlib import crc32

from runlore.errors import TooLarge
from runlore.journal.backlog import Backlog
from runlore.journal.file import PlainFile, open_file
from runlore.journal.filesystem import is_local
from runlore.journal.frames import (
    ACTOR,
    CLOSE,
    EVENT,
    HEADER_SIZE,
    HEARTBEAT,
    KEYS,
    MAX_FRAME_SIZE,
    OVERHEAD,
    RUN,
    frame_front,
    pack_clocks,
    pack_header,
    pack_u32,
    unpack_u32,
)
from runlore.journal.lock import hold
from runlore.records.events import event
from runlore.records.ids import new_id
from runlore.records.text import encode_json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from runlore.journal.file import MappedFile, View
    from runlore.journal.folder import StoreFolder
    from runlore.journal.host import HostIdentity

ROLL_SIZE = 8 << 20
MOST_REPEATED_BYTES = 128 << 10


class Writer:
    """The journal of one process (an actor) in one store.

    Safe to use from many threads and from signal handlers. A forked child that appends becomes
    an actor of its own. `actor` is then a new one; references stay valid.
    """

    __slots__ = (
        "_acquire",
        "_at",
        "_backlog",
        "_crc",
        "_deferred",
        "_facts",
        "_file",
        "_host",
        "_is_busy",
        "_is_mapped",
        "_limit",
        "_lock",
        "_lock_descriptor",
        "_number",
        "_previous_crc",
        "_references",
        "_release",
        "_roll_size",
        "_slots",
        "_store",
        "_tables",
        "_view",
        "actor",
    )

    def __init__(
        self,
        store: StoreFolder,
        facts: dict[str, object],
        host: HostIdentity,
        *,
        on_trouble: Callable[[str], None],
        is_mapped: bool | None = None,
    ) -> None:
        """Open a new journal in `store`; `facts` go into its actor frames.

        Raises:
            OSError: if the first file can't be made.
        """
        self._store = store
        self._facts = facts
        self._host = host
        self._is_mapped = can_map(store.path) if is_mapped is None else is_mapped
        self._tables: dict[int, bytes] = {}  # reference -> frame; negative ones are run slots
        self._slots: dict[int, int] = {}  # reference of a key set -> run slot
        self._references = 0
        self._backlog = Backlog(on_trouble)
        self._is_busy = False
        self._at = self._limit = self._crc = 0
        self._begin_actor()
        self._open_next()
        self._limit = self._fast_limit()
        _writers.append(self)

    def append(self, frame: bytes) -> None:
        """Append a frame given without its checksum.

        When this returns the frame is in the page cache, or, if there was no room, in a
        bounded backlog that is written when there is. Never raises for want of room.
        """
        try:
            self._acquire()  # twice as fast as `with`, which looks its methods up each time
            if self._is_busy:  # called from a signal handler or finaliser in the middle of this
                self._deferred.append(frame)
                return
            self._is_busy = True
            try:
                at = self._at
                end = at + len(frame) + 4
                if end <= self._limit:
                    crc = crc32(frame, self._crc)
                    self._view[at:end] = frame + pack_u32(crc)
                    self._at, self._crc = end, crc
                else:
                    self._append_slowly(frame)
            except OSError as error:
                self._fail(frame, error)
            finally:
                self._is_busy = False
                if self._deferred:  # only now: what comes after this isn't deferred
                    self._append_deferred()
        finally:
            try:  # noqa: SIM105 - contextlib costs the import budget
                self._release()
            except RuntimeError:
                pass  # Ctrl-C came while waiting for the lock, so it isn't held

    def declare_run(self, run: str, attempt: str, rank: int) -> int:
        """Give a run a slot, for events and key sets to refer to."""
        slot = self._next_reference()
        body = encode_json({"run": run, "attempt": attempt, "rank": rank})
        self._declare(-slot, compose(RUN, body, slot))
        return slot

    def declare_keys(self, slot: int, context: str, names: tuple[str, ...]) -> int:
        """Number a set of names logged together, for points to refer to.

        Raises:
            TooLarge: if the names don't fit one frame (4 MiB).
        """
        reference = self._next_reference()
        body = encode_json({"run": slot, "context": context, "names": names})
        frame = compose(KEYS, body, reference)
        self._slots[reference] = slot
        self._declare(reference, frame)
        return reference

    def forget(self, slot: int) -> None:
        """Leave a finished run's tables out of the files to come."""
        with self._lock:
            self._tables.pop(-slot, None)
            for reference in [key for key, owner in self._slots.items() if owner == slot]:
                self._tables.pop(reference, None)
                del self._slots[reference]

    def knows(self, slot: int) -> bool:
        """Tell whether a run's tables are still written to new files."""
        return -slot in self._tables

    def event(self, slot: int, body: bytes) -> None:
        """Append a record on a run (slot 0: on the store).

        Raises:
            TooLarge: if it doesn't fit one frame (4 MiB).
        """
        self.append(compose(EVENT, body, slot))

    def heartbeat(self) -> None:
        """Append the pair of clocks."""
        self.append(_heartbeat())

    def close(self) -> None:
        """Complete the journal; whatever is appended later begins another file."""
        with self._lock:
            if self._deferred:
                self._append_deferred()
            if self._backlog:
                self._backlog.make_due()
                self.heartbeat()
                self._backlog.give_up()
            if self._file is not None:
                self._finish_file(is_complete=True)

    @property
    def lost_records(self) -> int:
        """Count the records that could not be kept."""
        return self._backlog.lost_records

    @property
    def is_behind(self) -> bool:
        """Tell whether records wait in memory because there was no room."""
        return bool(self._backlog)

    def _append_deferred(self) -> None:
        """Append what signal handlers and finalisers gave in the middle of another append."""
        while self._deferred:
            self.append(self._deferred.pop(0))

    def _next_reference(self) -> int:
        with self._lock:
            self._references += 1
            return self._references

    def _declare(self, key: int, frame: bytes) -> None:
        with self._lock:
            self.append(frame)
            self.append(frame)
            self._tables[key] = frame

    def _begin_actor(self) -> None:
        self.actor = new_id()
        self._lock = RLock()
        self._acquire, self._release = self._lock.acquire, self._lock.release
        self._is_busy = False
        self._deferred: list[bytes] = []
        self._file: MappedFile | PlainFile | None = None
        self._view: View = None  # type: ignore[assignment]
        self._lock_descriptor = -1
        self._number = self._previous_crc = 0
        self._at = self._limit = self._crc = 0
        self._roll_size = ROLL_SIZE

    def _append_slowly(self, frame: bytes) -> None:
        """Append after making room or opening a file; raises OSError where it can't."""
        backlog = self._backlog
        if not backlog:
            self._put(frame)
        elif backlog.is_due():
            self._limit = 0
            self._write_backlog()
            self._put(frame)
        else:
            backlog.keep(frame, None)
            return
        self._limit = self._fast_limit()

    def _fast_limit(self) -> int:
        """Say how far the fast path may write: to the end of the room or of the file."""
        file = self._file
        return min(file.limit, self._roll_size - file.base) if file else 0

    def _write_backlog(self) -> None:
        count = 0
        try:
            for waiting in self._backlog.frames():
                self._put(waiting)
                count += 1
        finally:
            self._backlog.written(count)
        if self._backlog.lost_since_report:  # tables may be among them: the next file has them
            self._finish_file(is_complete=True)
        report = event("trouble", None, **self._backlog.report())
        for key in [key for key in list(self._tables) if key < 0]:
            self._put(compose(EVENT, report, -key))
        self._backlog.begin_report()

    def _fail(self, frame: bytes, error: OSError) -> None:
        self._limit = 0
        self._backlog.keep(frame, error)
        if isinstance(self._file, PlainFile):  # a part of a frame may have been written
            self._finish_file(is_complete=False)

    def _put(self, frame: bytes) -> None:
        """Write a frame wherever there is room for it, making some; raises OSError."""
        size = len(frame) + 4
        file = self._file
        if file is not None and file.base + self._at + size > self._roll_size:
            self._finish_file(is_complete=True)
            file = None
        if file is None:
            file = self._open_next()
        if self._at + size > file.limit:
            self._repeat_tables(file)
        self._put_in(file, frame)

    def _put_in(self, file: MappedFile | PlainFile, frame: bytes) -> None:
        size = len(frame) + 4
        if self._at + size > file.limit:
            position = file.base + self._at
            file.make_room(position, size)
            self._view = file.view  # type: ignore[assignment]
            self._at = position - file.base
        crc = crc32(frame, self._crc)
        self._view[self._at : self._at + size] = frame + pack_u32(crc)
        self._at, self._crc = self._at + size, crc

    def _repeat_tables(self, file: MappedFile | PlainFile) -> None:
        """Write the tables once more: far from the first copies, one damaged sector spares them."""
        tables = list(self._tables.values())  # a signal handler may declare more meanwhile
        if sum(map(len, tables)) <= MOST_REPEATED_BYTES:
            for table in tables:
                self._put_in(file, table)

    def _open_next(self) -> MappedFile | PlainFile:
        """Open the next file and repeat the tables in it."""
        if self._lock_descriptor < 0:
            os.makedirs(self._store.actor(self.actor), exist_ok=True)
            self._lock_descriptor = hold(self._store.lock(self.actor), host=self._host)
        number = self._number + 1
        path = self._store.journal(self.actor, number)
        actor = bytes.fromhex(self.actor)
        header = pack_header(actor, number, time_ns() // 1000, self._previous_crc)
        tables = [table for table in list(self._tables.values()) for _ in (1, 2)]
        first = [compose(ACTOR, encode_json(self._facts), 0), _heartbeat(), *tables]
        try:
            file = open_file(path, is_mapped=self._is_mapped)
        except FileExistsError:  # left by a Ctrl-C just here
            self._number = number
            return self._open_next()
        try:
            file.make_room(0, HEADER_SIZE + sum(len(frame) + 4 for frame in first))
            self._view = file.view  # type: ignore[assignment]
            self._view[0:HEADER_SIZE] = header
            self._at = HEADER_SIZE
            (self._crc,) = unpack_u32(header, HEADER_SIZE - 4)
            for frame in first:
                self._put_in(file, frame)
        except BaseException:  # Ctrl-C, too: the next try makes a file of this name
            file.abandon()
            os.unlink(path)
            raise
        self._file, self._number = file, number
        self._roll_size = ROLL_SIZE + sum(map(len, tables))
        return file

    def _finish_file(self, *, is_complete: bool) -> None:
        """Cut the file to what is written and let go of it."""
        file, self._file, self._limit = self._file, None, 0
        self._previous_crc = 0
        if file is None:
            return
        try:
            if is_complete:
                self._repeat_tables(file)
                self._put_in(file, compose(CLOSE, b"", 0))
                self._previous_crc = self._crc
        except OSError:
            pass  # it reads as complete because the next one exists or the process has ended
        try:  # noqa: SIM105 - contextlib costs the import budget
            file.close(file.base + self._at)
        except OSError:
            pass  # zeros or a part of a frame stay behind the end

    def leave(self) -> None:
        """Be left alone by forks from here on."""
        if self in _writers:
            _writers.remove(self)

    def leave_to_parent(self) -> None:
        """Become another actor: this is a forked child, the open file is its parent's."""
        file = self._file
        self._begin_actor()
        self._facts = self._facts | {"pid": os.getpid()}
        self._backlog.forget()
        if file is not None:
            file.abandon()


def compose(kind: int, body: bytes, reference: int, padding: bytes = b" ") -> bytes:
    """Compose a frame without its checksum, as `Writer.append` takes it.

    Raises:
        TooLarge: if it is over 4 MiB.
    """
    body += padding * (-len(body) % 8)
    if len(body) + OVERHEAD > MAX_FRAME_SIZE:
        raise TooLarge(
            f"a record of {len(body):,} bytes is more than one can hold (4 MiB)",
            hint="log it in parts, or keep it as a file: run.save_artifact(name, value)",
        )
    return frame_front(kind, 0, len(body)) + body + pack_u32(reference)


def can_map(path: str) -> bool:
    """Tell whether journals at `path` may be written through a memory map."""
    return hasattr(os, "posix_fallocate") and is_local(path)


def _heartbeat() -> bytes:
    return compose(HEARTBEAT, pack_clocks(time_ns() // 1000, monotonic_ns()), 0)


_writers: list[Writer] = []


def _after_fork_in_child() -> None:
    for writer in _writers:
        writer.leave_to_parent()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork_in_child)
