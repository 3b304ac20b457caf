"""What keeping a store asks of its index."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from runlore.index.catchup import catch_up
from runlore.index.sqlite import SqliteIndex
from runlore.index.upkeep import BlobUse, WaitingFile
from runlore.journal.folder import create_store
from runlore.testing.journals import JournalComposer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ACTOR = "0192f0c1a2b30123456789abcdef0011"
HERE, PURGED, MOVED = (f"0192f0c1a2b4a1a2a3a4a5a6a7a8a9{tail}" for tail in ("aa", "bb", "cc"))
DIGESTS = [f"{number:064x}" for number in range(1, 9)]


@pytest.fixture
def index(tmp_path: Path) -> Iterator[SqliteIndex]:
    """An index of three runs with files, of which one was purged and one moved away."""
    folder = create_store(str(tmp_path / "store"))
    journal = JournalComposer(folder, ACTOR)
    for place, run in enumerate((HERE, PURGED, MOVED)):
        slot = journal.slot(run, f"{place:032x}")
        journal.event(slot, "attempt.started", time=5 + place, resumed=False, from_step=None,
                      parent_attempt=None, rank=0, world_size=1)  # fmt: skip
        artifact = {"direction": "output", "name": "m", "type": "file", "media_type": None}
        journal.event(slot, "artifact.logged", time=6, id=f"{place:032x}", size_bytes=7,
                      digest=DIGESTS[place], details={}, **artifact)  # fmt: skip
        journal.event(slot, "media.logged", time=7, id=f"{place + 9:032x}", name="i", step=None,
                      context="", type="image", media_type=None, details={"of": DIGESTS[6]},
                      staged=f"{ACTOR}/{run}-1", size_bytes=None)  # fmt: skip
        journal.event(0, "staged.stored", time=8, staged=f"{ACTOR}/{run}-1",
                      digest=DIGESTS[3 + place], size_bytes=3)  # fmt: skip
    slot = journal.slot(HERE, "f" * 32)
    journal.event(slot, "attempt.started", time=9, resumed=True, from_step=None,
                  parent_attempt=None, rank=0, world_size=1)  # fmt: skip
    journal.event(0, "context.captured", time=9, facts={"diff": {"kept as": DIGESTS[7]}})
    journal.edit(0, "run.deleted", time=1234, run=HERE)
    journal.edit(0, "run.purged", time=10, run=PURGED, artifacts=[])
    journal.edit(0, "run.moved", time=10, run=MOVED, to="e" * 32)
    found = SqliteIndex(str(tmp_path / "index.db"))
    catch_up(found, folder, budget_seconds=None)
    yield found
    found.close()


def test_only_runs_that_are_here_use_blobs_those_in_the_trash_too(index: SqliteIndex) -> None:
    assert sorted(index.blob_uses()) == [
        BlobUse(HERE, DIGESTS[0], 7),
        BlobUse(HERE, DIGESTS[3], 3),
    ]
    assert index.waiting_files() == [WaitingFile(f"{ACTOR}/{HERE}-1", DIGESTS[3])]


def test_digests_in_free_text_are_found_unless_their_run_is_gone(index: SqliteIndex) -> None:
    assert index.mentioned_digests() == {DIGESTS[3], DIGESTS[6], DIGESTS[7]}


def test_the_attempt_that_began_last_is_the_newest(index: SqliteIndex) -> None:
    assert index.newest_attempts([HERE, PURGED, "0" * 32])[HERE] == "f" * 32


def test_the_time_of_deletion_is_that_of_the_edit(index: SqliteIndex) -> None:
    assert index.deletion_times() == {HERE: 1234}
    assert index.moved_runs() == {MOVED: "e" * 32}
    assert index.segment_bytes([HERE]) == {}
