"""Words are completed in real shells, from what was read last, and never with an error."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from runlore.cli.main import main
from tests.cli.stores import environment

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Command

BASH = """
eval "$(runlore completion bash)"
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _runlore_completion runlore
printf '%s\\n' "${COMPREPLY[@]}"
"""


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """A folder with a program called runlore."""
    folder = tmp_path / "bin"
    folder.mkdir()
    path = folder / "runlore"
    path.write_text(f'#!/bin/sh\nexec {sys.executable} -m runlore "$@"\n')
    path.chmod(0o755)
    return folder


def run(program: Path, *command: str) -> list[str]:
    path = f"{program}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(command, env=environment(PATH=path), capture_output=True, text=True,
                          check=True)  # fmt: skip
    assert done.stderr == ""
    return done.stdout.splitlines()


def in_bash(program: Path, *words: str) -> list[str]:
    return [line for line in run(program, "bash", "-c", BASH, "bash", "runlore", *words) if line]


@pytest.fixture
def read_store(store: Path, cli: Command) -> Path:
    """A store whose index is there."""
    assert cli("ls").code == 0
    return store


@pytest.mark.usefixtures("read_store")
def test_bash_completes_commands_options_runs_and_settings(program: Path) -> None:
    assert in_bash(program, "sh") == ["show"]
    assert in_bash(program, "rm", "--fo") == ["--force"]
    assert in_bash(program, "show", "fir") == ["first"]
    assert in_bash(program, "compare", "first", "bro") == ["broken"]
    assert in_bash(program, "rm", "exp") == ["experiment:"]
    assert in_bash(program, "ls", "se") == ["seeds"]
    assert in_bash(program, "config", "set", "tr") == ["trash.keep"]
    assert in_bash(program, "export", "--format", "j") == ["json", "jsonl"]
    assert in_bash(program, "search", "metrics.accu") == ["metrics.accuracy"]


@pytest.mark.usefixtures("read_store")
def test_a_name_that_a_shell_would_break_up_is_completed_by_its_id(program: Path) -> None:
    offered = in_bash(program, "show", "")
    assert "first" in offered
    assert [word for word in offered if "\x1b" in word or " " in word or ";" in word] == []
    assert len(offered) == 6


@pytest.mark.usefixtures("read_store")
def test_restore_completes_what_lies_in_the_trash(program: Path, cli: Command) -> None:
    cli("rm", "broken")
    cli("ls")
    assert in_bash(program, "restore", "") == ["broken"]
    assert "broken" not in in_bash(program, "rm", "")


def test_without_a_store_or_an_index_nothing_is_offered_and_nothing_written(
    program: Path, store: Path, tmp_path: Path
) -> None:
    before = sorted(str(path) for path in store.rglob("*"))
    assert in_bash(program, "show", "f") == []
    assert in_bash(program, "--store", str(tmp_path / "none"), "show", "f") == []
    assert sorted(str(path) for path in store.rglob("*")) == before
    assert not (tmp_path / "none").exists()


@pytest.mark.skipif(shutil.which("fish") is None, reason="fish is not installed")
@pytest.mark.usefixtures("read_store")
def test_fish_completes_runs_with_what_they_are(program: Path) -> None:
    script = "runlore completion fish | source; complete -C 'runlore show fir'"
    (line,) = run(program, "fish", "--no-config", "-c", script)
    word, said = line.split("\t")
    assert word == "first"
    assert said.endswith("digits")


@pytest.mark.skipif(shutil.which("zsh") is None, reason="zsh is not installed")
def test_zsh_takes_the_script(program: Path, tmp_path: Path) -> None:
    script = tmp_path / "completion.zsh"
    script.write_text("\n".join(run(program, "runlore", "completion", "zsh")))
    run(program, "zsh", "-n", str(script))
    assert "#compdef runlore" in script.read_text()


def test_a_shell_that_is_not_known_is_refused() -> None:
    with pytest.raises(SystemExit) as ended:
        main(["completion", "tcsh"])
    assert ended.value.code == 2
