"""A stored run is changed from Python; each change is read back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import runlore
from runlore.editing.editor import Editor
from runlore.errors import InvalidType, InvalidValue, NotFound
from runlore.index.rows import MetricDefinition

if TYPE_CHECKING:
    from pathlib import Path

    from runlore.reading.run import StoredRun


@pytest.fixture
def stored(store: Path) -> StoredRun:
    """A run whose process goes on writing."""
    run = runlore.start_run("first", tags=["old"], store=store)
    run.log({"loss": 1.0}, step=0)
    return runlore.get_run("first", store=store)


def test_a_run_that_is_being_written_is_renamed_tagged_and_noted(
    stored: StoredRun, store: Path
) -> None:
    stored.rename("second")
    stored.add_tag("good", "very")
    stored.remove_tag("old")
    stored.add_note("looks\nfine")
    again = runlore.get_run("second", store=store)
    for run in (stored, again):
        assert run.name == "second"
        assert run.tag_values == {"good": "very"}
        assert [note.text for note in run.notes] == ["looks\nfine"]
        assert run.status == "running"


def test_a_note_is_taken_away_by_itself_or_by_its_id(stored: StoredRun) -> None:
    for text in ("one", "two", "three"):
        stored.add_note(text)
    stored.remove_note(stored.notes[0])
    stored.remove_note(stored.notes[0].id[-8:])
    assert [note.text for note in stored.notes] == ["three"]
    with pytest.raises(NotFound, match="no note"):
        stored.remove_note("0123")


def test_a_run_is_given_a_colour_and_none_again(stored: StoredRun, store: Path) -> None:
    assert stored.colour is None
    stored.set_colour("#FF8800")
    for run in (stored, runlore.get_run("first", store=store)):
        assert run.colour == "#ff8800"
    for wrong in ("red", "#fff", "#12345g", ""):
        with pytest.raises(InvalidValue, match="is no colour"):
            stored.set_colour(wrong)
    with pytest.raises(InvalidType):
        stored.set_colour(3)  # type: ignore[arg-type]
    stored.set_colour(None)
    assert stored.colour is None


def test_what_was_said_of_an_experiment_stands_over_what_its_runs_define(store: Path) -> None:
    with runlore.start_run("one", experiment="e", store=store) as run:
        run.define_metric("score", unit="points", direction="min")
        run.log({"score": 1.0})
    with Editor(str(store)) as editor:
        editor.describe_metric(None, "score", {"unit": "%", "direction": "min"})
        editor.describe_metric("e", "score", {"direction": "max"})
        editor.describe_metric("else", "score", {"unit": "s"})
        editor.describe_metric(None, "other", {"direction": "max"})
    found = runlore.get_run("one", store=store).metric_definitions
    assert found["score"] == MetricDefinition("score", "%", "max", None)
    assert found["other"] == MetricDefinition("other", None, "max", None)
    assert runlore.compare_runs("one", store=store).directions == {"score": "max"}


def test_a_run_goes_to_the_trash_and_comes_back(stored: StoredRun, store: Path) -> None:
    stored.delete()
    assert runlore.get_run("first", store=store).is_deleted
    assert len(runlore.list_runs(store=store)) == 0
    assert len(runlore.list_runs(store=store, deleted=True)) == 1
    stored.restore()
    assert not runlore.get_run("first", store=store).is_deleted
    assert len(runlore.list_runs(store=store)) == 1


def test_an_archived_run_is_named_as_before(stored: StoredRun, store: Path) -> None:
    stored.archive()
    assert runlore.get_run("first", store=store).is_archived
    stored.unarchive()
    assert not runlore.get_run("first", store=store).is_archived


def test_what_can_not_be_recorded_is_refused_and_nothing_written(stored: StoredRun) -> None:
    with pytest.raises(InvalidValue):
        stored.rename("")
    with pytest.raises(InvalidType):
        stored.add_tag(3)  # type: ignore[arg-type]
    with pytest.raises(InvalidType):
        stored.add_note(None)  # type: ignore[arg-type]
    assert (stored.name, stored.tags, stored.notes) == ("first", ["old"], [])
