from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from runlore.helper import diff as diff_module
from runlore.helper.diff import read_diff
from runlore.helper.redaction import mask
from tests.helper.repositories import asked, commit_all, git, keep_settings_out

if TYPE_CHECKING:
    from pathlib import Path

    from runlore.helper.diff import Diff

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
SECRET = "x7Kq2LmZ9vB4nR6tYw3s"
ODD_NAMES = [
    "with space.py", 'qu"ote.py', "ünïcode.py", "new\nline.py", "back\\slash.py", " b", "a b/a b",
    "tab\t.py", os.fsdecode(b"latin-\xe9.py"),
]  # fmt: skip


@pytest.fixture(autouse=True)
def _own_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keep_settings_out(monkeypatch, tmp_path)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "trunk")
    (folder / "train.py").write_text("".join(f"line {number}\n" for number in range(30)))
    (folder / "sub").mkdir()
    (folder / "sub" / "model.py").write_text("a = 1\n")
    commit_all(folder)
    return folder


def _diff(repository: Path) -> Diff:
    git_ = asked(repository)
    diff = read_diff(git_, git(repository, "rev-parse", "HEAD"))
    assert git_.notes == []
    assert diff is not None
    return diff


def _files(folder: Path) -> dict[str, object]:
    """Return what lies in a folder, the repository's own files apart."""
    found: dict[str, object] = {}
    for path in folder.rglob("*"):
        name = str(path.relative_to(folder))
        if f"{name}/".startswith(".git/") or (path.is_dir() and not path.is_symlink()):
            continue
        mode = path.lstat().st_mode & 0o111
        found[name] = os.readlink(path) if path.is_symlink() else (path.read_bytes(), mode)
    return found


def _applied(repository: Path, diff: Diff, folder: Path) -> dict[str, object]:
    """Apply a diff to a fresh copy of the commit and return the files."""
    git(folder.parent, "clone", "-q", str(repository), str(folder))
    git(folder, "checkout", "-q", diff.base)
    subprocess.run(["git", "apply", "--binary"], cwd=folder, input=diff.patch, check=True)
    return _files(folder)


def test_without_changes_it_is_empty(repository: Path) -> None:
    os.utime(repository / "train.py", (1, 1))
    diff = _diff(repository)
    assert (diff.patch, diff.files, diff.left_out) == (b"", 0, [])


def test_changes_of_all_kinds_can_be_applied_again(repository: Path, tmp_path: Path) -> None:
    for name in ODD_NAMES:
        (repository / name).parent.mkdir(exist_ok=True)
        (repository / name).write_text("old\n")
    (repository / "weights.bin").write_bytes(bytes(range(256)))
    (repository / "gone.py").write_text("x\n")
    (repository / "moved.py").write_text("".join(f"{number}\n" for number in range(50)))
    (repository / "link").symlink_to("train.py")
    (repository / "crlf.txt").write_bytes(b"a\r\nb\r\n")
    commit_all(repository)
    for name in ODD_NAMES:
        (repository / name).write_text("new\n")
    (repository / "weights.bin").write_bytes(bytes(range(255, -1, -1)))
    (repository / "gone.py").unlink()
    (repository / "moved.py").rename(repository / "elsewhere.py")
    (repository / "link").unlink()
    (repository / "link").symlink_to("sub")
    (repository / "crlf.txt").write_bytes(b"a\r\nc\r\nno newline")
    (repository / "train.py").chmod(0o755)
    (repository / "staged.py").write_bytes(b"b\xe9ta = 1\n+++ x\n--- y\n@@ z\ndiff --git a/q b/q\n")
    (repository / "empty.py").touch()
    git(repository, "add", "-A")
    (repository / "staged.py").write_bytes(b"b\xe9ta = 2\n+++ x\n--- y\n@@ z\ndiff --git a/q b/q\n")
    diff = _diff(repository)
    assert _applied(repository, diff, tmp_path / "copy") == _files(repository)
    assert diff.left_out == []
    assert diff.files == len(ODD_NAMES) + 9


