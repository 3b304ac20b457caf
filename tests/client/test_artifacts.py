"""Artifacts being logged: whole folders, words about them, and what is refused."""

from __future__ import annotations

import errno
import math
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from runlore.client import folders
from runlore.errors import InvalidType, InvalidValue, StoreFull, TooLarge
from tests.journal.recorded import recorded

if TYPE_CHECKING:
    from collections.abc import Callable

    from runlore.client.run import Run


def records(store: Path, kind: str) -> list[dict[str, Any]]:
    return recorded(store, is_complete=False).of_kind(kind)


def staged_files(store: Path) -> list[Path]:
    return [path for path in (store / "incoming").rglob("*") if path.is_file()]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    (folder / "deep").mkdir(parents=True)
    (folder / "a.txt").write_text("a")
    (folder / "deep" / "b.txt").write_text("bb")
    return folder


class TestFolders:
    def test_the_files_of_a_folder_say_that_they_belong_together(
        self, run: Run, store: Path, folder: Path
    ) -> None:
        run.log_artifact(folder, kind="dataset", metadata={"rows": 2})
        first, second = records(store, "artifact.logged")
        assert [first["name"], second["name"]] == ["data/a.txt", "data/deep/b.txt"]
        assert first["folder"] == second["folder"]
        assert (first["folder"]["name"], first["folder"]["files"]) == ("data", 2)
        assert len({first["id"], second["id"], first["folder"]["id"]}) == 3
        assert (first["type"], first["details"], second["details"]) == (
            "dataset", {"metadata": {"rows": 2}}, {},
        )  # fmt: skip

    def test_links_are_followed_and_what_is_no_file_is_left_out_and_said(
        self, run: Run, store: Path, folder: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        elsewhere = folder.parent / "elsewhere"
        elsewhere.mkdir()
        (elsewhere / "c.txt").write_text("c")
        (folder / "link.txt").symlink_to(folder / "a.txt")
        (folder / "linked").symlink_to(elsewhere)
        (folder / "nowhere").symlink_to("gone")
        (folder / "deep" / "loop").symlink_to(folder)
        os.mkfifo(folder / "pipe")
        run.log_artifact(folder)
        logged = records(store, "artifact.logged")
        assert [record["name"] for record in logged] == [
            "data/a.txt", "data/deep/b.txt", "data/link.txt", "data/linked/c.txt",
        ]  # fmt: skip
        left_out = ["deep/loop", "nowhere", "pipe"]
        assert logged[0]["details"] == {"left_out": left_out}
        assert "these are no files and left out: 'deep/loop', 'nowhere'" in capsys.readouterr().err

    def test_moved_files_are_gone_from_the_folder_and_links_lose_nothing(
        self, run: Run, store: Path, folder: Path
    ) -> None:
        target = folder.parent / "target.txt"
        target.write_text("kept")
        (folder / "link.txt").symlink_to(target)
        os.link(folder / "a.txt", folder.parent / "second name")
        run.log_artifact(folder, move=True)
        assert [path for path in folder.rglob("*") if not path.is_dir()] == []
        assert target.read_text() == "kept"
        logged = records(store, "artifact.logged")
        contents = [(store / "incoming" / record["staged"]).read_text() for record in logged]
        assert contents == ["a", "bb", "kept"]

    def test_files_that_come_and_go_meanwhile_are_taken_as_the_last_look_finds_them(
        self, run: Run, store: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        take = folders._take

        def take_while_it_changes(file: folders.TakenFile, *, move: bool) -> bool:
            if file.relative == "a.txt":
                (folder / "deep" / "b.txt").unlink()
                (folder / "new.txt").write_text("new")
            return take(file, move=move)

        monkeypatch.setattr(folders, "_take", take_while_it_changes)
        run.log_artifact(folder)
        logged = records(store, "artifact.logged")
        assert [record["name"] for record in logged] == ["data/a.txt", "data/new.txt"]
        assert {record["folder"]["files"] for record in logged} == {2}
        assert len(staged_files(store)) == 2

    def test_without_room_for_all_files_none_is_kept_and_the_run_goes_on(
        self,
        run: Run,
        store: Path,
        folder: Path,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        take = folders._take

        def take_until_it_is_full(file: folders.TakenFile, *, move: bool) -> bool:
            if file.relative != "a.txt":
                raise StoreFull("no room left")
            return take(file, move=move)

        monkeypatch.setattr(folders, "_take", take_until_it_is_full)
        run.log_artifact(folder, move=True)
        assert records(store, "artifact.logged") == []
        assert [record["what"] for record in records(store, "trouble")] == ["file"]
        assert staged_files(store) == []
        assert (folder / "a.txt").read_text() == "a"
        assert "the artifact 'data' could not be kept: no room left" in capsys.readouterr().err

    def test_many_files_are_one_artifact(self, run: Run, store: Path, tmp_path: Path) -> None:
        folder = tmp_path / "many"
        folder.mkdir()
        for number in range(2000):
            (folder / f"{number:05}").touch()
        run.log_artifact(folder)
        logged = records(store, "artifact.logged")
        assert len({record["folder"]["id"] for record in logged}) == 1
        assert [record["folder"]["files"] for record in logged] == [2000] * 2000


def test_an_address_is_said_to_be_one(run: Run) -> None:
    with pytest.raises(InvalidValue, match=r"s3://bucket/key is an address, not a file on this"):
        run.log_artifact("s3://bucket/key")


def in_folder(name: str | bytes) -> Callable[[Path], None]:
    def make(folder: Path) -> None:
        (Path(os.fsdecode(os.path.join(os.fsencode(folder), os.fsencode(name))))).write_text("x")

    return make


def empty(folder: Path) -> None:
    for path in (folder / "a.txt", folder / "deep" / "b.txt"):
        path.unlink()


def make_store(folder: Path) -> None:
    (folder / "store.json").write_text("{}")
    (folder / "journals").mkdir()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (empty, "the folder .* holds no files\nhint: log it once"),
        (in_folder("a\nb"), "can't be an artifact's name: it holds a control character"),
        (in_folder(b"\xff"), "can't be an artifact's name: it holds a control character or half"),
        (in_folder("a\\b"), "can't be an artifact's name: it holds a backslash"),
        (make_store, "the folder .* is a store"),
    ],
)
def test_a_folder_that_cannot_be_kept_whole_is_refused(
    run: Run, store: Path, folder: Path, make: Callable[[Path], None], message: str
) -> None:
    make(folder)
    with pytest.raises(InvalidValue, match=message):
        run.log_artifact(folder)
    assert records(store, "artifact.logged") == []
    assert staged_files(store) == []


class TestWords:
    def test_what_is_said_of_an_artifact_is_recorded_as_edits(
        self, run: Run, store: Path, folder: Path
    ) -> None:
        run.log_artifact(folder, description="two letters", aliases=["best", "final"])
        metadata = {"a": None, "odd": [math.nan, -math.inf], "few": np.float32(0.5)}
        run.save_artifact("x.json", {}, description="empty", aliases="best", metadata=metadata)
        *_, saved = records(store, "artifact.logged")
        whole = records(store, "artifact.logged")[0]["folder"]["id"]
        described = records(store, "artifact.described")
        assert [(each["artifact"], each["description"]) for each in described] == [
            (whole, "two letters"),
            (saved["id"], "empty"),
        ]
        aliased = records(store, "artifact.aliased")
        assert [(each["name"], each["alias"], each["artifact"]) for each in aliased] == [
            ("data", "best", whole),
            ("data", "final", whole),
            ("x.json", "best", saved["id"]),
        ]
        # They are of the store as a whole, so that they outlive the run's segments.
        assert {(each["run"], each["project"]) for each in aliased} == {(None, run.project)}
        assert all(each["clock"] and each["actor"] for each in (*described, *aliased))
        assert saved["details"] == {
            "metadata": {"a": None, "odd": ["NaN", "-Infinity"], "few": 0.5}
        }

    @pytest.mark.parametrize(
        ("words", "error", "message"),
        [
            ({"aliases": ["latest"]}, InvalidValue, "'latest' can't be an alias: it has a meaning"),
            ({"aliases": "v12"}, InvalidValue, "'v12' can't be an alias: it has a meaning"),
            ({"aliases": "a:b"}, InvalidValue, "'a:b' can't be an alias: it holds one of / : @"),
            ({"aliases": [""]}, InvalidValue, "'' can't be an alias: it is empty"),
            ({"aliases": [5]}, InvalidType, "an alias is an int, not text: 5"),
            ({"aliases": 5}, InvalidType, "aliases are an int"),
            ({"description": 5}, InvalidType, "a description is an int, not text: 5"),
            ({"metadata": [1]}, InvalidType, "metadata is a list, not a dict"),
            ({"metadata": {"a": object()}}, InvalidType, ""),
            ({"metadata": {"a": "x" * (1 << 20)}}, TooLarge, "the metadata takes more"),
        ],
    )
    def test_words_that_cannot_be_kept_are_refused_before_anything_is_written(
        self,
        run: Run,
        store: Path,
        folder: Path,
        words: dict[str, Any],
        error: type[Exception],
        message: str,
    ) -> None:
        for path in (folder, folder / "a.txt"):
            with pytest.raises(error) as caught:
                run.log_artifact(path, **words)
            assert str(caught.value).startswith(message)
        assert records(store, "artifact.logged") == []
        assert staged_files(store) == []


def test_a_source_that_cannot_be_removed_is_said_and_the_artifact_is_kept(
    run: Run,
    store: Path,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def refuse(taken: folders.TakenFolder) -> list[OSError]:
        return [PermissionError(errno.EACCES, "Permission denied", file.source)
                for file in taken.files]  # fmt: skip

    monkeypatch.setattr(folders.TakenFolder, "remove_sources", refuse)
    run.log_artifact(folder, move=True)
    assert len(records(store, "artifact.logged")) == 2
    assert "a.txt is kept, and can't be removed: Permission denied" in capsys.readouterr().err


def test_a_run_that_was_not_started_by_the_package_can_look_for_no_artifacts(run: Run) -> None:
    with pytest.raises(InvalidValue, match=r"start it with runlore\.start_run"):
        run.use_artifact("anything")
