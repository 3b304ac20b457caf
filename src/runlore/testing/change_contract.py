"""What holds for the changes of every index: a part of `runlore.testing.index_contract`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from runlore.index.catchup import catch_up
from runlore.index.interface import IndexBusy
from runlore.index.rows import Limits

if TYPE_CHECKING:
    from runlore.index.interface import Index
    from runlore.journal.folder import StoreFolder
    from runlore.testing.journals import JournalComposer

_RUN, _OTHER = "0192f0c1a2b4a1a2a3a4a50000000001", "0192f0c1a2b4a1a2a3a4a50000000002"
_FIRST, _SECOND = "0192f0c1a2b4b1b2b3b4b50000000001", "0192f0c1a2b4b1b2b3b4b50000000002"
_T = 1_700_000_000_000_000


class ChangeContract:
    """Tests of what a reader that stays asks; the fixtures are those of the whole contract."""

    if TYPE_CHECKING:

        def open_index(self, store: StoreFolder) -> Index:
            """Open the index of a store once more."""
            ...

    def test_changes_name_each_run_once_behind_the_mark_it_was_seen_at(
        self, index: Index, store: StoreFolder, journal: JournalComposer
    ) -> None:
        assert index.changes(0, limit=5).runs == []
        slot = journal.slot(_RUN, _FIRST)
        journal.points(slot, {"loss": 1.0}, time=_T, step=0)
        catch_up(index, store, budget_seconds=None)
        first = index.changes(0, limit=5)
        assert [(run.run, run.points, run.is_over) for run in first.runs] == [(_RUN, 1, False)]
        assert index.changes(first.mark.revision, limit=5).runs == []
        journal.points(journal.slot(_OTHER, _FIRST), {"loss": 1.0}, time=_T, step=0)
        finished = {"status": "finished", "error": None, "reason": None, "rank": 0}
        journal.edit(slot, "status.set", time=_T + 1, **finished)
        journal.event(slot, "attempt.started", time=_T, resumed=False, from_step=None,
                      parent_attempt=None, rank=0, world_size=1)  # fmt: skip
        catch_up(index, store, budget_seconds=None)
        second = index.changes(first.mark.revision, limit=5)
        assert second.mark.generation == first.mark.generation is not None
        assert second.mark == index.mark()
        assert {(run.run, run.is_over) for run in second.runs} == {(_RUN, True), (_OTHER, False)}
        assert not second.has_more
        assert index.revisions([_RUN, "none"]) == {_RUN: second.mark.revision}

    def test_more_changes_than_are_listed_are_said(
        self, index: Index, store: StoreFolder, journal: JournalComposer
    ) -> None:
        for run in (_RUN, _OTHER):
            journal.points(journal.slot(run, _FIRST), {"loss": 1.0}, time=_T, step=0)
        catch_up(index, store, budget_seconds=None)
        found = index.changes(0, limit=1)
        assert (len(found.runs), found.has_more) == (1, True)

    def test_another_generation_begins_with_a_reset(
        self, index: Index, store: StoreFolder, journal: JournalComposer
    ) -> None:
        journal.points(journal.slot(_RUN, _FIRST), {"loss": 1.0}, time=_T, step=0)
        catch_up(index, store, budget_seconds=None)
        before = index.mark()
        index.reset()
        assert index.mark().generation is None
        catch_up(index, store, budget_seconds=None)
        assert index.mark().generation not in (None, before.generation)

    def test_places_say_what_single_questions_say(
        self, index: Index, store: StoreFolder, journal: JournalComposer
    ) -> None:
        first, second = journal.slot(_RUN, _FIRST), journal.slot(_RUN, _SECOND)
        begun = {"rank": 0, "world_size": 1}
        journal.event(first, "run.started", time=_T, name="n")
        journal.event(first, "attempt.started", time=_T, resumed=False, from_step=None,
                      parent_attempt=None, **begun)  # fmt: skip
        journal.points(first, {"loss": 1.0}, time=_T + 1, step=0)
        journal.begin_file()
        second = journal.slot(_RUN, _SECOND)
        journal.event(second, "attempt.started", time=_T + 5, resumed=True, from_step=3,
                      parent_attempt=_FIRST, **begun)  # fmt: skip
        journal.points(second, {"loss": 2.0}, time=_T + 6, step=3)
        catch_up(index, store, budget_seconds=None)
        places = index.point_places([_RUN, _OTHER])
        assert list(places) == [_RUN]
        found = places[_RUN]
        assert (found.begun, found.limits) == (_T, index.limits(_RUN))
        assert found.limits == {_FIRST: Limits(3, _T + 5)}
        assert found.parts == [part for part in index.parts(_RUN) if part.points]
        known = index.positions([journal.actor])
        assert found.positions == [known[part.actor, part.number] for part in found.parts]
        assert {one.attempt: one.is_resumed for one in found.attempts} == {
            _FIRST: False,
            _SECOND: True,
        }

    def test_no_change_comes_up_behind_a_mark_that_was_seen(
        self, index: Index, store: StoreFolder, journal: JournalComposer
    ) -> None:
        journal.points(journal.slot(_RUN, _FIRST), {"loss": 1.0}, time=_T, step=0)
        catch_up(index, store, budget_seconds=None)
        other = self.open_index(store)
        try:
            before = other.mark()
            with index.transaction(timeout_seconds=1) as transaction:
                revision = before.revision + 1
                transaction.upsert("meta", [("revision", str(revision))])
                transaction.touch_runs(journal.actor, revision)
                # Not seen yet; and whoever would be given a later revision has to wait for it.
                assert other.changes(0, limit=5).mark == before
                with pytest.raises(IndexBusy), other.transaction(timeout_seconds=0.01):
                    pass
            found = other.changes(before.revision, limit=5)
            assert (found.mark.revision, [run.run for run in found.runs]) == (revision, [_RUN])
        finally:
            other.close()
