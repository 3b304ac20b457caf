from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import psutil
import pytest

from runlore.helper.machine import ask_program, machine_facts, read_text

if TYPE_CHECKING:
    from pathlib import Path


def test_processors_and_memory_are_those_that_others_find() -> None:
    facts = machine_facts(os.getpid())
    cpu = facts["cpu"]
    assert isinstance(cpu, dict)
    assert cpu["logical"] == psutil.cpu_count()
    assert cpu["model"]
    if psutil.cpu_count(logical=False):
        assert cpu["physical"] == psutil.cpu_count(logical=False)
    assert facts["memory_bytes"] == psutil.virtual_memory().total


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells")
def test_the_processors_that_a_process_may_use_are_counted() -> None:
    with subprocess.Popen(["sleep", "600"]) as process:
        os.sched_setaffinity(process.pid, {min(os.sched_getaffinity(0))})
        cpu = machine_facts(process.pid)["cpu"]
        process.kill()
    assert isinstance(cpu, dict)
    assert cpu["usable"] == 1


def test_a_program_that_fails_or_hangs_tells_nothing() -> None:
    assert ask_program("echo", "yes") == "yes"
    assert ask_program("false") is None
    assert ask_program("there-is-no-such-program") is None
    assert ask_program("sleep", "600", timeout_seconds=0.01) is None


def test_a_file_is_read_as_far_as_wanted(tmp_path: Path) -> None:
    (tmp_path / "text").write_bytes(b" a\xff b \n")
    assert read_text(str(tmp_path / "text")) == "a\ufffd b"
    assert read_text(str(tmp_path / "text"), most_bytes=2) == "a"
    assert read_text(str(tmp_path / "missing")) is None
