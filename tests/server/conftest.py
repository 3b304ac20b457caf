"""The real application over a real store."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from fastapi.testclient import TestClient

import runlore
from runlore.journal.folder import create_store
from runlore.server.app import create_app
from tests.stores import store  # noqa: F401 - a fixture

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ADDRESS = "http://127.0.0.1:7474"


def log_run(
    place: Path,
    name: str,
    *,
    experiment: str = "digits",
    params: dict[str, object] | None = None,
    losses: tuple[float, ...] = (1.0, 0.5),
) -> str:
    """Record a finished run; return its id."""
    run = runlore.start_run(experiment=experiment, name=name, store=place)
    run.log_params(params or {"lr": 0.1})
    for step, loss in enumerate(losses):
        run.log({"loss": loss}, step=step)
    run.finish()
    return run.id


@pytest.fixture
def client(store: Path) -> Iterator[TestClient]:  # noqa: F811
    """Ask the application of the test's store, as a page of its own would."""
    create_store(str(store))
    with TestClient(create_app(store), base_url=ADDRESS) as client:
        yield client
