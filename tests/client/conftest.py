"""A store for each test, no helper beside it, and nothing left open behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from runlore.client import recorder
from runlore.client.start import open_run
from runlore.journal.lock import release

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from runlore.client.run import Run


@pytest.fixture(autouse=True)
def store(store_of_its_own: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Give the path of the store that runs of this test go to."""
    monkeypatch.setenv("RUNLORE_HELPER", "off")
    known = set(recorder._recorders)
    yield store_of_its_own
    recorder._open_runs.clear()
    for place in set(recorder._recorders) - known:
        opened = recorder._recorders.pop(place)
        opened.close()
        opened.writer.leave()
        release(opened.writer._lock_descriptor)


@pytest.fixture
def run() -> Run:
    """Give a run that has just been started."""
    return open_run("test")
