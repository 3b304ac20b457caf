from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from runlore.helper.staged import StagedSearch, waiting_files
from runlore.journal.folder import create_store
from runlore.journal.host import current_host
from runlore.journal.writer import ROLL_SIZE, Writer
from runlore.records.events import event
from runlore.records.ids import new_id

if TYPE_CHECKING:
    from runlore.journal.folder import StoreFolder

RUN = "0192f0c1a2b4a1a2a3a4a5a6a7a8a9aa"


@pytest.fixture
def store(store_of_its_own: Path) -> StoreFolder:
    return create_store(str(store_of_its_own))


@pytest.fixture
def writer(store: StoreFolder) -> Writer:
    return Writer(store, {"kind": "process"}, current_host(), on_trouble=print)


def give(writer: Writer, number: int, **details: object) -> str:
    """Record a given file as a training process does."""
    name = f"{RUN}-{number}"
    writer.event(
        writer.declare_run(RUN, new_id(), 0),
        event("artifact.logged", details=details, staged=f"{writer.actor}/{name}", name="x"),
    )
    return name


def test_names_are_found_once_among_other_records(store: StoreFolder, writer: Writer) -> None:
    search = StagedSearch(store, writer.actor)
    writer.event(0, event("note.added", text="before"))
    first = give(writer, 1)
    assert search.search(1) == {first}
    assert search.search(1) == set()
    second = give(writer, 2)
    writer.heartbeat()
    assert search.search(1) == {second}


def test_an_object_within_the_record_does_not_hide_its_beginning(
    store: StoreFolder, writer: Writer
) -> None:
    name = give(writer, 1, model={"kind": "tree", "notes": "x" * 20_000})
    assert StagedSearch(store, writer.actor).search(1) == {name}


def test_a_name_across_two_pieces_is_found(store: StoreFolder, writer: Writer) -> None:
    names = set()
    for number in range(40):
        writer.event(0, event("note.added", text="x" * (52_000 + number)))
        names.add(give(writer, number))
    assert StagedSearch(store, writer.actor).search(1) == names


def test_names_in_later_files_are_found(store: StoreFolder, writer: Writer) -> None:
    search = StagedSearch(store, writer.actor)
    first = give(writer, 1)
    for _ in range(ROLL_SIZE // 1_000_000 + 1):
        writer.event(0, event("note.added", text="x" * 1_000_000))
    second = give(writer, 2)
    assert search.search(1) == {first}
    assert search.search(2) == {second}


def test_a_text_that_looks_like_a_record_names_nothing(store: StoreFolder, writer: Writer) -> None:
    text = f'{{"kind": "artifact.logged", "staged": "{writer.actor}/{RUN}-1"}}'
    writer.event(0, event("note.added", text=text))
    assert StagedSearch(store, writer.actor).search(1) == set()


def test_a_record_that_is_not_whole_is_looked_at_again(store: StoreFolder, writer: Writer) -> None:
    name = give(writer, 1)
    path = Path(store.journal(writer.actor, 1))
    content = bytearray(path.read_bytes())
    at = content.index(b"artifact.logged")
    content[at] ^= 1
    path.write_bytes(content)
    search = StagedSearch(store, writer.actor)
    assert search.search(1) == set()
    content[at] ^= 1
    path.write_bytes(content)
    assert search.search(1) == {name}


def test_what_waits_is_listed_and_nothing_where_nothing_was_given(
    store: StoreFolder, writer: Writer
) -> None:
    assert waiting_files(store, writer.actor) == []
    folder = Path(store.incoming, writer.actor)
    folder.mkdir()
    (folder / f"{RUN}-1").touch()
    assert waiting_files(store, writer.actor) == [f"{RUN}-1"]
