from __future__ import annotations

import os
from typing import TYPE_CHECKING

from runlore.objects.cache import ObjectCache

if TYPE_CHECKING:
    from pathlib import Path


def size_of(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def test_what_is_kept_is_got_until_it_is_forgotten(tmp_path: Path) -> None:
    cache = ObjectCache(str(tmp_path / "a" / "b"))
    assert cache.get("abcd") is None
    cache.put("abcd", b"content")
    assert cache.get("abcd") == b"content"
    cache.forget("abcd")
    cache.forget("abcd")
    assert cache.get("abcd") is None


def test_it_never_holds_much_more_than_its_limit(tmp_path: Path) -> None:
    cache = ObjectCache(str(tmp_path), limit_bytes=10_000)
    for number in range(100):
        cache.put(f"{number:04}", b"x" * 1000)
        assert size_of(tmp_path) <= 20_000


def test_what_was_used_longest_ago_goes_first(tmp_path: Path) -> None:
    cache = ObjectCache(str(tmp_path), limit_bytes=5_000)
    for number in range(5):
        cache.put(f"{number:04}", b"x" * 1000)
        os.utime(cache.path(f"{number:04}"), (1000 + number, 1000 + number))
    assert cache.get("0000") is not None  # used now
    for number in range(5, 10):
        cache.put(f"{number:04}", b"x" * 1000)
    assert cache.get("0001") is None
    assert cache.get("0000") is not None


def test_one_that_cannot_be_written_keeps_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    cache = ObjectCache(str(tmp_path / "file" / "cache"))
    cache.put("abcd", b"content")
    assert cache.get("abcd") is None
    assert cache.temporary() is None
