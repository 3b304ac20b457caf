from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from runlore.index.catchup import catch_up
from runlore.index.open import open_index
from runlore.index.sqlite import SqliteIndex
from runlore.journal.folder import create_store
from runlore.segments.sealing import seal_file
from runlore.testing.journals import JournalComposer

if TYPE_CHECKING:
    from pathlib import Path

    from runlore.index.interface import Index
    from runlore.index.rows import RunFacts
    from runlore.index.summaries import SeriesSummary
    from runlore.journal.folder import StoreFolder

pytestmark = pytest.mark.usefixtures("index_kind")

T = 1_700_000_000_000_000
KILLS = 40
KILLS_HALFWAY = 10
APPLIERS = 2
# Small steps, so that there are many moments between and within transactions to die in. One that
# is told a number stands still within the transaction that this many writes lead into.
APPLIER = """
import sys
from runlore.index import journals, postgres_transaction, sealed, sqlite
from runlore.index.catchup import catch_up
from runlore.index.open import open_index
from runlore.journal.folder import open_store
journals.STEP_BYTES = 4096
journals._SCAN_BYTES = journals._SCAN_BYTES_ONCE_IMPORTED = 1 << 40
sealed.STEP_SEGMENTS = 1
store = open_store(sys.argv[1])
writes_left = int(sys.argv[2])

def stand_still(kind):
    upsert = kind.upsert
    def upsert_and_stand_still(self, *arguments):
        global writes_left
        upsert(self, *arguments)
        writes_left -= 1
        if writes_left == 0:
            print("half-way", flush=True)
            sys.stdin.read()
    kind.upsert = upsert_and_stand_still

stand_still(sqlite.SqliteTransaction)
stand_still(postgres_transaction.PostgresTransaction)
print("ready", flush=True)
index = open_index(store)
freshness = catch_up(index, store, budget_seconds=None)
assert freshness.is_current, freshness
print("done", flush=True)
"""


def _write(store: StoreFolder) -> list[str]:
    runs = []
    for actor_number in range(4):
        actor = f"0192f0c1a2b3012345678900000000{actor_number:02x}"
        journal = JournalComposer(store, actor)
        for number in range(12):
            run = f"0192f0c1a2b4a1a2a3a4a500000{actor_number}{number:04x}"
            runs.append(run)
            slot = journal.slot(run, run[::-1])
            journal.event(slot, "run.started", time=T + number, name=f"run {number}")
            journal.event(slot, "params", time=T, values={"lr": [number, str(number), number]})
            for step in range(150):
                journal.points(slot, {"loss": step / 2}, time=T + step, step=step)
            journal.edit(slot, "note.added", time=T, text="a note")
        if actor_number % 2:
            journal.close_file()
            seal_file(journal.path, store)
            os.unlink(journal.path)
    return runs


def _answers(
    index: Index, runs: list[str]
) -> tuple[list[RunFacts | None], dict[str, list[SeriesSummary]]]:
    return [index.run_facts(run) for run in runs], index.summaries(runs)


def _start(store: StoreFolder, stand_still_after: int = 0) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    process = subprocess.Popen(
        [sys.executable, "-c", APPLIER, store.path, str(stand_still_after)],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def _rest(process: subprocess.Popen[str]) -> tuple[str, str]:
    """Read what is left, through the buffer that the first line came from."""
    assert process.stdout is not None
    assert process.stderr is not None
    with process:
        return process.stdout.read(), process.stderr.read()


def _points_in(store: StoreFolder) -> int:
    index = open_index(store)
    points = index.totals().points
    index.close()
    return points


def test_appliers_that_are_killed_apply_nothing_twice_and_leave_nothing_out(
    tmp_path: Path,
) -> None:
    store = create_store(str(tmp_path / "store"))
    runs = _write(store)
    moments = random.Random(0)
    for _ in range(KILLS_HALFWAY):
        applier = _start(store, stand_still_after=moments.randint(1, 20))
        assert applier.stdout is not None
        assert applier.stdout.readline() == "half-way\n"
        applier.kill()
        assert _rest(applier) == ("", "")
    assert _points_in(store) < len(runs) * 150
    for _ in range(KILLS // APPLIERS):
        appliers = [_start(store) for _ in range(APPLIERS)]
        for applier in appliers:
            time.sleep(moments.random() * 0.02)
            applier.kill()
            output, errors = _rest(applier)
            assert errors == ""
            assert output in ("", "done\n")
    index = open_index(store)
    assert catch_up(index, store, budget_seconds=None).is_current
    assert index.totals().points == len(runs) * 150
    fresh = SqliteIndex(str(tmp_path / "fresh.db"))
    assert catch_up(fresh, store, budget_seconds=None).is_current
    assert _answers(index, runs) == _answers(fresh, runs)
    index.close()
    fresh.close()


def test_appliers_side_by_side_share_the_work(tmp_path: Path) -> None:
    store = create_store(str(tmp_path / "store"))
    runs = _write(store)
    appliers = [_start(store) for _ in range(4)]
    for applier in appliers:
        output, errors = _rest(applier)
        assert (output, errors, applier.returncode) == ("done\n", "", 0)
    index = open_index(store)
    assert index.totals().points == len(runs) * 150
    assert all(series[0].points == 150 for series in index.summaries(runs).values())
    index.close()
