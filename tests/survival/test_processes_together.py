from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.client.scripts import start_script
from tests.journal.recorded import recorded

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("index_kind")

PROCESSES = 8
POINTS = 5000
WRITE = """
sys.stdin.readline()
with runlore.start_run(os.environ["NAME"], params={"seed": 1}) as run:
    for step in range(POINTS):
        run.log({"m": step}, step)
        if step % 100 == 0:
            run.log_note("x" * 10_000)
"""


def test_eight_processes_begin_one_store_and_write_to_it_at_once(
    store_of_its_own: Path,
) -> None:
    code = WRITE.replace("POINTS", str(POINTS))
    processes = [
        start_script(code, stderr=subprocess.PIPE, NAME=f"p{number}", RUNLORE_HELPER="off")
        for number in range(PROCESSES)
    ]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    ends = [(*process.communicate(timeout=60), process.returncode) for process in processes]
    assert ends == [("", "", 0)] * PROCESSES
    found = recorded(store_of_its_own)
    assert (found.gaps, found.unnamed) == ([], [])
    names = {event["run"]: event["name"] for event in found.of_kind("run.started")}
    assert sorted(names.values()) == [f"p{number}" for number in range(PROCESSES)]
    for run in names:
        steps = [point.step for point in found.points if point.run == run]
        assert steps == list(range(POINTS))
    assert found.statuses() == ["finished"] * PROCESSES
    assert len(found.of_kind("note.added")) == PROCESSES * POINTS // 100
