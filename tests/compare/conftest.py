"""A store of its own for each test, without helpers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from runlore.client import recorder as recorders

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("RUNLORE_HELPER", "off")
    monkeypatch.setattr(recorders, "_recorders", {})
    yield tmp_path / "store"
    for recorder in recorders.recorders():
        for run in list(recorder.runs):
            run.finish()
        recorder.close()
