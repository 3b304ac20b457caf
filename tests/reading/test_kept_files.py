"""What a reader that stays keeps of files is bounded, and never stale."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from runlore.errors import SegmentDamaged
from runlore.reading.kept_journals import KeptJournals
from runlore.reading.kept_segments import KeptSegments
from tests.reading.curve_models import RUN, Recorded

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from runlore.index.rows import Part, Position


@pytest.fixture
def recorded(tmp_path: Path) -> Iterator[Recorded]:
    recorded = Recorded(tmp_path / "store")
    with recorded.reader:
        yield recorded


def places(recorded: Recorded) -> list[tuple[Part, Position]]:
    recorded.reader.catch_up(budget_seconds=None)
    found = recorded.reader.ask(lambda index: index.point_places([RUN]))[RUN]
    return list(zip(found.parts, found.positions, strict=True))


def test_a_segment_is_taken_apart_once_and_by_each_of_two_at_once(recorded: Recorded) -> None:
    recorded.do(("seal",))
    ((part, _),) = places(recorded)
    kept = KeptSegments(recorded.store)
    with kept.lend(part) as first, kept.lend(part) as second:
        assert second is not first
    with kept.lend(part) as third:
        assert third in (first, second)
        assert sum(track.points for track in third.tracks) == 1


def test_of_many_segments_the_last_ones_stay(recorded: Recorded) -> None:
    for step in range(9):
        recorded.do(("points", step, [1.0], "alone", 0))
        recorded.do(("seal",))
    parts = [part for part, _ in places(recorded)]
    kept = KeptSegments(recorded.store, most_bytes=30_000)
    for part in parts:
        with kept.lend(part) as segment:
            pass
    with kept.lend(parts[-1]) as again:
        assert again is segment
    assert len(kept._kept) < len(parts)
    assert kept._bytes <= 30_000


def test_a_segment_that_was_replaced_is_read_anew(recorded: Recorded) -> None:
    recorded.do(("seal",))
    ((part, _),) = places(recorded)
    kept = KeptSegments(recorded.store)
    with kept.lend(part):
        pass
    path = recorded.store.segment(part.run, part.actor, part.number)
    with open(path + ".new", "wb") as file:
        file.write(b"damaged" * 100)
    os.replace(path + ".new", path)
    with pytest.raises(SegmentDamaged), kept.lend(part):
        pass
    os.unlink(path)
    with pytest.raises(FileNotFoundError), kept.lend(part):
        pass


def test_a_journal_is_read_on_and_cut_where_it_is_applied(recorded: Recorded) -> None:
    kept = KeptJournals(recorded.store)
    ((part, before),) = places(recorded)
    recorded.do(("points", 3, [1.0, 2.0], "alone", 0))
    ((_, after),) = places(recorded)
    for position, steps in ((before, [-10]), (after, [-10, 3, 4]), (before, [-10])):
        (block,) = kept.blocks(part, position)
        assert block.step is not None
        assert block.step.tolist() == steps


def test_of_journals_no_more_is_kept_than_allowed(recorded: Recorded) -> None:
    recorded.do(("points", 0, [1.0], "alone", 1))
    kept = KeptJournals(recorded.store, most_bytes=1)
    for part, position in places(recorded) * 2:
        assert kept.blocks(part, position)
        assert not kept._kept


def test_a_journal_that_went_is_said(recorded: Recorded) -> None:
    ((part, position),) = places(recorded)
    os.unlink(recorded.store.journal(part.actor, part.number))
    with pytest.raises(FileNotFoundError):
        KeptJournals(recorded.store).blocks(part, position)
