"""Diffs are told apart by file, whatever their lines look like."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from runlore.actions import code_changes
from runlore.actions.code_changes import ChangedFile, changes_of_run, files_of
from runlore.blobs.opening import StoreBlobs
from runlore.helper.untracked import pack
from runlore.journal.folder import create_store
from runlore.reading.store import open_reader
from runlore.testing.index_contract import ACTOR, ATTEMPT, RUN, T
from runlore.testing.journals import JournalComposer

if TYPE_CHECKING:
    from pathlib import Path


def git(folder: Path, *words: str) -> str:
    command = ["git", "-c", "user.name=n", "-c", "user.email=e", "-C", str(folder), *words]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def test_files_of_a_diff_of_git_are_counted(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    (tmp_path / "a.sql").write_text("one\n-- two\nthree\n")
    (tmp_path / "ü ö.txt").write_text("x\n")
    (tmp_path / "gone.txt").write_text("x\ny\n")
    (tmp_path / "old.txt").write_text("same\n" * 10)
    (tmp_path / "raw.bin").write_bytes(b"\0\1")
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-qm", "x")
    (tmp_path / "a.sql").write_text("one\nthree\n++ four\n")
    (tmp_path / "ü ö.txt").write_text("y")
    (tmp_path / "gone.txt").unlink()
    (tmp_path / "old.txt").rename(tmp_path / "new.txt")
    (tmp_path / "raw.bin").write_bytes(b"\0\2")
    git(tmp_path, "add", "-A")
    diff = git(tmp_path, "diff", "--cached", "--binary", "-M")
    assert sorted(files_of(diff), key=lambda one: one.path) == [
        ChangedFile("a.sql", 1, 1),
        ChangedFile("gone.txt", 0, 2),
        ChangedFile("new.txt", 0, 0),
        ChangedFile("raw.bin", 0, 0),
        ChangedFile("ü ö.txt", 1, 1),
    ]


@pytest.mark.parametrize(
    "text", ["", "nonsense\n+++\n---", "@@ -1 +1 @@\n+x", "diff --git a/", "+++ "]
)
def test_what_is_no_diff_breaks_nothing(text: str) -> None:
    assert all(file.added == 0 for file in files_of(text))


def test_what_was_kept_of_a_run_is_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = create_store(str(tmp_path / "store"))
    blobs = StoreBlobs(store)
    (tmp_path / "big.py").write_text("#" * 200_000)
    packed = pack(str(tmp_path), ["big.py"], [("new.py", "print('<b>')")])
    diff = b"diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -0,0 +1,2 @@\n+caf\xe9\n+b\n"
    facts = {
        "diff": {"digest": blobs.put_bytes(diff).digest},
        "untracked": {"digest": blobs.put_bytes(packed.archive).digest},
    }
    journal = JournalComposer(store, ACTOR)
    slot = journal.slot(RUN, ATTEMPT)
    nothing = dict.fromkeys(("name", "experiment", "project", "goal", "parent"))
    journal.event(slot, "run.started", time=T, **nothing)
    with open_reader(store.path, budget_seconds=None) as reader:
        found = changes_of_run(reader, RUN)
        assert (found.text, found.files, found.untracked) == (None, [], [])
        assert found.reason
        journal.event(slot, "context.captured", time=T, facts=facts)
        reader.catch_up(budget_seconds=None)
        found = changes_of_run(reader, RUN)
        assert found.text == diff.decode("utf-8", "replace")
        assert found.files == [ChangedFile("x", 2, 0)]
        shown = [(one.path, one.size_bytes, one.text) for one in found.untracked]
        assert shown == [("big.py", 200_000, None), ("new.py", 12, "print('<b>')")]
        monkeypatch.setattr(code_changes, "MOST_CHARACTERS", 30)
        found = changes_of_run(reader, RUN)
        assert (found.text, found.is_cut) == ("diff --git a/x b/x\n--- a/x\n", True)
        assert found.files == [ChangedFile("x", 2, 0)]
