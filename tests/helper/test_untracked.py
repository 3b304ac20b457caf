from __future__ import annotations

import io
import os
import shutil
import tarfile
from pathlib import Path

import pytest

from runlore.helper import untracked as untracked_module
from runlore.helper.redaction import mask
from runlore.helper.untracked import pack, sources_beside, untracked_sources
from tests.helper.repositories import asked, commit_all, git, keep_settings_out

needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
SECRET = "x7Kq2LmZ9vB4nR6tYw3s"


@pytest.fixture(autouse=True)
def _own_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keep_settings_out(monkeypatch, tmp_path)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "trunk")
    (folder / ".gitignore").write_text("ignored.py\nscratch/\n")
    (folder / "train.py").write_text("x\n")
    commit_all(folder)
    return folder


def _members(archive: bytes) -> dict[str, bytes]:
    with tarfile.open(fileobj=io.BytesIO(archive), mode="r:gz") as opened:
        return {
            member.name: content.read()
            for member in opened
            if (content := opened.extractfile(member)) is not None
        }


@needs_git
def test_new_code_and_secrets_are_listed_and_nothing_else(repository: Path) -> None:
    for name in (
        "new.py",
        "ünï.yaml",
        "sub/deep.sh",
        ".env",
        "data.csv",
        "ignored.py",
        "scratch/a.py",
    ):
        path = repository / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("x\n")
    store = repository / "store"
    (store / "inside").mkdir(parents=True)
    (store / "inside" / "a.json").write_text("{}")
    nested = repository / "nested"
    git(repository, "init", "-q", str(nested))
    (nested / "other.py").write_text("x\n")
    git_ = asked(repository)
    assert untracked_sources(git_, str(store)) == [".env", "new.py", "sub/deep.sh", "ünï.yaml"]
    assert git_.notes == []


@needs_git
def test_the_plain_files_of_earlier_runs_are_not_listed_but_code_beside_them(
    repository: Path,
) -> None:
    experiments = repository / ".specweave" / "increments" / "0042-a" / "experiments"
    for name in (
        "first/metadata.yaml", "first/params.json", "first/runs/fold-0/metadata.yaml",
        "first/model.py", ".runs/001.json", "comparison.md", "baselines.md",
        "study/train.py", "plot.py",
    ):  # fmt: skip
        path = experiments / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x\n")
    found = untracked_sources(asked(repository), "")
    inside = ".specweave/increments/0042-a/experiments"
    assert found == [f"{inside}/plot.py", f"{inside}/study/train.py"]


@needs_git
def test_where_git_fails_there_is_no_list(tmp_path: Path) -> None:
    git_ = asked(tmp_path)
    assert untracked_sources(git_, "") is None
    assert git_.note == "not in a git repository"


@needs_git
def test_of_very_many_files_some_are_looked_at_and_that_is_said(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(50):
        (repository / f"model-{number:02}.py").write_text("x\n")
    monkeypatch.setattr(untracked_module, "_MOST_LIST_BYTES", 100)
    monkeypatch.setattr("runlore.helper.git_program._CHUNK_BYTES", 64)
    git_ = asked(repository)
    found = untracked_sources(git_, "")
    assert found is not None
    assert 0 < len(found) < 50
    assert git_.note == "so many files are untracked that not all were looked at"


def test_files_are_packed_by_name_with_secrets_masked(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "b.py").write_text(f"api_key = '{SECRET}'\n")
    (tmp_path / "run.sh").write_text("echo 1\n")
    (tmp_path / "run.sh").chmod(0o755)
    (tmp_path / ".env").write_text("A=1\n")
    (tmp_path / "link.py").symlink_to("/etc/passwd")
    packed = pack(str(tmp_path), ["sub/b.py", "run.sh", ".env", "link.py"], [("cells.py", "x = 1")])
    assert _members(packed.archive) == {
        "cells.py": b"x = 1",
        "run.sh": b"echo 1\n",
        "sub/b.py": f"api_key = '{mask(SECRET)}'\n".encode(),
    }
    assert [name for name, _ in packed.files] == ["cells.py", "run.sh", "sub/b.py"]
    assert packed.left_out == [(".env", "a file of secrets"), ("link.py", "a link")]
    assert packed.masked == [mask(SECRET)[15:27]]


def test_the_same_files_make_the_same_bytes(tmp_path: Path) -> None:
    archives = set()
    for folder, names in (("one", ["a.py", "b.py"]), ("two", ["b.py", "a.py"])):
        (tmp_path / folder).mkdir()
        for number, name in enumerate(names):
            (tmp_path / folder / name).write_text(name)
            os.utime(tmp_path / folder / name, (number, number))
        archives.add(pack(str(tmp_path / folder), names).archive)
    assert len(archives) == 1


def test_nothing_makes_no_archive(tmp_path: Path) -> None:
    packed = pack(str(tmp_path), [])
    assert (packed.archive, packed.files, packed.left_out) == (b"", [], [])


def test_there_is_room_for_so_much(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(untracked_module, "MOST_BYTES", 100)
    monkeypatch.setattr(untracked_module, "_MOST_FILES", 2)
    for name, size in (("a.py", 60), ("b.py", 60), ("c.py", 30), ("d.py", 1)):
        (tmp_path / name).write_bytes(b"x" * size)
    packed = pack(str(tmp_path), ["a.py", "b.py", "c.py", "d.py"])
    assert packed.files == [("a.py", 60), ("c.py", 30)]
    assert packed.left_out == [
        ("b.py", "there is room for 100 bytes"),
        ("d.py", "there is room for 2 files"),
    ]


def test_beside_a_script_lie_its_modules(tmp_path: Path) -> None:
    folder = tmp_path / "experiment"
    folder.mkdir()
    for name in ("train.py", "model.py", "data.csv"):
        (folder / name).write_text("x\n")
    assert sources_beside(str(folder / "train.py")) == ["train.py", "model.py"]


def test_beside_a_script_at_home_lies_anything(tmp_path: Path) -> None:
    home = Path(os.environ["HOME"])
    for name in ("train.py", "tax.py"):
        (home / name).write_text("x\n")
    assert sources_beside(str(home / "train.py")) == ["train.py"]
    many = tmp_path / "many"
    many.mkdir()
    for number in range(60):
        (many / f"{number}.py").write_text("x\n")
    assert sources_beside(str(many / "1.py")) == ["1.py"]
