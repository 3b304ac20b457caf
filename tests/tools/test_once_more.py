"""The second try of tests that failed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

import once_more

if TYPE_CHECKING:
    from pathlib import Path

FLAKY = """
import os
def test_passes_at_the_second_try():
    is_second = os.path.exists("tried")
    open("tried", "w").close()
    assert is_second
def test_never_passes():
    assert False
def test_is_not_asked_again():
    assert False
"""


def tried_again(folder: Path, monkeypatch: pytest.MonkeyPatch, failed: list[str]) -> int:
    (folder / "test_flaky.py").write_text(FLAKY)
    (folder / "pytest.ini").write_text("[pytest]\n")
    (folder / "tried").touch()
    known = folder / "lastfailed"
    known.write_text(json.dumps(dict.fromkeys(failed, True)))
    monkeypatch.setattr(once_more, "ROOT", str(folder))
    monkeypatch.setattr(once_more.failed_tests, "__defaults__", (str(known),))
    return once_more.main()


def test_what_passes_alone_is_named_as_unstable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    failed = ["test_flaky.py::test_passes_at_the_second_try"]
    assert tried_again(tmp_path, monkeypatch, failed) == 0
    assert f"UNSTABLE, passed at the second try: {failed[0]}" in capfd.readouterr().out


@pytest.mark.parametrize(
    "failed",
    [
        ["test_flaky.py::test_passes_at_the_second_try", "test_flaky.py::test_never_passes"],
        [f"test_flaky.py::test_{number}" for number in range(4)],
        [],
    ],
)
def test_what_fails_again_fails_and_so_do_many(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failed: list[str]
) -> None:
    assert tried_again(tmp_path, monkeypatch, failed) != 0


def test_checks_that_failed_before_the_tests_are_no_second_try(tmp_path: Path) -> None:
    assert once_more.failed_tests(str(tmp_path / "nothing")) == []
