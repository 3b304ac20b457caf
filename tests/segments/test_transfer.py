"""Segments go to another store byte for byte, whatever actor they get there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runlore.errors import SegmentDamaged
from runlore.journal.folder import create_store
from runlore.journal.host import current_host
from runlore.records.ids import is_id
from runlore.segments.manifest import Entry, SealedSegment, find, read_from
from runlore.segments.opening import open_segment
from runlore.segments.sealing import seal_complete
from runlore.segments.transfer import (
    SegmentPlace,
    actor_elsewhere,
    copy_segment,
    enter,
    entries_of,
)
from runlore.testing.journals import JournalComposer

if TYPE_CHECKING:
    from pathlib import Path

    from runlore.journal.folder import StoreFolder

ACTOR = "0192f0c1a2b30123456789abcdef0011"
RUN = "0192f0c1a2b4a1a2a3a4a5a6a7a8a9aa"
ATTEMPT = "0192f0c1a2b4b1b2b3b4b5b6b7b8b9bb"


@pytest.fixture
def source(tmp_path: Path) -> StoreFolder:
    folder = create_store(str(tmp_path / "source"))
    journal = JournalComposer(folder, ACTOR)
    journal.points(journal.slot(RUN, ATTEMPT), {"loss": 1.0}, time=1, step=0)
    journal.close_file()
    seal_complete(folder, host=current_host(), deadline_seconds=60)
    return folder


@pytest.fixture
def target(tmp_path: Path) -> StoreFolder:
    return create_store(str(tmp_path / "target"))


def test_a_segment_is_copied_with_another_actor_and_the_same_content(
    source: StoreFolder, target: StoreFolder
) -> None:
    other = actor_elsewhere(source.store_id, ACTOR)
    ((entry, sealed),) = entries_of(source, {RUN}).values()
    for _ in range(2):
        copy_segment(source, target, SegmentPlace(RUN, ACTOR, 1, other), entry.end)
    with open_segment(target, RUN, other, 1) as there, open_segment(source, RUN, ACTOR, 1) as here:
        assert (there.actor, here.actor) == (other, ACTOR)
        assert (there.crc, there.footer) == (here.crc, here.footer)
        assert there.verify() == []
    enter(target, entry, other, [sealed])
    ((_, brought),) = read_from(target, 1)
    assert (brought.partial, brought.actor, brought.end) == (True, other, entry.end)
    assert find(target, other, 1, 0) is None  # it says nothing of the journal as a whole


def test_a_segment_that_is_damaged_or_missing_is_not_copied(
    source: StoreFolder, target: StoreFolder, tmp_path: Path
) -> None:
    place = SegmentPlace(RUN, ACTOR, 1, ACTOR)
    path = tmp_path / "source" / "runs" / RUN / f"{ACTOR}-00000001.segment"
    content = path.read_bytes()
    path.write_bytes(content[:-1])
    with pytest.raises(SegmentDamaged):
        copy_segment(source, target, place, 0)
    path.write_bytes(content)
    with pytest.raises(SegmentDamaged):
        copy_segment(source, target, place, 1 << 20)  # it covers less than was sealed
    path.unlink()
    with pytest.raises(SegmentDamaged, match="missing"):
        copy_segment(source, target, place, 0)
    assert not (tmp_path / "target" / "runs" / RUN).exists()


def test_an_entry_that_is_not_partial_is_stored_as_before() -> None:
    fields = {"actor": ACTOR, "number": 1, "end": 64, "crc": 1, "previous_crc": 0, "closed": True}
    entry = Entry(**fields, sealed=1, segments=(SealedSegment(RUN, 1, 1),), gaps=())  # type: ignore[arg-type]
    assert b"partial" not in entry.to_json()
    assert Entry.from_json(entry.to_json()) == entry


@given(st.integers(0, (1 << 128) - 1), st.integers(0, (1 << 128) - 1))
def test_actors_elsewhere_are_ids_in_the_same_order(one: int, other: int) -> None:
    mine, theirs = f"{one:032x}", f"{other:032x}"
    found = actor_elsewhere("a" * 32, mine), actor_elsewhere("a" * 32, theirs)
    assert all(map(is_id, found))
    if mine[:24] != theirs[:24]:
        assert (found[0] < found[1]) == (mine < theirs)
    assert actor_elsewhere("b" * 32, mine) != found[0]
