from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from runlore.errors import InvalidValue, ObjectsUnreachable, StoreRefused
from runlore.journal.folder import create_store
from runlore.objects.choice import (
    Choice,
    in_any_place,
    in_current_place,
    objects_at,
    places_of,
    read_choice,
    spelled,
    write_choice,
)
from runlore.objects.folder import FolderObjects
from runlore.objects.owner import claim

if TYPE_CHECKING:
    from runlore.journal.folder import StoreFolder
    from runlore.objects.interface import Objects


@pytest.fixture
def store(tmp_path: Path) -> StoreFolder:
    return create_store(str(tmp_path / "store"))


def test_without_a_choice_objects_lie_in_the_store(store: StoreFolder) -> None:
    places = places_of(store)
    assert places.all == (places.current,)
    assert places.current.path("runs/r/x") == f"{store.path}/runs/r/x"


def test_a_choice_is_read_as_it_was_written(store: StoreFolder) -> None:
    for choice in (
        Choice("s3://bucket/prefix"),
        Choice("file:///mnt/disk%20one", None, 17),
        Choice(None, "s3://bucket", 3),
        Choice(),
    ):
        write_choice(store, choice)
        assert read_choice(store) == choice


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"{}",
        b'{"url": 7}',
        b'{"url": "gs://bucket"}',
        b'{"url": "s3://key:secret@bucket"}',
        b'{"url": "file://relative"}',
        b'{"url": null, "previous": null, "switched": "now"}',
        b"\xff\x00",
    ],
)
def test_what_is_no_choice_is_refused_without_its_secrets(
    store: StoreFolder, content: bytes
) -> None:
    (Path(store.path) / "objects.json").write_bytes(content)
    with pytest.raises(StoreRefused, match=r"objects\.json") as caught:
        places_of(store)
    assert "secret" not in str(caught.value)


def test_places_are_spelled_in_one_way(store: StoreFolder, tmp_path: Path) -> None:
    other = f"file://{tmp_path}/other%20%C3%BC"
    assert spelled(store, str(tmp_path / "other ü")) == other
    assert spelled(store, f"{tmp_path}/./other ü/") == other
    assert spelled(store, other) == other
    assert spelled(store, "s3://bucket/a b/") == "s3://bucket/a%20b"
    assert spelled(store, store.path) is None
    assert spelled(store, f"file://{store.path}") is None
    found = objects_at(store, other)
    assert found.path("x") == f"{tmp_path}/other ü/x"


@pytest.mark.parametrize("place", ["", "gs://x", "http://x", "file://host/x", "a\0b", "s3://"])
def test_what_is_no_place_is_refused(store: StoreFolder, place: str) -> None:
    with pytest.raises(InvalidValue):
        spelled(store, place)


def test_a_folder_within_the_store_is_refused(store: StoreFolder) -> None:
    with pytest.raises(InvalidValue, match="within the store"):
        spelled(store, f"{store.path}/runs")


def test_what_is_put_during_a_switch_is_put_in_the_new_place_too(
    store: StoreFolder, tmp_path: Path
) -> None:
    url = f"file://{tmp_path}/other"
    claim(objects_at(store, url), store.store_id)
    put: list[str | None] = []

    def put_and_switch(objects: Objects) -> None:
        objects.put("runs/r/x", b"x")
        put.append(objects.url)
        write_choice(store, Choice(url, None, 1))

    in_current_place(store, put_and_switch)
    assert put == [None, url]


def test_what_moves_while_it_is_looked_for_is_found(store: StoreFolder, tmp_path: Path) -> None:
    url = f"file://{tmp_path}/other"
    claim(objects_at(store, url), store.store_id)
    objects_at(store, url).put("runs/r/x", b"x")

    def read(objects: Objects) -> bytes:
        if objects.url is None:
            write_choice(store, Choice(url))
        return b"".join(objects.stream("runs/r/x"))

    assert in_any_place(store, read) == b"x"
    with pytest.raises(FileNotFoundError):
        in_any_place(store, lambda objects: b"".join(objects.stream("runs/r/none")))


def test_a_folder_that_is_not_mounted_is_unreachable_not_empty(
    store: StoreFolder, tmp_path: Path
) -> None:
    objects = FolderObjects(str(tmp_path / "disk"), f"file://{tmp_path}/disk", store.store_id)
    for ask in (
        lambda: objects.look("runs/r/x"),
        lambda: objects.read("runs/r/x", 0, 1),
        lambda: objects.put("runs/r/x", b""),
        lambda: list(objects.list("runs")),
    ):
        with pytest.raises(ObjectsUnreachable, match="disk"):
            ask()
    assert not (tmp_path / "disk").exists()
    claim(objects, store.store_id)
    assert objects.look("runs/r/x") is None
    assert json.loads((tmp_path / "disk/place.json").read_bytes())["store"] == store.store_id
    stranger = FolderObjects(str(tmp_path / "disk"), objects.url, "2" * 32)
    with pytest.raises(StoreRefused, match=store.store_id):
        stranger.put("runs/r/x", b"")
