"""The code of two runs, held against what really was in their folders."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

import runlore
from runlore.actions.code_differences import differences_of_code
from runlore.blobs.opening import StoreBlobs
from runlore.journal.folder import create_store, open_store
from tests.actions.recorded_experiments import reader_of

if TYPE_CHECKING:
    from pathlib import Path

    from runlore.actions.code_changes import CodeChanges

COMMIT, OTHER = "a" * 40, "b" * 40
_HEAD = "diff --git a/m.py b/m.py\n--- a/m.py\n+++ b/m.py\n"
WIDER = f"{_HEAD}@@ -1,3 +1,3 @@\n one\n-two\n+wider\n three\n"
DEEPER = f"{_HEAD}@@ -1,3 +1,4 @@\n one\n-two\n+deeper\n+and more\n three\n"


def record(store: Path, commit: str | None, patch: str | None) -> str:
    """Record a run with a commit, and changes that were kept of it."""
    facts: dict[str, object] = {"git": None}
    if commit is not None:
        facts["git"] = {"commit": commit, "is_dirty": bool(patch)}
    if patch is not None:
        create_store(str(store))
        blob = StoreBlobs(open_store(str(store))).put_bytes(patch.encode()) if patch else None
        digest = None if blob is None else blob.digest
        facts["diff"] = {"base": commit, "digest": digest, "left_out_count": 0}
    run = runlore.start_run(experiment="code", store=store)
    run.record("context.captured", facts=facts)
    run.finish()
    return run.id


def compared(store: Path, first: str, second: str) -> CodeChanges:
    with reader_of(store) as reader:
        return differences_of_code(reader, first, second)


def test_changes_of_one_commit_lead_from_one_to_the_other(store: Path) -> None:
    found = compared(store, record(store, COMMIT, WIDER), record(store, COMMIT, DEEPER))
    assert found.text == (f"{_HEAD}@@ -1,3 +1,4 @@\n one\n-wider\n+deeper\n+and more\n three\n")
    assert [(one.path, one.added, one.removed) for one in found.files] == [("m.py", 2, 1)]
    assert found.reason is None


def test_a_clean_run_is_as_its_commit(store: Path) -> None:
    clean = record(store, COMMIT, "")
    found = compared(store, record(store, COMMIT, WIDER), clean)
    assert found.text is not None
    assert "-wider\n+two\n" in found.text


def test_equal_code_is_said_to_be_equal(store: Path) -> None:
    found = compared(store, record(store, COMMIT, WIDER), record(store, COMMIT, WIDER))
    assert found.text == ""
    assert found.reason == "both are at aaaaaaa, and what git knew is equal"


def test_changes_that_were_not_kept_are_said_to_be_missing(store: Path) -> None:
    first = record(store, COMMIT, "")
    run = runlore.start_run(store=store)
    run.record("context.captured", facts={"git": {"commit": COMMIT, "is_dirty": True}})
    run.finish()
    found = compared(store, first, run.id)
    assert found.text is None
    assert found.reason is not None
    assert "weren't kept" in found.reason


def test_between_commits_it_takes_the_repository(store: Path) -> None:
    found = compared(store, record(store, COMMIT, ""), record(store, OTHER, ""))
    assert found.text is None
    assert found.reason == (
        "the runs are at different commits, and what lies between is in their repository alone: "
        "`git diff aaaaaaaaaaaa bbbbbbbbbbbb`"
    )


def test_without_any_code_it_says_so(store: Path) -> None:
    found = compared(store, record(store, None, None), record(store, COMMIT, ""))
    assert found.text is None
    assert found.reason is not None
    assert found.reason.startswith("no commit is known of the run ")


def test_the_repository_around_the_store_knows_its_commits(tmp_path: Path, store: Path) -> None:
    del store  # its fixture alone: no helpers

    def git(*arguments: str) -> str:
        config = ("-c", "user.name=n", "-c", "user.email=e@x")
        done = subprocess.run(
            ["git", *config, *arguments], cwd=tmp_path, capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    git("init", "-q")
    commits = []
    for content in ("one\n", "two\n"):
        (tmp_path / "m.py").write_text(content)
        git("add", "m.py")
        git("commit", "-qm", content)
        commits.append(git("rev-parse", "HEAD"))
    place = tmp_path / ".runlore"
    found = compared(place, record(place, commits[0], ""), record(place, commits[1], WIDER))
    assert found.text is not None
    assert "-one\n+two\n" in found.text
    assert found.reason is not None
    assert "had uncommitted changes, too" in found.reason


@pytest.mark.parametrize("commit", ["--output=x", "HEAD", "a" * 39, "a" * 40 + "\n"])
def test_what_is_no_commit_is_never_handed_to_git(store: Path, commit: str) -> None:
    found = compared(store, record(store, commit, ""), record(store, COMMIT, ""))
    assert found.text is None
    assert found.reason is not None
    assert "no commit is known" in found.reason
