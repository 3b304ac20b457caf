from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from runlore.errors import InvalidValue, ObjectsUnreachable, StoreRefused
from runlore.objects.bucket import BucketObjects, bucket_of, bucket_url, part_size
from runlore.objects.owner import PLACE, claim, read_owner

if TYPE_CHECKING:
    from pathlib import Path

    from tests.services.s3 import Bucket

STORE = "1" * 32


@pytest.fixture
def objects(bucket: Bucket) -> BucketObjects:
    found = BucketObjects(f"{bucket.url}/a/prefix", STORE)
    claim(found, STORE)
    return found


def test_what_is_put_is_read_in_parts_as_a_stream_and_at_its_end(objects: BucketObjects) -> None:
    content = os.urandom(100_000)
    objects.put("runs/r/one.segment", content)
    piece = objects.read("runs/r/one.segment", 10, 20)
    assert (piece.data, piece.size_bytes) == (content[10:20], len(content))
    assert objects.read_end("runs/r/one.segment", 7).data == content[-7:]
    assert objects.read_end("runs/r/one.segment", 1 << 20).data == content
    assert b"".join(objects.stream("runs/r/one.segment")) == content
    assert objects.read("runs/r/one.segment", 99_990, 200_000).data == content[-10:]


def test_a_file_that_takes_several_parts_arrives_whole(
    objects: BucketObjects, bucket: Bucket, tmp_path: Path
) -> None:
    content = os.urandom(20 << 20)
    (tmp_path / "file").write_bytes(content)
    objects.put_file("blobs/aa/b", str(tmp_path / "file"))
    assert b"".join(objects.stream("blobs/aa/b")) == content
    assert bucket.line.count("POST") == 2, "begun and completed: a multipart upload"


