"""The reader that requests share: fresh, seldom asked, and honest about the store."""

from __future__ import annotations

import shutil
from threading import Thread
from time import monotonic
from typing import TYPE_CHECKING

import pytest

from runlore.errors import StoreNotFound, StoreRefused
from runlore.journal.folder import create_store, open_store
from runlore.reading.opening import find_runs
from runlore.server.reader import SharedReader
from tests.server.conftest import log_run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from fastapi.testclient import TestClient


@pytest.fixture
def shared(store: Path) -> Iterator[SharedReader]:
    create_store(str(store))
    shared = SharedReader(open_store(str(store)))
    yield shared
    shared.close()


def test_many_at_once_catch_up_once(shared: SharedReader, monkeypatch: pytest.MonkeyPatch) -> None:
    caught_up: list[float] = []
    real = shared.stored.catch_up

    def count(*, budget_seconds: float | None) -> object:
        caught_up.append(monotonic())
        return real(budget_seconds=budget_seconds)

    monkeypatch.setattr(shared.stored, "catch_up", count)
    monkeypatch.setattr("runlore.server.reader.PAUSE_SECONDS", 1000.0)
    threads = [Thread(target=shared.current) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(caught_up) == 1


def test_what_was_recorded_until_a_moment_is_read_for_sure(
    shared: SharedReader, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("runlore.server.reader.PAUSE_SECONDS", 1000.0)
    assert find_runs(shared.current()).total == 0
    log_run(store, "one")
    assert find_runs(shared.current()).total == 0
    assert find_runs(shared.current(after=monotonic())).total == 1


@pytest.mark.usefixtures("shared")
def test_a_store_that_vanishes_is_said_and_comes_back(
    client: TestClient, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("runlore.server.reader.PAUSE_SECONDS", 0.0)
    log_run(store, "one")
    assert client.get("/api/v1/runs").json()["total"] == 1
    shutil.move(store, store.with_name("elsewhere"))
    answer = client.get("/api/v1/runs")
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "store-not-found")
    shutil.move(store.with_name("elsewhere"), store)
    assert client.get("/api/v1/runs").json()["total"] == 1


def test_another_store_in_its_place_is_refused(shared: SharedReader, store: Path) -> None:
    shutil.rmtree(store)
    with pytest.raises(StoreNotFound):
        shared.current(after=monotonic())
    create_store(str(store))
    with pytest.raises(StoreRefused, match="another store"):
        shared.current(after=monotonic())
