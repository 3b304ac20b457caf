"""What a terminal is shown: fitted to its width, coloured, nothing else."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from runlore.cli.text import cells
from tests.cli.stores import HOSTILE, environment, run_python

if TYPE_CHECKING:
    from pathlib import Path

PROGRAM = "from runlore.cli.main import main; main()"
LISTED = """
import sys
import runlore
for number, (rate, size) in enumerate((r, s) for r in (0.1, 0.01) for s in ("small", "large")):
    params = {"learning_rate": rate, "architecture": f"network_of_{size}_blocks", "seed": number,
              "a_long_param_name": number % 2, "weight_decay": rate / 3}
    name = f"listed {number}"
    with runlore.start_run(name, experiment="listed", params=params, store=sys.argv[1]) as run:
        run.log({f"a_metric_{at}": 0.123456 * (at + number) for at in range(4)})
        run.add_tag("a tag of some length")
        run.log_note("word " * 30)
"""
STYLE = re.compile(r"\x1b\[[0-9;]*m")


def on_terminal(store: Path, *arguments: str, **variables: str) -> str:
    """Run a command on a pseudo-terminal and return what it shows."""
    ours, theirs = pty.openpty()
    more = {"TERM": "xterm-256color", "COLUMNS": "80", "RUNLORE_STORE": str(store), **variables}
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, *arguments],
        env={key: text for key, text in environment(**more).items() if text},
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    shown = b""
    try:
        while chunk := os.read(ours, 65536):
            shown += chunk
    except OSError:  # how Linux says that the other end is closed
        pass
    os.close(ours)
    process.wait()
    return shown.decode().replace("\r\n", "\n")


@pytest.mark.parametrize("width", [60, 80, 120])
@pytest.mark.parametrize(
    "arguments",
    [("ls",), ("show", "first"), ("compare", "first", "broken"), ("du",)],
    ids=lambda arguments: arguments[0],
)
def test_lines_fit_the_terminal(store: Path, arguments: tuple[str, ...], width: int) -> None:
    shown = on_terminal(store, *arguments, COLUMNS=str(width))
    lines = STYLE.sub("", shown).splitlines()
    assert len(lines) >= 3
    assert [line for line in lines if cells(line) > width] == []


@pytest.mark.parametrize("width", [60, 80, 120])
def test_columns_without_room_are_named(store: Path, width: int) -> None:
    run_python(LISTED, str(store))
    shown = STYLE.sub("", on_terminal(store, "ls", "listed", COLUMNS=str(width)))
    head, _, said = shown.partition("no room for: ")
    missing = said.replace("\n", " ").partition(" (")[0].split(", ")
    titles = head.splitlines()[0].split()
    assert sorted([*titles, *missing] if said else titles) == sorted(
        ["name", "id", "status", "started", "took", *(f"a_metric_{at}" for at in range(4)), "tags"]
    )


def test_what_was_asked_about_stays_on_a_narrow_terminal(store: Path) -> None:
    run_python(LISTED, str(store))
    wanted = ("search", "experiment = listed order by metrics.a_metric_3", "--limit", "1")
    head = STYLE.sub("", on_terminal(store, *wanted, COLUMNS="30")).splitlines()[0]
    assert head.split() == ["name", "id", "a_metric_3"]
    chosen = (*wanted, "--columns", "error,experiment,tags")
    head = STYLE.sub("", on_terminal(store, *chosen, COLUMNS="70")).splitlines()[0]
    assert head.split() == ["name", "id", "error", "experiment", "tags"]


@pytest.mark.parametrize("width", [60, 80, 120])
def test_groups_never_look_alike(store: Path, width: int) -> None:
    run_python(LISTED, str(store))
    arguments = ("search", "experiment = listed", "--group-by", "all-but-seed", "--order-by",
                 "metrics.a_metric_2 desc")  # fmt: skip
    shown = STYLE.sub("", on_terminal(store, *arguments, COLUMNS=str(width)))
    table, _, said = shown.partition("no room for: ")
    lines = table.splitlines()
    assert all(cells(line) <= width for line in lines)
    assert "a_metric_2" in lines[0]
    assert "a_metric_2" not in said
    assert "…" not in table
    for text in ("0.1", "0.01", "network_of_small_blocks", "network_of_large_blocks"):
        assert len(re.findall(rf"(?<![\w.]){text}(?![\w.])", table)) == 2


def test_the_reasons_of_a_verdict_break_between_words(
    store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".specweave" / "increments" / "0042-model").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    program = """
