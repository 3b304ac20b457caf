"""Blobs behave alike in the store's folder, in another one, and in a bucket."""

from __future__ import annotations

import hashlib
import itertools
import os
from typing import TYPE_CHECKING

import pytest

from runlore.blobs.opening import StoreBlobs
from runlore.blobs.store import BlobStore
from runlore.errors import (
    BlobDamaged,
    InvalidValue,
    NotFound,
    ObjectsUnreachable,
)
from runlore.journal.folder import create_store
from runlore.journal.host import current_host
from runlore.objects.choice import Choice, objects_at, places_of, write_choice
from runlore.objects.moving import move
from runlore.segments.sealing import seal_complete

if TYPE_CHECKING:
    from pathlib import Path

    from runlore.journal.folder import StoreFolder
    from tests.services.s3 import Bucket

CONTENT = bytes(range(256)) * 40_000  # several megabytes
DIGEST = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def remote(tmp_path: Path, bucket: Bucket) -> StoreFolder:
    store = create_store(str(tmp_path / "store"))
    move(store, bucket.url)
    del bucket.line.requests[:]
    return store


@pytest.fixture(params=["own", "folder", "bucket"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> StoreFolder:
    if request.param == "bucket":
        found: StoreFolder = request.getfixturevalue("remote")
        return found
    made = create_store(str(tmp_path / "store"))
    if request.param == "folder":
        move(made, f"file://{tmp_path}/disk")
    return made


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "source"
    path.write_bytes(CONTENT)
    return path


def damage(store: StoreFolder, content: bytes) -> None:
    objects = places_of(store).current
    key = f"blobs/{DIGEST[:2]}/{DIGEST[2:]}"
    objects.delete([key])
    objects.put(key, content)


def test_what_is_put_is_found_listed_read_and_verified(store: StoreFolder, source: Path) -> None:
    blobs = StoreBlobs(store)
    assert blobs.look(DIGEST) is None
    assert list(blobs.list()) == []
    blob = blobs.put_file(source)
    assert (blob.digest, blob.size_bytes) == (DIGEST, len(CONTENT))
    small = blobs.put_bytes(b"small")
    found = blobs.look(DIGEST)
    assert found is not None
    assert (found.digest, found.size_bytes) == (DIGEST, len(CONTENT))
    assert {one.digest for one in blobs.list()} == {DIGEST, small.digest}
    with blobs.open(DIGEST) as file:
        assert file.read() == CONTENT
    assert blobs.verify(DIGEST) == blob
    assert source.read_bytes() == CONTENT


def test_seeking_reads_what_is_there(store: StoreFolder, source: Path) -> None:
    blobs = StoreBlobs(store)
    blobs.put_file(source)
    with blobs.open(DIGEST) as file:
        assert file.read(10) == CONTENT[:10]
        file.seek(-100, os.SEEK_END)
        assert file.read() == CONTENT[-100:]
        file.seek(5_000_000)
        assert file.read(7) == CONTENT[5_000_000:5_000_007]


def test_a_local_path_holds_the_content(store: StoreFolder, source: Path) -> None:
    blobs = StoreBlobs(store)
    blobs.put_file(source)
    for _ in range(2):
        with open(blobs.local_path(DIGEST), "rb") as file:
            assert file.read() == CONTENT


@pytest.mark.parametrize("content", [CONTENT[:-1], CONTENT + b"!", b"", b"?" + CONTENT[1:]])
def test_other_content_is_never_given_whole(
    store: StoreFolder, source: Path, content: bytes
) -> None:
    blobs = StoreBlobs(store)
    blobs.put_file(source)
    damage(store, content)
    got = bytearray()
    with blobs.open(DIGEST) as file, pytest.raises(BlobDamaged, match=DIGEST):
        got.extend(itertools.chain.from_iterable(iter(lambda: file.read(1 << 20), b"")))
    assert len(got) < len(CONTENT)
    with pytest.raises(BlobDamaged):
        blobs.verify(DIGEST)
    with blobs.open(DIGEST) as file, pytest.raises(BlobDamaged):
        file.seek(100)


def test_what_is_not_there_is_not_found(store: StoreFolder) -> None:
    blobs = StoreBlobs(store)
    for ask in (blobs.open, blobs.local_path, blobs.verify):
        with pytest.raises(NotFound, match=DIGEST):
            ask(DIGEST)
    for ask_for in (blobs.open, blobs.local_path, blobs.verify, blobs.look):
        with pytest.raises(InvalidValue):
            ask_for("../../etc/passwd")


def test_deleting_removes_and_does_not_mind_what_is_gone(store: StoreFolder, source: Path) -> None:
    blobs = StoreBlobs(store)
    blobs.put_file(source)
    blobs.local_path(DIGEST)
    blobs.delete([DIGEST, "0" * 64])
    assert blobs.look(DIGEST) is None
    with pytest.raises(NotFound):
        blobs.local_path(DIGEST)


def test_other_objects_below_blobs_are_passed_over(store: StoreFolder) -> None:
    objects = places_of(store).current
    for key in ("blobs/readme", "blobs/aa/short", f"blobs/AA/{'0' * 62}", f"blobs/aaa/{'0' * 61}"):
        objects.put(key, b"x")
    assert list(StoreBlobs(store).list()) == []


def test_a_local_path_of_damage_in_the_bucket_is_refused(remote: StoreFolder, source: Path) -> None:
    blobs = StoreBlobs(remote)
    blobs.put_file(source)
    damage(remote, CONTENT[:-1])
    for _ in range(2):
        with pytest.raises(BlobDamaged, match="s3://"):
            blobs.local_path(DIGEST)


def test_what_was_put_lately_is_not_put_again(
    remote: StoreFolder, bucket: Bucket, source: Path
) -> None:
    blobs = StoreBlobs(remote)
    blobs.put_file(source)
    count = bucket.line.count("PUT")
    blobs.put_file(source)
    assert bucket.line.count("PUT") == count


def test_what_has_another_size_is_put_again(remote: StoreFolder, source: Path) -> None:
    blobs = StoreBlobs(remote)
    blobs.put_file(source)
    damage(remote, b"half")
    blobs.put_file(source)
    assert blobs.verify(DIGEST).size_bytes == len(CONTENT)


def test_what_was_fetched_is_read_without_a_request(
    remote: StoreFolder, bucket: Bucket, source: Path
) -> None:
    blobs = StoreBlobs(remote)
    blobs.put_file(source)
    blobs.local_path(DIGEST)
    bucket.line.fault = "refuse"
    with blobs.open(DIGEST) as file:
        assert file.read() == CONTENT
    blobs.local_path(DIGEST)


def test_a_bucket_that_does_not_answer_is_unreachable(
    remote: StoreFolder, bucket: Bucket, source: Path
) -> None:
    blobs = StoreBlobs(remote)
    blobs.put_file(source)
    bucket.line.fault = "refuse"
    for ask in (blobs.open, blobs.local_path, blobs.verify, blobs.look):
        with pytest.raises(ObjectsUnreachable, match=bucket.name):
            ask(DIGEST)
    with pytest.raises(ObjectsUnreachable):
        blobs.put_file(source)


def test_bytes_that_cannot_reach_the_bucket_are_kept_here_and_brought_along(
    remote: StoreFolder, bucket: Bucket
) -> None:
    blobs = StoreBlobs(remote)
    bucket.line.fault = "refuse"
    digest = blobs.put_bytes(b"the diff").digest
    with blobs.open(digest) as file:
        assert file.read() == b"the diff"
    bucket.line.fault = None
    seal_complete(remote, host=current_host(), deadline_seconds=60)
    assert list(BlobStore(remote.path).list()) == []
    assert blobs.verify(digest).size_bytes == 8


def test_while_blobs_move_those_of_both_places_are_there_once(tmp_path: Path, source: Path) -> None:
    store = create_store(str(tmp_path / "store"))
    blobs = StoreBlobs(store)
    blobs.put_file(source)
    old = blobs.put_bytes(b"old").digest
    url = f"file://{tmp_path}/disk"
    move(store, url)
    objects_at(store, None).put(f"blobs/{old[:2]}/{old[2:]}", b"old")
    write_choice(store, Choice(url, None, 1))
    new = blobs.put_bytes(b"new").digest
    assert sorted(one.digest for one in blobs.list()) == sorted([DIGEST, old, new])
    assert blobs.verify(old).size_bytes == 3
    blobs.delete([old])
    assert blobs.look(old) is None
