from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from runlore.helper import syncing
from runlore.helper.syncing import JournalSync, newest_number, sync_actor
from runlore.journal.folder import create_store
from runlore.journal.host import current_host
from runlore.journal.writer import ROLL_SIZE, Writer
from runlore.records.events import event

if TYPE_CHECKING:
    from runlore.journal.folder import StoreFolder


@pytest.fixture
def store(store_of_its_own: Path) -> StoreFolder:
    return create_store(str(store_of_its_own))


@pytest.fixture
def writer(store: StoreFolder) -> Writer:
    return Writer(store, {"kind": "process"}, current_host(), on_trouble=print)


@pytest.fixture
def synced(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that are synced, which they are."""
    names: list[str] = []
    really = syncing._sync_content

    def sync(descriptor: int) -> None:
        names.append(Path(os.readlink(f"/proc/self/fd/{descriptor}")).name)
        really(descriptor)

    if not Path("/proc/self/fd").is_dir():
        pytest.skip("no /proc here")
    monkeypatch.setattr(syncing, "_sync_content", sync)
    return names


def test_only_what_was_written_to_is_synced(
    store: StoreFolder, writer: Writer, synced: list[str]
) -> None:
    journal = JournalSync(store, writer.actor)
    assert journal.sync()
    assert not journal.sync()
    writer.heartbeat()
    assert journal.sync()
    assert not journal.sync()
    assert synced == ["00000001.journal"] * 2


def test_after_a_roll_both_files_are_synced(
    store: StoreFolder, writer: Writer, synced: list[str]
) -> None:
    journal = JournalSync(store, writer.actor)
    journal.sync()
    for _ in range(ROLL_SIZE // 1_000_000 + 1):
        writer.event(0, event("note.added", text="x" * 1_000_000))
    assert journal.sync()
    assert journal.number == newest_number(store, writer.actor) == 2
    assert set(synced) == {"00000001.journal", "00000002.journal"}
    assert synced.count("00000001.journal") >= 2


def test_a_writer_faster_than_the_walk_is_caught_up_with(
    store: StoreFolder, writer: Writer
) -> None:
    for _ in range(40_000):
        writer.heartbeat()
    journal = JournalSync(store, writer.actor)
    assert journal.sync()
    assert journal.sync(), "the walk has not come to the end"
    while journal.sync():
        pass
    assert not journal.sync()


def test_damage_is_synced_each_time(store: StoreFolder, writer: Writer, synced: list[str]) -> None:
    path = Path(store.journal(writer.actor, 1))
    content = bytearray(path.read_bytes())
    content[64] ^= 1  # the size of the first frame
    path.write_bytes(content)
    journal = JournalSync(store, writer.actor)
    assert [journal.sync() for _ in range(3)] == [True] * 3
    assert len(synced) == 3


def test_a_journal_that_is_gone_is_no_error(store: StoreFolder, writer: Writer) -> None:
    journal = JournalSync(store, writer.actor)
    os.unlink(store.journal(writer.actor, 1))
    assert not journal.sync()
    sync_actor(store, writer.actor)
    assert newest_number(store, "0" * 32) == 0
