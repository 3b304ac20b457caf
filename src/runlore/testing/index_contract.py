"""The contract of `runlore.index.interface.Index` as tests.

A test module makes a class of it: `class TestMine(IndexContract)` with the method `open_index`.
Everything is recorded as journals, applied by `catch_up`, and asked back.
"""

from __future__ import annotations

import math
import os
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

import pytest

from runlore.index.catchup import catch_up
from runlore.index.interface import IndexBusy
from runlore.index.rows import Limits
from runlore.journal.folder import create_store
from runlore.segments.sealing import seal_file
from runlore.testing.artifact_contract import ArtifactContract
from runlore.testing.change_contract import ChangeContract
from runlore.testing.column_contract import ColumnContract
from runlore.testing.journals import JournalComposer
from runlore.testing.media_contract import MediaContract
from runlore.testing.presentation_contract import PresentationContract

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from runlore.index.interface import Index
    from runlore.index.rows import RunFacts
    from runlore.journal.folder import StoreFolder

ACTOR = "0192f0c1a2b30123456789abcdef0011"
OTHER_ACTOR = "0192f0c1a2b30123456789abcdef0022"
RUN = "0192f0c1a2b4a1a2a3a4a5a6a7a8a9aa"
OTHER_RUN = "0192f0c1a2b5a1a2a3a4a5a6a7a8a9bb"
ATTEMPT = "0192f0c1a2b4b1b2b3b4b5b6b7b8b9bb"
RESUMED = "0192f0c1a2b4b1b2b3b4b5b6b7b8b9cc"
T = 1_700_000_000_000_000


