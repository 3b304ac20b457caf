"""Writers are killed at random moments while others read: what was acknowledged is there, once."""

from __future__ import annotations

import os
import random
import struct
import time
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

import pytest

import runlore
from tests.survival.answers import answers, forget_index, read_up
from tests.survival.forks import until

if TYPE_CHECKING:
    from pathlib import Path

    from runlore.reading.run import StoredRun
    from tests.survival.conftest import Command
    from tests.survival.forks import Forked, Forks

pytestmark = pytest.mark.usefixtures("index_kind")

KILLS = 120
AT_ONCE = 4
EVERY_PAIR, EVERY_NOTE = 3, 7

# Small files, so that many are killed while they begin one. `acknowledged` counts the rounds of
# the loop that have begun: all calls of the rounds before have returned.
WRITER = """
import os, struct, sys, time
import runlore
from runlore.journal import writer
writer.ROLL_SIZE = 16 << 10
store, name, acknowledged, pause_seconds = sys.argv[1:]
descriptor = os.open(acknowledged, os.O_WRONLY)
run = runlore.start_run(id=name, params={"name": name}, tags=[name], store=store)
for number in range(1_000_000):
    os.pwrite(descriptor, struct.pack("<q", number + 1), 0)
    run.log({"loss": number / 2}, step=number)
    if number % 3 == 0:
        run.log({"a": number, "b": -number}, step=number, context="val")
    if number % 7 == 0:
        run.log_note(str(number))
    if number % 10 == 0:
        time.sleep(float(pause_seconds))
"""
READER = """
import sys, warnings
from pathlib import Path
import numpy as np
import runlore
from runlore.errors import SeriesNotFound
from runlore.reading.store import BehindWarning
warnings.simplefilter("error")
warnings.simplefilter("ignore", BehindWarning)
store, stop = sys.argv[1:]
seen = {}
while not Path(stop).exists():
    for run in runlore.list_runs(store=store, limit=6):
        try:
            series = run.series("loss")
        except SeriesNotFound:
            continue
        assert (series.step == np.arange(len(series))).all(), series.step
        assert (series.value == series.step / 2).all()
        assert len(series) >= seen.get(run.id, 0), "points went away"
        assert run.params["name"] == run.name
        seen[run.id] = len(series)
print("saw", len(seen))
"""


def test_what_was_acknowledged_is_there_once_however_writers_are_killed(
    forks: Forks, cli: Command, tmp_path: Path
) -> None:
    store, stop = tmp_path / "store", tmp_path / "stop"
    forks.run("import runlore, sys; runlore.start_run('first', store=sys.argv[1])", store)
    readers = [forks.start(READER, store, stop) for _ in range(2)]
    began = datetime.now(UTC)
    moments = random.Random(0)
    counts: list[Path] = []
    for first in range(0, KILLS, AT_ONCE):
        writers: list[Forked] = []
        for number in range(first, first + AT_ONCE):
            counts.append(tmp_path / f"{number}.acknowledged")
            counts[-1].write_bytes(bytes(8))
            writers.append(forks.start(WRITER, store, f"run {number}", counts[-1], 0))
        for place, writer in enumerate(writers):
            if place % 2:  # the others may be killed while they start
                until(partial(has_acknowledged, counts[first + place]), writer)
            time.sleep(moments.uniform(0.0, 0.012))
            writer.kill()
            assert writer.output == ""
    stop.touch()
    assert all(int(reader.succeed().split()[1]) > 0 for reader in readers)
    read_up(store)
    runs = {run.name: run for run in runlore.list_runs(store=store)}
    for number, path in enumerate(counts):
        acknowledged = acknowledged_by(path)
        run = runs.get(f"run {number}")
        assert run is not None or not acknowledged
        if run is not None and acknowledged:
            check(run, acknowledged, began)
    assert sum(map(has_acknowledged, counts)) >= KILLS // 2
    page = cli("--store", store, "show", max(runs.values(), key=lambda run: run.id).id)
    assert "crashed" in page.out
    assert "last sign of life" in page.out


def acknowledged_by(count: Path) -> int:
    """Read how many rounds of its loop a writer has begun: the calls of those before are safe."""
    (acknowledged,) = struct.unpack("<q", count.read_bytes())
    return int(acknowledged)


def has_acknowledged(count: Path) -> bool:
    """Whether a whole round of a writer's loop is over, and so something is safe."""
    return acknowledged_by(count) > 1


def check(run: StoredRun, acknowledged: int, began: datetime) -> None:
    """Compare a killed run with what its writer was told is safe."""
    # The calls of the last round may have been made or not, in their order.
    whole = acknowledged - 1
    assert run.status == "crashed"
    assert run.error is None
    assert run.ended is None
    assert run.params == {"name": run.name}
    # A writer killed while it copies a frame leaves half of it: that frame was not acknowledged.
    halves = [(problem.kind, problem.stop - problem.start < 512) for problem in run.problems]
    assert halves in ([], [("gap", True)])
    losses = steps(run, "loss")
    assert losses in (list(range(whole)), list(range(whole + 1)))
    for name in ("a[val]", "b[val]"):
        pairs = steps(run, name)
        assert pairs[: len(range(0, whole, EVERY_PAIR))] == list(range(0, whole, EVERY_PAIR))
        assert len(pairs) <= len(range(0, whole + 1, EVERY_PAIR))
    notes = [int(note.text) for note in run.notes]
    assert notes[: len(range(0, whole, EVERY_NOTE))] == list(range(0, whole, EVERY_NOTE))
    assert len(notes) <= len(range(0, whole + 1, EVERY_NOTE))
    assert run.last_sign_of_life is not None
    assert began < run.last_sign_of_life < datetime.now(UTC)
    if losses:
        series = run.series("loss")
        assert series.value.tolist() == [step / 2 for step in losses]
        assert run.last_sign_of_life.timestamp() * 1e6 >= series.time.max() - 1
        assert run.metrics["loss"] == losses[-1] / 2


def steps(run: StoredRun, label: str) -> list[int]:
    """List the steps of a series, none where it doesn't exist."""
    if label not in run.series_names():
        return []
    step = run.series(label).step
    assert step is not None
    return [int(one) for one in step]


def test_an_index_made_while_writers_were_killed_answers_as_one_from_scratch(
    forks: Forks, tmp_path: Path
) -> None:
    store = tmp_path / "store"
    moments = random.Random(1)
    for number in range(12):
        path = tmp_path / f"{number}.acknowledged"
        path.write_bytes(bytes(8))
        writer = forks.start(WRITER, store, f"run {number}", path, 0.001)
        while not os.path.exists(store / "store.json"):
            time.sleep(0.001)
        for _ in range(3):
            time.sleep(moments.uniform(0.0, 0.01))
            read_up(store)
        if number % 2:  # half of them at least have something to answer with
            until(partial(has_acknowledged, path), writer)
        writer.kill()
    known = answers(store)
    assert sum("loss[]@0" in run["series"] for run in known.values()) >= 6
    forget_index(store)
    assert answers(store) == known
