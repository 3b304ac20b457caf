from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from runlore.objects.cache import ObjectCache
from runlore.objects.folder import FolderObjects
from runlore.objects.ranges import BLOCK_BYTES, END_BYTES, RangedObject, keep

if TYPE_CHECKING:
    from pathlib import Path

    from runlore.objects.interface import Piece

KEY = "runs/r/x.segment"


class CountingObjects(FolderObjects):
    """A folder that counts what is read from it, as a bucket would be asked."""

    def __init__(self, root: str) -> None:
        super().__init__(root)
        self.reads: list[tuple[int, int]] = []

    def read(self, key: str, begin: int, end: int) -> Piece:
        self.reads.append((begin, end))
        return super().read(key, begin, end)


@pytest.fixture
def objects(tmp_path: Path) -> CountingObjects:
    return CountingObjects(str(tmp_path / "place"))


@pytest.fixture
def cache(tmp_path: Path) -> ObjectCache:
    return ObjectCache(str(tmp_path / "cache"))


@pytest.mark.parametrize("size", [0, 1, END_BYTES, END_BYTES + 1, BLOCK_BYTES, 3 * BLOCK_BYTES + 7])
def test_slices_are_those_of_the_content(
    objects: CountingObjects, cache: ObjectCache, size: int
) -> None:
    content = random.Random(size).randbytes(size)
    objects.put(KEY, content)
    for _ in range(2):
        ranged = RangedObject(objects, KEY, cache)
        assert len(ranged) == size
        chosen = random.Random(1)
        for _ in range(40):
            begin, end = chosen.randint(0, size), chosen.randint(0, size + 9)
            assert ranged[begin:end] == content[begin:end]
        assert ranged[:64] == content[:64]
        assert ranged[-24:] == content[-24:]


def test_a_small_object_takes_one_request_and_then_none(
    objects: CountingObjects, cache: ObjectCache
) -> None:
    objects.put(KEY, b"x" * 1000)
    assert bytes(RangedObject(objects, KEY, cache)[:]) == b"x" * 1000
    assert len(objects.reads) == 1
    assert bytes(RangedObject(objects, KEY, cache)[:]) == b"x" * 1000
    assert len(objects.reads) == 1


def test_of_a_large_object_only_what_is_asked_for_is_read(
    objects: CountingObjects, cache: ObjectCache
) -> None:
    objects.put(KEY, bytes(10 * BLOCK_BYTES))
    ranged = RangedObject(objects, KEY, cache)
    ranged[3 * BLOCK_BYTES + 5 : 3 * BLOCK_BYTES + 9].tobytes()
    assert sum(end - begin for begin, end in objects.reads) == END_BYTES + BLOCK_BYTES
    ranged.load()
    # One request for the blocks before the one that is there, one for those behind.
    assert objects.reads[2:] == [
        (0, 3 * BLOCK_BYTES),
        (4 * BLOCK_BYTES, 10 * BLOCK_BYTES),
    ]
    count = len(objects.reads)
    RangedObject(objects, KEY, cache).load()
    assert len(objects.reads) == count


def test_what_was_just_put_is_read_without_a_request(
    objects: CountingObjects, cache: ObjectCache
) -> None:
    objects.put(KEY, b"new")
    keep(objects, KEY, b"new", cache)
    ranged = RangedObject(objects, KEY, cache)
    assert bytes(ranged[:]) == b"new"
    assert ranged.is_from_cache
    assert objects.reads == []


def test_forgetting_reads_from_the_place_again(
    objects: CountingObjects, cache: ObjectCache
) -> None:
    objects.put(KEY, b"old")
    RangedObject(objects, KEY, cache)
    objects.put(KEY, b"newer")
    ranged = RangedObject(objects, KEY, cache)
    assert bytes(ranged[:]) == b"old"
    ranged.forget()
    assert bytes(ranged[:]) == b"newer"
    assert bytes(RangedObject(objects, KEY, cache)[:]) == b"newer"


def test_without_a_cache_everything_is_read_each_time(objects: CountingObjects) -> None:
    objects.put(KEY, b"x")
    for count in (1, 2):
        assert bytes(RangedObject(objects, KEY, None)[:]) == b"x"
        assert len(objects.reads) == count


def test_a_kept_file_that_is_cut_short_is_not_believed(
    objects: CountingObjects, cache: ObjectCache, tmp_path: Path
) -> None:
    content = random.Random(0).randbytes(3 * BLOCK_BYTES)
    objects.put(KEY, content)
    RangedObject(objects, KEY, cache).load()
    for path in (tmp_path / "cache").rglob("*"):
        if path.is_file():
            path.write_bytes(path.read_bytes()[:-1])
    assert bytes(RangedObject(objects, KEY, cache)[:]) == content
