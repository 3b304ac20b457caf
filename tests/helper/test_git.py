from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from typing import TYPE_CHECKING

import pytest

from runlore.helper.git import read_git

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")


@pytest.fixture(autouse=True)
def _own_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the settings of whoever runs the tests out."""
    home = tmp_path / "home"
    home.mkdir()
    for name in list(os.environ):
        if name.startswith("GIT_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))


def _git(folder: Path, *arguments: str) -> str:
    options = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org"]
    return subprocess.check_output(["git", *options, *arguments], cwd=folder, text=True).strip()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "my-project"
    folder.mkdir()
    _git(folder, "init", "-q", "-b", "trunk")
    (folder / "train.py").write_text("print(1)\n")
    _git(folder, "add", ".")
    _git(folder, "commit", "-q", "-m", "Begin")
    return folder


def test_a_clean_repository_is_described(repository: Path) -> None:
    _git(repository, "remote", "add", "mirror", "https://mirror.example.org/x.git")
    _git(repository, "remote", "add", "origin", "https://ada:secret@example.org/x.git")
    (repository / "sub").mkdir()
    facts = read_git([str(repository / "sub")], timeout_seconds=60)
    assert facts.root == str(repository.resolve())
    assert facts.repository == "my-project"
    assert facts.commit == _git(repository, "rev-parse", "HEAD")
    assert facts.branch == "trunk"
    assert facts.is_dirty is False
    assert facts.remote_url == "https://example.org/x.git"
    assert facts.note is None


def test_only_changes_of_tracked_files_make_it_dirty(repository: Path) -> None:
    (repository / "untracked.txt").write_text("x")
    assert read_git([str(repository)], timeout_seconds=60).is_dirty is False
    (repository / "train.py").write_text("print(2)\n")
    assert read_git([str(repository)], timeout_seconds=60).is_dirty is True
    _git(repository, "add", "train.py")
    assert read_git([str(repository)], timeout_seconds=60).is_dirty is True


def test_looking_changes_no_file_of_the_repository(repository: Path) -> None:
    # Touched without a change: a plain `git status` would write the index anew.
    os.utime(repository / "train.py", (1, 1))
    index = repository / ".git" / "index"
    before = index.read_bytes()
    assert read_git([str(repository)], timeout_seconds=60).is_dirty is False
    assert index.read_bytes() == before


def test_a_detached_head_has_no_branch(repository: Path) -> None:
    _git(repository, "checkout", "-q", "--detach")
    facts = read_git([str(repository)], timeout_seconds=60)
    assert (facts.branch, facts.note) == (None, None)
    assert facts.commit is not None


def test_a_repository_without_a_commit_says_so(tmp_path: Path) -> None:
    _git(tmp_path, "init", "-q", "-b", "trunk", "fresh")
    facts = read_git([str(tmp_path / "fresh")], timeout_seconds=60)
    assert (facts.commit, facts.branch, facts.is_dirty) == (None, "trunk", False)
    assert facts.note == "the repository has no commit yet"


def test_all_work_trees_carry_the_name_of_the_main_one(repository: Path, tmp_path: Path) -> None:
    _git(repository, "worktree", "add", "-q", "-b", "idea", str(tmp_path / "elsewhere"))
    facts = read_git([str(tmp_path / "elsewhere")], timeout_seconds=60)
    assert (facts.repository, facts.branch) == ("my-project", "idea")
    assert facts.root == str((tmp_path / "elsewhere").resolve())


def test_a_submodule_carries_its_own_name(repository: Path, tmp_path: Path) -> None:
    allow = ["-c", "protocol.file.allow=always"]
    _git(tmp_path, "init", "-q", "outer")
    _git(tmp_path / "outer", *allow, "submodule", "--quiet", "add", str(repository), "inner")
    assert read_git([str(tmp_path / "outer/inner")], timeout_seconds=60).repository == "inner"
    assert read_git([str(tmp_path / "outer")], timeout_seconds=60).repository == "outer"


def test_the_first_folder_in_a_repository_is_taken(repository: Path, tmp_path: Path) -> None:
    (tmp_path / "plain").mkdir()
    folders = [str(tmp_path / "missing"), str(tmp_path / "plain"), str(repository)]
    facts = read_git(folders, timeout_seconds=60)
    assert (facts.repository, facts.note) == ("my-project", None)


def test_outside_of_a_repository_the_note_says_so(tmp_path: Path) -> None:
    facts = read_git([str(tmp_path)], timeout_seconds=60)
    assert (facts.root, facts.note) == (None, "not in a git repository")


def test_in_a_bare_repository_there_is_no_work_tree(tmp_path: Path) -> None:
    _git(tmp_path, "init", "-q", "--bare", "bare.git")
    facts = read_git([str(tmp_path / "bare.git")], timeout_seconds=60)
    assert facts.root is None
    assert facts.note == "the folder is inside a git repository but in no work tree"


def test_a_folder_that_is_gone_is_said(tmp_path: Path) -> None:
    facts = read_git([str(tmp_path / "missing")], timeout_seconds=60)
    assert facts.note == "the working directory is gone"


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root can give files away")
def test_a_repository_of_another_user_is_refused_by_git_and_said(repository: Path) -> None:
    for folder in (repository, repository / ".git"):
        os.chown(folder, 65534, 65534)
    facts = read_git([str(repository)], timeout_seconds=60)
    assert facts.root is None
    assert facts.note is not None
    assert facts.note.startswith("git refuses this repository because it belongs to another user")


def test_without_git_the_note_says_so(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path / "home"))
    assert read_git([str(repository)], timeout_seconds=60).note == "git is not installed"


def test_a_damaged_repository_gives_what_can_still_be_read(repository: Path) -> None:
    (repository / ".git" / "index").write_bytes(b"not an index")
    facts = read_git([str(repository)], timeout_seconds=60)
    assert (facts.repository, facts.branch, facts.is_dirty) == ("my-project", "trunk", None)
    assert facts.commit is not None
    assert facts.note is not None
    assert facts.note.startswith("`git status` failed (128): ")


def test_the_variables_of_a_git_hook_do_not_lead_astray(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _git(tmp_path, "init", "-q", "-b", "other", "other")
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "other" / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "other" / ".git" / "index"))
    assert read_git([str(repository)], timeout_seconds=60).branch == "trunk"


def test_programs_named_in_the_repository_settings_are_not_run(
    repository: Path, tmp_path: Path
) -> None:
    trace = tmp_path / "was-run"
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\ntouch '{trace}'\n")
    program.chmod(0o755)
    _git(repository, "config", "core.fsmonitor", str(program))
    _git(repository, "status", "--short")
    assert trace.exists(), "else this test shows nothing"
    trace.unlink()
    assert read_git([str(repository)], timeout_seconds=60).is_dirty is False
    assert not trace.exists()


def test_a_git_that_hangs_is_ended_with_its_children(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The child keeps the pipes open, so waiting for their end would take its whole life."""
    programs = tmp_path / "programs"
    programs.mkdir()
    pid_path = tmp_path / "pid"
    slow = programs / "git"
    slow.write_text(f"#!/bin/sh\nsleep 600 &\necho $! > '{pid_path}'\nwait\n")
    slow.chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
    facts = read_git([str(repository)], timeout_seconds=1)
    assert facts.root is None
    assert facts.note is not None
    assert facts.note.startswith("`git rev-parse` took longer than ")
    _wait_until_gone(int(pid_path.read_text()))


def test_with_no_time_left_git_is_not_asked(repository: Path) -> None:
    facts = read_git([str(repository)], timeout_seconds=0)
    assert facts.note == "git was asked no more: the time had run out"


def _wait_until_gone(pid: int) -> None:
    """An orphan's end is seen when init has waited for it, or by its state."""
    for _ in range(500):
        try:
            os.kill(pid, 0)
            with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
                if file.read().rpartition(")")[2].split()[0] == "Z":
                    return
        except (ProcessLookupError, FileNotFoundError):
            return
        time.sleep(0.01)
    os.kill(pid, signal.SIGKILL)
    pytest.fail("the child of git is still running")
