from __future__ import annotations

from typing import TYPE_CHECKING

import runlore
from runlore.reading.kept_facts import KeptFacts
from runlore.reading.store import open_reader

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_facts_are_asked_once_for_many_charts_and_anew_once_anything_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("runlore.reading.kept_facts._MOST_SECONDS", 1e9)
    store = tmp_path / "store"
    with runlore.start_run("first", store=store) as run:
        run.log({"loss": 1.0}, step=0)
    with open_reader(store) as reader:
        facts = KeptFacts(reader)
        known = facts.of([run.id])
        assert facts.of([run.id]) is known
        assert facts.of([]).rows == {}
        assert facts.of([run.id]).rows.keys() == {run.id}
        before = facts.of([run.id])
        with runlore.start_run("second", store=store) as other:
            other.log({"loss": 1.0}, step=0)
        reader.catch_up(budget_seconds=None)
        assert facts.of([run.id]) is not before
        assert facts.of([run.id, other.id]).places.keys() == {run.id, other.id}


def test_facts_are_not_kept_for_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("runlore.reading.kept_facts._MOST_SECONDS", 0.0)
    store = tmp_path / "store"
    with runlore.start_run("first", store=store) as run:
        run.log({"loss": 1.0}, step=0)
    with open_reader(store) as reader:
        facts = KeptFacts(reader)
        assert facts.of([run.id]) is not facts.of([run.id])