def test_lines_are_counted_as_git_counts_them(repository: Path) -> None:
    lines = (repository / "train.py").read_text().splitlines()
    lines[3:5] = ["-- 3", "++ 4", "+5"]
    del lines[20:22]
    (repository / "train.py").write_text("\n".join(lines))
    diff = _diff(repository)
    added, removed, _ = git(repository, "diff", "--numstat", "HEAD").split(None, 2)
    assert (diff.insertions, diff.deletions) == (int(added), int(removed))


def test_secrets_are_masked_in_added_lines_alone(repository: Path, tmp_path: Path) -> None:
    (repository / "train.py").write_text(
        f"api_key = '{SECRET}'\nold_key = '{SECRET}old'\n1\n2\n3\n"
    )
    (repository / "old.py").write_text(f"password = '{SECRET}'\n")
    commit_all(repository)
    (repository / "train.py").write_text(
        f"api_key = '{SECRET}'\napi_key = '{SECRET}new'\n1\n2\n3\n"
    )
    (repository / "old.py").unlink()
    diff = _diff(repository)
    text = diff.patch.decode()
    assert f" api_key = '{SECRET}'\n" in text, "unchanged, and so in the repository anyway"
    assert f"-password = '{SECRET}'\n" in text
    assert f"+api_key = '{mask(SECRET + 'new')}'\n" in text
    assert diff.masked == [mask(SECRET + "new")[15:27]]
    assert SECRET + "new" not in text
    assert "train.py" in _applied(repository, diff, tmp_path / "copy"), "and it can be applied"


def test_a_private_key_over_several_lines_is_masked(repository: Path) -> None:
    lines = [
        "-----BEGIN " + "PRIVATE KEY-----",
        "A" * 64,
        "B" * 64,
        "-----END " + "PRIVATE KEY-----",
    ]
    (repository / "sub" / "model.py").write_text("\n".join(["a = 1", "key = '''", *lines, "'''"]))
    text = _diff(repository).patch.decode()
    assert "AAAA" not in text
    assert "BBBB" not in text
    assert "@@ -1 +1,7 @@" in text


def test_files_of_secrets_are_left_out_whole(repository: Path) -> None:
    (repository / ".env").write_text("A=1\n")
    (repository / "odd\nname.pem").write_text("A=1\n")
    commit_all(repository)
    (repository / ".env").write_text("LESS_OBVIOUS=abcdef\n")
    (repository / "odd\nname.pem").write_text("LESS_OBVIOUS=abcdef\n")
    (repository / "train.py").write_text("x\n")
    diff = _diff(repository)
    assert diff.files == 1
    assert b"LESS_OBVIOUS" not in diff.patch
    assert diff.left_out == [(".env", "a file of secrets"), ("odd\nname.pem", "a file of secrets")]


