"""What a table shows is packed before anybody sorts by it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from time import monotonic, sleep
from typing import TYPE_CHECKING

from tests.server.conftest import log_run

if TYPE_CHECKING:
    from pathlib import Path

    from fastapi.testclient import TestClient


def _packed(store: Path) -> set[tuple[str, str, str]]:
    with closing(sqlite3.connect(f"file:{store}/index.db?mode=ro", uri=True)) as database:
        return set(database.execute("SELECT kind, name, statistic FROM packed_columns"))


def _wait_for(store: Path, key: tuple[str, str, str]) -> None:
    end = monotonic() + 60
    while key not in _packed(store):
        assert monotonic() < end, f"{key} isn't packed after a minute"
        sleep(0.02)


def test_columns_that_were_shown_are_packed_though_nobody_has_sorted_by_them(
    store: Path, client: TestClient
) -> None:
    log_run(store, "first")
    answer = client.get("/api/v1/runs?columns=metrics.loss.min,params.lr,tags")
    assert answer.json()["rows"][0]["values"] == [0.5, 0.1, None]
    _wait_for(store, ("metric", "loss", "min"))
    _wait_for(store, ("param", "lr", ""))
    _wait_for(store, ("attribute", "ended", ""))
    ordered = client.get("/api/v1/runs?columns=metrics.loss.min&order=metrics.loss.min desc")
    assert ordered.json()["total"] == 1


def test_of_two_tables_the_later_one_is_prepared(store: Path, client: TestClient) -> None:
    log_run(store, "first")
    for column in ("metrics.loss.min", "metrics.loss.max"):
        client.get(f"/api/v1/runs?columns={column}")
    _wait_for(store, ("metric", "loss", "max"))


def test_a_column_that_cannot_be_read_does_not_end_it(store: Path, client: TestClient) -> None:
    log_run(store, "first")
    client.app.state.preparing.want(["no( column"])  # type: ignore[attr-defined]
    client.get("/api/v1/runs?columns=metrics.loss.max")
    _wait_for(store, ("metric", "loss", "max"))
