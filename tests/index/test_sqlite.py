from __future__ import annotations

import os
import sqlite3
from typing import TYPE_CHECKING

import pytest

from runlore.index.catchup import catch_up
from runlore.index.open import index_path, open_index
from runlore.index.sqlite import SqliteIndex
from runlore.journal.folder import create_store
from runlore.testing.index_contract import ATTEMPT, RUN, IndexContract, T
from runlore.testing.journals import JournalComposer

if TYPE_CHECKING:
    from pathlib import Path

    from runlore.index.interface import Index
    from runlore.journal.folder import StoreFolder


class TestSqliteIndex(IndexContract):
    def open_index(self, store: StoreFolder) -> Index:
        return SqliteIndex(store.index)


class TestSqliteIndexOnNetworkFileSystems(IndexContract):
    def open_index(self, store: StoreFolder) -> Index:
        return SqliteIndex(store.index, is_local=False)


@pytest.fixture
def store(tmp_path: Path) -> StoreFolder:
    store = create_store(str(tmp_path / "store"))
    journal = JournalComposer(store, "0192f0c1a2b30123456789abcdef0011")
    journal.points(journal.slot(RUN, ATTEMPT), {"loss": 1.0}, time=T, step=1)
    return store


def _points_after(store: StoreFolder) -> int:
    index = open_index(store)
    try:
        assert catch_up(index, store, budget_seconds=None).is_current
        return index.totals().points
    finally:
        index.close()


def _spoil_version(path: str) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 7")


def _spoil_header(path: str) -> None:
    with open(path, "r+b") as file:
        file.write(b"not a database, but text")


def _spoil_pages(path: str) -> None:
    size = os.path.getsize(path)
    with open(path, "r+b") as file:
        file.seek(4096)
        file.write(b"\xa5" * (size - 4096))


def _empty(path: str) -> None:
    with open(path, "wb"):
        pass


@pytest.mark.parametrize("spoil", [_spoil_version, _spoil_header, _spoil_pages, _empty, os.unlink])
def test_an_index_that_cannot_be_used_is_rebuilt(store: StoreFolder, spoil: object) -> None:
    assert _points_after(store) == 1
    assert callable(spoil)
    spoil(store.index)
    assert _points_after(store) == 1


def test_an_index_damaged_under_an_open_reader_is_rebuilt(store: StoreFolder) -> None:
    index = open_index(store)
    catch_up(index, store)
    writer = sqlite3.connect(store.index)
    writer.execute("DROP TABLE journals")
    writer.commit()
    writer.close()
    assert catch_up(index, store, budget_seconds=None).is_current
    assert index.totals().points == 1
    index.close()


def test_a_read_only_store_has_its_index_in_the_cache(store: StoreFolder, tmp_path: Path) -> None:
    class ReadOnly(type(store)):  # type: ignore[misc]
        def is_writable(self) -> bool:
            return False

    read_only = ReadOnly(store.path, store.store_id)
    cache = tmp_path / "cache"
    found = index_path(read_only, {"XDG_CACHE_HOME": str(cache), "HOME": "/nowhere"})
    assert found == str(cache / "runlore" / store.store_id / "index.db")
    home = tmp_path / "home"
    assert index_path(read_only, {"HOME": str(home)}).startswith(str(home / ".cache"))
    assert index_path(store, {}) == store.index


def test_an_index_that_somebody_else_began_anew_is_read_from_then_on(store: StoreFolder) -> None:
    index, other = SqliteIndex(store.index), SqliteIndex(store.index)
    catch_up(index, store, budget_seconds=None)
    before = index.mark()
    other.reset()
    assert index.mark().generation is None
    catch_up(other, store, budget_seconds=None)
    assert index.mark() == other.mark() != before
    assert index.totals().points == 1
    index.close()
    other.close()
