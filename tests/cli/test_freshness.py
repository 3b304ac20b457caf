"""An answer that may lack something says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runlore.cli.freshness import freshness_report, tell_freshness
from runlore.index.interface import Freshness
from runlore.index.rows import Problem

if TYPE_CHECKING:
    import pytest

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
    monkeypatch.setattr("runlore.reading.store.open_reader.__kwdefaults__",
                        {"host": None, "budget_seconds": 0.0})  # fmt: skip
    for command in (["ls"], ["compare"]):
        answer = cli(*command)
        assert answer.code == 0
        assert "behind: " in answer.err
        assert "BehindWarning" not in answer.err
    assert "BehindWarning" not in cli("tail", "x", "--once").err
