"""An answer that may lack something says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from runlore.cli.freshness import freshness_report, tell_freshness
from runlore.index.interface import Freshness
from runlore.index.rows import Problem

if TYPE_CHECKING:
    from tests.cli.conftest import Command

GAP = Problem("gap", "a" * 32, 1, 64, 128, None, None, "64 bytes fail", 0)
FORK = GAP._replace(kind="fork")


def test_a_lagging_answer_says_by_how_much(capsys: pytest.CaptureFixture[str]) -> None:
    tell_freshness(Freshness(False, 5 << 20, 130_000, []))
    assert capsys.readouterr().err == (
        "behind: 5.0 MiB are not read yet, about 130,000 points; ask again for the rest\n"
    )


def test_only_problems_that_hide_something_now_are_told(
    capsys: pytest.CaptureFixture[str],
) -> None:
    tell_freshness(Freshness(True, 0, 0, [GAP]))
    assert capsys.readouterr().err == ""
    tell_freshness(Freshness(True, 0, 0, [GAP, FORK]))
    assert capsys.readouterr().err.startswith("1 problem in the store's files: runlore doctor")


def test_json_has_all_of_them() -> None:
    report = freshness_report(Freshness(True, 0, 0, [GAP]))
    assert report["problems"] == [{"kind": "gap", "run": None, "message": "64 bytes fail"}]


def test_a_store_that_is_behind_is_listed_all_the_same(
    cli: Command, store_of_its_own: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    del store_of_its_own
    cli("log", "--new", "x", "loss=1")
    assert cli("ls").err == ""
    cli("log", "x", "loss=2")
    read_nothing_at_first(monkeypatch)
    for command in (["ls"], ["compare"]):
        answer = cli(*command)
        assert answer.code == 0
        assert "behind: " in answer.err
        assert "BehindWarning" not in answer.err
    assert "BehindWarning" not in cli("tail", "x", "--once").err


@pytest.mark.parametrize("command", ["ls", "compare", "tail"])
def test_a_first_look_reads_on_until_there_is_something_to_show(
    cli: Command, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    cli("log", "--new", "x", "loss=1")
    read_nothing_at_first(monkeypatch)
    answer = cli(command, *(["--once"] if command == "tail" else []))
    assert answer.code == 0
    assert "1" in answer.out
    assert "behind" not in answer.err


@pytest.mark.parametrize(("command", "purpose"), [("compare", "compare"), ("tail", "follow")])
def test_nothing_read_so_far_is_not_called_an_empty_store(
    cli: Command, monkeypatch: pytest.MonkeyPatch, command: str, purpose: str
) -> None:
    cli("log", "--new", "x", "loss=1")
    read_nothing_at_first(monkeypatch)
    monkeypatch.setattr("runlore.reading.opening.SEARCH_SECONDS", 0.0)
    answer = cli(command)
    assert answer.code == 1
    assert answer.err.startswith(f"error: there are no runs to {purpose} so far: 0.0 MB of records")
    assert answer.err.endswith("are not read yet\nhint: ask again to read on\n")
    answer = cli("compare", "--experiment", "e")
    assert "no runs in the experiment 'e' so far" in answer.err


def read_nothing_at_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let what opens a store be late before it begins, as where very much is to be read."""
    late = {"host": None, "budget_seconds": 0.0}
    monkeypatch.setattr("runlore.reading.store.open_reader.__kwdefaults__", late)
