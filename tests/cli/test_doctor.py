"""`runlore doctor` beside stores damaged on purpose; each kind of damage is in tests/actions."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Command


@pytest.mark.usefixtures("store")
def test_files_that_wait_are_no_damage_and_are_taken_in(cli: Command) -> None:
    answer = cli("doctor")
    assert answer.code == 0
    assert answer.out.count("unfinished: ") == 1
    assert answer.out.count("  where: ") == 3
    assert "no damage" in answer.out
    assert answer.err == "to mend what can be mended: runlore doctor --repair\n"
    repaired = cli("doctor", "--repair")
    assert repaired.code == 0
    assert (
        "  mended: a file was given by a process that has ended, and is not a blob yet (3 times)"
        in (repaired.out)
    )
    assert "everything is as it should be" in repaired.out
    assert cli("doctor").out.splitlines()[-1] == "everything is as it should be"
    found = json.loads(cli("show", "first", "--json").out)
    assert found["artifacts"][0]["digest"] is not None


def test_damage_is_said_with_its_place_and_what_to_do(cli: Command, store: Path) -> None:
    segment = max((store / "runs").rglob("*.segment"), key=lambda path: path.stat().st_size)
    content = bytearray(segment.read_bytes())
    content[100] ^= 0xFF
    segment.chmod(0o644)
    segment.write_bytes(content)
    answer = cli("doctor")
    assert answer.code == 1
    assert "1 damage found" in answer.out
    assert f"where: {segment}" in answer.out
    assert "do:    put an undamaged copy" in answer.out
    found = json.loads(cli("doctor", "--json").out)
    assert found["is_damaged"] is True
    assert cli("doctor", "--repair").code == 1


def test_the_index_is_rebuilt_on_request(cli: Command, store: Path) -> None:
    before = cli("ls").out
    (store / "index.db").write_bytes(b"not a database")
    answer = cli("doctor", "--rebuild-index", "--json")
    assert json.loads(answer.out)["done"] == ["rebuilt the index: 6 runs, 70 points"]
    assert cli("ls").out == before
