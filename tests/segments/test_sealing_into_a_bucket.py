"""Sealing into a bucket: nothing is lost when it is killed, nothing is entered that isn't there."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from runlore.errors import ObjectsUnreachable, SegmentDamaged, StoreRefused
from runlore.journal.folder import open_store
from runlore.journal.host import current_host
from runlore.objects.bucket import BucketObjects
from runlore.objects.cache import cache_of
from runlore.objects.choice import places_of
from runlore.objects.moving import move
from runlore.segments import manifest
from runlore.segments.layout import segment_key
from runlore.segments.opening import fetch_ahead, open_segment, open_whole
from runlore.segments.sealing import seal_complete, seal_file
from runlore.segments.segment import Segment
from tests.segments.journal_bytes import ACTOR, Journal
from tests.segments.stores import add_journal, long_journal, new_store

if TYPE_CHECKING:
    from runlore.journal.folder import StoreFolder
    from runlore.segments.sealing import SealReport
    from tests.services.s3 import Bucket

SEAL = """
import sys
from runlore.journal.folder import open_store
from runlore.journal.host import current_host
from runlore.segments.sealing import seal_complete
seal_complete(open_store(sys.argv[1]), host=current_host(), deadline_seconds=60)
"""
RUNS = [f"{number:032x}" for number in (1, 2)]


@pytest.fixture
def store(tmp_path: Path, bucket: Bucket) -> StoreFolder:
    made = new_store(tmp_path)
    move(made, bucket.url)
    del bucket.line.requests[:]
    return made


def seal_all(store: StoreFolder, grace_seconds: float = 30.0) -> SealReport:
    return seal_complete(
        store, host=current_host(), deadline_seconds=60, grace_seconds=grace_seconds
    )


def content_of(segment: Segment) -> list[tuple[list[float], int]]:
    with segment:
        return [
            (segment.read_values(track).ravel().tolist(), segment.event_count)
            for track in segment.tracks
        ]


@pytest.fixture
def expected(tmp_path: Path) -> dict[str, list[tuple[list[float], int]]]:
    """What the same journal gives in a store of its own."""
    (tmp_path / "plain").mkdir()
    plain = new_store(tmp_path / "plain")
    add_journal(plain, bytes(long_journal().bytes))
    seal_all(plain)
    return {run: content_of(Segment.open(plain.segment(run, ACTOR, 1))) for run in RUNS}


def sealed(store: StoreFolder) -> dict[str, list[tuple[list[float], int]]]:
    return {run: content_of(open_segment(store, run, ACTOR, 1)) for run in RUNS}


def test_segments_lie_in_the_bucket_and_read_the_same(
    store: StoreFolder, expected: dict[str, list[tuple[list[float], int]]]
) -> None:
    path = add_journal(store, bytes(long_journal().bytes))
    assert not seal_all(store).problems
    assert os.listdir(store.runs) == []
    assert sealed(store) == expected
    report = seal_all(store, grace_seconds=0)
    assert report.removed == [path]
    assert sealed(store) == expected


def test_killed_at_any_request_a_sealer_loses_nothing(
    store: StoreFolder, bucket: Bucket, expected: dict[str, list[tuple[list[float], int]]]
) -> None:
    add_journal(store, bytes(long_journal().bytes))
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    killed = 0
    for kill_at in range(1, 12):
        del bucket.line.requests[:]
        sealer = subprocess.Popen([sys.executable, "-c", SEAL, store.path], env=environment)
        bucket.line.on_request = partial(kill, bucket, kill_at, sealer)
        killed += sealer.wait(60) != 0
        bucket.line.on_request = lambda _method, _path: None
        entries = manifest.read_from(store, 1)
        if entries:
            assert sealed(store) == expected
        assert Path(store.journal(ACTOR, 1)).exists()
    assert killed >= 4, "before, between and after the uploads"
    assert not seal_all(store).problems
    assert sealed(store) == expected
    assert len(manifest.read_from(store, 1)) == 1


def kill(bucket: Bucket, at: int, process: subprocess.Popen[bytes], *_: str) -> None:
    if len(bucket.line.requests) >= at:
        process.send_signal(signal.SIGKILL)


@pytest.mark.parametrize("fault", ["refuse", "busy"])
def test_while_the_bucket_does_not_answer_journals_stay(
    store: StoreFolder,
    bucket: Bucket,
    fault: str,
    expected: dict[str, list[tuple[list[float], int]]],
) -> None:
    path = add_journal(store, bytes(long_journal().bytes))
    add_journal(store, bytes(long_journal(2).bytes), 2)
    bucket.line.fault = fault
    report = seal_all(store, grace_seconds=0)
    assert [type(problem) for problem in report.problems] == [ObjectsUnreachable]
    assert report.remaining == 1, "the second waits without asking again"
    assert manifest.read_from(store, 1) == []
    assert Path(path).exists()
    bucket.line.fault = None
    assert len(seal_all(store).sealed) == 2
    assert sealed(store) == expected
    bucket.line.fault = fault
    report = seal_all(store, grace_seconds=0)
    assert report.removed == [], "what can't be read back isn't cleared away"
    assert Path(path).exists()
    bucket.line.fault = None
    assert len(seal_all(store, grace_seconds=0).removed) == 2


def test_a_journal_stays_whose_segment_went_missing_or_bad_in_the_bucket(
    store: StoreFolder,
) -> None:
    path = add_journal(store, bytes(long_journal().bytes))
    seal_all(store)
    objects = places_of(store).current
    key = segment_key(RUNS[0], ACTOR, 1)
    whole = b"".join(objects.stream(key))
    for content in (None, whole[:-1], bytes(len(whole))):
        objects.delete([key])
        if content is not None:
            objects.put(key, content)
        report = seal_all(store, grace_seconds=0)
        assert report.removed == []
        assert len(report.problems) == 1
        assert Path(path).exists()
    objects.put(key, whole)
    assert seal_all(store, grace_seconds=0).removed == [path]


def test_a_journal_stays_whose_segment_ends_before_it(store: StoreFolder) -> None:
    """As when a slow sealer that saw less of the journal puts its segment last."""
    journal = Journal()
    journal.actor()
    journal.run(1, RUNS[0])
    journal.keys(1, 1, ["loss"])
    journal.points(1, 10**15, 0, [1.0])
    seal_file(add_journal(store, bytes(journal.bytes)), store)
    objects = places_of(store).current
    key = segment_key(RUNS[0], ACTOR, 1)
    shorter = b"".join(objects.stream(key))
    journal.points(1, 10**15 + 1, 1, [0.5])
    journal.close()
    path = add_journal(store, bytes(journal.bytes))
    seal_file(path, store)
    assert b"".join(objects.stream(key)) != shorter
    objects.put(key, shorter)
    report = seal_all(store, grace_seconds=0)
    assert report.removed == []
    assert len(report.problems) == 1
    assert Path(path).exists()


def test_what_was_sealed_here_is_read_here_without_a_request(
    store: StoreFolder, bucket: Bucket
) -> None:
    add_journal(store, bytes(long_journal().bytes))
    seal_all(store)
    small = open_segment(store, RUNS[0], ACTOR, 1)
    assert small.size_bytes < 128 << 10
    del bucket.line.requests[:]
    bucket.line.fault = "refuse"
    content_of(open_segment(store, RUNS[0], ACTOR, 1))
    assert bucket.line.requests == []


def test_a_copy_that_went_bad_is_read_from_the_bucket_again(
    store: StoreFolder, expected: dict[str, list[tuple[list[float], int]]]
) -> None:
    add_journal(store, bytes(long_journal().bytes))
    seal_all(store)
    fetch_ahead(store, [(run, ACTOR, 1) for run in RUNS])
    cache = cache_of(store)
    assert cache is not None
    files = [path for path in Path(cache.folder).rglob("*") if path.is_file()]
    assert files
    for path in files:
        content = bytearray(path.read_bytes())
        for at in range(200, len(content), 97):
            content[at] ^= 0x40
        path.write_bytes(content)
    assert sealed(store) == expected


def test_a_copy_older_than_what_was_sealed_is_not_believed(store: StoreFolder) -> None:
    add_journal(store, bytes(long_journal().bytes))
    seal_all(store)
    objects = places_of(store).current
    end = open_segment(store, RUNS[0], ACTOR, 1).end
    newer = b"".join(objects.stream(segment_key(RUNS[1], ACTOR, 1)))
    objects.put(segment_key(RUNS[0], ACTOR, 1), newer)  # something else, as if sealed again
    assert open_segment(store, RUNS[0], ACTOR, 1, end=end).run == RUNS[0]
    assert open_segment(store, RUNS[0], ACTOR, 1, end=end + 8).run == RUNS[1]


def test_damage_in_the_bucket_itself_is_damage(store: StoreFolder) -> None:
    add_journal(store, bytes(long_journal().bytes))
    seal_all(store)
    objects = places_of(store).current
    key = segment_key(RUNS[0], ACTOR, 1)
    content = bytearray(b"".join(objects.stream(key)))
    for at in range(70, len(content) // 4, 50):
        content[at] ^= 1
    objects.put(key, bytes(content))
    cache = cache_of(store)
    assert cache is not None
    for path in Path(cache.folder).rglob("*"):
        if path.is_file():
            path.unlink()
    with pytest.raises(SegmentDamaged, match="s3://"):
        content_of(open_segment(store, RUNS[0], ACTOR, 1))
    assert open_whole(objects, key).verify()


def test_a_missing_segment_is_missing_and_a_missing_bucket_is_unreachable(
    store: StoreFolder,
) -> None:
    with pytest.raises(FileNotFoundError):
        open_segment(store, RUNS[0], ACTOR, 1)
    (Path(store.path) / "objects.json").write_text('{"url": "s3://no-such-bucket"}')
    with pytest.raises(ObjectsUnreachable, match="no-such-bucket"):
        open_segment(open_store(store.path), RUNS[0], ACTOR, 1)


def test_two_stores_never_share_a_place(store: StoreFolder) -> None:
    url = places_of(store).current.url
    assert url is not None
    stranger = BucketObjects(url, "f" * 32)
    with pytest.raises(StoreRefused, match=store.store_id):
        stranger.put("runs/r/x", b"")


def test_another_folder_takes_segments_as_the_own_one_does(
    tmp_path: Path, expected: dict[str, list[tuple[list[float], int]]]
) -> None:
    store = new_store(tmp_path)
    move(store, f"file://{tmp_path}/disk")
    path = add_journal(store, bytes(long_journal().bytes))
    assert not seal_all(store).problems
    assert (tmp_path / "disk" / segment_key(RUNS[0], ACTOR, 1)).exists()
    assert sealed(store) == expected
    (tmp_path / "disk").rename(tmp_path / "unmounted")
    report = seal_all(store, grace_seconds=0)
    assert [type(problem) for problem in report.problems] == [ObjectsUnreachable]
    assert Path(path).exists()
    with pytest.raises(ObjectsUnreachable):
        open_segment(store, RUNS[0], ACTOR, 1)
    assert not (tmp_path / "disk").exists()
    (tmp_path / "unmounted").rename(tmp_path / "disk")
    assert seal_all(store, grace_seconds=0).removed == [path]
