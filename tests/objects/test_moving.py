"""Moving loses nothing: not when it is killed at any request, nor what comes meanwhile."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from functools import partial
from typing import TYPE_CHECKING

import pytest

from runlore.errors import ObjectsUnreachable, StoreError, StoreRefused
from runlore.journal.folder import create_store
from runlore.objects.choice import in_any_place, objects_at, read_choice
from runlore.objects.moving import finish_move, move, objects_in
from runlore.objects.owner import PLACE, claim

if TYPE_CHECKING:
    from pathlib import Path

    from runlore.journal.folder import StoreFolder
    from runlore.objects.interface import Objects
    from tests.services.s3 import Bucket

CONTENTS = {
    **{f"runs/{number:032x}/a-00000001.segment": os.urandom(200) for number in range(3)},
    **{f"blobs/{number:02x}/{'0' * 62}": os.urandom(5000 * number) for number in range(3)},
}
MOVE = """
import sys
from runlore.journal.folder import open_store
from runlore.objects.moving import move
move(open_store(sys.argv[1]), sys.argv[2] or None, straggler_seconds=float(sys.argv[3]))
"""
ENVIRONMENT = {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}


@pytest.fixture
def store(tmp_path: Path) -> StoreFolder:
    made = create_store(str(tmp_path / "store"))
    for key, content in CONTENTS.items():
        objects_at(made, None).put(key, content)
    os.makedirs(made.actor("1" * 32))  # somebody may be writing
    return made


def read(key: str, objects: Objects) -> bytes:
    return b"".join(objects.stream(key))


def held(store: StoreFolder) -> dict[str, bytes]:
    return {key: in_any_place(store, partial(read, key)) for key in CONTENTS}


def keys_at(store: StoreFolder, url: str | None) -> set[str]:
    return {found.key for found in objects_in(objects_at(store, url))}


def test_everything_moves_to_a_bucket_on_to_a_folder_and_home(
    store: StoreFolder, bucket: Bucket, tmp_path: Path
) -> None:
    before: str | None = None
    for url in (f"{bucket.url}/a", f"{bucket.url}/b", f"file://{tmp_path}/disk", None):
        moved = move(store, url, straggler_seconds=0)
        assert moved.is_over
        assert moved.objects == len(CONTENTS)
        assert moved.size_bytes == sum(map(len, CONTENTS.values()))
        assert not read_choice(store).is_moving
        assert held(store) == CONTENTS
        assert keys_at(store, url) == set(CONTENTS)
        if before is not None:
            assert objects_at(store, before).look(PLACE) is None
        before = url


def test_moving_where_they_are_already_does_nothing(store: StoreFolder, bucket: Bucket) -> None:
    move(store, bucket.url, straggler_seconds=0)
    count = bucket.line.count("PUT")
    assert move(store, bucket.url, straggler_seconds=0).objects == 0
    assert bucket.line.count("PUT") == count
    assert held(store) == CONTENTS


def kill(bucket: Bucket, at: int, mover: subprocess.Popen[bytes], *_: str) -> None:
    if len(bucket.line.requests) >= at:
        mover.send_signal(signal.SIGKILL)


def test_killed_at_any_request_it_leaves_a_whole_store_and_is_done_again(
    store: StoreFolder, bucket: Bucket
) -> None:
    survived = 0
    for kill_at in range(1, 60, 8):
        url = f"{bucket.url}/{kill_at}"
        del bucket.line.requests[:]
        mover = subprocess.Popen(
            [sys.executable, "-c", MOVE, store.path, url, "0"],
            env={**os.environ, **ENVIRONMENT},
        )

        bucket.line.on_request = partial(kill, bucket, kill_at, mover)
        if mover.wait(60) == 0:
            survived += 1
        bucket.line.on_request = lambda _method, _path: None
        assert held(store) == CONTENTS, f"killed at request {kill_at}"
        move(store, url, straggler_seconds=0)
        assert held(store) == CONTENTS
        assert not read_choice(store).is_moving
        move(store, None, straggler_seconds=0)
        assert keys_at(store, None) == set(CONTENTS)
    assert survived < 8, "none was killed"


def test_what_reaches_the_old_place_late_is_brought_along(
    store: StoreFolder, bucket: Bucket
) -> None:
    moved = move(store, bucket.url)
    assert not moved.is_over
    late = "runs/late/a-00000001.segment"
    objects_at(store, None).put(late, b"late")
    assert in_any_place(store, partial(read, late)) == b"late"
    again = finish_move(store, straggler_seconds=0)
    assert again is not None
    assert again.is_over
    assert keys_at(store, bucket.url) == {*CONTENTS, late}
    assert keys_at(store, None) == set()
    assert finish_move(store) is None


def test_where_nobody_writes_it_is_over_at_once(store: StoreFolder, bucket: Bucket) -> None:
    os.rmdir(store.actor("1" * 32))
    assert move(store, bucket.url).is_over
    assert not read_choice(store).is_moving


def test_after_the_switch_the_new_place_is_right(store: StoreFolder, bucket: Bucket) -> None:
    move(store, bucket.url)
    key = next(iter(CONTENTS))
    objects_at(store, bucket.url).put(key, b"sealed again, farther")
    objects_at(store, None).put(key, b"by a slow sealer")
    finish_move(store, straggler_seconds=0)
    assert held(store) == {**CONTENTS, key: b"sealed again, farther"}


def test_a_copy_left_by_an_earlier_try_is_checked(store: StoreFolder, bucket: Bucket) -> None:
    target = objects_at(store, bucket.url)
    claim(target, store.store_id)
    good, bad, *_ = CONTENTS
    target.put(good, CONTENTS[good])
    target.put(bad, bytes(len(CONTENTS[bad])))
    move(store, bucket.url, straggler_seconds=0)
    assert held(store) == CONTENTS


def test_the_place_of_another_store_is_refused_and_nothing_is_changed(
    store: StoreFolder, bucket: Bucket, tmp_path: Path
) -> None:
    other = create_store(str(tmp_path / "other"))
    move(other, bucket.url, straggler_seconds=0)
    with pytest.raises(StoreRefused, match=other.store_id):
        move(store, bucket.url)
    assert read_choice(store).url is None
    assert keys_at(store, None) == set(CONTENTS)


def test_a_bucket_that_fails_half_way_changes_nothing(store: StoreFolder, bucket: Bucket) -> None:
    def fail(_method: str, path: str) -> None:
        if "runs" in path:
            bucket.line.fault = "refuse"

    bucket.line.on_request = fail
    with pytest.raises(ObjectsUnreachable):
        move(store, bucket.url)
    assert read_choice(store).url is None
    assert held(store) == CONTENTS


def test_a_third_place_waits_until_a_move_is_over(
    store: StoreFolder, bucket: Bucket, tmp_path: Path
) -> None:
    move(store, bucket.url)
    with pytest.raises(StoreError, match="still moving"):
        move(store, f"file://{tmp_path}/disk")
    assert move(store, f"file://{tmp_path}/disk", straggler_seconds=0).is_over
    assert held(store) == CONTENTS
