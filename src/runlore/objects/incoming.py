"""Files on their way into a store, and the folders they go to."""

from __future__ import annotations

import contextlib
import os
import time
from typing import TYPE_CHECKING

from runlore.objects.descriptors import create_exclusively
from runlore.objects.faults import write_fault

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_SUFFIX = ".part"


@contextlib.contextmanager
def incoming_file(folder: Path) -> Iterator[tuple[int, Path]]:
    """Yield an open temporary file, which is gone at the end unless it was renamed."""
    with incoming_name(folder) as temporary:
        try:
            descriptor = create_exclusively(str(temporary))
        except OSError as error:
            raise write_fault(error, str(temporary)) from error
        try:
            yield descriptor, temporary
        finally:
            os.close(descriptor)


@contextlib.contextmanager
def incoming_name(folder: Path) -> Iterator[Path]:
    """Yield the path of a file yet to be made, which is gone at the end unless it was renamed."""
    make_folder(folder)
    temporary = folder / f"{os.getpid()}-{os.urandom(8).hex()}{_SUFFIX}"
    try:
        yield temporary
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink()


def remove_leftovers(folder: Path, older_than_seconds: float) -> int:
    """Remove what writers that were killed left half-written; return how many files."""
    limit = time.time() - older_than_seconds
    removed = 0
    for path in folder.glob(f"*{_SUFFIX}"):
        with contextlib.suppress(FileNotFoundError):
            if path.stat().st_mtime < limit:
                path.unlink()
                removed += 1
    return removed


def make_folder(folder: Path) -> None:
    """Make a folder and those above it, so that it outlives a power cut."""
    if os.path.isdir(folder):  # False, not an error, where that may not be asked
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise write_fault(error, str(folder)) from error
    flush_folder(folder.parent)


def flush_folder(folder: Path) -> None:
    """Flush a folder's names, so that a rename outlives a power cut."""
    # Some file systems can't, and Windows doesn't open folders: the rename then becomes
    # durable when the system gets to it.
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
