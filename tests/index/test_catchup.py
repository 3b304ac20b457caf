from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from runlore.index import journals as applying
from runlore.index.catchup import catch_up
from runlore.index.sqlite import SqliteIndex
from runlore.journal.folder import create_store
from runlore.segments.sealing import seal_file
from runlore.testing.journals import JournalComposer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from runlore.journal.folder import StoreFolder

T = 1_700_000_000_000_000
RUN = "0192f0c1a2b4a1a2a3a4a5a6a7a8a9aa"
ATTEMPT = "0192f0c1a2b4b1b2b3b4b5b6b7b8b9bb"
ACTOR = "0192f0c1a2b30123456789abcdef0011"


@pytest.fixture
def store(tmp_path: Path) -> StoreFolder:
    return create_store(str(tmp_path / "store"))


@pytest.fixture
def index(store: StoreFolder) -> Iterator[SqliteIndex]:
    index = SqliteIndex(store.index)
    yield index
    index.close()


def test_without_time_it_says_how_far_behind_it_is_and_goes_on_later(
    store: StoreFolder, index: SqliteIndex
) -> None:
    journal = JournalComposer(store, ACTOR)
    slot = journal.slot(RUN, ATTEMPT)
    for step in range(100):
        journal.points(slot, {"loss": 1.0}, time=T, step=step)
    freshness = catch_up(index, store, budget_seconds=0)
    assert not freshness.is_current
    assert 4000 <= freshness.behind_bytes <= 5000
    assert 100 <= freshness.behind_points_estimate <= 125
    assert catch_up(index, store, budget_seconds=None) == (True, 0, 0, [])
    assert index.totals().points == 100


def test_sealed_journals_that_are_not_applied_count_as_behind(
    store: StoreFolder, index: SqliteIndex
) -> None:
    journal = JournalComposer(store, ACTOR)
    journal.points(journal.slot(RUN, ATTEMPT), {"loss": 1.0}, time=T, step=0)
    journal.close_file()
    seal_file(journal.path, store)
    freshness = catch_up(index, store, budget_seconds=0)
    assert freshness.behind_bytes == journal.position
    assert catch_up(index, store).is_current


def test_zeros_allocated_ahead_are_not_behind(store: StoreFolder, index: SqliteIndex) -> None:
    journal = JournalComposer(store, ACTOR)
    journal.points(journal.slot(RUN, ATTEMPT), {"loss": 1.0}, time=T, step=0)
    os.truncate(journal.path, 1 << 20)
    assert catch_up(index, store) == (True, 0, 0, [])
    assert catch_up(index, store) == (True, 0, 0, [])


def test_a_frame_on_its_way_is_applied_once_it_is_whole(
    store: StoreFolder, index: SqliteIndex
) -> None:
    journal = JournalComposer(store, ACTOR)
    slot = journal.slot(RUN, ATTEMPT)
    journal.points(slot, {"loss": 1.0}, time=T, step=0)
    journal.points(slot, {"loss": 2.0}, time=T, step=1)
    with open(journal.path, "rb") as file:
        whole = file.read()
    for size in range(len(whole) - 39, len(whole)):
        with open(journal.path, "wb") as file:
            file.write(whole[:size])
        assert catch_up(index, store).is_current
        assert index.totals().points == 1
    with open(journal.path, "wb") as file:
        file.write(whole)
    assert catch_up(index, store).is_current
    assert index.totals().points == 2


def test_a_record_larger_than_what_is_read_at_once_is_read(
    store: StoreFolder, index: SqliteIndex
) -> None:
    journal = JournalComposer(store, ACTOR)
    slot = journal.slot(RUN, ATTEMPT)
    journal.edit(slot, "note.added", time=T, text="x" * (3 << 20))
    journal.edit(slot, "note.added", time=T + 1, text="y")
    assert catch_up(index, store, budget_seconds=None).is_current
    facts = index.run_facts(RUN)
    assert facts is not None
    assert [len(note.text) for note in facts.notes] == [3 << 20, 1]


