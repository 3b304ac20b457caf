"""Tell from outside whether the process that took a lock file is alive."""

from __future__ import annotations

import os
import struct
import sys

from runlore.journal import lock
from runlore.journal.filesystem import is_local
from runlore.journal.host import process_start_ticks

if sys.platform != "win32":
    import fcntl

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    from runlore.journal.host import HostIdentity

    Liveness = Literal["alive", "dead", "unknown"]

ALIVE: Literal["alive"] = "alive"
DEAD: Literal["dead"] = "dead"
UNKNOWN: Literal["unknown"] = "unknown"

# `struct flock`, native sizes; "0q" pads the end as the compiler does where longs are aligned to 8.
_LINUX_LAYOUT = "hhqqi0q"  # type, whence, start, length, pid
_DARWIN_LAYOUT = "qqihh"  # start, length, pid, type, whence


def holder(lock_path: str, *, host: HostIdentity, is_on_local_disk: bool | None = None) -> Liveness:
    """Say whether the process that took the lock is alive; `unknown` where that can't be told.

    The lock decides, never the pid: it is trusted only on the boot of the host that wrote the
    file, and on a local file system (`is_on_local_disk` saves asking again for each lock of a
    store). What ran on an earlier boot of this host is dead. A lock that is free
    although its very process still runs, given back or
    lost by a stray close, is `unknown` too. Nothing is opened that this process itself holds.
    """
    with lock.guard:
        own = lock.held_identity(lock_path)
        if own is not None:
            return ALIVE if own == host else UNKNOWN
        if is_on_local_disk is None:
            is_on_local_disk = is_local(lock_path)
        if not (host.is_known and is_on_local_disk):
            return UNKNOWN
        try:
            descriptor = os.open(lock_path, os.O_RDONLY)
        except OSError:
            return UNKNOWN
        try:
            return _read_holder(descriptor, host)
        except OSError:
            return UNKNOWN
        finally:
            os.close(descriptor)


def _read_holder(descriptor: int, host: HostIdentity) -> Liveness:
    written = lock.read_identity(descriptor)
    if written is None:
        return UNKNOWN
    if written[0] != host:
        is_earlier_boot = written[0].is_known and written[0].host_id == host.host_id
        return DEAD if is_earlier_boot else UNKNOWN
    _, pid, start_ticks = written
    is_locked = _is_locked(descriptor)
    if is_locked is None:
        return UNKNOWN
    if is_locked:
        return ALIVE
    # Of another process with the same pid only the start differs.
    return UNKNOWN if process_start_ticks(pid) == start_ticks else DEAD


def _is_locked(descriptor: int) -> bool | None:
    """Ask with F_GETLK whether another process holds a write lock; None where one can't ask."""
    is_locked: bool | None = None
    if sys.platform == "linux":
        question = struct.pack(_LINUX_LAYOUT, fcntl.F_RDLCK, os.SEEK_SET, 0, 0, 0)
        answer = struct.unpack(_LINUX_LAYOUT, fcntl.fcntl(descriptor, fcntl.F_GETLK, question))
        is_locked = answer[0] != fcntl.F_UNLCK
    elif sys.platform == "darwin":
        question = struct.pack(_DARWIN_LAYOUT, 0, 0, 0, fcntl.F_RDLCK, os.SEEK_SET)
        answer = struct.unpack(_DARWIN_LAYOUT, fcntl.fcntl(descriptor, fcntl.F_GETLK, question))
        is_locked = answer[3] != fcntl.F_UNLCK
    return is_locked
