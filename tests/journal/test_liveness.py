from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from runlore.journal.host import HostIdentity, current_host, process_start_ticks
from runlore.journal.liveness import holder
from runlore.journal.lock import hold, release

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HERE = current_host()
LINUX_ONLY = pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux only")

# A free pid between this and the next line can't be had for certain, so no process at all.
NO_PID = 2**22 + 1


@pytest.fixture
def lock_path(tmp_path: Path) -> str:
    return str(tmp_path / "lock")


@contextlib.contextmanager
def _process(code: str, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """Run `code`, wait for its first line (kept as `ready`), and end it afterwards."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    prelude = "import os, sys, time\nfrom runlore.journal.lock import hold, release\n"
    with subprocess.Popen(
        [sys.executable, "-c", prelude + code, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    ) as child:
        try:
            yield child
        finally:
            child.kill()


def _next_line(child: subprocess.Popen[str]) -> str:
    assert child.stdout is not None
    return child.stdout.readline().strip()


def _kill_and_leave_a_zombie(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)


HOLD_AND_WAIT = "hold(sys.argv[1]); print('held', flush=True); input()"


def test_a_process_is_alive_until_it_is_killed(lock_path: str) -> None:
    with _process(HOLD_AND_WAIT, lock_path) as child:
        assert _next_line(child) == "held"
        assert holder(lock_path, host=HERE) == "alive"
        assert holder(lock_path, host=HERE) == "alive", "asking must not drop anything"
        _kill_and_leave_a_zombie(child.pid)
        assert holder(lock_path, host=HERE) == "dead", "nobody has waited for it yet"
    assert holder(lock_path, host=HERE) == "dead"


def test_a_forked_child_does_not_keep_a_dead_parent_alive(lock_path: str) -> None:
    code = """
descriptor = hold(sys.argv[1])
os.dup(descriptor)  # the child keeps this one open, as it would any inherited file
child = os.fork()
if child == 0:
    print("child", os.getpid(), flush=True)
    time.sleep(600)
input()
"""
    with _process(code, lock_path) as parent:
        word, pid = _next_line(parent).split()
        assert word == "child"
        try:
            assert holder(lock_path, host=HERE) == "alive"
            _kill_and_leave_a_zombie(parent.pid)
            os.kill(int(pid), 0)
            assert holder(lock_path, host=HERE) == "dead"
        finally:
            os.kill(int(pid), signal.SIGKILL)


def test_a_forked_child_asks_without_hurting_its_parent(lock_path: str) -> None:
    code = """
from runlore.journal.host import current_host
from runlore.journal.liveness import holder
hold(sys.argv[1])
if os.fork() == 0:
    print(holder(sys.argv[1], host=current_host()), flush=True)
    os._exit(0)
os.wait()
print("asked", flush=True)
input()
"""
    with _process(code, lock_path) as parent:
        assert _next_line(parent) == "alive"
        assert _next_line(parent) == "asked"
        assert holder(lock_path, host=HERE) == "alive"


def test_a_forked_child_holds_a_lock_of_its_own(tmp_path: Path) -> None:
    code = """
hold(sys.argv[1] + "/parent")
if os.fork() == 0:
    hold(sys.argv[1] + "/child")
    print("held", flush=True)
    time.sleep(600)
input()
"""
    parent_path, child_path = str(tmp_path / "parent"), str(tmp_path / "child")
    with _process(code, str(tmp_path)) as parent:
        _next_line(parent)
        child_pid = int((tmp_path / "child").read_text().split()[2])
        try:
            _kill_and_leave_a_zombie(parent.pid)
            assert holder(parent_path, host=HERE) == "dead"
            assert holder(child_path, host=HERE) == "alive"
        finally:
            os.kill(child_pid, signal.SIGKILL)


def test_a_process_asking_about_its_own_lock_keeps_it(lock_path: str) -> None:
    code = """
from runlore.journal.host import current_host
from runlore.journal.liveness import holder
hold(sys.argv[1])
print(holder(sys.argv[1], host=current_host()), flush=True)
input()
"""
    with _process(code, lock_path) as child:
        assert _next_line(child) == "alive"
        assert holder(lock_path, host=HERE) == "alive"


def test_own_lock_under_an_injected_identity_belongs_to_that_host(lock_path: str) -> None:
    there = HostIdentity("host-b", "boot-b")
    descriptor = hold(lock_path, host=there)
    assert holder(lock_path, host=there) == "alive"
    assert holder(lock_path, host=HERE) == "unknown"
    release(descriptor)


def test_a_pid_that_came_back_does_not_make_it_alive(lock_path: str) -> None:
    own_start = process_start_ticks(os.getpid()) or 0
    _write_identity(lock_path, HERE, os.getpid(), own_start - 1)
    assert holder(lock_path, host=HERE) == "dead"


def test_a_pid_that_nobody_has_does_not_make_a_held_lock_dead(lock_path: str) -> None:
    code = """
descriptor = hold(sys.argv[1])
os.ftruncate(descriptor, 0)
os.pwrite(descriptor, sys.argv[2].encode(), 0)
print("held", flush=True)
input()
"""
    line = f"{HERE.boot_id} {HERE.host_id} {NO_PID} 1\n"
    with _process(code, lock_path, line) as child:
        _next_line(child)
        assert holder(lock_path, host=HERE) == "alive"
        child.kill()
        child.wait()
        assert holder(lock_path, host=HERE) == "dead"


@LINUX_ONLY
def test_a_lock_lost_by_a_stray_close_is_unknown_while_its_process_runs(lock_path: str) -> None:
    code = """
hold(sys.argv[1])
open(sys.argv[1]).close()  # as copying the folder from inside the process would
print("lost", flush=True)
input()
"""
    with _process(code, lock_path) as child:
        _next_line(child)
        assert holder(lock_path, host=HERE) == "unknown"
        child.kill()
        child.wait()
        assert holder(lock_path, host=HERE) == "dead"


@pytest.mark.parametrize(
    "asked_as",
    [
        HostIdentity("another-host", HERE.boot_id),
        HostIdentity("unknown", "unknown"),
    ],
)
def test_another_host_can_not_tell(lock_path: str, asked_as: HostIdentity) -> None:
    with _process(HOLD_AND_WAIT, lock_path) as child:
        _next_line(child)
        assert holder(lock_path, host=asked_as) == "unknown"
    assert holder(lock_path, host=asked_as) == "unknown"


def test_what_ran_before_this_host_was_started_again_is_dead(lock_path: str) -> None:
    _write_identity(lock_path, HostIdentity(HERE.host_id, "an-earlier-boot"), NO_PID, 1)
    assert holder(lock_path, host=HERE) == "dead"


def test_a_host_that_is_not_known_can_not_tell_even_of_itself(lock_path: str) -> None:
    nowhere = HostIdentity("unknown", "unknown")
    _write_identity(lock_path, nowhere, NO_PID, 1)
    assert holder(lock_path, host=nowhere) == "unknown"


def test_on_a_network_file_system_a_lock_tells_nothing(lock_path: str) -> None:
    _write_identity(lock_path, HERE, NO_PID, 1)
    assert holder(lock_path, host=HERE, is_on_local_disk=False) == "unknown"
    assert holder(lock_path, host=HERE, is_on_local_disk=True) == "dead"


def test_without_a_file_nothing_is_known(lock_path: str) -> None:
    assert holder(lock_path, host=HERE) == "unknown"


@pytest.mark.parametrize(
    "text", ["", "boot host 1", "boot host 1 2", "boot host one two\n", "\0\n", "é\n" * 999]
)
def test_a_file_that_says_nothing_readable_is_unknown(lock_path: str, text: str) -> None:
    with open(lock_path, "w", encoding="utf-8") as file:
        file.write(text.replace("boot", HERE.boot_id).replace("host", HERE.host_id))
    assert holder(lock_path, host=HERE) == "unknown"


def test_a_folder_in_its_place_is_unknown(tmp_path: Path) -> None:
    assert holder(str(tmp_path), host=HERE) == "unknown"


def _write_identity(lock_path: str, host: HostIdentity, pid: int, start_ticks: int) -> None:
    with open(lock_path, "w", encoding="utf-8") as file:
        file.write(f"{host.boot_id} {host.host_id} {pid} {start_ticks}\n")
