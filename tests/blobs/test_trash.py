"""Blobs are taken out of use, back, and away, in a folder and where nothing can be renamed."""

from __future__ import annotations

import os
import threading
import time
from typing import TYPE_CHECKING

import pytest

from runlore.blobs.opening import StoreBlobs
from runlore.blobs.trash import FolderTrash, NotedTrash, trash_of
from runlore.journal.folder import create_store

if TYPE_CHECKING:
    from pathlib import Path

    from runlore.blobs.interface import StoredBlob
    from runlore.blobs.trash import BlobTrash
    from runlore.journal.folder import StoreFolder


@pytest.fixture
def folder(tmp_path: Path) -> StoreFolder:
    return create_store(str(tmp_path / "store"))


@pytest.fixture(params=["renamed", "noted"])
def trash(request: pytest.FixtureRequest, folder: StoreFolder) -> BlobTrash:
    found = trash_of(folder)
    assert isinstance(found, FolderTrash)
    return found if request.param == "renamed" else NotedTrash(folder)


def put(folder: StoreFolder, content: bytes) -> StoredBlob:
    digest = StoreBlobs(folder).put_bytes(content).digest
    found = StoreBlobs(folder).look(digest)
    assert found is not None
    return found


def test_a_discarded_blob_is_removed_or_comes_back(folder: StoreFolder, trash: BlobTrash) -> None:
    gone, kept = put(folder, b"gone"), put(folder, b"kept")
    assert trash.discard(gone, 100)
    assert trash.discard(kept, 200)
    found = {blob.digest: blob for blob in trash.discarded()}
    assert [found[one.digest].since for one in (gone, kept)] == [100, 200]
    trash.remove(found[gone.digest])
    trash.restore(found[kept.digest])
    assert [blob.digest for blob in StoreBlobs(folder).list()] == [kept.digest]
    assert StoreBlobs(folder).open(kept.digest).read() == b"kept"
    assert list(trash.discarded()) == []


def test_a_blob_that_was_put_again_stays(folder: StoreFolder, trash: BlobTrash) -> None:
    blob = put(folder, b"again")
    trash.discard(blob, 100)
    later = time.time() + 5
    StoreBlobs(folder).put_bytes(b"again")
    os.utime(StoreBlobs(folder).local_path(blob.digest), (later, later))
    (found,) = trash.discarded()
    trash.remove(found)
    assert StoreBlobs(folder).open(blob.digest).read() == b"again"
    assert list(trash.discarded()) == []


def test_two_collectors_at_once_do_no_harm(folder: StoreFolder, trash: BlobTrash) -> None:
    blob = put(folder, b"content")
    trash.discard(blob, 100)
    assert not trash.discard(blob, 101)
    (found,) = trash.discarded()
    for _ in range(2):
        trash.restore(found)
    assert StoreBlobs(folder).open(blob.digest).read() == b"content"
    for _ in range(2):
        trash.remove(found)


def test_a_blob_touched_since_it_was_listed_is_not_discarded(folder: StoreFolder) -> None:
    blob = put(folder, b"used")
    later = time.time() + 5
    os.utime(StoreBlobs(folder).local_path(blob.digest), (later, later))
    assert not trash_of(folder).discard(blob, 100)
    assert StoreBlobs(folder).open(blob.digest).read() == b"used"


def test_a_list_of_what_is_unused_that_is_damaged_is_begun_anew(folder: StoreFolder) -> None:
    trash = NotedTrash(folder)
    blob = put(folder, b"content")
    trash.discard(blob, 100)
    with open(os.path.join(folder.path, "trash", "unused.json"), "w", encoding="utf-8") as file:
        file.write("{")
    assert list(trash.discarded()) == []
    assert trash.discard(blob, 200)


def test_a_writer_and_a_collector_in_a_race_never_lose_what_was_put_last(
    folder: StoreFolder,
) -> None:
    blobs = StoreBlobs(folder)
    blob = put(folder, b"raced for")
    path = blobs.local_path(blob.digest)
    begin = threading.Barrier(2)
    missing = []

    def collect() -> None:
        trash = trash_of(folder)
        for since in range(200):
            begin.wait()
            listed = blob._replace(modified=1_000_000)  # as it was long ago, when it was listed
            trash.discard(listed, since)
            begin.wait()

    collector = threading.Thread(target=collect)
    collector.start()
    for _ in range(200):
        blobs.put_bytes(b"raced for")
        os.utime(path, (1, 1))
        begin.wait()
        blobs.put_bytes(b"raced for")
        begin.wait()
        if not os.path.exists(path):
            missing.append(_)
    collector.join()
    assert missing == []
    assert blobs.open(blob.digest).read() == b"raced for"


def test_a_blob_taken_away_while_it_is_marked_as_used_is_put_again(
    folder: StoreFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    blob = put(folder, b"content")
    mark = os.utime

    def take_away_and_mark(path: str) -> None:  # the kernel had found the file before it went
        assert trash_of(folder).discard(blob, 100)
        taken = os.path.join(folder.path, "trash", f"100-{blob.digest}")
        mark(taken)
        assert not os.path.exists(path)

    with monkeypatch.context() as patched:
        patched.setattr("runlore.blobs.store.os.utime", take_away_and_mark)
        StoreBlobs(folder).put_bytes(b"content")
    assert StoreBlobs(folder).open(blob.digest).read() == b"content"
