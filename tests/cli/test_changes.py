"""archive, rename, tag, note, rm, restore, purge, gc: what they say, ask and refuse."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Command

pytestmark = pytest.mark.usefixtures("store")


def listed(cli: Command, *options: str) -> list[str]:
    return sorted(run["label"] for run in json.loads(cli("ls", "--json", *options).out)["runs"])


def test_several_runs_are_not_changed_unless_somebody_says_so(cli: Command) -> None:
    before = listed(cli)
    for command in (["rm"], ["archive"], ["tag", "--add", "x"]):
        answer = cli(*command, "experiment:seeds")
        assert (answer.code, answer.out) == (2, "")
        assert "Nobody is there to be asked" in answer.err
        assert "--dry-run" in answer.err
    assert listed(cli) == before


def test_one_run_is_moved_to_the_trash_and_back_without_a_question(cli: Command) -> None:
    answer = cli("rm", "first")
    assert answer.code == 0
    assert "a purge would free" in answer.err
    assert "first" not in listed(cli)
    assert listed(cli, "--deleted") == ["first"]
    assert cli("restore", "fir*").code == 0
    assert "first" in listed(cli)


def test_a_dry_run_lists_the_runs_on_standard_output(cli: Command) -> None:
    answer = cli("rm", "experiment:seeds", "--dry-run")
    assert answer.code == 0
    assert len(answer.out.splitlines()) == 3
    assert "seed=1" in answer.out
    assert len(listed(cli, "--deleted")) == 0
    report = json.loads(cli("rm", "experiment:seeds", "--dry-run", "--json").out)
    assert ([run["label"] for run in report["runs"]], report["is_done"]) == (
        ["seed=1", "seed=0"],
        False,
    )


def test_a_purge_asks_even_for_one_run_and_can_not_be_taken_back(cli: Command) -> None:
    cli("rm", "broken")
    assert cli("purge", "--now").code == 2
    assert listed(cli, "--deleted") == ["broken"]
    kept = cli("purge", "--yes")
    assert "less than 30d00h ago stay" in kept.err
    assert cli("purge", "--now", "--yes").code == 0
    assert listed(cli, "--deleted") == []
    assert cli("restore", "broken").code == 1


def test_the_time_in_the_trash_is_a_setting(cli: Command) -> None:
    cli("rm", "broken")
    assert cli("config", "set", "trash.keep", "0").code == 0
    assert json.loads(cli("purge", "--yes", "--json").out)["runs"][0]["label"] == "broken"


def test_archived_runs_are_hidden_and_come_back(cli: Command) -> None:
    assert cli("archive", "first").code == 0
    assert "first" not in listed(cli)
    assert cli("show", "first").code == 0
    assert "nothing to do" in cli("archive", "first").err
    assert cli("archive", "first", "--undo").code == 0
    assert "first" in listed(cli)


def test_what_is_archived_by_age_is_over_for_so_long(cli: Command) -> None:
    assert json.loads(cli("archive", "--older-than", "1d", "--json").out)["runs"] == []
    every = json.loads(cli("archive", "--older-than", "0", "--yes", "--json").out)["runs"]
    assert len(every) == 6
    assert cli("archive").code == 2
    assert cli("archive", "--older-than", "soon").code == 2


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--add", "x"), "tagged"),
        (("--remove", "baseline"), "untagged"),
        (("--add", "x", "--remove", "baseline"), "retagged"),
    ],
)
def test_what_tagging_does_is_said_in_a_sentence(
    cli: Command, options: tuple[str, ...], said: str
) -> None:
    dry = cli("tag", "first", *options, "--dry-run")
    assert dry.err == f"would be {said}: 1 run; nothing was changed\n"
    assert cli("tag", "first", *options).err == f"{said} 1 run\n"


def test_a_run_is_renamed_tagged_and_noted(cli: Command) -> None:
    assert cli("rename", "first", "the first").code == 0
    assert (
        cli("tag", "the first", "--add", "good", "--value", "very", "--remove", "owner").code == 0
    )
    assert cli("note", "add", "the first", "a thought").code == 0
    run = json.loads(cli("show", "the first", "--json").out)
    assert run["tag_values"] == {"baseline": None, "good": "very"}
    assert [note["text"] for note in run["notes"]][-1] == "a thought"
    notes = json.loads(cli("note", "list", "the first", "--json").out)["notes"]
    assert cli("note", "rm", "the first", notes[0]["id"][-8:]).code == 0
    assert "a thought" in cli("note", "list", "the first").out
    assert cli("note", "rm", "the first", notes[0]["id"]).code == 1


def test_names_that_act_on_terminals_are_shown_escaped(cli: Command) -> None:
    answer = cli("rm", "evil*", "--dry-run")
    assert "\x1b" not in answer.out
    assert "\\x1b" in answer.out


@pytest.mark.parametrize(
    "arguments",
    [
        ("rename", "first", ""),
        ("tag", "first"),
        ("tag", "first", "--value", "x", "--remove", "y"),
        ("rm",),
        ("purge", "--now", "--older-than", "1d"),
        ("gc", "--grace", "1s"),
        ("config", "set", "trash.kep", "1d"),
        ("config", "set", "capture", "everything"),
        ("completion", "tcsh"),
        ("copy", "first"),
        ("export", "--what", "all"),
        ("export", "--json"),
    ],
)
def test_wrong_use_is_said_before_anything_happens(
    cli: Command, arguments: tuple[str, ...]
) -> None:
    answer = cli(*arguments)
    assert (answer.code, answer.out.startswith("{")) == (2, "--json" in arguments)
    assert "error:" in answer.err


def test_garbage_is_said_by_kind(cli: Command, store: Path) -> None:
    answer = cli("gc")
    assert (answer.code, answer.out) == (0, "")
    assert "freed 0 B" in answer.err
    report = json.loads(cli("gc", "--dry-run", "--json").out)
    assert (report["is_done"], report["freed_bytes"]) == (False, 0)
    assert (store / "store.json").exists()


def test_settings_are_shown_with_where_they_come_from(
    cli: Command, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cli("config", "set", "project", "of store")
    cli("config", "set", "project", "of user", "--user")
    assert cli("config", "get", "project").out == "of store\n"
    monkeypatch.setenv("RUNLORE_PROJECT", "of shell")
    answer = cli("config", "set", "project", "again")
    assert "RUNLORE_PROJECT says otherwise" in answer.err
    settings = json.loads(cli("config", "list", "--json").out)["settings"]
    assert {one["name"]: one["source"] for one in settings}["project"] == "RUNLORE_PROJECT"
    monkeypatch.delenv("RUNLORE_PROJECT")
    assert cli("config", "unset", "project").code == 0
    assert cli("config", "get", "project").out == "of user\n"
    assert cli("config", "unset", "project").code == 2
    assert (store / "settings.toml").exists()


def test_a_password_is_never_printed(cli: Command) -> None:
    address = "postgresql://ada:secret@host/db"
    assert "~/.pgpass" in cli("config", "set", "index", address, "--user").err
    for arguments in (["list"], ["get", "index"], ["list", "--json"]):
        assert "secret" not in "".join(map(str, cli("config", *arguments)))


def test_runs_are_copied_and_moved_to_a_store_made_for_them(cli: Command, tmp_path: Path) -> None:
    target = tmp_path / "other"
    answer = cli("copy", "first", "--to", str(target), "--dry-run")
    assert answer.code == 0
    assert not target.exists()
    assert json.loads(cli("move", "broken", "--to", str(target), "--json").out)["is_done"]
    assert listed(cli, "--store", str(target)) == ["broken"]
    assert "broken" not in listed(cli)
    answer = cli("show", "broken", "--store", str(target), "--json")
    assert json.loads(answer.out)["error"]["type"] == "ValueError"


def test_a_store_within_the_folder_named_is_pointed_at(cli: Command, tmp_path: Path) -> None:
    (tmp_path / "repository" / ".runlore").mkdir(parents=True)
    answer = cli("copy", "first", "--to", str(tmp_path / "repository"))
    assert answer.code == 2
    assert str(tmp_path / "repository" / ".runlore") in answer.err


def test_runs_are_exported_as_the_name_of_the_file_says(cli: Command, tmp_path: Path) -> None:
    path = tmp_path / "runs.json"
    assert cli("export", "first", "-o", str(path)).code == 0
    assert [row["name"] for row in json.loads(path.read_text())] == ["first"]
    printed = cli("export", "first", "--format", "csv").out
    assert printed.splitlines()[0].startswith("id,label,name")
