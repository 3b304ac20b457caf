"""Files by their descriptors, with the operating system's own calls and nothing else."""

from __future__ import annotations

import os

BINARY = getattr(os, "O_BINARY", 0)
_CREATE = os.O_RDWR | os.O_CREAT | os.O_EXCL | BINARY | getattr(os, "O_CLOEXEC", 0)


def create_exclusively(path: str) -> int:
    """Create a file for this user alone and open it for reading and writing."""
    return os.open(path, _CREATE, 0o600)


def write_all(destination: int, data: bytes | memoryview) -> None:
    """Write every byte, however many calls that takes."""
    view = memoryview(data)
    while view:
        view = view[os.write(destination, view) :]
