"""Take a file as it is now, in the training process: a reflink, else one copy.

On the import budget of the client: the operating system's own calls and nothing else.
"""

from __future__ import annotations

import os
import stat
import sys

from runlore.errors import InvalidValue
from runlore.objects.descriptors import BINARY, create_exclusively, write_all
from runlore.objects.faults import read_fault, write_fault

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

COPY_BYTES = 1 << 20
# Linux, include/uapi/linux/fs.h: _IOW(0x94, 9, int).
_FICLONE = 0x40049409
_KERNEL_COPY_BYTES = 1 << 30
_OPEN_SOURCE = os.O_RDONLY | BINARY | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NONBLOCK", 0)


def snapshot(
    source: str | os.PathLike[str],
    destination: str | os.PathLike[str],
    *,
    move: bool = False,
) -> int:
    """Put the content of `source` at `destination` and return its size in bytes.

    What happens to `source` after the call doesn't matter. Links are followed; folders,
    pipes and devices are refused (`InvalidValue`), and so is a destination that exists.
    With `move` the file itself is taken where that is safe (see `is_movable`), else
    it is copied and then removed. After an error `destination` doesn't exist and
    `source` is where it was. Nothing is flushed to the disk: putting it into the store does.
    """
    source_path = os.fspath(source)
    destination_path = os.fspath(destination)
    if os.path.lexists(destination_path):
        raise InvalidValue(f"{destination_path!r} exists already")
    descriptor = open_regular(source_path)
    try:
        size_bytes = os.fstat(descriptor).st_size
        if move and is_movable(source_path, descriptor):
            try:
                os.rename(source_path, destination_path)
            except OSError:  # another device, or a folder that may not be changed: copy
                pass
            else:
                return size_bytes
        size_bytes = _copy_to(descriptor, destination_path, source_path)
    finally:
        os.close(descriptor)
    if move:
        _remove(source_path, destination_path)
    return size_bytes


def open_regular(path: str) -> int:
    """Open a regular file for reading, following links; refuse everything else.

    A pipe without a writer doesn't block, and is refused like the others.
    """
    try:
        # Asked before opening, for opening a device can have effects; asked again on the
        # descriptor, for the name may lead elsewhere by then.
        _require_regular(os.stat(path).st_mode, path)
        descriptor = os.open(path, _OPEN_SOURCE)
    except OSError as error:
        raise read_fault(error, path) from error
    except ValueError as error:  # a NUL in the path
        raise InvalidValue(f"{path!r} isn't a path: {error}") from error
    try:
        _require_regular(os.fstat(descriptor).st_mode, path)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def is_movable(path: str, descriptor: int, *, most_names: int = 1) -> bool:
    """Say whether renaming `path` takes exactly the open file, which nobody else can name.

    A link would be moved instead of its target, and a file with a second name could be
    changed under that name afterwards.
    """
    try:
        named = os.lstat(path)
    except OSError:
        return False
    opened = os.fstat(descriptor)
    return (
        stat.S_ISREG(named.st_mode)
        and named.st_nlink <= most_names
        and (named.st_dev, named.st_ino) == (opened.st_dev, opened.st_ino)
    )


if sys.platform == "linux":
    import fcntl

    def clone(source: int, destination: int) -> bool:
        """Share the blocks of an open file with an empty one; False where that isn't possible."""
        try:
            fcntl.ioctl(destination, _FICLONE, source)
        except OSError:
            return False
        return True

else:

    def clone(source: int, destination: int) -> bool:  # noqa: ARG001  the signature above
        """Return False: elsewhere a copy is made."""
        return False


def read_chunk(source: int, path: str) -> bytes:
    """Read the next piece of a file that the caller named."""
    try:
        return os.read(source, COPY_BYTES)
    except OSError as error:
        raise read_fault(error, path) from error


def _require_regular(mode: int, path: str) -> None:
    if stat.S_ISDIR(mode):
        raise InvalidValue(
            f"{path!r} is a folder", hint="log its files one by one, or pack them into one file"
        )
    if not stat.S_ISREG(mode):
        raise InvalidValue(
            f"{path!r} is a pipe, a socket or a device, not a file",
            hint="write its content to a file first",
        )


def _copy_to(source: int, destination_path: str, source_path: str) -> int:
    try:
        destination = create_exclusively(destination_path)
    except OSError as error:
        raise write_fault(error, destination_path) from error
    try:
        try:
            if not clone(source, destination):
                _copy(source, destination, source_path)
            size_bytes = os.fstat(destination).st_size
        finally:
            os.close(destination)  # a network file system may report a full disk only here
    except BaseException as error:
        os.unlink(destination_path)
        if isinstance(error, OSError):
            raise write_fault(error, destination_path) from error
        raise
    return size_bytes


def _copy(source: int, destination: int, source_path: str) -> None:
    kernel_copy: Callable[[int, int, int], int] | None = getattr(os, "copy_file_range", None)
    if kernel_copy is not None:
        try:
            while kernel_copy(source, destination, _KERNEL_COPY_BYTES):
                pass
        except OSError:
            # Two file systems, or one that can't: both positions stand after what was
            # copied, and the loop below goes on there. A full disk fails again there.
            pass
    # Also after an apparent end: some special file systems report one at once.
    while chunk := read_chunk(source, source_path):
        write_all(destination, chunk)


def _remove(source_path: str, copied_to: str) -> None:
    try:
        os.unlink(source_path)
    except OSError as error:
        os.unlink(copied_to)
        raise InvalidValue(
            f"{source_path!r} can't be moved: {error.strerror}",
            hint="pass move=False to leave it where it is",
        ) from error
