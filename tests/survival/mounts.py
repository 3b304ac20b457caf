"""Small file systems of their own: real full disks and real read-only ones."""

from __future__ import annotations

import os
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def small_disk(folder: Path, size_bytes: int) -> Iterator[Path]:
    """Mount a file system of a given size in the memory; skips where one may not mount."""
    folder.mkdir()
    _mount("-t", "tmpfs", "-o", f"size={size_bytes}", "tmpfs", str(folder))
    try:
        yield folder
    finally:
        # Lazily: what was killed a moment ago may not have let go of it yet.
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@contextmanager
def read_only_view(folder: Path, of: Path) -> Iterator[Path]:
    """Mount a folder once more, read-only for all, root too; skips where one may not mount."""
    folder.mkdir()
    _mount("--bind", str(of), str(folder))
    try:
        subprocess.run(["mount", "-o", "remount,bind,ro", str(folder)], check=True)
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def _mount(*arguments: str) -> None:
    try:
        done = subprocess.run(["mount", *arguments], capture_output=True, text=True, check=False)
    except FileNotFoundError:
        pytest.skip("there is no `mount` here")
    if done.returncode:
        pytest.skip(f"this user may not mount: {done.stderr.strip()}")


def fill(disk: Path) -> Path:
    """Take all the room there is; returns the file to remove to give it back."""
    ballast = disk / "ballast"
    descriptor = os.open(ballast, os.O_WRONLY | os.O_CREAT)
    try:
        for size_bytes in (1 << 20, 1 << 12, 1):
            while True:
                try:
                    os.write(descriptor, bytes(size_bytes))
                except OSError:
                    break
    finally:
        os.close(descriptor)
    return ballast
