"""Edits as the page makes them: of whom, what is changed, and what undoes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import runlore
from runlore.actions.presenting import list_views, pin_baseline, save_view
from runlore.actions.run_edits import colour_runs, edit_tags, rename_run, set_tags, unnote_run
from runlore.actions.shelving import shelve, trash
from runlore.actions.undoable import Undo, meant, rows_meant
from runlore.errors import Ambiguous, InvalidValue, RunNotFound
from runlore.reading.store import open_reader

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from runlore.reading.store import StoreReader


@pytest.fixture
def runs(store: Path) -> list[str]:
    found = []
    for name in ("one", "two", "same", "same"):
        with runlore.start_run(name, experiment="e", store=store) as run:
            found.append(run.id)
    return found


@pytest.fixture
def reader(store: Path, runs: list[str]) -> Iterator[StoreReader]:
    assert runs
    with open_reader(store, budget_seconds=None) as reader:
        yield reader


def test_runs_are_named_by_id_short_id_or_name(reader: StoreReader, runs: list[str]) -> None:
    given = [runs[0], runs[0][-8:], "one", "two"]
    assert [row.run for row in meant(reader, given).values()] == [*[runs[0]] * 3, runs[1]]
    assert [row.run for row in rows_meant(reader, given)] == runs[:2]
    with pytest.raises(Ambiguous, match="several runs"):
        rows_meant(reader, ["same"])
    with pytest.raises(RunNotFound, match="no run answers"):
        rows_meant(reader, ["three"])


def test_one_run_named_twice_is_changed_once(reader: StoreReader, runs: list[str]) -> None:
    done = edit_tags(reader, [runs[0], "one"], ["x"], [])
    assert (done.message, done.runs) == ("Tagged 1 run", [runs[0]])
    reader.catch_up()
    changes = [{"run": runs[0], "added": {}, "removed": ["x"]}]
    assert done.undo == Undo("tags", {"changes": changes})
    again = set_tags(reader, {runs[0]: ({"x": "1"}, []), "one": ({"x": "1"}, [])})
    assert again.runs == [runs[0]]


def test_a_purged_run_is_said_to_be(reader: StoreReader, runs: list[str], store: Path) -> None:
    from runlore.editing.editor import Editor

    with Editor(str(store)) as editor:
        editor.purge(runs[0], [])
    reader.catch_up()
    for named in (runs[0], runs[0].upper()):
        with pytest.raises(RunNotFound, match="was purged"):
            rows_meant(reader, [named])


def test_words_say_what_was_done(reader: StoreReader, runs: list[str]) -> None:
    assert edit_tags(reader, runs, ["x"], ["y"]).message == "Changed tags of 4 runs"
    assert colour_runs(reader, {runs[0]: "#ABCDEF"}).message == "Changed the colour of 1 run"
    assert shelve(reader, runs[:2]).message == "Archived 2 runs"
    assert trash(reader, runs[:1]).message == "Moved 1 run to the trash"
    assert rename_run(reader, "one", "a\n" * 90).message.endswith("a a…")
    assert save_view(reader, None, "v", "runs", None, "").message == "Saved the view v"
    reader.catch_up()
    assert pin_baseline(reader, "e", runs[1]).message == "Pinned the baseline"
    with pytest.raises(InvalidValue, match="in the trash"):
        pin_baseline(reader, "e", runs[0])
    with pytest.raises(InvalidValue, match="no note is named"):
        unnote_run(reader, runs[1], "")
    assert [view.name for view in list_views(reader, page="runs", experiment="e")] == ["v"]
    assert list_views(reader, page="compare") == []
