"""`runlore demo`, for real: it trains, and what it says to type next works."""

from __future__ import annotations

import shlex
import subprocess
import sys
from typing import TYPE_CHECKING

from tests.cli.stores import environment
from tests.demo.verdicts import check_verdicts

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Command

PROGRAM = "from runlore.cli.main import main; main()"


def test_the_demo_trains_compares_and_says_what_to_type_next(
    cli: Command, store_of_its_own: Path
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, "demo"],
        env=environment(RUNLORE_STORE=str(store_of_its_own)),
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr.splitlines()[-1].startswith("[24/24] ")
    for experiment in ("digits", "breast-cancer", "diabetes"):
        assert any(line.startswith(f"{experiment}  ") for line in done.stdout.splitlines())
    assert "seed" in done.stdout
    _, _, after = done.stdout.partition("What to type next\n")
    after, _, page = after.partition("\n\nSee all of it in the browser: ")
    assert page.endswith(" ui\n")
    commands = [shlex.split(line.strip().split("  ")[0]) for line in after.splitlines()]
    assert len(commands) == 8
    for command in commands:
        assert command[0].endswith("runlore")
        assert cli(*command[1:]).code == 0, command
    listed = cli("ls").out
    assert listed.count("finished") == 22
    assert listed.count("failed") == 1
    assert listed.count("crashed") == 1
    check_verdicts(store_of_its_own)
