from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
import warnings
from pathlib import Path

import numpy as np

import runlore
from runlore.errors import NotFound
from runlore.journal.folder import open_store
from runlore.journal.host import current_host
from runlore.reading.store import BehindWarning
from runlore.segments.sealing import seal_complete
from tests.reading.recording import seal

SOURCE = str(Path(__file__).parents[2] / "src")
POINTS = 250_000  # of a journal file that is full at 175,000


def test_a_run_that_is_written_sealed_and_read_at_once_has_no_gap_and_nothing_twice(
    store: Path,
) -> None:
    script = f"""
import runlore
with runlore.start_run("busy", store={str(store)!r}) as run:
    for number in range({POINTS}):
        run.log({{"loss": number}}, number)
"""
    environment = os.environ | {"PYTHONPATH": SOURCE}
    is_over = threading.Event()
    sealing = threading.Thread(target=seal_until, args=(store, is_over))
    with subprocess.Popen([sys.executable, "-c", script], env=environment) as process:
        while not (store / "store.json").exists():
            time.sleep(0.005)
        sealing.start()
        try:
            while process.poll() is None:
                assert_no_gap(store)
        finally:
            is_over.set()
            sealing.join()
        assert process.wait() == 0
    seal(store, grace_seconds=0)
    assert assert_no_gap(store) == POINTS
    assert not list(store.glob("journals/*/*.journal"))


def seal_until(store: Path, is_over: threading.Event) -> None:
    """Seal, and remove what is sealed at once."""
    folder = open_store(str(store))
    while not is_over.is_set():
        seal_complete(folder, host=current_host(), deadline_seconds=10, grace_seconds=0)
        time.sleep(0.005)


def assert_no_gap(store: Path) -> int:
    """Read the run, if it is there by now, and return how many points it has."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", BehindWarning)
        try:
            series = runlore.get_run("busy", store=store).series("loss")
        except NotFound:
            return 0
    expected = np.arange(len(series))
    assert np.array_equal(np.asarray(series.step), expected)
    assert np.array_equal(series.value, expected)
    return len(series)
