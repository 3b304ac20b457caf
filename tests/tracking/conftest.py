"""A repository with an increment in it, and nothing left open behind a test."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from runlore.client import recorder
from runlore.journal.lock import release

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator


@pytest.fixture
def nothing_left_open(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Record without a helper, and close the journals of a test behind it."""
    monkeypatch.setenv("RUNLORE_HELPER", "off")
    known = set(recorder._recorders)
    yield
    recorder._open_runs.clear()
    for place in set(recorder._recorders) - known:
        opened = recorder._recorders.pop(place)
        opened.close()
        opened.writer.leave()
        release(opened.writer._lock_descriptor)


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in an empty repository."""
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def increment(repository: Path, nothing_left_open: None) -> Path:  # noqa: ARG001 - for its effect
    """Work in a repository with one increment, and return the folder of its experiments."""
    folder = repository / ".specweave" / "increments" / "0042-recommendation-model"
    folder.mkdir(parents=True)
    return folder / "experiments"


def files_in(folder: str | os.PathLike[str] | None) -> list[str]:
    """Name the files in a folder and below, sorted."""
    assert folder is not None
    top = Path(folder)
    return sorted(str(path.relative_to(top)) for path in top.rglob("*") if path.is_file())
