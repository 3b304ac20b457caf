from __future__ import annotations

import os
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

import runlore
from runlore.helper.gpus import Gpus, chosen_gpus
from runlore.helper.load import Samples
from tests.helper.training import Training, until

if TYPE_CHECKING:
    from pathlib import Path

    from runlore.reading.run import StoredRun


def stored(training: Training) -> StoredRun:
    return runlore.get_run(training.run, store=training.store.path)


@pytest.mark.skipif(not hasattr(os, "posix_spawn"), reason="there is no helper")
def test_the_load_is_recorded_beside_the_metrics(tmp_path: Path, store_of_its_own: Path) -> None:
    with Training(store_of_its_own, tmp_path) as training:
        training.do("run.log({'loss': 1.0}, step=0)")
        training.do("ballast = bytearray(64 << 20)")
        until(lambda: stored(training).load)
        run = stored(training)
        assert run.metrics == {"loss": 1.0}
        assert {"cpu_percent", "memory_percent", "process_memory_bytes"} <= run.load.keys()
        assert run.load["process_memory_bytes"].last > 64 << 20
        assert "system/cpu_percent" in run.series_names()
        assert len(run.series("system/cpu_percent")) >= 1


@pytest.mark.skipif(not hasattr(os, "posix_spawn"), reason="there is no helper")
def test_only_runs_that_want_it_and_are_open_have_it(
    tmp_path: Path, store_of_its_own: Path
) -> None:
    with Training(store_of_its_own, tmp_path) as training:
        training.do("other = runlore.start_run('o', store=sys.argv[1], capture={'load': False})")
        training.do("over = runlore.start_run('over', store=sys.argv[1]); over.finish()")
        until(lambda: stored(training).load)
        for name in ("o", "over"):
            assert runlore.get_run(name, store=training.store.path).load == {}


def test_the_processor_time_of_children_counts() -> None:
    busy = [sys.executable, "-c", "import time; end = time.time() + 60\nwhile time.time() < end: 0"]
    child = subprocess.Popen(busy)
    try:
        samples = Samples(child.pid)
        time.sleep(1.0)
        sample = samples.take()
    finally:
        child.kill()
        child.wait()
    assert sample["process_cpu_percent"] > 1
    assert 0 <= sample["memory_percent"] <= 100


def test_where_there_is_no_gpu_nothing_is_said_of_one() -> None:
    if os.path.exists("/proc/driver/nvidia"):
        pytest.skip("this machine has one")
    assert Gpus().sample() == {}


@pytest.mark.parametrize(
    ("visible", "chosen"),
    [
        (None, [0, 1, 2, 3]), ("2,0", [2, 0]), ("", []), ("-1", []), ("1,9,2", [1]),
        ("GPU-8932f937", [0, 1, 2, 3]),
    ],
)  # fmt: skip
def test_only_the_gpus_that_the_process_may_see_are_sampled(
    visible: str | None, chosen: list[int]
) -> None:
    assert chosen_gpus(visible, 4) == chosen
