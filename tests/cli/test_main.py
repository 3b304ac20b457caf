"""Errors, exit statuses and what is loaded."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click
import pytest

from runlore.cli.main import COMMANDS, command
from runlore.errors import RunNotFound
from tests.cli.stores import environment

if TYPE_CHECKING:
    from tests.cli.conftest import Command

PROGRAM = "from runlore.cli.main import main; main()"


def test_help_names_every_command_and_loads_none_of_them() -> None:
    program = (
        "import sys; from runlore.cli.main import main\n"
        "try: main(['--help'])\n"
        "finally: print([m for m in sys.modules if m.startswith(('runlore.actions', 'numpy',"
        " 'rich', 'sqlite3'))], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", program], env=environment(), text=True,
                          capture_output=True, check=True)  # fmt: skip
    assert done.stderr.strip() == "[]"
    assert all(name in done.stdout for name in COMMANDS.keys() - {"list"})


def test_the_summaries_of_the_list_are_those_of_the_commands() -> None:
    with click.Context(command) as context:
        for name in command.list_commands(context):
            found = command.get_command(context, name)
            assert found is not None
            text = (found.help or "").splitlines()[0]
            assert text in command.get_help(context)


def test_examples_in_help_keep_their_lines(cli: Command) -> None:
    for name in sorted(COMMANDS):
        assert "\\b" not in cli(name, "--help").out, name
    assert "\n    runlore search 'status = failed' --ids\n" in cli("search", "--help").out


def test_an_error_is_one_line_and_a_hint(cli: Command, store: Path) -> None:
    answer = cli("show", "nothing")
    assert answer.code == 1
    assert answer.out == ""
    error, hint = answer.err.splitlines()
    assert error == f"error: no run in {store} answers to 'nothing'"
    assert hint.startswith("hint: ")


@pytest.mark.usefixtures("store")
def test_a_hostile_selection_cannot_act_on_the_terminal(cli: Command) -> None:
    answer = cli("show", "x\x1b[2J\ny")
    assert "\x1b" not in answer.err
    assert len(answer.err.splitlines()) == 2


@pytest.mark.usefixtures("store")
def test_with_json_an_error_is_an_object_too(cli: Command) -> None:
    answer = cli("show", "nothing", "--json")
    error = json.loads(answer.out)["error"]
    assert error["code"] == "run-not-found"
    assert answer.err.startswith(f"error: {error['message']}")


def test_wrong_use_ends_with_2(cli: Command) -> None:
    answer = cli("lst")
    assert answer.code == 2
    assert answer.err.splitlines()[0] == "error: there is no command 'lst'; did you mean 'ls'?"
    assert cli("ls", "--nonsense").code == 2
    assert cli("show").err.splitlines() == [
        "error: Missing argument 'RUN'.",
        "hint: runlore show --help",
    ]


def test_no_store_is_an_error_with_a_way_out(cli: Command) -> None:
    for arguments in (["ls"], ["show", "x"], ["compare"], ["tail"], ["doctor"], ["du"]):
        answer = cli(*arguments)
        assert answer.code == 1, arguments
        assert answer.err.startswith("error: there is no store at "), arguments


@pytest.mark.usefixtures("store")
def test_a_traceback_is_shown_only_when_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    from runlore.cli.main import main

    with pytest.raises(RunNotFound):
        main(["--debug", "show", "nothing"])
    monkeypatch.setenv("RUNLORE_DEBUG", "1")
    with pytest.raises(RunNotFound):
        main(["show", "nothing"])


def test_the_store_can_be_named_before_or_behind_the_command(
    cli: Command, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("RUNLORE_STORE")
    before = cli("--store", str(store), "ls")
    behind = cli("ls", "--store", str(store))
    assert before.code == 0
    assert before.out == behind.out


@pytest.mark.usefixtures("store")
def test_a_store_of_no_name_is_not_the_usual_one(cli: Command) -> None:
    for arguments in (["--store", "", "ls"], ["ls", "--store", ""]):
        answer = cli(*arguments)
        assert (answer.code, answer.out) == (2, "")
        assert answer.err.startswith("error: the store is named by an empty text\nhint: give")


def test_version(cli: Command) -> None:
    from runlore import __version__

    assert cli("--version").out == f"runlore {__version__}\n"


def in_bash(line: str, store: Path) -> subprocess.CompletedProcess[str]:
    """Run a line in which `runlore` stands for this program."""
    line = line.replace("runlore", f'"{sys.executable}" -m runlore')
    words = ["bash", "-c", f"set -o pipefail; {line}"]
    return subprocess.run(words, env=environment(RUNLORE_STORE=str(store)), text=True,
                          capture_output=True, check=False)  # fmt: skip


def test_a_reader_that_goes_away_is_no_error(store: Path) -> None:
    done = in_bash("runlore ls | head -1", store)
    assert done.stdout.startswith("name")
    assert (done.returncode, done.stderr) == (0, "")
    done = in_bash("(sleep 0.3; runlore doctor) | true", store)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_closed_output_is_no_error(store: Path) -> None:
    done = in_bash("runlore ls >&- && runlore ls >&- 2>&-", store)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no full disk to write to")
def test_a_full_disk_under_the_output_is_one_line(store: Path) -> None:
    done = in_bash("runlore ls > /dev/full", store)
    assert done.returncode == 1
    assert done.stderr == "error: the output: No space left on device\n"


def test_without_a_command_the_help_is_shown(cli: Command) -> None:
    answer = cli()
    assert (answer.code, answer.err) == (0, "")
    assert answer.out == cli("--help").out


def test_a_terminal_without_unicode_gets_escapes(store: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, "ls"],
        env=environment(RUNLORE_STORE=str(store), PYTHONIOENCODING="ascii"),
        capture_output=True,
        check=True,
    )
    assert b"\\u65e5\\u672c" in done.stdout
