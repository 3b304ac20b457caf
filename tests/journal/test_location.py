from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from runlore.errors import InvalidType, InvalidValue, StoreNotFound, StoreRefused
from runlore.journal.location import locate_store, main_worktree

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def top(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a folder that is a home with nothing in it, so that no search leaves it."""
    monkeypatch.delenv("RUNLORE_STORE")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_SYSTEM", os.devnull)
    return tmp_path


def folder(path: Path) -> Path:
    path.mkdir(parents=True)
    return path


def git(place: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=a", "-c", "user.email=a@b", "-c", "protocol.file.allow=always"]
    command = ["git", *identity, *arguments]
    return subprocess.run(command, cwd=place, check=True, capture_output=True, text=True).stdout


def repository(path: Path) -> Path:
    folder(path)
    git(path, "init", "-q")
    git(path, "commit", "-q", "--allow-empty", "-m", "first")
    return path


def located(start: Path) -> str:
    return locate_store(start=str(start))


class TestNamed:
    def test_a_named_store_is_taken_wherever_it_is(
        self, top: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(top)
        assert locate_store("runs") == str(top / "runs")
        assert locate_store(top / "a" / ".." / "b") == str(top / "b")
        assert locate_store("~/runs") == str(top / "runs")

    def test_the_environment_names_one_and_an_argument_goes_before_it(
        self, top: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("RUNLORE_STORE", str(top / "environment"))
        assert locate_store() == str(top / "environment")
        assert locate_store(top / "argument") == str(top / "argument")

    @pytest.mark.parametrize("name", ["s3://bucket/x", "https://host/x", "postgresql://host/x"])
    def test_an_address_is_refused_in_words(
        self, name: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        expected = (
            f"the store {name!r} is not a folder\n"
            "hint: this release keeps its store in a folder: give a path"
        )
        with pytest.raises(InvalidValue) as caught:
            locate_store(name)
        assert str(caught.value) == expected
        monkeypatch.setenv("RUNLORE_STORE", name)
        with pytest.raises(InvalidValue) as caught:
            locate_store()
        assert str(caught.value) == expected

    def test_what_is_no_path_is_refused(self) -> None:
        with pytest.raises(InvalidType, match="the store is an int, not a path: 5"):
            locate_store(5)  # type: ignore[arg-type]
        with pytest.raises(InvalidValue, match="is not a folder"):
            locate_store("a\0b")


class TestSearching:
    def test_the_nearest_store_above_is_taken(self, top: Path) -> None:
        folder(top / ".runlore")
        inner = folder(top / "a" / "b" / "c")
        assert located(inner) == str(top / ".runlore")
        folder(top / "a" / ".runlore")
        assert located(inner) == str(top / "a" / ".runlore")

    def test_without_one_it_will_be_made_here(self, top: Path) -> None:
        assert located(folder(top / "a" / "b")) == str(top / "a" / "b" / ".runlore")

    def test_a_file_of_that_name_is_none(self, top: Path) -> None:
        (top / ".runlore").write_text("")
        assert located(folder(top / "a")) == str(top / "a" / ".runlore")

    def test_the_search_ends_at_home(self, top: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        folder(top / ".runlore")
        home = folder(top / "home")
        monkeypatch.setenv("HOME", str(home))
        assert located(folder(home / "a")) == str(home / "a" / ".runlore")
        assert located(home) == str(home / ".runlore")

    def test_without_a_home_it_ends_at_the_root(
        self, top: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv("HOME")
        folder(top / ".runlore")
        assert located(folder(top / "a")) == str(top / ".runlore")

    def test_a_working_folder_that_is_gone_is_an_error_in_words(
        self, top: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        gone = folder(top / "gone")
        monkeypatch.chdir(gone)
        gone.rmdir()
        with pytest.raises(StoreNotFound, match="the working folder doesn't exist any more"):
            locate_store()


class TestRepositories:
    def test_the_search_ends_at_the_repository(self, top: Path) -> None:
        folder(top / ".runlore")
        inner = repository(top / "project")
        assert located(folder(inner / "src" / "deep")) == str(inner / ".runlore")
        folder(inner / "src" / ".runlore")
        assert located(inner / "src" / "deep") == str(inner / "src" / ".runlore")

    def test_a_worktree_shares_the_store_of_the_main_one(self, top: Path) -> None:
        main = repository(top / "project")
        git(main, "worktree", "add", "-q", "../beside", "-b", "other")
        assert located(folder(top / "beside" / "src")) == str(main / ".runlore")
        assert main_worktree(str(top / "beside")) == str(main)

    def test_a_worktree_with_a_store_of_its_own_keeps_it(self, top: Path) -> None:
        main = repository(top / "project")
        git(main, "worktree", "add", "-q", "../beside", "-b", "other")
        folder(top / "beside" / ".runlore")
        assert located(top / "beside") == str(top / "beside" / ".runlore")

    def test_a_submodule_is_a_repository_of_its_own(self, top: Path) -> None:
        part = repository(top / "part")
        whole = repository(top / "whole")
        git(whole, "submodule", "add", "-q", str(part), "vendored")
        assert located(whole / "vendored") == str(whole / "vendored" / ".runlore")

    def test_a_worktree_of_a_bare_repository_keeps_its_own(self, top: Path) -> None:
        main = repository(top / "project")
        git(top, "clone", "-q", "--bare", str(main), "bare.git")
        git(top / "bare.git", "worktree", "add", "-q", "../tree")
        assert located(top / "tree") == str(top / "tree" / ".runlore")

    @pytest.mark.parametrize("content", [b"", b"nonsense", b"gitdir: nowhere", b"\xff\xfe"])
    def test_a_git_file_that_leads_nowhere_ends_no_program(self, top: Path, content: bytes) -> None:
        inner = folder(top / "odd")
        (inner / ".git").write_bytes(content)
        assert located(inner) == str(inner / ".runlore")


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can be somebody else"
)
class TestOtherOwners:
    def test_a_store_of_another_user_is_refused_when_found_and_taken_when_named(
        self, top: Path
    ) -> None:
        store = folder(top / "project" / ".runlore")
        os.chown(store, 65534, 65534)
        with pytest.raises(StoreRefused) as caught:
            located(folder(top / "project" / "src"))
        assert str(caught.value) == (
            f"the store {store} belongs to another user (uid 65534, you are 0)\n"
            f"hint: to use it all the same, name it: --store or RUNLORE_STORE={store}; "
            "to have one of your own, name another folder"
        )
        assert locate_store(store) == str(store)

    def test_so_is_one_in_the_main_worktree(self, top: Path) -> None:
        main = repository(top / "project")
        git(main, "worktree", "add", "-q", "../beside", "-b", "other")
        os.chown(folder(main / ".runlore"), 65534, 65534)
        with pytest.raises(StoreRefused):
            located(top / "beside")
