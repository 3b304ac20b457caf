"""The part of an index's contract that is about how a store is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runlore.index.catchup import catch_up
from runlore.testing.journals import JournalComposer

if TYPE_CHECKING:
    from runlore.index.interface import Index
    from runlore.journal.folder import StoreFolder

_T = 1_700_000_000_000_000
_ATTEMPT = "0192f0c1a2b4b1b2b3b4b5b6b7b8b9bb"
_OTHER_ACTOR = "0192f0c1a2b30123456789abcdef0022"
_RUNS = [f"0192f0c1a2b4a1a2a3a4a5a6a7a8a9{digits}" for digits in ("aa", "bb")]
_VIEWS = [f"0192f0c1a2b4c1c2c3c4c5c6c7c8c9{digits}" for digits in ("01", "02")]
_HOSTILE = "e\n'; --\"🙂" * 300


class PresentationContract:
    """What every index answers about how a store is shown."""

    def test_a_colour_is_the_one_set_last_and_can_be_taken_back(
        self, index: Index, store: StoreFolder, journal: JournalComposer
    ) -> None:
        slot = _begin(journal, _RUNS[0])
        journal.edit(slot, "colour.set", time=_T + 2, colour="#00ff7f")
        journal.edit(slot, "colour.set", time=_T + 1, colour="#000000")
        assert _colour(index, store) == "#00ff7f"
        journal.edit(slot, "colour.set", time=_T + 3, colour=None)
        assert _colour(index, store) is None
        journal.edit(slot, "colour.set", time=_T + 4, colour="#0000ff")
        journal.edit(slot, "colour.set", time=_T + 5, colour="red; } body {")
        assert _colour(index, store) == "#0000ff"
        assert [one.kind for one in index.problems()] == ["unreadable-record"]
        index.reset()
        assert _colour(index, store) == "#0000ff"

    def test_what_is_said_of_a_metric_holds_field_by_field(
        self, index: Index, store: StoreFolder, journal: JournalComposer
    ) -> None:
        def describe(time: int, experiment: str | None, **said: str | None) -> None:
            journal.edit(
                0, "metric.described", time=_T + time, experiment=experiment, name="loss", said=said
            )

        describe(5, _HOSTILE, alias="Loss 🙂", direction="min")
        describe(3, _HOSTILE, alias="older", unit="nats")
        describe(1, None, unit="bits", direction="max")
        describe(9, None, direction=None)
        found = _caught_up(index, store).metric_descriptions()
        assert [tuple(one) for one in found] == [
            ("", "loss", None, "bits", None),
            (_HOSTILE, "loss", "Loss 🙂", "nats", "min"),
        ]
        describe(10, None, direction="sideways")
        assert _caught_up(index, store).metric_descriptions() == found
        index.reset()
        assert _caught_up(index, store).metric_descriptions() == found

    def test_a_baseline_is_the_run_pinned_last_while_it_is_there(
        self, index: Index, store: StoreFolder, journal: JournalComposer
    ) -> None:
        for run in _RUNS:
            _begin(journal, run)
        journal.edit(0, "baseline.pinned", time=_T + 5, experiment="e", run=_RUNS[0])
        other = JournalComposer(store, _OTHER_ACTOR)
        other.edit(0, "baseline.pinned", time=_T + 4, experiment="e", run=_RUNS[1])
        other.edit(0, "baseline.pinned", time=_T + 4, experiment=None, run=_RUNS[1])
        assert _caught_up(index, store).baselines() == {"": _RUNS[1], "e": _RUNS[0]}
        journal.edit(0, "run.deleted", time=_T + 6, run=_RUNS[0])
        assert _caught_up(index, store).baselines() == {"": _RUNS[1]}
        journal.edit(0, "run.restored", time=_T + 7, run=_RUNS[0])
        journal.edit(0, "baseline.pinned", time=_T + 8, experiment=None, run=None)
        assert _caught_up(index, store).baselines() == {"e": _RUNS[0]}
        journal.edit(0, "run.purged", time=_T + 9, run=_RUNS[0], artifacts=[])
        assert _caught_up(index, store).baselines() == {}

    def test_a_view_is_as_it_was_saved_last_until_it_is_removed(
        self, index: Index, store: StoreFolder, journal: JournalComposer
    ) -> None:
        def save(time: int, view: str, name: str) -> None:
            fields = {"page": "runs", "experiment": None, "query": "?f=" + _HOSTILE}
            journal.edit(0, "view.saved", time=_T + time, view=view, name=name, **fields)

        save(5, _VIEWS[0], _HOSTILE)
        save(3, _VIEWS[0], "older")
        other = JournalComposer(store, _OTHER_ACTOR)
        other.edit(0, "view.removed", time=_T + 9, view=_VIEWS[1])
        save(8, _VIEWS[1], "removed before it was read")
        (found,) = _caught_up(index, store).views()
        assert (found.id, found.name, found.page, found.experiment) == (
            *(_VIEWS[0], _HOSTILE),
            *("runs", None),
        )
        assert (found.query, found.time, found.actor) == ("?f=" + _HOSTILE, _T + 5, journal.actor)
        assert index.users([found.actor, "nobody"]) == {found.actor: "user"}
        journal.edit(0, "view.removed", time=_T + 10, view=_VIEWS[0])
        save(11, _VIEWS[1], "again")
        assert [one.name for one in _caught_up(index, store).views()] == ["again"]
        index.reset()
        assert [one.name for one in _caught_up(index, store).views()] == ["again"]


def _begin(journal: JournalComposer, run: str) -> int:
    slot = journal.slot(run, _ATTEMPT)
    nothing = dict.fromkeys(("name", "project", "goal", "parent"))
    journal.event(slot, "run.started", time=_T, experiment="e", **nothing)
    return slot


def _colour(index: Index, store: StoreFolder) -> str | None:
    (row,) = _caught_up(index, store).list_runs().runs
    return row.colour


def _caught_up(index: Index, store: StoreFolder) -> Index:
    assert catch_up(index, store, budget_seconds=None).is_current
    return index
