"""What the operating system said, as an error a user can act on."""

from __future__ import annotations

import errno

from runlore.errors import InvalidValue, StoreError, StoreFull, StoreReadOnly

_FULL = (errno.ENOSPC, errno.EDQUOT)
_READ_ONLY = (errno.EROFS, errno.EACCES, errno.EPERM)


def write_fault(error: OSError, place: str) -> StoreError:
    """Return the store error that a failed write to `place` stands for."""
    if error.errno in _FULL:
        return StoreFull(
            f"no room left to write {place!r}",
            hint="free some space, or name a place on another disk",
        )
    if error.errno in _READ_ONLY:
        return StoreReadOnly(
            f"{place!r} can't be written: {error.strerror}",
            hint="check who owns that folder, or name another store with RUNLORE_STORE",
        )
    return StoreError(f"{place!r} can't be written: {error.strerror or error}")


def read_fault(error: OSError, place: str) -> InvalidValue:
    """Return the error for a file that the caller named and that can't be read."""
    if error.errno == errno.ENOENT:
        return InvalidValue(f"there is no file {place!r}", hint="check the path")
    if error.errno == errno.ELOOP:
        return InvalidValue(f"{place!r} is a link that leads to itself")
    return InvalidValue(
        f"{place!r} can't be read: {error.strerror or error}",
        hint="check its permissions",
    )
