from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from runlore.blobs.snapshot import snapshot
from runlore.errors import InvalidValue

LARGE = bytes(range(256)) * 20_000  # over several pieces


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "checkpoint.pt"
    path.write_bytes(LARGE)
    return path


@pytest.fixture
def other_device(tmp_path: Path) -> Path:
    """A folder on another file system than `tmp_path`."""
    memory = Path("/dev/shm")
    if not memory.is_dir() or memory.stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("no second file system here")
    return memory


def test_the_copy_outlives_the_rotation_of_its_source(tmp_path: Path, source: Path) -> None:
    assert snapshot(source, tmp_path / "copy") == len(LARGE)
    source.write_bytes(b"the next checkpoint")
    source.unlink()
    assert (tmp_path / "copy").read_bytes() == LARGE


def test_an_empty_file_is_copied(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    assert snapshot(tmp_path / "empty", tmp_path / "copy") == 0
    assert (tmp_path / "copy").read_bytes() == b""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="no /proc here")
def test_a_file_that_claims_to_be_empty_is_read_to_its_end(tmp_path: Path) -> None:
    size_bytes = snapshot("/proc/self/status", tmp_path / "copy")
    assert size_bytes == len((tmp_path / "copy").read_bytes()) > 0


def test_a_link_is_followed(tmp_path: Path, source: Path) -> None:
    (tmp_path / "latest").symlink_to(source)
    snapshot(tmp_path / "latest", tmp_path / "copy")
    assert not (tmp_path / "copy").is_symlink()
    assert (tmp_path / "copy").read_bytes() == LARGE


def test_moving_takes_the_file_itself(tmp_path: Path, source: Path) -> None:
    inode = source.stat().st_ino
    assert snapshot(source, tmp_path / "taken", move=True) == len(LARGE)
    assert not source.exists()
    assert (tmp_path / "taken").stat().st_ino == inode


def test_moving_a_link_leaves_its_target(tmp_path: Path, source: Path) -> None:
    (tmp_path / "latest").symlink_to(source)
    snapshot(tmp_path / "latest", tmp_path / "taken", move=True)
    assert not (tmp_path / "latest").is_symlink()
    assert source.read_bytes() == (tmp_path / "taken").read_bytes() == LARGE


def test_moving_a_file_with_two_names_copies_it(tmp_path: Path, source: Path) -> None:
    os.link(source, tmp_path / "second-name")
    snapshot(source, tmp_path / "taken", move=True)
    (tmp_path / "second-name").write_bytes(b"changed later")
    assert (tmp_path / "taken").read_bytes() == LARGE


def test_moving_to_another_device_copies_and_removes(source: Path, other_device: Path) -> None:
    destination = other_device / f"runlore-{os.getpid()}"
    try:
        snapshot(source, destination, move=True)
        assert destination.read_bytes() == LARGE
        assert not source.exists()
    finally:
        destination.unlink(missing_ok=True)


@pytest.mark.parametrize("move", [False, True])
def test_an_existing_destination_is_refused_and_kept(
    tmp_path: Path, source: Path, move: bool
) -> None:
    (tmp_path / "kept").write_bytes(b"old")
    with pytest.raises(InvalidValue, match="exists already"):
        snapshot(source, tmp_path / "kept", move=move)
    assert (tmp_path / "kept").read_bytes() == b"old"
    assert source.exists()


def test_what_is_not_a_file_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to("loop")
    for name, said in [
        (tmp_path / "pipe", "is a pipe, a socket or a device"),
        ("/dev/zero", "is a pipe, a socket or a device"),
        (tmp_path, "is a folder"),
        (tmp_path / "missing", "there is no file"),
        (tmp_path / "loop", "leads to itself"),
        ("nul\0", "isn't a path"),
    ]:
        with pytest.raises(InvalidValue, match=said):
            snapshot(str(name), tmp_path / "copy")
    assert not (tmp_path / "copy").exists()


def test_importing_it_loads_nothing_slow() -> None:
    script = """
import os, sys
before = set(sys.modules)
import runlore.blobs.snapshot
print(*sorted(m for m in set(sys.modules) - before if not m.startswith("runlore")))
"""
    source_folder = Path(__file__).parents[2] / "src"
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "PYTHONPATH": str(source_folder)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert set(done.stdout.split()) <= {"__future__", "errno", "fcntl"}