class IndexContract(
    ArtifactContract, ColumnContract, PresentationContract, ChangeContract, MediaContract, ABC
):
    """What holds for every index."""

    @abstractmethod
    def open_index(self, store: StoreFolder) -> Index:
        """Open the index of a store; the same one when asked again."""

    @pytest.fixture
    def store(self, tmp_path: Path) -> StoreFolder:
        """Make an empty store."""
        return create_store(str(tmp_path / "store"))

    @pytest.fixture
    def index(self, store: StoreFolder) -> Iterator[Index]:
        """Open its index."""
        index = self.open_index(store)
        yield index
        index.close()

    @pytest.fixture
    def journal(self, store: StoreFolder) -> JournalComposer:
        """Begin the journal of a process."""
        return JournalComposer(store, ACTOR)

    def facts(self, index: Index, store: StoreFolder, run: str = RUN) -> RunFacts:
        """Catch up and give everything about a run."""
        assert catch_up(index, store, budget_seconds=None).is_current
        facts = index.run_facts(run)
        assert facts is not None
        return facts

    def test_an_empty_store_has_no_runs(self, index: Index, store: StoreFolder) -> None:
        freshness = catch_up(index, store)
        assert freshness.is_current
        assert index.list_runs().runs == []
        assert index.run_facts(RUN) is None
        assert index.totals().runs == 0
        assert index.extent().size_bytes > 0
        assert index.list_runs(runs=[]).runs == []
        assert index.params([]) == {}

    def test_a_second_start_fills_in_only_what_was_null(
        self, index: Index, store: StoreFolder, journal: JournalComposer
    ) -> None:
        slot = journal.slot(RUN, ATTEMPT)
        nothing = {"goal": None, "parent": None}
        journal.event(
            slot, "run.started", time=T, name="one", experiment=None, project=None, **nothing
        )
        journal.event(
            slot, "run.started", time=T + 1, name="two", experiment="e", project=None, **nothing
        )
        run = self.facts(index, store).run
        assert (run.name, run.experiment, run.project, run.created) == ("one", "e", None, T)

    def test_a_later_param_replaces_an_earlier_one_and_history_is_kept(
        self, index: Index, store: StoreFolder, journal: JournalComposer
    ) -> None:
        slot = journal.slot(RUN, ATTEMPT)
        journal.event(slot, "params", time=T + 5, values={"lr": [0.1, "1e-1", 0.1]})
        journal.event(slot, "params", time=T, values={"lr": ["x\n🙂'; --", "x\n🙂'; --", None]})
        facts = self.facts(index, store)
        assert [(param.key, param.value, param.text) for param in facts.params] == [
            ("lr", 0.1, "1e-1")
        ]
        assert [param.text for param in facts.param_changes] == ["x\n🙂'; --"]

    def test_a_tag_stands_until_all_its_additions_are_removed(
        self, index: Index, store: StoreFolder, journal: JournalComposer
    ) -> None:
        slot = journal.slot(RUN, ATTEMPT)
        journal.edit(slot, "tag.removed", time=T, tag="a", saw=["1"])
        journal.edit(slot, "tag.added", time=T, tag="a", value="old", id="1")
        journal.edit(slot, "tag.added", time=T + 1, tag="a", value="new", id="2")
        journal.edit(slot, "tag.added", time=T + 1, tag="b", value=None, id="3")
        journal.edit(slot, "tag.removed", time=T + 2, tag="b", saw=[])
        tags = self.facts(index, store).tags
        assert [(tag.tag, tag.value, tag.edits) for tag in tags] == [("a", "new", ["2"])]
        assert index.tags([RUN]) == {RUN: ["a"]}

    def test_a_run_failed_if_a_rank_of_its_newest_attempt_did(
        self, index: Index, store: StoreFolder, journal: JournalComposer
    ) -> None:
        error = {"type": "ValueError", "message": "no", "traceback": "…"}
        for rank, status in ((0, "finished"), (1, "failed"), (2, "stopped")):
            slot = journal.slot(RUN, ATTEMPT, rank)
            journal.event(slot, "attempt.started", time=T, rank=rank)
            given = error if status == "failed" else None
            journal.edit(slot, "status.set", time=T + 9, status=status, error=given, rank=rank)
        run = self.facts(index, store).run
        assert (run.status, run.error, run.ended) == ("failed", error, T + 9)
        slot = journal.slot(RUN, RESUMED)
        journal.event(slot, "attempt.started", time=T + 20, resumed=True, rank=0)
        assert self.facts(index, store).run.status is None
        journal.edit(slot, "status.set", time=T + 30, status="finished", error=None, rank=0)
        run = self.facts(index, store).run
        assert (run.status, run.error, run.ended) == ("finished", None, T + 30)

    def test_a_status_that_is_set_later_may_say_when_the_run_ended(
        self, index: Index, store: StoreFolder, journal: JournalComposer
    ) -> None:
        slot = journal.slot(RUN, ATTEMPT)
        journal.event(slot, "attempt.started", time=T, rank=0)
        journal.edit(slot, "status.set", time=T + 9, status="finished", error=None, rank=0)
        late = {"status": "failed", "error": None, "rank": 0, "ended": T + 9}
        journal.edit(slot, "status.set", time=T + 5_000, **late)
        run = self.facts(index, store).run
        assert (run.status, run.ended) == ("failed", T + 9)

    def test_a_run_is_not_finished_before_its_lowest_rank_is(
        self, index: Index, store: StoreFolder, journal: JournalComposer
    ) -> None:
        lowest, other = (journal.slot(RUN, ATTEMPT, rank) for rank in (0, 1))
        journal.event(lowest, "attempt.started", time=T, rank=0)
        journal.event(other, "attempt.started", time=T, rank=1)
        journal.edit(other, "status.set", time=T + 5, status="finished", error=None, rank=1)
        run = self.facts(index, store).run
        assert (run.status, run.ended) == (None, None)
        journal.edit(lowest, "status.set", time=T + 9, status="finished", error=None, rank=0)
        run = self.facts(index, store).run
        assert (run.status, run.ended) == ("finished", T + 9)

    def test_series_are_summed_up_by_name_context_and_rank(
        self, index: Index, store: StoreFolder, journal: JournalComposer
    ) -> None:
        slot = journal.slot(RUN, ATTEMPT)
        journal.points(slot, {"loss": 3.0, "acc": math.nan}, time=T, step=2)
        journal.points(slot, {"loss": 1.0}, time=T + 1, step=7)
        journal.points(slot, {"loss": 2.0}, time=T + 2, step=5)
        journal.points(slot, {"loss": 9.0}, time=T + 3, step=1, context="val")
        journal.points(slot, {"loss": -math.inf}, time=T + 4)
        facts = self.facts(index, store)
        acc, train, val = index.summaries([RUN])[RUN]
        assert (acc.name, acc.points, acc.nan) == ("acc", 1, 1)
        assert math.isnan(acc.last)
        assert math.isnan(acc.minimum)
        assert (train.minimum, train.min_step, train.maximum, train.max_step) == (1.0, 7, 3.0, 2)
        assert (train.last, train.last_step, train.negative_infinities) == (-math.inf, None, 1)
        assert (train.points, train.total, train.mean, train.first_step) == (4, 6.0, 2.0, 2)
        assert (val.context, val.last, val.last_step) == ("val", 9.0, 1)
        assert facts.run.points == 6
        assert [one.name for one in index.summaries([RUN], ["acc"])[RUN]] == ["acc"]
        assert index.metric_names() == ["acc", "loss"]

    def test_superseded_points_do_not_count(
        self, index: Index, store: StoreFolder, journal: JournalComposer
    ) -> None:
        slot = journal.slot(RUN, ATTEMPT)
        journal.event(slot, "attempt.started", time=T, from_step=None, parent_attempt=None, rank=0)
        for step in range(10):
            journal.points(slot, {"loss": float(step)}, time=T + step, step=step)
        self.facts(index, store)
        other = JournalComposer(store, OTHER_ACTOR)
        resumed = other.slot(RUN, RESUMED)
        other.event(
            resumed, "attempt.started", time=T + 50, from_step=6, parent_attempt=ATTEMPT, rank=0
        )
        facts = self.facts(index, store)
        (loss,) = index.summaries([RUN])[RUN]
        assert (loss.points, loss.last, loss.maximum, loss.total) == (6, 5.0, 5.0, 15.0)
        journal.points(slot, {"loss": 100.0}, time=T + 60, step=8)
        other.points(resumed, {"loss": -1.0}, time=T + 61, step=6)
        facts = self.facts(index, store)
        (loss,) = index.summaries([RUN])[RUN]
        assert (loss.points, loss.last, loss.last_step, loss.minimum) == (7, -1.0, 6, -1.0)
        assert index.limits(RUN) == {ATTEMPT: Limits(6, T + 50)}
        assert facts.run.points == 12

    def test_an_archived_run_can_be_left_out_and_a_moved_one_is(
        self, index: Index, store: StoreFolder, journal: JournalComposer
    ) -> None:
        slot = journal.slot(RUN, ATTEMPT)
        journal.event(slot, "run.started", time=T, name="n")
        journal.edit(slot, "run.archived", time=T + 1)
        assert self.facts(index, store).run.is_archived
        assert index.list_runs().total == 1
        assert index.list_runs(is_archived=False).total == 0
        journal.edit(slot, "run.unarchived", time=T + 2)
        self.facts(index, store)
        assert index.list_runs(is_archived=False).total == 1
        journal.edit(0, "run.moved", time=T + 3, run=RUN, to=OTHER_RUN)
        assert self.facts(index, store).run.moved_to == OTHER_RUN
        assert (index.list_runs().total, index.find_runs("n")) == (0, [])
        assert index.list_runs(runs=[RUN]).total == 0
        journal.edit(0, "run.moved", time=T + 4, run=RUN, to=None)
        self.facts(index, store)
        assert index.list_runs().total == 1

    def test_a_removed_note_stays_away_whichever_is_read_first(
        self, index: Index, store: StoreFolder, journal: JournalComposer
    ) -> None:
        slot = journal.slot(RUN, ATTEMPT)
        early, late = f"{1:032x}", f"{2:032x}"
        journal.edit(slot, "note.removed", time=T, note=early)
        journal.edit(slot, "note.added", time=T + 1, id=early, text="early")
        journal.edit(slot, "note.added", time=T + 2, id=late, text="late")
        assert [note.text for note in self.facts(index, store).notes] == ["late"]
        journal.edit(slot, "note.removed", time=T + 3, note=late)
        assert self.facts(index, store).notes == []

    def test_a_file_knows_its_folder_and_its_description(
        self, index: Index, store: StoreFolder, journal: JournalComposer
    ) -> None:
        slot = journal.slot(RUN, ATTEMPT)
        file, folder = f"{1:032x}", f"{2:032x}"
        whole = {"id": folder, "name": "data", "files": 2}
        journal.event(slot, "artifact.logged", time=T, id=file, name="m.pkl")
        journal.event(
            slot, "artifact.logged", time=T, id=f"{3:032x}", name="data/a.csv", folder=whole
        )
        journal.edit(slot, "artifact.described", time=T, artifact=folder, description="clean")
        journal.edit(slot, "artifact.described", time=T, artifact=file, description=None)
        found = [one[10:14] for one in self.facts(index, store).artifacts]
        assert found == [("data", folder, 2, "clean"), ("m.pkl", None, None, None)]

    def test_every_change_of_a_run_gives_it_a_later_revision(
        self, index: Index, store: StoreFolder, journal: JournalComposer
    ) -> None:
        def revision() -> int:
            self.facts(index, store)
            with index.transaction(timeout_seconds=1) as transaction:
                ((found,),) = transaction.select("runs", "revision", run=RUN)
            return int(found)

        slot = journal.slot(RUN, ATTEMPT)
        journal.event(slot, "run.started", time=T, name="n")
        before = revision()
        assert revision() == before
        journal.points(slot, {"loss": 1.0}, time=T + 1, step=0)
        assert revision() > before
        before = revision()
        journal.event(0, "context.captured", time=T + 2, facts={"user": "ada"})
        assert revision() > before

    def test_a_purge_is_final_and_a_deletion_is_not(
        self, index: Index, store: StoreFolder, journal: JournalComposer
    ) -> None:
        for run in (RUN, OTHER_RUN):
            slot = journal.slot(run, ATTEMPT)
            journal.event(slot, "run.started", time=T, name="n")
            journal.event(slot, "params", time=T, values={"a": [1, "1", 1.0]})
            journal.points(slot, {"loss": 1.0}, time=T, step=0)
        journal.edit(0, "run.deleted", time=T + 1, run=OTHER_RUN)
        journal.edit(0, "run.purged", time=T + 1, run=RUN)
        facts = self.facts(index, store)
        assert facts.run.is_purged
        assert (facts.params, facts.run.name, facts.run.points) == ([], None, 0)
        assert index.list_runs().total == 0
        assert [row.run for row in index.list_runs(is_deleted=True).runs] == [OTHER_RUN]
        journal.edit(0, "run.restored", time=T + 2, run=OTHER_RUN)
        journal.edit(0, "run.restored", time=T + 2, run=RUN)
        journal.event(journal.slot(RUN, ATTEMPT), "params", time=T, values={"b": [1, "1", 1.0]})
        assert self.facts(index, store).params == []
        assert [row.run for row in index.list_runs().runs] == [OTHER_RUN]
        assert index.tombstones() == [RUN]

    def test_staged_files_become_blobs_in_any_order(
        self, index: Index, store: StoreFolder, journal: JournalComposer
    ) -> None:
        helper = JournalComposer(store, OTHER_ACTOR, kind="helper", serves=ACTOR)
        staged = f"{ACTOR}/{RUN}-1"
        helper.event(0, "staged.stored", time=T, staged=staged, digest="ab" * 32, size_bytes=5)
        helper.event(0, "context.captured", time=T, facts={"cwd": "/x", "argv": ["a"]})
        self_slot = journal.slot(RUN, ATTEMPT)
        catch_up(index, store, budget_seconds=None)
        for number, time in ((1, T + 1), (2, T)):
            journal.event(
                self_slot,
                "artifact.logged",
                time=time,
                id=str(number),
                direction="output",
                name="model",
                type="file",
                staged=staged if number == 1 else None,
                digest=None if number == 1 else "cd" * 32,
                size_bytes=None,
                details={"a": 1},
            )
        facts = self.facts(index, store)
        assert [(one.id, one.is_current, one.digest) for one in facts.artifacts] == [
            ("2", False, "cd" * 32),
            ("1", True, "ab" * 32),
        ]
        assert facts.artifacts[1].size_bytes == 5
        assert facts.context == {"cwd": "/x", "argv": ["a"]}
        assert index.context([RUN], ["cwd"]) == {RUN: {"cwd": "/x"}}

    def test_runs_are_found_by_id_name_prefix_and_suffix(
        self, index: Index, store: StoreFolder, journal: JournalComposer
    ) -> None:
        for run, name, time in ((RUN, "same", T), (OTHER_RUN, "same", T + 1)):
            slot = journal.slot(run, ATTEMPT)
            journal.event(slot, "run.started", time=time, name=name, experiment=name + run[-1])
        catch_up(index, store, budget_seconds=None)
        assert [row.run for row in index.find_runs("same")] == [OTHER_RUN, RUN]
        assert [row.run for row in index.find_runs(RUN.upper())] == [RUN]
        assert [row.run for row in index.find_runs(RUN[:12])] == [RUN]
        assert [row.run for row in index.find_runs(OTHER_RUN[-8:])] == [OTHER_RUN]
        # The beginning of what is shown of an id, where nothing else answers.
        assert [row.run for row in index.find_runs(OTHER_RUN[24:31].upper())] == [OTHER_RUN]
        assert index.find_runs(OTHER_RUN[24:27]) == []
        assert index.find_runs(OTHER_RUN[20:26]) == []
        assert index.find_runs("%") == []
        page = index.list_runs(limit=1)
        assert ([row.run for row in page.runs], page.total) == ([OTHER_RUN], 2)
        assert [row.run for row in index.list_runs(experiment="samea").runs] == [RUN]

    def test_parts_are_folded_into_what_they_lie_within_where_that_is_listed(
        self, index: Index, store: StoreFolder, journal: JournalComposer
    ) -> None:
        """A part whose whole isn't in the list stands for itself."""
        ids = [f"0192f0c1a2b4{number:020x}" for number in range(1, 6)]
        whole, part, fold, other, loop = ids
        parents = {whole: None, part: whole, fold: part, other: whole, loop: loop}
        for number, (run, parent) in enumerate(parents.items()):
            slot = journal.slot(run, f"{number:032x}")
            experiment = "b" if run == other else "a"
            journal.event(slot, "run.started", time=T + number, parent=parent,
                          experiment=experiment)  # fmt: skip
        catch_up(index, store)
        page = index.list_runs(is_folded=True)
        assert ([row.run for row in page.runs], page.total) == ([loop, whole], 2)
        assert page.parts == {whole: 3}
        assert index.list_runs(is_folded=True, limit=1).total == 2
        page = index.list_runs(experiment="b", is_folded=True)
        assert ([row.run for row in page.runs], page.parts) == ([other], {})
        assert index.list_runs().total == 5
        assert index.list_runs().parts == {}
        assert index.parts_of([whole]) == [part, other, fold]
        assert index.parts_of([part, whole, loop]) == [other, fold]
        assert index.parts_of([fold]) == []
        journal.edit(0, "run.deleted", time=T + 9, run=whole)
        catch_up(index, store)
        page = index.list_runs(is_folded=True)
        assert ([row.run for row in page.runs], page.parts) == ([loop, other, part], {part: 1})

    def test_sealing_moves_nothing(
        self, index: Index, store: StoreFolder, journal: JournalComposer
    ) -> None:
        slot = journal.slot(RUN, ATTEMPT)
        for step in range(5000):
            journal.points(slot, {"loss": float(step % 7)}, time=T + step, step=step)
        before = self.facts(index, store)
        summaries = index.summaries([RUN])
        journal.points(slot, {"loss": 100.0}, time=T + 6000, step=6000)
        journal.close_file()
        seal_file(journal.path, store)
        os.unlink(journal.path)
        after = self.facts(index, store)
        assert after.run.points == before.run.points + 1
        (loss,) = index.summaries([RUN])[RUN]
        assert (loss.points, loss.last) == (5001, 100.0)
        assert loss.minimum == summaries[RUN][0].minimum
        assert [(part.is_sealed, part.points) for part in after.parts] == [(True, 5001)]
        (track,) = index.chunk_statistics(RUN)
        assert list(track.columns["count"]) == [4096, 905]
        assert list(track.columns["max"]) == [6.0, 100.0]
        assert [(row.state, row.points) for row in index.journals()] == [("sealed", 5001)]

    def test_another_continuation_of_a_journal_is_refused(
        self, index: Index, store: StoreFolder, journal: JournalComposer
    ) -> None:
        slot = journal.slot(RUN, ATTEMPT)
        with open(journal.path, "rb") as file:
            backup = file.read()
        journal.points(slot, {"loss": 1.0}, time=T, step=1)
        self.facts(index, store)
        journal.restore(backup)
        for step in range(3):
            journal.points(slot, {"other": 7.0, "more": 6.0}, time=T, step=step)
        facts = self.facts(index, store)
        assert [one.name for one in index.summaries([RUN])[RUN]] == ["loss"]
        assert [problem.kind for problem in facts.problems] == ["fork"]
        assert [problem.kind for problem in catch_up(index, store).problems] == ["fork"]

    def test_a_gap_is_a_problem_and_hides_only_what_it_covers(
        self, index: Index, store: StoreFolder, journal: JournalComposer
    ) -> None:
        slot = journal.slot(RUN, ATTEMPT)
        journal.points(slot, {"loss": 1.0}, time=T, step=1)
        start = 8 * journal.points(slot, {"loss": 2.0}, time=T, step=2)
        journal.points(slot, {"loss": 3.0}, time=T, step=3)
        with open(journal.path, "r+b") as file:
            file.seek(start + 12)
            file.write(b"\xff")
        assert not catch_up(index, store).is_current  # it may be a frame on its way
        journal.close_file()
        journal.begin_file()
        facts = self.facts(index, store)
        assert [(one.kind, one.start) for one in facts.problems] == [("gap", start)]
        assert index.summaries([RUN])[RUN][0].total == 4.0

    def test_a_record_of_another_form_is_a_problem_and_stops_nothing(
        self, index: Index, store: StoreFolder, journal: JournalComposer
    ) -> None:
        slot = journal.slot(RUN, ATTEMPT)
        journal.event(slot, "params", time=T, values={"good": [1, "1", 1.0], "bad": 3})
        journal.event(slot, "from.the.future", time=T, anything=[1])
        journal.edit(slot, "note.added", time=T, text="n")
        facts = self.facts(index, store)
        assert [problem.kind for problem in facts.problems] == ["unreadable-record"]
        assert facts.params == []
        assert [note.text for note in facts.notes] == ["n"]

    def test_a_transaction_that_fails_has_changed_nothing(self, index: Index) -> None:
        def fail() -> None:
            with index.transaction(timeout_seconds=1) as transaction:
                transaction.upsert("meta", [("key", "value")])
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            fail()
        with index.transaction(timeout_seconds=1) as transaction:
            assert transaction.select("meta", "value", key="key") == []

    def test_who_finds_another_applying_says_that_it_is_behind(
        self, index: Index, store: StoreFolder, journal: JournalComposer
    ) -> None:
        journal.points(journal.slot(RUN, ATTEMPT), {"loss": 1.0}, time=T, step=1)
        other = self.open_index(store)
        try:
            with other.transaction(timeout_seconds=1):
                with pytest.raises(IndexBusy), index.transaction(timeout_seconds=0.01):
                    pass
                freshness = catch_up(index, store, budget_seconds=0.05)
                assert not freshness.is_current
                assert freshness.behind_bytes > 0
                assert index.totals().runs == 0
            assert catch_up(index, store).is_current
            assert other.totals().points == 1
        finally:
            other.close()

    def test_a_reset_index_gives_the_same_answers(
        self, index: Index, store: StoreFolder, journal: JournalComposer
    ) -> None:
        slot = journal.slot(RUN, ATTEMPT)
        journal.edit(slot, "note.added", time=T, text="n")
        journal.points(slot, {"loss": 1.0}, time=T, step=1)
        before = self.facts(index, store)
        index.reset()
        assert index.totals().runs == 0
        assert self.facts(index, store) == before
