"""Edits go to the journal that commands share, one after another, and are there to stay."""

from __future__ import annotations

import multiprocessing
from typing import TYPE_CHECKING

import pytest

from runlore.editing.editor import Editor, Target
from runlore.index.catchup import catch_up
from runlore.index.sqlite import SqliteIndex
from runlore.journal.folder import create_store, open_store
from runlore.records.ids import new_id

if TYPE_CHECKING:
    from pathlib import Path

    from runlore.index.rows import RunFacts


@pytest.fixture
def store(tmp_path: Path) -> Path:
    create_store(str(tmp_path / "store"))
    return tmp_path / "store"


def facts(store: Path, run: str) -> RunFacts:
    index = SqliteIndex(str(store.parent / f"{new_id()}.db"))
    catch_up(index, open_store(str(store)), budget_seconds=None)
    found = index.run_facts(run)
    index.close()
    assert found is not None
    return found


def test_every_edit_has_its_effect(store: Path) -> None:
    target = Target(new_id(), new_id())
    with Editor(str(store)) as editor:
        editor.rename(target, "name")
        editor.add_tag(target, "one", "1")
        editor.add_tag(target, "two")
        editor.remove_tag(target, "two")
        editor.add_note(target, "a note")
        editor.archive(target)
        editor.set_context(target, {"key": [1]}, 5)
        editor.delete(target.run)
        editor.move(target.run, "0" * 32)
    found = facts(store, target.run)
    assert found.run.name == "name"
    assert (found.run.is_archived, found.run.is_deleted) == (True, True)
    assert found.run.moved_to == "0" * 32
    assert [(tag.tag, tag.value) for tag in found.tags] == [("one", "1")]
    assert found.context == {"key": [1]}
    with Editor(str(store)) as editor:
        editor.remove_note(target, found.notes[0].edit)
        editor.unarchive(target)
        editor.restore(target.run)
        editor.move(target.run, None)
    found = facts(store, target.run)
    assert found.notes == []
    assert (found.run.is_archived, found.run.is_deleted, found.run.moved_to) == (False, False, None)


def test_a_completed_journal_is_followed_by_another(store: Path) -> None:
    target = Target(new_id(), None)
    with Editor(str(store)) as editor:
        editor.add_note(target, "one")
        editor.sync()
        editor.complete()
        editor.add_note(target, "two")
    with Editor(str(store)) as editor:
        editor.add_note(target, "three")
        actor = editor.actor
    assert len(list((store / "journals" / actor).glob("*.journal"))) == 2
    assert [note.text for note in facts(store, target.run).notes] == ["one", "two", "three"]


def tag_much(path: str, run: str, name: str) -> None:
    for number in range(20):
        with Editor(path) as editor:
            editor.add_tag(Target(run, None), f"{name}-{number}")


def test_commands_at_the_same_time_wait_for_each_other(store: Path) -> None:
    run = new_id()
    context = multiprocessing.get_context("spawn")
    processes = [
        context.Process(target=tag_much, args=(str(store), run, name)) for name in ("a", "b")
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert len(facts(store, run).tags) == 40
