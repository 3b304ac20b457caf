from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING

import pytest

from runlore.errors import DamageError
from runlore.segments import manifest
from runlore.segments.manifest import Entry, SealedSegment
from tests.segments.journal_bytes import ACTOR, id_of
from tests.segments.stores import new_store

if TYPE_CHECKING:
    from pathlib import Path

    from runlore.errors import RunloreError


def entry(number: int, end: int = 640, sealed: int = 1000) -> Entry:
    return Entry(
        actor=ACTOR,
        number=number,
        end=end,
        crc=7,
        previous_crc=6,
        closed=True,
        sealed=sealed,
        segments=(SealedSegment(id_of(1), 100, 5),),
        gaps=((64, 72),),
        heartbeat=(1, 2),
    )


def test_entries_come_back_in_order(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    assert manifest.read_from(store, 1) == []
    for number in range(1, 40):
        assert manifest.append(store, entry(number)) == number
        assert manifest.last_number(store) == number
    assert manifest.read_from(store, 38) == [(38, entry(38)), (39, entry(39))]
    assert manifest.read_from(store, 40) == []
    assert min(os.listdir(store.manifest)) == "000000000001.json"
    assert len(os.listdir(store.manifest)) == 39


def test_writers_at_once_get_numbers_of_their_own(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    taken: list[int] = []

    def add() -> None:
        taken.extend(manifest.append(store, entry(number)) for number in range(20))

    threads = [threading.Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == list(range(1, 81))
    assert len(manifest.read_from(store, 1)) == 80


def test_without_links_numbers_are_still_claimed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(source: str, target: str) -> None:
        raise PermissionError(1, f"no links from {source} to {target}")

    monkeypatch.setattr(os, "link", refuse)
    store = new_store(tmp_path)
    assert [manifest.append(store, entry(number)) for number in (1, 2)] == [1, 2]
    assert manifest.read_from(store, 1) == [(1, entry(1)), (2, entry(2))]


def test_a_damaged_entry_is_reported_and_passed_over(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    for number in (1, 2, 3):
        manifest.append(store, entry(number))
    with open(manifest.path_of(store, 2), "r+b") as file:
        content = file.read()
        file.seek(0)
        file.write(content.replace(b'"end":640', b'"end":641'))
    with pytest.raises(DamageError, match=r"000000000002\.json can't be read: it fails"):
        manifest.read_from(store, 1)
    problems: list[RunloreError] = []
    assert [number for number, _ in manifest.read_from(store, 1, problems)] == [1, 3]
    assert len(problems) == 1


def test_the_last_entry_may_still_be_on_its_way(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    manifest.append(store, entry(1))
    for content in (b"", entry(2).to_json()[:50]):
        with open(manifest.path_of(store, 2), "wb") as file:
            file.write(content)
        assert [number for number, _ in manifest.read_from(store, 1)] == [1]


def test_a_reader_ignores_what_it_does_not_know() -> None:
    text = entry(1).to_json()
    assert Entry.from_json(text) == entry(1)
    body = b'{"future":[1],' + text[1:].partition(b',"check"')[0]
    from zlib import crc32

    newer = body + b',"check":' + str(crc32(body)).encode() + b"}"
    assert Entry.from_json(newer) == entry(1)


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"null", b'{"actor":1,"check":0}'])
def test_what_is_no_entry_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match="checksum"):
        Entry.from_json(content)


def test_the_farthest_entry_of_a_file_is_found(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    for one in (entry(1, 640, 10), entry(2, 700, 20), entry(1, 800, 30), entry(1, 640, 40)):
        manifest.append(store, one)
    found = manifest.find(store, ACTOR, 1, 0)
    assert found is not None
    assert found.end == 800
    assert manifest.find(store, ACTOR, 3, 0) is None
    assert manifest.find(store, ACTOR, 2, 25) is None