def test_what_is_too_large_is_left_out_and_named(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(diff_module, "MOST_FILE_BYTES", 2000)
    monkeypatch.setattr(diff_module, "MOST_BYTES", 3000)
    monkeypatch.setattr(diff_module, "_LARGE_SOURCE_BYTES", 50_000)
    names = ["a.py", "b.py", "c.py", "d.py", "e.py", "f.py"]
    for name in names:
        (repository / name).write_text("")
    commit_all(repository)
    for name, content in zip(
        names, ["x\n" * 500, "x\n" * 900, "x" * 9000, "x\n" * 500, "y\n", "z" * 60_000], strict=True
    ):
        (repository / name).write_text(content)
    diff = _diff(repository)
    assert dict(diff.left_out) == {
        "b.py": "its changes take more than 2,000 bytes",
        "c.py": "its changes take more than 2,000 bytes",
        "d.py": "the diff is full at 3,000 bytes",
        "f.py": "larger than 50,000 bytes",
    }
    assert diff.files == 2
    assert b"b/e.py" in diff.patch


def test_before_the_first_commit_everything_known_is_new(tmp_path: Path) -> None:
    folder = tmp_path / "fresh"
    git(tmp_path, "init", "-q", str(folder))
    (folder / "train.py").write_text("x\n")
    git(folder, "add", ".")
    git_ = asked(folder)
    diff = read_diff(git_, None)
    assert git_.notes == []
    assert diff is not None
    assert diff.insertions == 1


def test_programs_and_forms_that_are_configured_do_not_count(
    repository: Path, tmp_path: Path
) -> None:
    trace = tmp_path / "was-run"
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\ntouch '{trace}'\nexit 0\n")
    program.chmod(0o755)
    for key, value in {
        "diff.external": str(program),
        "diff.shown.textconv": str(program),
        "diff.shown.command": str(program),
        "core.pager": str(program),
        "core.fsmonitor": str(program),
        "pager.diff": "true",
        "color.ui": "always",
        "diff.noprefix": "true",
        "diff.mnemonicPrefix": "true",
        "diff.renames": "copies",
        "diff.relative": "true",
        "diff.context": "0",
        "diff.submodule": "log",
        "core.quotePath": "true",
    }.items():
        git(repository, "config", key, value)
    (repository / ".git" / "info" / "attributes").write_text("*.py diff=shown\n")
    (repository / "ünïcode.py").write_text("x\n")
    commit = commit_all(repository)
    (repository / "train.py").write_text("x\n")
    (repository / "ünïcode.py").write_text("y\n")
    trace.unlink(missing_ok=True)
    diff = read_diff(asked(repository), commit)
    assert diff is not None
    assert diff.patch.startswith(b"diff --git a/train.py b/train.py\n")
    assert not trace.exists()
    shutil.rmtree(repository / ".git" / "info")
    git(repository, "config", "core.fsmonitor", "false")
    copy = tmp_path / "copy"
    assert _applied(repository, diff, copy) == _files(repository)


def test_a_submodule_at_another_commit_is_noted(repository: Path, tmp_path: Path) -> None:
    outer = tmp_path / "outer"
    git(tmp_path, "init", "-q", str(outer))
    git(outer, "submodule", "--quiet", "add", str(repository), "inner")
    commit_all(outer)
    (outer / "inner" / "train.py").write_text("changed\n")
    assert _diff(outer).patch == b"", "what is uncommitted inside stays there"
    commit = commit_all(outer / "inner")
    assert f"+Subproject commit {commit}".encode() in _diff(outer).patch


def test_in_the_middle_of_a_merge_the_files_count_as_they_are(repository: Path) -> None:
    git(repository, "checkout", "-q", "-b", "other")
    (repository / "sub" / "model.py").write_text("a = 2\n")
    commit_all(repository)
    git(repository, "checkout", "-q", "trunk")
    (repository / "sub" / "model.py").write_text("a = 3\n")
    commit_all(repository)
    with pytest.raises(subprocess.CalledProcessError):
        git(repository, "merge", "-q", "other")
    assert b"+<<<<<<< HEAD" in _diff(repository).patch


def test_a_damaged_repository_has_no_diff_and_says_why(repository: Path) -> None:
    commit = git(repository, "rev-parse", "HEAD")
    (repository / "train.py").write_text("x\n")
    shutil.rmtree(repository / ".git" / "objects")
    (repository / ".git" / "objects").mkdir()
    git_ = asked(repository)
    assert read_diff(git_, commit) is None
    assert git_.note is not None
    assert git_.note.startswith("`git diff` failed (128): ")


def test_with_no_time_left_there_is_none(repository: Path) -> None:
    git_ = asked(repository, seconds=0)
    assert read_diff(git_, "HEAD") is None
    assert git_.note == "git was asked no more: the time had run out"


def test_of_a_git_that_is_ended_half_way_whole_files_are_kept(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stand-in, which tells one file whole, a second in part, and goes on for ever."""
    programs = tmp_path / "programs"
    programs.mkdir()
    slow = programs / "git"
    slow.write_text(
        '#!/bin/sh\ncase "$*" in *--name-only*) exit 0;; esac\n'
        "printf 'diff --git a/a b/a\\n--- a/a\\n+++ b/a\\n@@ -1 +1 @@\\n-1\\n+2\\n'\n"
        "printf 'diff --git a/b b/b\\n--- a/b\\n+++ b/b\\n@@ -1 +1,9 @@\\n+2\\n'\nexec sleep 600\n"
    )
    slow.chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
    git_ = asked(repository, seconds=1)
    diff = read_diff(git_, "HEAD")
    assert diff is not None
    assert diff.patch == b"diff --git a/a b/a\n--- a/a\n+++ b/a\n@@ -1 +1 @@\n-1\n+2\n"
    assert diff.left_out == [("b", "git was ended while it told of it")]
    assert git_.note is not None
    assert git_.note.startswith("`git diff` took longer than ")
