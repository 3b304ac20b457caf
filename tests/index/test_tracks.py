from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from runlore.index.catchup import catch_up
from runlore.index.sqlite import SqliteIndex
from runlore.journal.folder import create_store
from runlore.segments.sealing import seal_file
from runlore.testing.journals import JournalComposer

if TYPE_CHECKING:
    from pathlib import Path


T = 1_700_000_000_000_000
RUN = "0192f0c1a2b4a1a2a3a4a5a6a7a8a9aa"
ATTEMPT = "0192f0c1a2b4b1b2b3b4b5b6b7b8b9bb"
ACTOR = "0192f0c1a2b30123456789abcdef0011"
FRAMES = 5000


@pytest.mark.parametrize("has_step", [True, False])
@pytest.mark.parametrize("applied_before_sealing", [0, 10, FRAMES])
def test_the_last_point_of_several_key_sets_is_the_one_written_last(
    tmp_path: Path, has_step: bool, applied_before_sealing: int
) -> None:
    store = create_store(str(tmp_path / "store"))
    journal = JournalComposer(store, ACTOR)
    slot = journal.slot(RUN, ATTEMPT)
    index = SqliteIndex(store.index)
    for number in range(FRAMES):
        # Equal steps and times: only the order in which they were written tells them apart.
        step = number // 2 if has_step else None
        given = {"loss": float(number)} | ({"acc": 0.5} if number % 2 else {})
        journal.points(slot, given, time=T + number // 2, step=step)
        if number == applied_before_sealing:
            catch_up(index, store, budget_seconds=None)
    journal.close_file()
    seal_file(journal.path, store)
    os.unlink(journal.path)
    catch_up(index, store, budget_seconds=None)
    loss = next(one for one in index.summaries([RUN])[RUN] if one.name == "loss")
    assert (loss.points, loss.last, loss.maximum) == (FRAMES, FRAMES - 1.0, FRAMES - 1.0)
    index.close()


def test_superseding_within_a_chunk_of_a_segment_counts_each_point(tmp_path: Path) -> None:
    store = create_store(str(tmp_path / "store"))
    journal = JournalComposer(store, ACTOR)
    slot = journal.slot(RUN, ATTEMPT)
    for step in range(FRAMES):
        journal.points(slot, {"loss": float(step)}, time=T + step, step=step)
    journal.close_file()
    seal_file(journal.path, store)
    os.unlink(journal.path)
    index = SqliteIndex(store.index)
    other = JournalComposer(store, ACTOR[:-1] + "2")
    resumed = other.slot(RUN, ATTEMPT[:-1] + "2")
    other.event(
        resumed,
        "attempt.started",
        time=T + FRAMES,
        from_step=4500,
        parent_attempt=ATTEMPT,
        rank=0,
    )
    catch_up(index, store, budget_seconds=None)
    (loss,) = index.summaries([RUN])[RUN]
    assert (loss.points, loss.last, loss.total) == (4500, 4499.0, sum(range(4500)))
    index.close()
