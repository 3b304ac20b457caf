"""Marks of runs that are gone, for those who seal without an index."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from runlore.journal.folder import create_store
from runlore.journal.host import current_host
from runlore.segments.gone import MOVED, PURGED, how_gone, mark_gone, remove_segments, unmark
from runlore.segments.manifest import read_from
from runlore.segments.sealing import seal_complete
from runlore.testing.journals import JournalComposer

if TYPE_CHECKING:
    from pathlib import Path

    from runlore.journal.folder import StoreFolder

ACTOR = "0192f0c1a2b30123456789abcdef0011"
RUNS = ("0192f0c1a2b4a1a2a3a4a5a6a7a8a9aa", "0192f0c1a2b4a1a2a3a4a5a6a7a8a9bb")
ATTEMPT = "0192f0c1a2b4b1b2b3b4b5b6b7b8b9bb"


@pytest.fixture
def folder(tmp_path: Path) -> StoreFolder:
    """A store with a complete journal of two runs."""
    folder = create_store(str(tmp_path / "store"))
    journal = JournalComposer(folder, ACTOR)
    for run in RUNS:
        journal.points(journal.slot(run, ATTEMPT), {"loss": 1.0}, time=1, step=0)
    journal.close_file()
    return folder


def seal(folder: StoreFolder) -> None:
    for _ in range(2):
        report = seal_complete(folder, host=current_host(), deadline_seconds=60, grace_seconds=0)
        assert report.problems == []


def test_a_mark_stays_until_it_is_taken_away(folder: StoreFolder) -> None:
    assert how_gone(folder, RUNS[0]) is None
    mark_gone(folder, RUNS[0], MOVED)
    mark_gone(folder, RUNS[0], PURGED)
    assert how_gone(folder, RUNS[0]) == PURGED
    for _ in range(2):
        unmark(folder, RUNS[0])
    assert how_gone(folder, RUNS[0]) is None


def test_a_purged_run_is_left_out_when_its_journal_is_sealed(folder: StoreFolder) -> None:
    mark_gone(folder, RUNS[0], PURGED)
    seal(folder)
    ((_, entry),) = read_from(folder, 1)
    assert [segment.run for segment in entry.segments] == [RUNS[1]]
    assert remove_segments(folder, RUNS[0]) == (0, 0)
    assert remove_segments(folder, RUNS[1])[0] == 1


@pytest.mark.parametrize("how", [PURGED, MOVED])
def test_a_journal_goes_although_segments_of_a_gone_run_are_missing(
    folder: StoreFolder, how: str
) -> None:
    seal_complete(folder, host=current_host(), deadline_seconds=60)
    mark_gone(folder, RUNS[0], how)
    remove_segments(folder, RUNS[0])
    seal(folder)
    assert not os.path.exists(folder.journal(ACTOR, 1))


def test_what_is_no_run_is_never_removed(folder: StoreFolder) -> None:
    for text in ("", "..", "../blobs", RUNS[0][:5]):
        with pytest.raises(ValueError, match="no run"):
            remove_segments(folder, text)
