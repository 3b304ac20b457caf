from __future__ import annotations

import os
import subprocess
import threading
from errno import EACCES, EDQUOT, EIO, ENOSPC, EROFS
from typing import TYPE_CHECKING, Any

import pytest

from runlore.errors import (
    FormatTooNew,
    StoreError,
    StoreFull,
    StoreNotFound,
    StoreReadOnly,
    StoreRefused,
)
from runlore.journal import folder
from runlore.journal.folder import FOLDERS, create_store, failure, open_store
from runlore.records.ids import is_id
from tests.client.scripts import run_script

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MADE = sorted([*FOLDERS, ".git", ".gitignore", "store.json"])
only_root = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can become somebody else"
)


def git(place: Path, *arguments: str) -> str:
    command = ["git", "-c", "user.name=a", "-c", "user.email=a@b", *arguments]
    return subprocess.run(command, cwd=place, check=True, capture_output=True, text=True).stdout


class TestMaking:
    def test_a_store_is_made_once_and_opened_from_then_on(self, tmp_path: Path) -> None:
        path = str(tmp_path / "deep" / "store")
        made = create_store(path)
        again, opened = create_store(path), open_store(path)
        assert made.store_id == again.store_id == opened.store_id
        assert is_id(made.store_id)
        assert sorted(os.listdir(path)) == MADE

    def test_an_empty_folder_becomes_one(self, tmp_path: Path) -> None:
        with pytest.raises(StoreNotFound):
            open_store(str(tmp_path))
        assert create_store(str(tmp_path)).path == str(tmp_path)

    def test_threads_that_make_it_at_once_get_one_store(self, tmp_path: Path) -> None:
        found: list[str] = []
        together = threading.Barrier(8)

        def make() -> None:
            together.wait()
            found.append(create_store(str(tmp_path / "store")).store_id)

        threads = [threading.Thread(target=make) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(found) == 8
        assert len(set(found)) == 1
        assert sorted(os.listdir(tmp_path / "store")) == MADE

    def test_one_that_was_left_half_made_is_made_to_the_end(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        path = str(tmp_path / "store")
        for name in ("_exclude_from_git", "new_id"):
            with monkeypatch.context() as patch:
                patch.setattr(folder, name, _killed)
                with pytest.raises(KeyboardInterrupt):
                    create_store(path)
            with pytest.raises(StoreNotFound):
                open_store(path)
        assert is_id(create_store(path).store_id)

    def test_where_links_are_not_to_be_had_it_is_renamed_into_place(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse(*_: object) -> None:
            raise PermissionError("no links here")

        monkeypatch.setattr(os, "link", refuse)
        create_store(str(tmp_path / "store"))
        assert os.path.exists(tmp_path / "store" / "store.json")


def _killed(*_: object) -> Any:
    raise KeyboardInterrupt


class TestRefusing:
    def test_there_is_none(self, tmp_path: Path) -> None:
        with pytest.raises(StoreNotFound) as caught:
            open_store(str(tmp_path / "none"))
        assert str(caught.value) == (
            f"there is no store at {tmp_path}/none\n"
            "hint: start a run to make one, or name another place: --store or RUNLORE_STORE"
        )

    @pytest.mark.parametrize(
        "names", [["notes.txt"], [".git"], ["runs"], ["journals", "notes.txt"], [".gitignore"]]
    )
    def test_a_folder_of_other_things_is_left_as_it_is(
        self, tmp_path: Path, names: list[str]
    ) -> None:
        for name in names:
            (tmp_path / name).mkdir()
        for function in (open_store, create_store):
            with pytest.raises(StoreRefused) as caught:
                function(str(tmp_path))
            assert str(caught.value) == (
                f"{tmp_path} is a folder but not a store: it has no store.json\n"
                "hint: name an empty folder or a new one"
            )
        assert sorted(os.listdir(tmp_path)) == sorted(names)

    def test_a_file_is_no_folder(self, tmp_path: Path) -> None:
        path = tmp_path / "file"
        path.write_text("")
        for function in (open_store, create_store):
            with pytest.raises(StoreRefused, match="is a file, not a folder\nhint: name a folder"):
                function(str(path))
            with pytest.raises(StoreError):
                function(str(path / "inside"))

    @pytest.mark.parametrize(
        "content",
        [b"", b"{}", b"[]", b"\xff\xfe", b'{"format": 1}', b'{"format": "x", "store": "a"}'],
    )
    def test_a_store_json_that_is_none_is_refused(self, tmp_path: Path, content: bytes) -> None:
        (tmp_path / "store.json").write_bytes(content)
        for function in (open_store, create_store):
            with pytest.raises(StoreRefused) as caught:
                function(str(tmp_path))
            assert str(caught.value) == (
                f"{tmp_path}/store.json is not what a store begins with\n"
                "hint: restore it from a copy, or name another folder"
            )

    def test_a_later_format_is_refused_and_nothing_is_changed(self, tmp_path: Path) -> None:
        (tmp_path / "store.json").write_text('{"format": 2, "store": "a", "new": {"x": [1]}}')
        for function in (open_store, create_store):
            with pytest.raises(FormatTooNew) as caught:
                function(str(tmp_path))
            assert str(caught.value) == (
                f"the store {tmp_path} has format 2, this release knows 1\n"
                "hint: upgrade: pip install --upgrade runlore"
            )
        assert os.listdir(tmp_path) == ["store.json"]

    @pytest.mark.parametrize(
        ("number", "error", "message"),
        [
            (
                ENOSPC,
                StoreFull,
                "the store /s can't be made: no room is left on the device\nhint: free",
            ),
            (
                EDQUOT,
                StoreFull,
                "the store /s can't be made: no room is left on the device\nhint: free",
            ),
            (EACCES, StoreReadOnly, "the store /s can't be made: Permission denied\nhint: name a"),
            (
                EROFS,
                StoreReadOnly,
                "the store /s can't be made: Read-only file system\nhint: name a",
            ),
            (EIO, StoreError, "the store /s can't be made: Input/output error\nhint: name another"),
        ],
    )
    def test_a_failure_is_told_in_words(
        self, number: int, error: type[StoreError], message: str
    ) -> None:
        found = failure(OSError(number, os.strerror(number)), "/s", "be made")
        assert type(found) is error
        assert str(found).startswith(message)


@only_root
class TestAsAnotherUser:
    CODE = """
    import runlore.errors
    start = runlore.start_run  # imported by the user who can
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
    try:
        start(store=os.environ["PLACE"])
    except runlore.errors.RunloreError as error:
        print(type(error).__name__, error.message)
    """

    def started(self, place: Path) -> str:
        for parent in [place, *place.parents]:
            if parent.exists() and parent.owner() == "root" and str(parent) != "/tmp":
                parent.chmod(parent.stat().st_mode | 0o011)
        status, out, err = run_script(self.CODE, PLACE=str(place), RUNLORE_HELPER="off")
        assert (status, err) == (0, "")
        return out.strip()

    def test_a_store_that_may_not_be_written_is_read_only(self, tmp_path: Path) -> None:
        store = tmp_path / "store"
        create_store(str(store))
        for place in (store, store / "journals"):
            place.chmod(0o755)
        assert self.started(store) == (
            f"StoreReadOnly the store {store} can't be written: Permission denied"
        )

    def test_so_is_a_place_where_none_can_be_made(self, tmp_path: Path) -> None:
        tmp_path.chmod(0o755)
        assert self.started(tmp_path / "store") == (
            f"StoreReadOnly the store {tmp_path}/store can't be made: Permission denied"
        )

    def test_a_store_that_may_not_even_be_read(self, tmp_path: Path) -> None:
        store = tmp_path / "store"
        create_store(str(store))
        (store / "store.json").chmod(0o600)
        assert self.started(store).startswith(f"StoreReadOnly the store {store} can't be opened: ")


class TestBesideGit:
    @pytest.fixture
    def repository(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
        monkeypatch.setenv("GIT_CONFIG_SYSTEM", os.devnull)
        path = tmp_path / "repository"
        path.mkdir()
        git(path, "init", "-q")
        (path / "train.py").write_text("")
        git(path, "add", ".")
        git(path, "commit", "-q", "-m", "first")
        return path

    @pytest.mark.parametrize("where", [".runlore", "runs/store", "odd [name]! "])
    def test_a_store_survives_git_clean_and_shows_nowhere(
        self, repository: Path, where: str
    ) -> None:
        store = repository / where
        create_store(str(store))
        (store / "journals" / "kept").write_text("kept")
        assert git(repository, "status", "--porcelain", "--untracked-files=all") == ""
        git(repository, "clean", "-fdx")
        assert (store / "journals" / "kept").read_text() == "kept"
        git(repository, "add", ".")
        assert git(repository, "status", "--porcelain") == ""

    def test_it_is_excluded_in_one_line_however_often_it_is_opened(self, repository: Path) -> None:
        exclude = repository / ".git" / "info" / "exclude"
        before = exclude.read_text()
        for _ in range(3):
            create_store(str(repository / ".runlore"))
            (repository / ".runlore" / "store.json").unlink()
        assert exclude.read_text() == before + "/.runlore/\n"

    def test_a_repository_begun_after_the_store_learns_of_it_when_it_is_opened(
        self, repository: Path
    ) -> None:
        store = repository / "inner" / ".runlore"
        create_store(str(store))
        git(repository / "inner", "init", "-q")
        exclude = repository / "inner" / ".git" / "info" / "exclude"
        exclude.write_text("*.pyc")
        create_store(str(store))
        assert exclude.read_text() == "*.pyc\n/.runlore/\n"
        git(repository / "inner", "add", ".")

    def test_worktrees_and_submodules_have_it_excluded_too(
        self, repository: Path, tmp_path: Path
    ) -> None:
        git(repository, "worktree", "add", "-q", "../beside", "-b", "other")
        local = ("-c", "protocol.file.allow=always")
        git(repository, *local, "submodule", "add", "-q", str(repository), "part")
        git(repository, "commit", "-q", "-m", "part")
        for place in (tmp_path / "beside", repository / "part"):
            create_store(str(place / ".runlore"))
            assert git(place, "status", "--porcelain") == ""

    def test_a_repository_that_may_not_be_written_is_no_obstacle(self, repository: Path) -> None:
        information = repository / ".git" / "info"
        for path in information.iterdir():
            path.unlink()
        information.rmdir()
        information.write_text("a file where git has a folder")
        assert create_store(str(repository / ".runlore")).store_id

    def test_no_git_is_needed(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PATH", "")
        (tmp_path / ".git").mkdir()
        assert create_store(str(tmp_path / "store")).store_id


def test_places_are_named_as_the_format_says(tmp_path: Path) -> None:
    store = create_store(str(tmp_path))
    places: list[tuple[Callable[..., str], tuple[Any, ...], str]] = [
        (store.actor, ("a",), "journals/a"),
        (store.journal, ("a", 7), "journals/a/00000007.journal"),
        (store.lock, ("a",), "journals/a/lock"),
        (store.segment, ("r", "a", 7), "runs/r/a-00000007.segment"),
    ]
    for name, arguments, place in places:
        assert name(*arguments) == str(tmp_path / place)
