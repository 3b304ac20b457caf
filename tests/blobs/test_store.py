from __future__ import annotations

import hashlib
import multiprocessing
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runlore.blobs.interface import Blob
from runlore.blobs.store import BlobStore
from runlore.errors import BlobDamaged, InvalidValue, NotFound, StoreError, StoreReadOnly

CONTENT = b"weights" * 500_000
DIGEST = hashlib.sha256(CONTENT).hexdigest()
SOURCE_FOLDER = Path(__file__).parents[2] / "src"
NOBODY = 65534


@pytest.fixture
def store(tmp_path: Path) -> BlobStore:
    return BlobStore(tmp_path / "store")


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "model.bin"
    path.write_bytes(CONTENT)
    return path


def leftovers(store: BlobStore) -> list[Path]:
    folder = store.path("0" * 64).parent.parent / "writing"
    return list(folder.iterdir()) if folder.exists() else []


def damage(store: BlobStore, digest: str, content: bytes) -> None:
    path = store.path(digest)
    path.chmod(0o644)
    path.write_bytes(content)


def test_a_file_lies_where_the_format_says(tmp_path: Path, store: BlobStore, source: Path) -> None:
    assert store.put_file(source) == Blob(DIGEST, len(CONTENT))
    expected = tmp_path / "store" / "blobs" / DIGEST[:2] / DIGEST[2:]
    assert store.path(DIGEST) == expected
    assert expected.read_bytes() == CONTENT
    assert stat.S_IMODE(expected.stat().st_mode) == 0o444
    assert source.read_bytes() == CONTENT
    assert leftovers(store) == []


def test_bytes_and_files_of_the_same_content_are_one_blob(store: BlobStore, source: Path) -> None:
    assert store.put_bytes(CONTENT) == store.put_file(source)
    assert store.put_bytes(memoryview(CONTENT)) == Blob(DIGEST, len(CONTENT))
    assert [kept.digest for kept in store.list()] == [DIGEST]
    assert sum(kept.size_bytes for kept in store.list()) == len(CONTENT)


