"""Hold the lock file by which other processes see that this one is alive.

The lock is a POSIX one (`fcntl`): it goes when its process goes, however that ends, and a
forked child doesn't inherit it. It also goes when its process closes *any* descriptor of
that file, so whoever reads lock files asks `held_identity` first, under `guard`.
"""

from __future__ import annotations

import _thread
import os
import sys

from runlore.errors import StoreError
from runlore.journal.host import HostIdentity, current_host, process_start_ticks

if sys.platform != "win32":
    import fcntl

_IDENTITY_SIZE = 1024

# Reentrant: a signal handler that ends the run may come while it is held.
guard = _thread.RLock()
_held: dict[tuple[int, int], tuple[int, HostIdentity]] = {}


def hold(lock_path: str, *, host: HostIdentity | None = None) -> int:
    """Take the lock and write down who holds it; return the file descriptor for `release`.

    A path that this process holds already gives the same descriptor again. Raises
    StoreError when another process holds it, OSError when the file can't be made.
    """
    host = host or current_host()
    with guard:
        held = _held.get(_key_of(lock_path) or (-1, -1))
        if held is not None:
            return held[0]
        descriptor = os.open(lock_path, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            _lock(descriptor, lock_path)
            os.ftruncate(descriptor, 0)
            os.write(descriptor, _identity_line(host))
            status = os.fstat(descriptor)
        except BaseException:
            os.close(descriptor)
            raise
        _held[status.st_dev, status.st_ino] = (descriptor, host)
        return descriptor


def release(descriptor: int) -> None:
    """Give back a lock taken by `hold`; nothing happens if this process doesn't hold it."""
    with guard:
        for key, (held, _) in list(_held.items()):
            if held == descriptor:
                del _held[key]
                os.close(descriptor)


def held_identity(lock_path: str) -> HostIdentity | None:
    """Say under which identity this very process holds the lock, without opening the file."""
    held = _held.get(_key_of(lock_path) or (-1, -1))
    return held[1] if held else None


def _key_of(path: str) -> tuple[int, int] | None:
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _lock(descriptor: int, lock_path: str) -> None:
    if sys.platform == "win32":
        return  # the file is written, and nobody can tell who lives
    try:
        fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):  # POSIX allows EAGAIN and EACCES
        raise StoreError(
            f"another process holds the lock {lock_path!r}",
            hint="wait until that process ends; a journal has one writer",
        ) from None


def _identity_line(host: HostIdentity) -> bytes:
    pid = os.getpid()
    start_ticks = process_start_ticks(pid) or 0
    return f"{host.boot_id} {host.host_id} {pid} {start_ticks}\n".encode("utf-8", "replace")


def read_identity(descriptor: int) -> tuple[HostIdentity, int, int] | None:
    """Read who wrote a lock file: the host, the pid, its start in ticks (0: not known).

    None while the line isn't written, or when it isn't one of ours.
    """
    line = os.read(descriptor, _IDENTITY_SIZE)
    if not line.endswith(b"\n"):
        return None
    try:
        boot_id, host_id, pid, start_ticks = line.decode("utf-8").split()
        return HostIdentity(host_id, boot_id), int(pid), int(start_ticks)
    except ValueError:
        return None


def _forget_after_fork() -> None:
    """Start empty in a forked child: the locks stayed with the parent, and so does `guard`."""
    global guard
    guard = _thread.RLock()
    descriptors = [descriptor for descriptor, _ in _held.values()]
    _held.clear()
    for descriptor in descriptors:
        os.close(descriptor)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_after_fork)
