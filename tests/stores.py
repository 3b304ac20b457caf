"""A store to record into from the process of the tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from runlore.client import recorder as recorders

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Give the path of a store, without helpers; ends the runs that are left open."""
    monkeypatch.setenv("RUNLORE_HELPER", "off")
    monkeypatch.setattr(recorders, "_recorders", {})
    yield tmp_path / "store"
    for recorder in recorders.recorders():
        for run in list(recorder.runs):
            run.finish()
        recorder.close()
