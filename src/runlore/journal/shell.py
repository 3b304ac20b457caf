"""Continue the one journal that shell commands of a user on a host share.

`runlore log` in a loop is many short processes. Each takes the lock of their common actor,
goes on behind the last whole frame with plain writes, and lets go (docs/formats/journal.md).
"""

from __future__ import annotations

import os
import sys

from runlore.journal.file import PlainFile
from runlore.journal.frames import ACTOR, CLOSE, KEYS, RUN, Header
from runlore.journal.reader import Frame, Reader
from runlore.journal.writer import Writer, compose
from runlore.records.events import now
from runlore.records.ids import id_from_text
from runlore.records.text import encode_json

if sys.platform != "win32":
    import fcntl

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from runlore.journal.folder import StoreFolder
    from runlore.journal.host import HostIdentity

SHELL_ROLL_SIZE = 256 << 10
_DAY_MICROSECONDS = 86_400_000_000


def shell_actor(host: HostIdentity) -> str:
    """Return the actor that commands of this user on this host write as."""
    user = os.getuid() if hasattr(os, "getuid") else 0
    return id_from_text(f"shell\0{host.host_id}\0{user}")


class ShellWriter(Writer):
    """The shared journal, held by this process until `close`."""

    __slots__ = ()

    def __init__(
        self,
        store: StoreFolder,
        facts: dict[str, object],
        host: HostIdentity,
        *,
        on_trouble: Callable[[str], None],
    ) -> None:
        """Wait for the lock and continue the journal, or begin it.

        Raises:
            OSError: if it can't be made or read.
        """
        super().__init__(
            store, {**facts, "kind": "shell"}, host, on_trouble=on_trouble, is_mapped=False
        )

    def declare_run(self, run: str, attempt: str, rank: int) -> int:
        """Give a run a slot, the one it has in this file already if it has one."""
        for key, frame in self._tables.items():
            if key < 0 and f'"{run}"'.encode() in frame and f'"{attempt}"'.encode() in frame:
                return -key
        return super().declare_run(run, attempt, rank)

    def declare_keys(self, slot: int, context: str, names: tuple[str, ...]) -> int:
        """Number a set of names, as it is numbered in this file already if it is."""
        body = encode_json({"run": slot, "context": context, "names": names})
        for key, frame in self._tables.items():
            if key > 0 and frame[8:-4].rstrip(b" ") == body:
                return key
        return super().declare_keys(slot, context, names)

    def sync(self) -> None:
        """Wait until what was written is on the device, for what is done next can't be undone."""
        if isinstance(self._file, PlainFile):
            self._file.sync()

    def complete(self) -> None:
        """Complete the file now, so that it can be sealed; what comes next begins another."""
        with self._lock:
            self.sync()
            self._tables.clear()
            self._finish_file(is_complete=True)

    def close(self) -> None:
        """Complete the file if it is full, and let go of the lock."""
        file = self._file
        with self._lock:
            if file is not None:
                if file.base + self._at > SHELL_ROLL_SIZE:
                    self._tables.clear()
                    self._finish_file(is_complete=True)
                else:
                    file.abandon()
                    self._file, self._limit = None, 0
            os.close(self._lock_descriptor)
            self._lock_descriptor = -1
            self.leave()

    def _begin_actor(self) -> None:
        super()._begin_actor()
        self.actor = shell_actor(self._host)

    def _open_next(self) -> PlainFile:
        if self._lock_descriptor < 0:
            folder = self._store.actor(self.actor)
            os.makedirs(folder, exist_ok=True)
            self._lock_descriptor = os.open(
                self._store.lock(self.actor), os.O_RDWR | os.O_CREAT, 0o644
            )
            if sys.platform != "win32":
                fcntl.lockf(self._lock_descriptor, fcntl.LOCK_EX)
            self._number = max(_numbers(folder), default=0)
            if self._number:
                continued = self._continue(self._store.journal(self.actor, self._number))
                if continued is not None:
                    return continued
        opened = super()._open_next()
        assert isinstance(opened, PlainFile)  # noqa: S101 - is_mapped is false
        return opened

    def _continue(self, path: str) -> PlainFile | None:
        """Open the last file behind its last whole frame; None if it is complete.

        One of an earlier boot is left as it is: a power cut may have taken records from its end
        that readers have seen, and to them what came in their place would be a fork.
        """
        with open(path, "rb") as stream:
            content = stream.read()
        reader = Reader(content)
        is_closed = is_of_this_boot = False
        boot = encode_json({"boot_id": self._host.boot_id}).strip(b"{}")
        for frame in reader:
            if isinstance(frame, Frame):
                is_closed = frame.kind == CLOSE
                is_of_this_boot |= frame.kind == ACTOR and boot in bytes(frame.body)
                self._take_table(frame)
        if not (is_closed or is_of_this_boot):
            self._tables.clear()
            self._slots.clear()
            return None
        if not is_closed and len(content) >= reader.position:
            file = PlainFile(path, is_new=False)
            file.truncate(reader.position)
            file.make_room(reader.position, 0)
            self._file, self._view = file, file
            self._at, self._crc = reader.position, reader.crc
            if Header(content).created > now() - _DAY_MICROSECONDS:
                return file
            self._finish_file(is_complete=True)
        self._previous_crc = self._previous_crc or reader.crc
        self._tables.clear()
        self._slots.clear()
        return None

    def _take_table(self, frame: Frame) -> None:
        if frame.kind in (RUN, KEYS):
            key = -frame.reference if frame.kind == RUN else frame.reference
            self._tables[key] = compose(frame.kind, frame.body, frame.reference)
            self._references = max(self._references, frame.reference)


def _numbers(folder: str) -> list[int]:
    return [
        int(name.removesuffix(".journal"))
        for name in os.listdir(folder)
        if name.endswith(".journal") and name.removesuffix(".journal").isdigit()
    ]