def test_doubtful_bytes_become_a_gap_after_a_minute(
    store: StoreFolder, index: SqliteIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = JournalComposer(store, ACTOR)
    slot = journal.slot(RUN, ATTEMPT)
    start = 8 * journal.points(slot, {"loss": 1.0}, time=T, step=0)
    journal.points(slot, {"loss": 2.0}, time=T, step=0)
    journal.points(slot, {"loss": 4.0}, time=T, step=1)
    with open(journal.path, "r+b") as file:
        file.seek(journal.position - 60)
        file.write(b"\xee")
    for _ in range(2):
        freshness = catch_up(index, store)
        assert (freshness.is_current, freshness.problems) == (False, [])
        assert index.totals().points == 1
    monkeypatch.setattr(applying, "CONFIRMING_MICROSECONDS", 0)
    freshness = catch_up(index, store)
    assert freshness.is_current
    assert [(one.kind, one.start) for one in freshness.problems] == [("gap", start + 40)]
    assert index.summaries([RUN])[RUN][0].total == 5.0


def test_a_file_cut_behind_what_was_applied_is_reported_and_keeps_its_effect(
    store: StoreFolder, index: SqliteIndex
) -> None:
    journal = JournalComposer(store, ACTOR)
    slot = journal.slot(RUN, ATTEMPT)
    journal.points(slot, {"loss": 1.0}, time=T, step=0)
    catch_up(index, store)
    os.truncate(journal.path, journal.position - 40)
    assert [one.kind for one in catch_up(index, store).problems] == ["truncated"]
    assert index.totals().points == 1


def test_a_file_that_follows_another_one_is_refused(store: StoreFolder, index: SqliteIndex) -> None:
    journal = JournalComposer(store, ACTOR)
    journal.points(journal.slot(RUN, ATTEMPT), {"loss": 1.0}, time=T, step=0)
    journal.close_file()
    with open(journal.path, "rb") as file:
        content = file.read()
    journal.restore(content[:-16])
    journal.points(journal.slot(RUN, ATTEMPT), {"loss": 3.0}, time=T, step=1)
    journal.close_file()
    journal.begin_file()
    journal.points(journal.slot(RUN, ATTEMPT), {"loss": 5.0}, time=T, step=2)
    with open(store.journal(ACTOR, 1), "wb") as file:
        file.write(content)
    assert [(one.kind, one.number) for one in catch_up(index, store).problems] == [("fork", 2)]
    assert index.totals().points == 1


def test_a_missing_segment_is_a_problem_of_its_run(store: StoreFolder, index: SqliteIndex) -> None:
    journal = JournalComposer(store, ACTOR)
    other_run = RUN[:-1] + "b"
    for run in (RUN, other_run):
        journal.points(journal.slot(run, ATTEMPT), {"loss": 1.0}, time=T, step=0)
    journal.close_file()
    seal_file(journal.path, store)
    os.unlink(journal.path)
    os.unlink(store.segment(RUN, ACTOR, 1))
    freshness = catch_up(index, store)
    assert [(one.kind, one.run) for one in freshness.problems] == [("segment-missing", RUN)]
    assert index.problems(other_run) == []
    assert index.totals().points == 1


def test_catching_up_with_little_imports_no_heavy_libraries(store: StoreFolder) -> None:
    journal = JournalComposer(store, ACTOR)
    slot = journal.slot(RUN, ATTEMPT)
    for step in range(100):
        journal.points(slot, {"loss": 1.0}, time=T, step=step)
    code = (
        "import sys; from runlore.index.open import open_index; "
        "from runlore.index.catchup import catch_up; "
        "from runlore.journal.folder import open_store; "
        "store = open_store(sys.argv[1]); index = open_index(store); "
        "print(catch_up(index, store).is_current, catch_up(index, store).is_current, "
        "index.totals().points, 'numpy' in sys.modules, 'pcodec' in sys.modules)"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", code, store.path],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "True True 100 False False\n"


@pytest.mark.parametrize("clock", [[T, 1 << 32], [T, -1], [-1, 0], [1 << 63, 0], [T], [T, 0, 0]])
def test_an_edit_with_a_clock_that_can_not_be_is_passed_over_and_said(
    store: StoreFolder, index: SqliteIndex, clock: list[int]
) -> None:
    journal = JournalComposer(store, ACTOR)
    slot = journal.slot(RUN, ATTEMPT)
    journal.edit(slot, "name.set", time=T, name="right")
    journal.edit(slot, "name.set", time=T + 1, name="wrong", clock=clock)
    catch_up(index, store, budget_seconds=None)
    facts = index.run_facts(RUN)
    assert facts is not None
    assert facts.run.name == "right"
    assert [one.kind for one in facts.problems] == ["unreadable-record"]
