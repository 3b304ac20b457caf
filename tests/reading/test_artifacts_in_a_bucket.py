"""Artifacts come from a bucket as they do from a folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import runlore
from runlore.actions.artifacts import Words, put_artifact
from runlore.actions.placing import move_objects
from runlore.errors import BlobDamaged, ObjectsUnreachable
from runlore.journal.folder import open_store
from runlore.objects.bucket import BucketObjects
from tests.services.s3 import bucket, s3_service

if TYPE_CHECKING:
    from pathlib import Path

    from tests.services.s3 import Bucket

__all__ = ["bucket", "s3_service"]  # fixtures


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "a.bin").write_bytes(b"a" * 100_000)
    (folder / "b.txt").write_text("bb")
    return folder


@pytest.fixture
def store_in_bucket(
    folder: Path, store: Path, bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """A store whose only artifact lies in the bucket, and nothing in the cache."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(store.parent / "cache"))
    put_artifact(str(folder), words=Words(), store=str(store))
    move_objects(bucket.url, str(store), straggler_seconds=0)
    return store


def test_a_folder_is_written_and_read_as_it_was(
    store_in_bucket: Path, folder: Path, tmp_path: Path
) -> None:
    found = runlore.get_artifact("data:v0", store=store_in_bucket)
    found.download(tmp_path / "out")
    for name in ("a.bin", "b.txt"):
        assert (tmp_path / "out" / "data" / name).read_bytes() == (folder / name).read_bytes()
    assert found.open("b.txt").read() == b"bb"
    assert found.read("b.txt") == "bb"
    found.verify()
    (folder / "c.txt").write_text("new")
    put_artifact(str(folder), words=Words(), store=str(store_in_bucket))
    assert runlore.get_artifact("data:v1", store=store_in_bucket).read("c.txt") == "new"


def test_what_is_damaged_there_is_never_handed_out(
    store_in_bucket: Path, bucket: Bucket, tmp_path: Path
) -> None:
    found = runlore.get_artifact("data", store=store_in_bucket)
    objects = BucketObjects(bucket.url, open_store(str(store_in_bucket)).store_id)
    (large,) = (one for one in objects.list("blobs") if one.size_bytes == 100_000)
    objects.put(large.key, b"x" * 100_000)
    with pytest.raises(BlobDamaged, match=r"'data/a\.bin' .* is not what was logged: s3://"):
        found.download(tmp_path / "out")
    with pytest.raises(BlobDamaged):
        found.verify()
    assert not (tmp_path / "out" / "data" / "a.bin").exists()


def test_a_bucket_that_does_not_answer_is_said_not_to(
    store_in_bucket: Path, bucket: Bucket, tmp_path: Path
) -> None:
    found = runlore.get_artifact("data", store=store_in_bucket)
    bucket.line.fault = "refuse"
    assert found.files == ["a.bin", "b.txt"]  # the index answers without
    with pytest.raises(ObjectsUnreachable):
        found.download(tmp_path / "out")
