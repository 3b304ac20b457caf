from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest

import runlore
from runlore.errors import StoreNotFound
from runlore.journal.folder import open_store
from runlore.journal.host import HostIdentity
from runlore.reading.opening import find_run, find_runs
from runlore.reading.store import StoreReader, open_reader
from runlore.segments.sealing import seal_complete

if TYPE_CHECKING:
    from pathlib import Path


def test_a_reader_catches_up_when_it_is_told(store: Path) -> None:
    run = runlore.start_run("one", store=store)
    with open_reader(store) as reader:
        assert reader.freshness.is_current
        run.log({"loss": 1.0}, 0)
        assert find_run(reader, "one").metrics == {}
        assert reader.catch_up().is_current
        assert find_run(reader, "one").metrics == {"loss": 1.0}


def test_another_host_cannot_tell_whether_a_process_lives(store: Path) -> None:
    runlore.start_run("one", store=store)
    with open_reader(store) as here:
        assert find_run(here, "one").status == "running"
    elsewhere = HostIdentity("elsewhere", "boot")
    with open_reader(store, host=elsewhere) as there:
        there.caught_up_at += 121 * 10**6
        assert find_run(there, "one").status == "unknown"


PROGRAM = """
import os, sys
import runlore
run = runlore.start_run("one", store=sys.argv[1])
run.log({"loss": 1.0}, 0)
print("started", flush=True)
sys.stdin.readline()
run.log({"loss": 2.0}, 1)
if sys.argv[2] == "kill":
    os.kill(os.getpid(), 9)
"""


@pytest.mark.parametrize(("end", "status"), [("kill", "crashed"), ("finish", "finished")])
@pytest.mark.parametrize("is_cleared", [False, True])
def test_a_run_that_ended_after_it_was_read_reads_as_it_was_read(
    store: Path, end: str, status: str, *, is_cleared: bool
) -> None:
    words = [sys.executable, "-c", PROGRAM, str(store), end]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"started\n"
        with open_reader(store) as reader:
            run = find_run(reader, "one")
            process.communicate(b"\n")
            if is_cleared:
                seal_complete(reader.folder, host=reader.host, deadline_seconds=60)
                shutil.rmtree(store / "journals")
            assert run.status == "running"
            assert run.refresh().status == status
            assert run.metrics == {"loss": 2.0}


def test_each_thread_gets_a_connection(store: Path) -> None:
    runlore.start_run("one", store=store)
    with open_reader(store) as reader:
        indexes = {reader.index}
        thread = threading.Thread(target=lambda: indexes.add(reader.index))
        thread.start()
        thread.join()
        assert len(indexes) == 2
        assert reader.index in indexes


def test_an_index_that_turns_out_damaged_is_rebuilt_and_asked_again(store: Path) -> None:
    with runlore.start_run("one", store=store) as run:
        run.log({"loss": 1.0}, 0)
    with open_reader(store) as reader:
        assert len(find_runs(reader)) == 1
    connection = sqlite3.connect(store / "index.db")
    connection.execute("PRAGMA journal_mode = DELETE").fetchall()
    connection.close()
    reader = StoreReader(open_store(str(store)))
    assert reader.index.totals().runs == 1
    size = os.path.getsize(store / "index.db")
    with open(store / "index.db", "r+b") as index:
        index.seek(4096)
        index.write(b"\xff" * (size - 4096))
    assert find_run(reader, "one").metrics == {"loss": 1.0}
    reader.close()


def test_there_is_no_reading_without_a_store(tmp_path: Path) -> None:
    with pytest.raises(StoreNotFound):
        open_reader(tmp_path / "store")