@given(data=st.binary(max_size=2_000))
def test_any_bytes_come_back(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    store = BlobStore(tmp_path_factory.mktemp("store"))
    blob = store.put_bytes(data)
    with store.open(blob.digest) as file:
        assert file.read() == data
    assert store.verify(blob.digest) == blob


def test_an_empty_store_answers(store: BlobStore) -> None:
    assert [kept.digest for kept in store.list()] == []
    assert sum(kept.size_bytes for kept in store.list()) == 0
    assert store.look(DIGEST) is None
    with pytest.raises(NotFound, match=DIGEST):
        store.open(DIGEST)
    with pytest.raises(NotFound, match=DIGEST):
        store.verify(DIGEST)


@pytest.mark.parametrize("digest", ["", "../../etc/passwd", DIGEST.upper(), DIGEST[:-1], "g" * 64])
def test_only_digests_name_blobs(store: BlobStore, digest: str) -> None:
    with pytest.raises(InvalidValue, match="isn't a blob's digest"):
        store.path(digest)


@pytest.mark.parametrize("way", ["file", "bytes"])
def test_reusing_a_blob_marks_it_as_used_now(store: BlobStore, source: Path, way: str) -> None:
    store.put_bytes(CONTENT)
    path = store.path(DIGEST)
    inode = path.stat().st_ino
    os.utime(path, (1_000, 1_000))
    if way == "file":
        store.put_file(source)
    else:
        store.put_bytes(CONTENT)
    assert path.stat().st_ino == inode
    assert path.stat().st_mtime > 1_000
    assert leftovers(store) == []


def test_a_cut_off_blob_is_replaced_when_put_again(store: BlobStore, source: Path) -> None:
    store.put_file(source)
    damage(store, DIGEST, CONTENT[:-1])
    store.put_file(source)
    assert store.verify(DIGEST).size_bytes == len(CONTENT)


def test_moving_makes_the_file_the_blob(store: BlobStore, source: Path) -> None:
    os.utime(source, (1_000, 1_000))
    inode = source.stat().st_ino
    assert store.put_file(source, move=True) == Blob(DIGEST, len(CONTENT))
    path = store.path(DIGEST)
    assert not source.exists()
    assert path.stat().st_ino == inode
    assert path.stat().st_mtime > 1_000
    assert stat.S_IMODE(path.stat().st_mode) == 0o444


def test_moving_heals_a_damaged_blob(store: BlobStore, source: Path) -> None:
    store.put_file(source)
    damage(store, DIGEST, b"x" * len(CONTENT))
    store.put_file(source, move=True)
    assert not source.exists()
    assert store.verify(DIGEST) == Blob(DIGEST, len(CONTENT))


def test_moving_a_link_leaves_its_target(tmp_path: Path, store: BlobStore, source: Path) -> None:
    (tmp_path / "latest").symlink_to(source)
    store.put_file(tmp_path / "latest", move=True)
    assert not (tmp_path / "latest").is_symlink()
    assert source.read_bytes() == CONTENT


def test_moving_a_file_with_two_names_copies_it(
    tmp_path: Path, store: BlobStore, source: Path
) -> None:
    os.link(source, tmp_path / "second-name")
    store.put_file(source, move=True)
    (tmp_path / "second-name").write_bytes(b"changed later")
    assert store.verify(DIGEST) == Blob(DIGEST, len(CONTENT))


def test_linking_keeps_the_file_as_a_second_name(store: BlobStore, source: Path) -> None:
    blob = store.put_file(source, link=True)
    assert blob == Blob(DIGEST, len(CONTENT))
    assert source.samefile(store.path(DIGEST))
    assert stat.S_IMODE(source.stat().st_mode) == 0o444
    os.utime(source, (1_000, 1_000))
    assert store.put_file(source, link=True) == blob, "a helper that died may do it again"
    assert source.samefile(store.path(DIGEST))
    assert source.stat().st_mtime > 1_000
    source.unlink()
    assert store.verify(DIGEST) == blob
    assert leftovers(store) == []


def test_linking_heals_a_damaged_blob(store: BlobStore, source: Path) -> None:
    store.put_file(source)
    damage(store, DIGEST, b"x" * len(CONTENT))
    store.put_file(source, link=True)
    assert store.verify(DIGEST) == Blob(DIGEST, len(CONTENT))
    assert leftovers(store) == []


def test_linking_a_file_with_another_name_copies_it(
    tmp_path: Path, store: BlobStore, source: Path
) -> None:
    os.link(source, tmp_path / "second-name")
    assert store.put_file(source, link=True) == Blob(DIGEST, len(CONTENT))
    (tmp_path / "second-name").write_bytes(b"changed later")
    assert store.verify(DIGEST) == Blob(DIGEST, len(CONTENT))


@pytest.mark.parametrize("way", ["move", "link"])
def test_taking_a_file_from_another_device_copies_it(store: BlobStore, way: str) -> None:
    memory = Path("/dev/shm")
    if not memory.is_dir() or memory.stat().st_dev == store.path(DIGEST).parents[3].stat().st_dev:
        pytest.skip("no second file system here")
    with tempfile.TemporaryDirectory(dir=memory) as folder:
        source = Path(folder, "source")
        source.write_bytes(CONTENT)
        assert store.put_file(source, **{way: True}).digest == DIGEST
        assert source.exists() == (way == "link")
    assert store.verify(DIGEST) == Blob(DIGEST, len(CONTENT))
    assert leftovers(store) == []


def test_what_is_not_a_file_is_refused(tmp_path: Path, store: BlobStore) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in [tmp_path / "pipe", tmp_path, tmp_path / "missing", Path("/dev/null")]:
        with pytest.raises(InvalidValue):
            store.put_file(path)
    assert [kept.digest for kept in store.list()] == []
    assert leftovers(store) == []


def test_foreign_files_in_the_folder_are_passed_over(tmp_path: Path, store: BlobStore) -> None:
    blob = store.put_bytes(b"mine")
    (tmp_path / "store" / "blobs" / ".DS_Store").touch()
    (tmp_path / "store" / "blobs" / blob.digest[:2] / "notes.txt").write_text("not a blob")
    assert [kept.digest for kept in store.list()] == [blob.digest]
    assert sum(kept.size_bytes for kept in store.list()) == 4


def test_damage_is_found(store: BlobStore) -> None:
    store.put_bytes(CONTENT)
    flipped = bytearray(CONTENT)
    flipped[len(CONTENT) // 2] ^= 1
    damage(store, DIGEST, bytes(flipped))
    with pytest.raises(BlobDamaged, match=DIGEST) as caught:
        store.verify(DIGEST)
    assert caught.value.hint is not None
    assert str(store.path(DIGEST)) in caught.value.hint
    with store.open(DIGEST) as file, pytest.raises(BlobDamaged, match=DIGEST):
        file.read()


def put_many(root: str, start: float, contents: list[bytes]) -> None:
    store = BlobStore(root)
    while time.monotonic() < start:
        pass
    for content in contents:
        store.put_bytes(content)


def test_several_processes_put_the_same_content_at_once(tmp_path: Path) -> None:
    contents = [bytes([number]) * 70_000 for number in range(20)]
    context = multiprocessing.get_context("spawn")
    start = time.monotonic() + 1.5
    processes = [
        context.Process(target=put_many, args=(str(tmp_path), start, contents)) for _ in range(4)
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
        assert process.exitcode == 0
    store = BlobStore(tmp_path)
    assert len([store.verify(digest) for digest, _, _ in store.list()]) == 20
    assert leftovers(store) == []


KILLED_SCRIPT = """
import sys, time
from runlore.blobs import store
def stop_after_one_chunk(source, path, read=store.read_chunk):
    print("in the middle", flush=True)
    time.sleep(60) if was_read else was_read.append(True)
    return read(source, path)
was_read = []
store.read_chunk = stop_after_one_chunk
store.BlobStore(sys.argv[1]).put_file(sys.argv[2])
"""


def test_a_killed_writer_leaves_no_blob_and_its_leftover_can_be_removed(
    tmp_path: Path, store: BlobStore, source: Path
) -> None:
    kept = store.put_bytes(b"kept")
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED_SCRIPT, tmp_path / "store", source],
        env={**os.environ, "PYTHONPATH": str(SOURCE_FOLDER)},
        stdout=subprocess.PIPE,
    )
    with process:
        assert process.stdout is not None
        process.stdout.readline()
        assert process.stdout.readline() == b"in the middle\n"
        process.send_signal(signal.SIGKILL)
    assert [kept.digest for kept in store.list()] == [kept.digest]
    assert store.remove_leftovers() == 0, "a young one may belong to a living writer"
    assert store.remove_leftovers(older_than_seconds=-1) == 1
    assert leftovers(store) == []


FULL_DISK_SCRIPT = """
import os, subprocess, sys
subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", sys.argv[1]], check=True)
from runlore.blobs.snapshot import snapshot
from runlore.blobs.store import BlobStore
from runlore.errors import StoreFull
store = BlobStore(sys.argv[1])
kept = store.put_bytes(b"kept")
def refuse(action):
    try:
        action()
    except StoreFull as error:
        assert "no room left" in error.message and error.hint, error
    else:
        raise AssertionError("it fitted")
    left = [os.path.join(f, n) for f, _, names in os.walk(sys.argv[1]) for n in names]
    assert left == [str(store.path(kept.digest))], left
refuse(lambda: store.put_bytes(bytes(4_000_000)))
refuse(lambda: store.put_file(sys.argv[2]))
refuse(lambda: store.put_file(sys.argv[2], move=True))
refuse(lambda: snapshot(sys.argv[2], sys.argv[1] + "/copy"))
refuse(lambda: snapshot(sys.argv[2], sys.argv[1] + "/copy", move=True))
assert os.path.exists(sys.argv[2])
store.put_bytes(b"room again")
store.verify(kept.digest)
print("as it should be")
"""


def test_a_full_disk_is_said_and_leaves_nothing(tmp_path: Path) -> None:
    unshare = shutil.which("unshare")
    if unshare is None:
        pytest.skip("needs unshare for a small disk of its own")
    options = ["--mount"] if os.getuid() == 0 else ["--user", "--map-root-user", "--mount"]
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run([unshare, *options, "true"], check=False, capture_output=True).returncode:
        pytest.skip("this system allows no mounts")
    (tmp_path / "large").write_bytes(bytes(4_000_000))
    done = subprocess.run(
        [unshare, *options, sys.executable, "-c", FULL_DISK_SCRIPT, disk, tmp_path / "large"],
        env={**os.environ, "PYTHONPATH": str(SOURCE_FOLDER)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == "as it should be\n", done.stderr


def test_a_folder_that_may_not_be_used_is_said() -> None:
    is_root = os.getuid() == 0
    # Not below `tmp_path`, which other users can't reach.
    with tempfile.TemporaryDirectory() as parent:
        store = BlobStore(parent)
        blob = store.put_bytes(b"kept")
        for folder in [
            Path(parent),
            store.path(blob.digest).parent,
            *Path(parent, "blobs").iterdir(),
        ]:
            folder.chmod(0o555)
        store.path(blob.digest).chmod(0o000)
        if is_root:
            os.seteuid(NOBODY)
        try:
            with pytest.raises(StoreReadOnly, match="can't be written"):
                store.put_bytes(b"new")
            with pytest.raises(StoreError, match="can't be read"):
                store.open(blob.digest)
            with pytest.raises(StoreError, match="can't be read"):
                store.verify(blob.digest)
        finally:
            if is_root:
                os.seteuid(0)
            for folder in Path(parent, "blobs").iterdir():
                folder.chmod(0o755)
