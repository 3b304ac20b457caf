"""`runlore.archive_runs`."""

from __future__ import annotations

from datetime import timedelta

import pytest

import runlore
from runlore.errors import InvalidType, InvalidValue


@pytest.fixture(autouse=True)
def runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUNLORE_HELPER", "off")
    for name in ("one", "two"):
        with runlore.start_run(name):
            pass


def test_old_runs_are_hidden_and_shown_again() -> None:
    assert runlore.archive_runs(older_than=1) == []
    hidden = runlore.archive_runs(older_than=timedelta(0))
    assert sorted(run.label for run in hidden) == ["one", "two"]
    assert len(runlore.list_runs()) == 0
    assert runlore.get_run("one").is_archived
    runlore.archive_runs("one", undo=True)
    assert [run.label for run in runlore.list_runs()] == ["one"]


def test_the_parts_of_a_run_go_with_it() -> None:
    with runlore.start_run("whole") as whole:
        for name in ("part", "other part"):
            with runlore.start_run(name, parent=whole) as part:
                pass
        with runlore.start_run("part of a part", parent=part):
            pass
    assert len(runlore.archive_runs("whole")) == 4
    assert {run.label for run in runlore.list_runs()} == {"one", "two"}
    runlore.archive_runs("other part", undo=True)
    assert {run.label for run in runlore.list_runs()} == {
        "one", "two", "other part", "part of a part"
    }  # fmt: skip


def test_runs_under_way_are_never_old() -> None:
    run = runlore.start_run("goes on")
    assert "goes on" not in [one.label for one in runlore.archive_runs(older_than="0")]
    run.finish()


def test_what_says_nothing_is_refused() -> None:
    with pytest.raises(InvalidValue, match="no runs are named"):
        runlore.archive_runs()
    with pytest.raises(InvalidValue, match="no duration"):
        runlore.archive_runs(older_than="half a year")
    with pytest.raises(InvalidType):
        runlore.archive_runs(older_than=[])  # type: ignore[arg-type]
    with pytest.raises(InvalidValue):
        runlore.archive_runs(older_than=-1)
    assert len(runlore.list_runs()) == 2