@pytest.mark.parametrize("size_bytes", [0, 1 << 20, 80 << 30, 5 << 40])
def test_the_largest_object_takes_no_more_parts_than_a_service_allows(size_bytes: int) -> None:
    part_bytes = part_size(size_bytes)
    assert part_bytes >= 5 << 20
    assert -(-size_bytes // part_bytes) <= 10_000


def test_an_empty_object_is_an_object(objects: BucketObjects) -> None:
    objects.put("blobs/aa/b", b"")
    found = objects.look("blobs/aa/b")
    assert found is not None
    assert found.size_bytes == 0
    assert b"".join(objects.stream("blobs/aa/b")) == b""


def test_listing_names_keys_and_sizes_below_a_folder_alone(objects: BucketObjects) -> None:
    for number in range(3):
        objects.put(f"runs/r{number}/x", b"1" * number)
    objects.put("blobs/aa/b", b"")
    assert {(one.key, one.size_bytes) for one in objects.list("runs")} == {
        ("runs/r0/x", 0),
        ("runs/r1/x", 1),
        ("runs/r2/x", 2),
    }
    assert [one.key for one in objects.list("runs/r1")] == ["runs/r1/x"]


def test_deleting_many_and_some_that_are_not_there(objects: BucketObjects) -> None:
    keys = [f"runs/r/{number}" for number in range(12)]
    for key in keys:
        objects.put(key, b"x")
    objects.delete([*keys, "runs/r/none"])
    assert list(objects.list("runs")) == []
    objects.delete([])


def test_what_is_not_there_is_not_found(objects: BucketObjects) -> None:
    assert objects.look("runs/r/none") is None
    with pytest.raises(FileNotFoundError):
        objects.read("runs/r/none", 0, 1)
    with pytest.raises(FileNotFoundError):
        list(objects.stream("runs/r/none"))


def test_a_bucket_that_is_gone_is_unreachable_not_empty(bucket: Bucket) -> None:
    objects = BucketObjects("s3://no-such-bucket/x", STORE)
    for ask in (
        lambda: objects.look("runs/r/x"),
        lambda: objects.read("runs/r/x", 0, 1),
        lambda: list(objects.list("runs")),
        lambda: objects.put("runs/r/x", b""),
        lambda: objects.delete(["runs/r/x"]),
    ):
        with pytest.raises(ObjectsUnreachable, match="no-such-bucket"):
            ask()
    with pytest.raises(ObjectsUnreachable):
        claim(objects, STORE)
    assert bucket.line.count("PUT") >= 1


def test_an_empty_prefix_is_no_place_of_a_store(bucket: Bucket) -> None:
    objects = BucketObjects(f"{bucket.url}/other", STORE)
    with pytest.raises(ObjectsUnreachable, match=r"no place\.json"):
        objects.look("runs/r/x")
    with pytest.raises(ObjectsUnreachable, match=r"no place\.json"):
        objects.put("runs/r/x", b"")


def test_the_place_of_another_store_is_refused(objects: BucketObjects, bucket: Bucket) -> None:
    other = BucketObjects(f"{bucket.url}/a/prefix", "2" * 32)
    with pytest.raises(StoreRefused, match=STORE):
        claim(other, "2" * 32)
    with pytest.raises(StoreRefused):
        other.put("runs/r/x", b"")
    claim(objects, STORE)
    assert read_owner(objects) == STORE


@pytest.mark.parametrize("content", [b"", b"[]", b'{"format": 1}', b"\xff"])
def test_a_place_json_of_somebody_else_is_refused(objects: BucketObjects, content: bytes) -> None:
    objects.put(PLACE, content)
    with pytest.raises(StoreRefused):
        read_owner(objects)


def test_wrong_keys_are_said_to_be_wrong_keys(
    objects: BucketObjects, bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not bucket.is_real:
        pytest.skip("moto lets everybody in")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wrong")
    stranger = BucketObjects(f"{bucket.url}/a/prefix", STORE)
    with pytest.raises(ObjectsUnreachable) as caught:
        stranger.read("runs/r/x", 0, 1)
    assert "AWS_SECRET_ACCESS_KEY" in str(caught.value.hint)
    assert "wrong" not in str(caught.value)
    assert objects.look("runs/r/x") is None


def test_http_without_leave_is_said_to_want_leave(
    bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_ALLOW_HTTP")
    with pytest.raises(ObjectsUnreachable) as caught:
        BucketObjects(bucket.url, STORE).look("runs/r/x")
    assert "AWS_ALLOW_HTTP" in str(caught.value.hint)


@pytest.mark.parametrize("fault", ["refuse", "busy"])
def test_a_service_that_does_not_answer_is_unreachable(
    objects: BucketObjects, bucket: Bucket, fault: str
) -> None:
    bucket.line.fault = fault
    for ask in (
        lambda: objects.look("runs/r/x"),
        lambda: objects.put("runs/r/x", b""),
        lambda: list(objects.list("runs")),
    ):
        with pytest.raises(ObjectsUnreachable, match=bucket.name):
            ask()
    bucket.line.fault = None
    objects.put("runs/r/x", b"after")
    assert objects.read("runs/r/x", 0, 9).data == b"after"


def test_an_upload_that_is_cut_leaves_nothing(objects: BucketObjects, bucket: Bucket) -> None:
    bucket.line.on_request = lambda _method, _path: setattr(bucket.line, "fault", "refuse")
    with pytest.raises(ObjectsUnreachable):
        objects.put("runs/r/x", os.urandom(20 << 20))
    bucket.line.fault = None
    bucket.line.on_request = lambda _method, _path: None
    assert list(objects.list("runs")) == []


def test_an_answer_that_ends_too_early_is_no_answer(objects: BucketObjects, bucket: Bucket) -> None:
    objects.put("runs/r/x", os.urandom(1 << 20))
    bucket.line.fault, bucket.line.cut_bytes = "cut", 300_000
    with pytest.raises(ObjectsUnreachable):
        BucketObjects(objects.url, STORE).read("runs/r/x", 0, 1 << 20)


@pytest.mark.filterwarnings("ignore:.*multi-threaded, use of fork:DeprecationWarning")
def test_a_fork_is_told_that_it_cannot_ask_and_does_not_wait(
    objects: BucketObjects, tmp_path: Path
) -> None:
    objects.put("runs/r/x", b"x")
    child = os.fork()
    if child == 0:
        try:
            objects.look("runs/r/x")
        except ObjectsUnreachable as error:
            (tmp_path / "said").write_text(str(error))
        os._exit(0)
    os.waitpid(child, 0)
    assert "fork" in (tmp_path / "said").read_text()
    assert objects.look("runs/r/x") is not None


@pytest.mark.parametrize(
    "url",
    [
        "s3://",
        "s3:///x",
        "gs://bucket",
        "s3://key:secret@bucket",
        "s3://bucket?x=1",
        "s3://bucket#x",
        "s3://bucket:99/x",
        "s3://bucket/a//b",
        "s3://bucket/../x",
        "s3://[x",
    ],
)
def test_what_is_no_bucket_is_refused_without_its_secrets(url: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        bucket_of(url)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("prefix", ["", "a", "a/b c", "ü/%/+"])
def test_the_address_of_a_bucket_is_read_as_it_is_spelled(prefix: str) -> None:
    assert bucket_of(bucket_url("bucket", prefix)) == ("bucket", prefix)
    assert bucket_of(bucket_url("bucket", prefix) + "/") == ("bucket", prefix)
