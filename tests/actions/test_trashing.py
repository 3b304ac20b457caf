"""Runs are moved to the trash and taken out of it, with what lies within them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import runlore
from runlore.actions.trashing import remove, restore
from runlore.errors import RunBusy

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from runlore.actions.trashing import Removal
    from runlore.reading.run import StoredRun


def yes(_: Sequence[StoredRun]) -> bool:
    return True


def labels(removal: Removal) -> set[str]:
    return {run.label for run in removal.runs}


@pytest.fixture
def nested(store: Path) -> Path:
    """A run with two parts, of which one has a part of its own."""
    with runlore.start_run("whole", store=store) as whole:
        for name in ("one", "two"):
            with runlore.start_run(name, parent=whole, store=store) as part:
                pass
        with runlore.start_run("fold", parent=part, store=store):
            pass
    return store


def test_the_parts_of_a_run_go_with_it(nested: Path) -> None:
    done = remove(["whole"], confirm=yes, store=str(nested))
    assert labels(done) == {"whole", "one", "two", "fold"}
    assert len(runlore.list_runs(store=nested)) == 0
    assert labels(remove(["whole"], confirm=yes, store=str(nested))) == set()


def test_all_of_them_come_back_or_a_part_alone(nested: Path) -> None:
    remove(["whole"], confirm=yes, store=str(nested))
    assert labels(restore(["one"], confirm=yes, store=str(nested))) == {"one"}
    assert {run.label for run in runlore.list_runs(store=nested)} == {"one"}
    assert labels(restore(["whole"], confirm=yes, store=str(nested))) == {"whole", "two", "fold"}
    assert len(runlore.list_runs(store=nested)) == 4


def test_a_part_goes_without_its_whole(nested: Path) -> None:
    assert labels(remove(["two"], confirm=yes, store=str(nested))) == {"two", "fold"}


def test_a_part_that_is_running_is_not_thrown_away(nested: Path) -> None:
    whole = runlore.get_run("whole", store=nested)
    part = runlore.start_run("busy", parent=whole.id, store=nested)
    try:
        with pytest.raises(RunBusy, match="busy"):
            remove(["whole"], confirm=yes, store=str(nested))
    finally:
        part.finish()
