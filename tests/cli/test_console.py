from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.cli.stores import environment, run_python

if TYPE_CHECKING:
    from pathlib import Path

TRAINING = """
import sys, runlore
with runlore.start_run("talkative", store=sys.argv[1]) as run:
    print("hello \\x1b[31mred\\x1b[0m")
    for done in range(5):
        sys.stderr.write(f"\\r{done}/4")
    sys.stderr.write("\\n")
    print("bell\\x07 and tab\\there")
"""


@pytest.fixture
def store(tmp_path: Path) -> Path:
    command = [sys.executable, "-c", TRAINING, str(tmp_path / "store")]
    subprocess.run(command, env=environment(RUNLORE_HELPER="on"), capture_output=True, check=True)
    return tmp_path / "store"


def console(store: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "runlore", "--store", str(store), "console", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def test_it_shows_what_was_printed_without_what_steers_a_terminal(store: Path) -> None:
    shown = console(store, "talkative")
    assert shown.stdout.split("\n")[:2] == ["hello red", "4/4"]
    assert "tab\there" in shown.stdout
    assert "\x07" not in shown.stdout
    assert shown.stderr == ""


def test_the_last_lines_and_one_stream_can_be_asked_for(store: Path) -> None:
    assert console(store, "talkative", "--stream", "stderr").stdout == "4/4\n"
    assert console(store, "talkative", "-n", "1").stdout.startswith("bell")


def test_following_a_run_that_is_over_ends(store: Path) -> None:
    assert console(store, "talkative", "--follow").stdout.startswith("hello red")


def test_as_json_the_colours_are_there(store: Path) -> None:
    lines = [json.loads(line) for line in console(store, "talkative", "--json").stdout.splitlines()]
    assert lines[0]["text"] == "hello \x1b[31mred\x1b[0m"
    assert {line["stream"] for line in lines} == {"stdout", "stderr"}


def test_of_a_run_that_printed_nothing_it_says_so(tmp_path: Path) -> None:
    run_python(
        "import sys, runlore\nwith runlore.start_run('quiet', store=sys.argv[1]): pass",
        str(tmp_path / "store"),
    )
    shown = console(tmp_path / "store", "quiet")
    assert (shown.returncode, shown.stdout) == (0, "")
    assert "nothing was printed" in shown.stderr
