"""Where a store may lie: under `git clean`, in a worktree, without git or a home, of others."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

import runlore
from runlore.errors import StoreRefused
from tests.survival.answers import answers
from tests.survival.strangers import BECOME_A_STRANGER, let_strangers_in, needs_root

if TYPE_CHECKING:
    from pathlib import Path

    from tests.survival.forks import Forks

WRITER = """
import os, sys
import runlore
os.chdir(sys.argv[1])
with runlore.start_run(sys.argv[2]) as run:
    run.log({"loss": 0.5}, step=1)
    run.save_artifact("kept.txt", "kept")
print(run.store)
"""
READER = """
import os, sys
import runlore
os.chdir(sys.argv[1])
print(sorted(run.name for run in runlore.list_runs()))
"""


def git(folder: Path, *arguments: str) -> str:
    """Run git as somebody with no settings of their own."""
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("GIT_")
    } | {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    command = ["git", "-c", "user.name=a", "-c", "user.email=a@b", *arguments]
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=True
    )
    return done.stdout


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    if shutil.which("git") is None:
        pytest.skip("git is not installed")
    folder = tmp_path / "repository"
    (folder / "scripts").mkdir(parents=True)
    (folder / "scripts" / "train.py").touch()
    git(folder, "init", "-q")
    git(folder, "add", ".")
    git(folder, "commit", "-q", "-m", "first")
    return folder


def test_a_store_survives_git_clean_and_never_shows_in_git_status(
    repository: Path, forks: Forks
) -> None:
    place = {"RUNLORE_STORE": None}
    store = forks.run(WRITER, repository / "scripts", "kept", **place).strip()
    assert store == str(repository / ".runlore")
    known = answers(store)
    assert git(repository, "status", "--porcelain") == ""
    (repository / "untracked").touch()
    assert git(repository, "status", "--porcelain") == "?? untracked\n"
    git(repository, "clean", "-fdxq")
    assert not (repository / "untracked").exists()
    git(repository, "stash", "--all")
    git(repository, "checkout", "-q", "-b", "other")
    assert answers(store) == known
    assert runlore.get_run("kept", store=store).artifact("kept.txt").read() == "kept"
    forks.run(WRITER, repository, "later", **place)
    assert forks.run(READER, repository, **place) == "['kept', 'later']\n"


def test_all_worktrees_share_one_store(repository: Path, forks: Forks, tmp_path: Path) -> None:
    place = {"RUNLORE_STORE": None}
    git(repository, "worktree", "add", "-q", str(tmp_path / "branch"))
    store = forks.run(WRITER, tmp_path / "branch" / "scripts", "there", **place).strip()
    assert store == str(repository / ".runlore")
    forks.run(WRITER, repository, "here", **place)
    assert forks.run(READER, tmp_path / "branch", **place) == "['here', 'there']\n"
    assert git(tmp_path / "branch", "status", "--porcelain") == ""
    assert runlore.get_run("there", store=store).project == "repository"
    git(repository, "worktree", "remove", "--force", str(tmp_path / "branch"))
    assert forks.run(READER, repository, **place) == "['here', 'there']\n"


def test_neither_git_nor_a_home_nor_a_path_is_needed(forks: Forks, tmp_path: Path) -> None:
    folder = tmp_path / "anywhere"
    folder.mkdir()
    place = dict.fromkeys(
        ("RUNLORE_STORE", "HOME", "XDG_CACHE_HOME", "USER", "LOGNAME", "RUNLORE_HELPER")
    )
    bare: dict[str, str | None] = {**place, "PATH": str(folder)}
    store = forks.run(WRITER, folder, "bare", **bare).strip()
    assert store == str(folder / ".runlore")
    assert forks.run(READER, folder, **bare) == "['bare']\n"
    run = runlore.get_run("bare", store=store)
    assert run.status == "finished"
    assert run.project == "anywhere"


@needs_root
def test_the_store_of_another_user_is_refused_unless_it_is_named(
    forks: Forks, tmp_path: Path
) -> None:
    let_strangers_in(tmp_path)
    shared = tmp_path / "shared"
    shared.mkdir()
    place = {"RUNLORE_STORE": None}
    store = forks.run(WRITER, shared, "mine", **place).strip()
    found = forks.start(BECOME_A_STRANGER + WRITER, shared, "theirs", **place)
    assert found.wait() == 1
    assert "StoreRefused" in found.output
    assert "belongs to another user" in found.output
    assert f"RUNLORE_STORE={store}" in found.output
    cache = tmp_path / "cache"
    cache.mkdir(mode=0o777)
    cache.chmod(0o777)
    named = {"RUNLORE_STORE": store, "XDG_CACHE_HOME": str(cache)}
    assert forks.run(BECOME_A_STRANGER + READER, shared, **named) == "['mine']\n"
    written = forks.start(BECOME_A_STRANGER + WRITER, shared, "theirs", **named)
    assert written.wait() == 1
    assert "StoreReadOnly" in written.output
    assert forks.run(READER, shared, **place) == "['mine']\n"


def test_a_folder_that_is_no_store_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("the only copy")
    with pytest.raises(StoreRefused, match="not a store"):
        runlore.start_run(store=tmp_path)
    with pytest.raises(StoreRefused, match="not a store"):
        runlore.list_runs(store=tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]
