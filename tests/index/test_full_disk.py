"""A disk without room: what was recorded can be read, and the index is kept."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from runlore.errors import StoreFull
from runlore.index.open import index_path, open_index
from runlore.journal.folder import create_store
from runlore.reading.opening import list_runs

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_RECORD = "import runlore, sys; runlore.start_run('it', store=sys.argv[1]).finish()"


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """Give a small disk of its own."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(folder)]
    if not sys.platform.startswith("linux") or os.geteuid() != 0:
        pytest.skip("only root can mount a small disk")
    if subprocess.run(command, check=False, capture_output=True).returncode:
        pytest.skip("no small disk can be mounted here")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(disk: Path) -> None:
    with suppress(OSError), open(disk / "fill", "wb", buffering=0) as file:
        while file.write(b"\0" * 4096):
            pass
    assert os.statvfs(disk).f_bavail == 0


def test_the_index_of_a_full_store_lies_in_the_cache(
    disk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = disk / "store"
    subprocess.run([sys.executable, "-c", _RECORD, str(store)], check=True)
    assert [run.name for run in list_runs(store=store)] == ["it"]
    fill(disk)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert [run.name for run in list_runs(store=store)] == ["it"]


def test_an_index_without_room_is_kept_and_the_reason_said(disk: Path) -> None:
    store = create_store(str(disk / "store"))
    open_index(store).close()
    before = os.stat(store.index)
    fill(disk)
    environment = {"XDG_CACHE_HOME": str(disk)}
    assert index_path(store, environment) == store.index
    with pytest.raises(StoreFull, match="no room is left there"):
        open_index(store, environment=environment)
    after = os.stat(store.index)
    assert (after.st_ino, after.st_size) == (before.st_ino, before.st_size)
