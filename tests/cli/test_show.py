"""`runlore show`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.cli.stores import HOSTILE, HOSTILE_SHOWN, run_python

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Command

pytestmark = pytest.mark.usefixtures("store")


def test_a_page_says_everything_about_a_run(cli: Command) -> None:
    answer = cli("show", "first")
    assert (answer.code, answer.err) == (0, "")
    lines = [line.strip() for line in answer.out.splitlines()]
    assert lines[0].startswith("first  ")
    assert lines[0].endswith("  finished")
    assert "goal               Is it any good?" not in lines  # columns as wide as needed
    for expected in (
        "goal        Is it any good?",
        "experiment  digits",
        "tags        baseline, owner=ada",
        "lr        0.001",
        "opt.name  adam",
        "looks good",
        "in two lines",
    ):
        assert any(line.endswith(expected) for line in lines), expected
    (loss,) = (line.split() for line in lines if line.startswith("loss (nats)"))
    assert loss[2:] == ["0.0223708", "19", "0.0223708", "19", "1.00000", "0", "20"]
    (odd,) = (line for line in lines if line.startswith("odd "))
    assert odd.endswith("4 NaN, 16 ∞")
    (file,) = (line for line in lines if line.startswith("model.bin"))
    assert file.endswith("not hashed yet")


def test_files_are_shown_with_the_version_that_names_them(cli: Command, store: Path) -> None:
    program = """
import sys
from pathlib import Path
import runlore
folder = Path(sys.argv[1]).parent / "data"
folder.mkdir()
for text in ("one", "two", "one"):
    (folder / "a.txt").write_text(text)
    with runlore.start_run(text, project="versions", store=sys.argv[1]) as run:
        run.log_artifact(folder / "a.txt", name="words.txt")
        run.log_artifact(folder, name="folder")
"""
    run_python(program, str(store))
    cli("doctor", "--repair")
    lines = [line.split() for line in cli("show", "two", "--artifacts").out.splitlines()]
    assert [line[:1] + line[-2:-1] for line in lines[3:]] == [
        ["folder/a.txt", "folder:v1"],
        ["words.txt", "v1"],
    ]
    newest = cli("search", 'name = "one"', "--limit", "1", "--ids").out.strip()
    again = json.loads(cli("show", newest, "--json").out)
    assert [file["spec"] for file in again["artifacts"]] == ["folder:v0", "words.txt:v0"]
    assert cli("artifact", "get", "words.txt:v1", "-o", str(store.parent / "got")).code == 0
    assert (store.parent / "got" / "words.txt").read_text() == "two"


def test_sections_can_be_picked(cli: Command) -> None:
    answer = cli("show", "first", "--params")
    assert answer.out.split() == ["Params", "lr", "0.001", "opt.name", "adam"]
    assert "Params" not in cli("show", "first", "--metrics", "--notes").out
    assert "there are none" in cli("show", "killed", "--notes").out


def test_how_a_run_failed_is_told(cli: Command) -> None:
    out = cli("show", "broken").out
    assert "ValueError: the loss diverged\\x1b[2J\n  at step 3" in out
    assert "Traceback (most recent call last)" not in out
    assert "--traceback" in out
    assert "--traceback" not in cli("show", "broken", "--traceback").out
    assert "Traceback (most recent call last)" in cli("show", "broken", "--traceback").out
    assert "there is none" in cli("show", "first", "--traceback").out


def test_a_killed_run_reads_as_crashed_with_its_last_sign_of_life(cli: Command) -> None:
    lines = cli("show", "killed").out.splitlines()
    assert lines[0].endswith("crashed")
    assert any(line.startswith("last sign of life  20") for line in lines)


def test_hostile_names_are_harmless_everywhere(cli: Command) -> None:
    answer = cli("show", HOSTILE)
    assert answer.code == 0
    assert "\x1b" not in answer.out
    assert "\u202e" not in answer.out
    assert answer.out.count(HOSTILE_SHOWN) >= 5  # label, experiment, tag, param, metric
    found = cli("show", HOSTILE, "--json").out
    assert "\u202e" not in found
    assert json.loads(found)["params"] == {HOSTILE: HOSTILE}


def test_runs_are_found_by_the_ends_of_their_ids_and_derived_names(cli: Command) -> None:
    found = json.loads(cli("show", "seed=1", "--json").out)
    assert found["label"] == "seed=1"
    for selection in (found["id"], found["short_id"], found["id"][:20]):
        assert json.loads(cli("show", selection, "--json").out)["id"] == found["id"]


def test_several_runs_of_one_name_are_listed(cli: Command, store: Path) -> None:
    cli("log", "--new", "first", "--store", str(store))
    answer = cli("show", "first")
    assert answer.code == 1
    assert answer.err.startswith("error: ")
    assert "first" in answer.err
