"""`runlore artifact`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Command


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "a.csv").write_text("a")
    (folder / "b.csv").write_text("bb")
    return folder


def damage(store: Path, content: bytes) -> None:
    for path in store.glob("blobs/??/*"):
        if path.read_bytes() == content:
            path.chmod(0o644)
            path.write_bytes(b"?" * len(content))


@pytest.mark.usefixtures("store_of_its_own")
def test_a_folder_goes_in_and_comes_back(cli: Command, folder: Path, tmp_path: Path) -> None:
    words = ["--type", "dataset", "--description", "two letters", "--alias", "good"]
    assert cli("artifact", "put", str(folder), *words) == (0, "data:v0\n", "")
    got = cli("artifact", "get", "data:good", "-o", str(tmp_path / "out"))
    assert (got.code, got.out) == (0, f"{tmp_path / 'out' / 'data'}\n")
    assert (tmp_path / "out" / "data" / "b.csv").read_text() == "bb"
    (row,) = json.loads(cli("artifact", "ls", "--json").out)["versions"]
    shown = ("spec", "type", "description", "aliases", "files", "size_bytes", "is_folder")
    assert [row[key] for key in shown] == [
        "data:v0", "dataset", "two letters", ["latest", "good"], ["a.csv", "b.csv"], 3, True,
    ]  # fmt: skip
    (run,) = json.loads(cli("ls", "--json").out)["runs"]
    assert (run["id"], run["name"], run["status"]) == (row["run"], "put data", "finished")


@pytest.mark.usefixtures("store_of_its_own")
def test_versions_are_listed_with_what_is_known_of_them(cli: Command, folder: Path) -> None:
    cli("artifact", "put", str(folder), "--description", "two")
    (folder / "c.csv").write_text("c")
    assert cli("artifact", "put", str(folder)).out == "data:v1\n"
    assert cli("artifact", "put", str(folder)).out == "data:v1\n"
    header, first, second = cli("artifact", "ls", "data").out.splitlines()
    assert header.split() == [
        "version", "aliases", "size", "logged", "run", "sha-256", "description",
    ]  # fmt: skip
    assert (first.split()[0], first.split()[-1]) == ("v0", "two")
    assert second.split()[:2] == ["v1", "latest"]
    header, only = cli("artifact", "ls").out.splitlines()
    assert only.split()[:4] == ["data", "folder", "v1", "2"]


@pytest.mark.usefixtures("store_of_its_own")
def test_an_artifact_can_be_put_to_a_run_and_used_by_another(
    cli: Command, folder: Path, tmp_path: Path
) -> None:
    maker, user = (cli("log", "--new", name).out.strip() for name in ("maker", "user"))
    cli("artifact", "put", str(folder / "a.csv"), "--run", "maker", "--name", "words")
    cli("artifact", "get", "words", "-o", str(tmp_path / "out"), "--used-by", "user")
    made = json.loads(cli("show", maker, "--json").out)
    assert [file["name"] for file in made["artifacts"]] == ["words"]
    used = json.loads(cli("show", user, "--json").out)
    assert [(each["spec"], each["run"]) for each in used["inputs"]] == [("words:v0", maker)]
    assert used["artifacts"] == []
    page = cli("show", user).out
    assert "Inputs\n  artifact  type  size  from run" in page
    assert f"words:v0  file   1 B  {maker[-8:]}" in page
    assert json.loads(cli("doctor", "--json").out)["findings"] == []


@pytest.mark.usefixtures("store_of_its_own")
def test_a_folder_that_a_run_used_is_no_missing_file(
    cli: Command, folder: Path, tmp_path: Path
) -> None:
    cli("log", "--new", "user")
    cli("artifact", "put", str(folder))
    cli("artifact", "get", "data", "-o", str(tmp_path / "out"), "--used-by", "user")
    assert json.loads(cli("doctor", "--json").out)["findings"] == []


def test_damage_is_found_and_named(cli: Command, folder: Path, store_of_its_own: Path) -> None:
    cli("artifact", "put", str(folder))
    cli("artifact", "put", str(folder / "a.csv"))
    sound = cli("artifact", "verify")
    assert (sound.code, sound.out) == (0, "sound: 2 versions, 3 B\n")
    damage(store_of_its_own, b"bb")
    found = cli("artifact", "verify")
    assert found.code == 1
    assert found.out.startswith("damaged  data:v0  run ")
    assert "the file 'data/b.csv' of the artifact 'data', logged by run" in found.out
    assert found.out.endswith("2 versions, 1 B: 1 version damaged\n")
    report = json.loads(cli("artifact", "verify", "--json").out)
    assert (report["is_sound"], report["versions"]) == (False, 2)
    assert [each["spec"] for each in report["damaged"]] == ["data:v0"]
    assert cli("artifact", "verify", "a.csv").code == 0
    # The same folder, put again, replaces what is damaged.
    assert cli("artifact", "put", str(folder)).out == "data:v0\n"
    assert cli("artifact", "verify").code == 0


@pytest.mark.usefixtures("store_of_its_own")
def test_an_alias_is_set_moved_and_removed(cli: Command, folder: Path) -> None:
    cli("artifact", "put", str(folder / "a.csv"), "--name", "m")
    cli("artifact", "put", str(folder / "b.csv"), "--name", "m")
    assert cli("artifact", "alias", "m:v0", "best").err == "m:best stands for m:v0\n"
    assert cli("artifact", "alias", "m", "best").err == "m:best stands for m:v1\n"
    assert json.loads(cli("artifact", "ls", "m", "--json").out)["versions"][1]["aliases"] == [
        "latest", "best",
    ]  # fmt: skip
    removed = cli("artifact", "alias", "m", "best", "--remove")
    assert removed.err == "m:best no longer stands for m:v1\n"
    again = cli("artifact", "alias", "m", "best", "--remove")
    assert (again.code, again.err) == (
        1, "error: the artifact 'm' has no version 'best'\nhint: it has v0, v1, latest\n",
    )  # fmt: skip
    assert cli("artifact", "alias", "m", "v1").code == 2


@pytest.mark.usefixtures("store_of_its_own")
def test_a_description_can_be_changed(cli: Command, folder: Path) -> None:
    cli("artifact", "put", str(folder), "--description", "old")
    cli("artifact", "put", str(folder))
    assert cli("artifact", "describe", "data", "new").err == "described data:v0\n"
    assert cli("artifact", "ls", "data").out.splitlines()[1].endswith("  new")
    cli("artifact", "describe", "data:v0", "")
    assert cli("artifact", "ls", "data").out.splitlines()[1].endswith("  old")


@pytest.mark.usefixtures("store_of_its_own")
def test_what_is_wrong_is_said_and_nothing_is_written(
    cli: Command, folder: Path, tmp_path: Path
) -> None:
    cli("artifact", "put", str(folder))
    for arguments, code, message in (
        (["put", str(tmp_path / "none")], 2, "error: there is no file"),
        (["put", str(folder), "--alias", "latest"], 2, "error: 'latest' can't be an alias"),
        (["put", str(folder), "--run", "none"], 1, "error: no run in"),
        (["get", "dat"], 1, "error: there is no artifact 'dat'"),
        (["get", "data:v1"], 1, "error: the artifact 'data' has no version 'v1'"),
        (["ls", "dat"], 1, "error: there is no artifact 'dat'"),
        (["verify", "dat"], 1, "error: there is no artifact 'dat'"),
    ):
        answer = cli("artifact", *arguments)
        assert (answer.code, answer.out) == (code, "")
        assert answer.err.startswith(message)
        assert "\nhint: " in answer.err
    assert json.loads(cli("ls", "--json").out)["total"] == 1
    (tmp_path / "data2").mkdir()
    out = tmp_path / "out"
    cli("artifact", "get", "data", "-o", str(out))
    (out / "data" / "a.csv").write_text("x")
    refused = cli("artifact", "get", "data", "-o", str(out))
    assert refused.code == 2
    assert "a.csv is there, and not what is to be written" in refused.err
    assert cli("artifact", "get", "data", "-o", str(out), "--force").code == 0
    assert (out / "data" / "a.csv").read_text() == "a"


@pytest.mark.usefixtures("store")
def test_files_that_wait_are_pending_in_lists_and_hashed_when_they_are_asked_for(
    cli: Command, tmp_path: Path
) -> None:
    listed = json.loads(cli("artifact", "ls", "--json").out)["versions"]
    assert {(one["version"], one["is_pending"]) for one in listed} == {(None, True)}
    assert "pending" in cli("artifact", "ls").out
    assert "is not hashed yet" in cli("artifact", "verify").out
    cli("artifact", "get", "model.bin", "-o", str(tmp_path))
    assert (tmp_path / "model.bin").read_bytes() == b"weights" * 1000
    listed = json.loads(cli("artifact", "ls", "model.bin", "--json").out)["versions"]
    assert [one["version"] for one in listed] == ["v0"]


@pytest.mark.usefixtures("store_of_its_own")
def test_an_empty_store_says_how_to_begin(cli: Command) -> None:
    cli("log", "--new", "x")
    answer = cli("artifact", "ls")
    assert (answer.code, answer.out) == (0, "")
    assert answer.err == "no artifacts; to keep one: runlore artifact put PATH\n"
    assert cli("artifact").out.startswith("Usage: runlore artifact")
