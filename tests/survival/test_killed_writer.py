"""Writers killed at random moments: what was acknowledged is there, once."""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING, NamedTuple

import pytest

from runlore.records.ids import id_from_text
from tests.client.scripts import run_script
from tests.journal.recorded import recorded

if TYPE_CHECKING:
    from pathlib import Path

    from tests.journal.recorded import Recorded

pytestmark = pytest.mark.usefixtures("index_kind")

KILLS = 200

# A process that has imported what it needs forks the writers, so that one takes milliseconds. A
# writer tells by shared memory which step was acknowledged last.
FORK_AND_KILL = """
import json, mmap, random
from runlore.client import start
from runlore.journal import writer

def write(number, told):
    if number % 2:
        writer.can_map = lambda path: False  # plain writes, as on a network file system
    run = runlore.start_run(id=f"killed {number}")
    step = 0
    while True:
        if number % 4 < 2:
            run.log({"m": step}, step)
        elif step % 3:
            run.log({"m": step, f"n{step % 50}": 1}, step)
        else:  # large records, so that files grow and roll
            run.log({"m": step}, step)
            run.log_note("x" * 300_000)
        step += 1
        sum(range(500))
        told[0:4] = step.to_bytes(4, "little")

chance = random.Random(SEED)
acknowledged = []
for number in range(KILLS):
    told = mmap.mmap(-1, 4096)
    child = os.fork()
    if child == 0:
        try:
            write(number, told)
        finally:
            os._exit(1)
    if number % 8:  # these are killed once something is acknowledged, the others may be starting
        while told[0:4] == bytes(4) and os.waitpid(child, os.WNOHANG) == (0, 0):
            time.sleep(0.0005)
    time.sleep(chance.uniform(0.001, 0.03))
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status), status
    acknowledged.append(int.from_bytes(told[0:4], "little"))
print(json.dumps(acknowledged))
"""


class Killed(NamedTuple):
    """What each writer had acknowledged, and what is found in its store."""

    acknowledged: list[int]
    found: Recorded


def kill_writers(store: Path) -> Killed:
    seed = random.randrange(1 << 32)
    code = FORK_AND_KILL.replace("SEED", str(seed)).replace("KILLS", str(KILLS))
    status, out, err = run_script(code, RUNLORE_STORE=str(store), RUNLORE_HELPER="off")
    assert (status, err) == (0, ""), f"seed {seed}"
    return Killed(json.loads(out), recorded(store))


def run_of(number: int) -> str:
    return id_from_text(f"run\0killed {number}")


def check_points(killed: Killed) -> None:
    """Check that every acknowledged point is read, and nothing twice."""
    steps: dict[str, list[int | None]] = {}
    for point in killed.found.points:
        if "m" in point.metrics:
            steps.setdefault(point.run, []).append(point.step)
    for number, count in enumerate(killed.acknowledged):
        found = steps.get(run_of(number), [])
        assert len(found) - count in (0, 1), f"writer {number}"
        assert found == list(range(len(found)))
    assert killed.found.unnamed == []
    assert sum(count > 0 for count in killed.acknowledged) >= KILLS // 2


def check_runs(killed: Killed) -> None:
    """Check that every run that began can be named."""
    started = {event["run"] for event in killed.found.of_kind("run.started")}
    began = {run_of(number) for number, count in enumerate(killed.acknowledged) if count}
    assert started >= began


def check_notes(killed: Killed) -> None:
    """Check that a note is whole or not there."""
    notes = killed.found.of_kind("note.added")
    assert notes
    assert {note["text"] for note in notes} == {"x" * 300_000}


def check_gaps(killed: Killed) -> None:
    """Check that a gap lies only where a writer was cut off."""
    ends: dict[tuple[str, str], int] = {}
    for point in killed.found.points:
        actor, number, sequence = point.place
        ends[actor, f"{number:08}.journal"] = 8 * sequence
    for actor, name, begin, _ in killed.found.gaps:
        assert begin > ends.get((actor, name), 0)


def test_every_acknowledged_record_is_read_once_however_writers_are_killed(
    store_of_its_own: Path,
) -> None:
    killed = kill_writers(store_of_its_own)  # once for all that is asked about it
    check_points(killed)
    check_runs(killed)
    check_notes(killed)
    check_gaps(killed)
