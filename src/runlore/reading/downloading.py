"""Write the files of an artifact to a folder: streamed, verified, each one whole or not at all."""

from __future__ import annotations

import errno
import os
import secrets
from contextlib import suppress
from filecmp import cmp
from typing import TYPE_CHECKING

from runlore.blobs.snapshot import clone
from runlore.errors import InvalidValue
from runlore.media.names import artifact_name
from runlore.objects.descriptors import BINARY, write_all
from runlore.objects.faults import write_fault
from runlore.reading.contents import digest_of_file

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from runlore.errors import RunloreError
    from runlore.reading.contents import Content

_CREATE = os.O_RDWR | os.O_CREAT | os.O_EXCL | BINARY | getattr(os, "O_CLOEXEC", 0)


def download(
    folder: str | os.PathLike[str],
    contents: Sequence[tuple[str, Content]],
    *,
    overwrite: bool,
    progress: Callable[[int], None] | None = None,
) -> str:
    """Write each content below `folder` under its name; what is there already is left alone.

    Everything is looked at before anything is written. Returns the folder's whole path.

    Raises:
        InvalidValue: if another file is in the way and not to be overwritten, or a name or
            the folder can't be written.
        StoreFull: if the disk has no room left.
        BlobDamaged, ArtifactNotFound: if the store lacks the content.
    """
    root = os.path.abspath(os.path.expanduser(os.fsdecode(folder)))
    targets = [(os.path.join(root, artifact_name(name)), content) for name, content in contents]
    done = 0

    def advance(size_bytes: int) -> None:
        nonlocal done
        done += size_bytes
        if progress is not None:
            progress(done)

    missing = []
    for target, content in targets:
        if _is_same(target, content):
            advance(content.size_bytes or 0)
        elif os.path.lexists(target) and (not overwrite or os.path.isdir(target)):
            raise InvalidValue(
                f"{target} is there, and not what is to be written",
                hint="name another folder, remove it, or overwrite it: "
                "download(…, overwrite=True), or --force",
            )
        else:
            missing.append((target, content))
    for target, content in missing:
        _write(target, content, advance)
    return root


def _is_same(target: str, content: Content) -> bool:
    """Whether the file there has this very content already."""
    try:
        if not os.path.isfile(target) or os.path.getsize(target) != content.size_bytes:
            return False
        if content.digest is None:  # it waits to be hashed
            return cmp(target, content.path(), shallow=False)
        return digest_of_file(target) == content.digest
    except OSError:
        return False


def _write(target: str, content: Content, advance: Callable[[int], None]) -> None:
    """Write one file beside its place, then put it there."""
    folder = os.path.dirname(target)
    temporary = os.path.join(folder, f".runlore-{secrets.token_hex(8)}.part")
    try:
        os.makedirs(folder, exist_ok=True)
        descriptor = os.open(temporary, _CREATE, 0o666)
    except OSError as error:
        raise _fault(error, target) from error
    try:
        try:
            if not _share(descriptor, temporary, content, advance):
                _copy(descriptor, target, content, advance)
        finally:
            os.close(descriptor)
        try:
            os.replace(temporary, target)
        except OSError as error:
            raise _fault(error, target) from error
    except BaseException:
        with suppress(OSError):
            os.unlink(temporary)
        raise


def _share(
    descriptor: int, temporary: str, content: Content, advance: Callable[[int], None]
) -> bool:
    """Share the blocks of a blob on this machine, and verify them; False where that can't be."""
    path = content.local_blob()
    if path is None:
        return False
    try:
        source = os.open(path, os.O_RDONLY | BINARY)
        try:
            if not clone(source, descriptor):
                return False
        finally:
            os.close(source)
        if digest_of_file(temporary) != content.digest:
            raise content.damaged()
    except OSError:
        os.ftruncate(descriptor, 0)
        return False
    advance(os.fstat(descriptor).st_size)
    return True


def _copy(descriptor: int, target: str, content: Content, advance: Callable[[int], None]) -> None:
    for chunk in content.chunks():
        try:
            write_all(descriptor, chunk)
        except OSError as error:
            raise _fault(error, target) from error
        advance(len(chunk))


def _fault(error: OSError, target: str) -> RunloreError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return write_fault(error, target)
    reason = error.strerror or str(error)
    return InvalidValue(f"{target} can't be written: {reason}", hint="name another folder")