import runlore
for name, accuracy in (("a_model_of_a_long_name", 0.8), ("another_of_a_long_name", 0.7)):
    for seed in range(3):
        with runlore.track_experiment(name, increment="0042", params={"seed": seed}) as exp:
            exp.log({"accuracy": accuracy + seed / 20})
"""
    monkeypatch.setenv("RUNLORE_STORE", str(store))
    run_python(program)
    shown = STYLE.sub("", on_terminal(store, "compare", "0042", COLUMNS="60"))
    assert "\n- " in shown
    assert [line for line in shown.splitlines() if cells(line) > 60] == []


def test_long_notes_go_on_below(store: Path) -> None:
    run_python(LISTED, str(store))
    shown = STYLE.sub("", on_terminal(store, "note", "list", "listed 0", COLUMNS="60"))
    words = " ".join(line[-30:].strip() for line in shown.splitlines()[1:])
    assert shown.count("word") == 30
    assert "…" not in words


def test_what_is_said_beside_the_data_breaks_between_words(store: Path) -> None:
    arguments = ("compare", "first", "broken", HOSTILE)
    shown = STYLE.sub("", on_terminal(store, *arguments, COLUMNS="40"))
    said = shown[shown.index("no room for: ") :].splitlines()
    assert len(said) > 1
    assert all(cells(line) <= 40 for line in said)
    assert " ".join(said).endswith("(a wider terminal, --metric, or --json has them)")


def test_a_page_of_long_numbers_names_and_notes_fits_the_terminal(store: Path) -> None:
    program = """
import math, sys
import runlore
with runlore.start_run("wide", store=sys.argv[1]) as run:
    run.define_metric("val/a_name_that_is_long", unit="milliseconds")
    for step in range(123456, 123466):
        odd = math.nan if step % 2 else -1.23456e300
        run.log({"val/a_name_that_is_long": -1.23456e-20 * step, "odd": odd}, step=step)
    run.log_note("many words " * 20)
    raise ValueError("a message of many words " * 10)
"""
    run_python(program, str(store), is_to_die=True)
    for width in (50, 60, 80):
        shown = STYLE.sub("", on_terminal(store, "show", "wide", COLUMNS=str(width)))
        assert [line for line in shown.splitlines() if cells(line) > width] == []
        numbers = re.findall(r"-\d\S*", shown[shown.index("Metrics") : shown.index("Notes")])
        assert numbers
        assert [number for number in numbers if "…" in number] == []


def test_only_styles_are_ever_sent_whatever_names_hold(store: Path) -> None:
    for arguments in (["ls"], ["show", HOSTILE], ["du"]):
        shown = on_terminal(store, *arguments)
        assert "\x1b" not in STYLE.sub("", shown)
        assert "\u202e" not in shown


def test_a_status_is_coloured(store: Path) -> None:
    shown = on_terminal(store, "ls")
    assert re.search(r"\x1b\[32mfinished", shown)
    assert re.search(r"\x1b\[1;31mcrashed", shown)


@pytest.mark.parametrize("variables", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_colours_can_be_refused(store: Path, variables: dict[str, str]) -> None:
    shown = on_terminal(store, "ls", **variables)
    assert "\x1b" not in shown
    assert all(cells(line) <= 80 for line in shown.splitlines())


def test_curves_are_drawn_on_a_terminal_alone(store: Path) -> None:
    assert "█" in on_terminal(store, "show", "first")


def test_long_texts_go_on_below_and_stay_whole(store: Path) -> None:
    shown = STYLE.sub("", on_terminal(store, "show", "first", COLUMNS="24"))
    assert "it any" in shown
    assert "good?" in shown
