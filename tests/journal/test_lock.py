from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from runlore.errors import StoreError
from runlore.journal import lock
from runlore.journal.host import HostIdentity, process_start_ticks
from runlore.journal.lock import held_identity, hold, release

if TYPE_CHECKING:
    from pathlib import Path

HERE = HostIdentity("host-a", "boot-1")
TRY_TO_HOLD = """
import sys
from runlore.errors import StoreError
from runlore.journal.lock import hold
try:
    hold(sys.argv[1])
except StoreError as error:
    print("refused:", error)
else:
    print("held")
"""


def _try_from_another_process(path: Path) -> str:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", TRY_TO_HOLD, str(path)]
    return subprocess.check_output(command, text=True, env=environment).strip()


def test_the_file_says_boot_host_pid_and_start(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    descriptor = hold(str(path), host=HERE)
    release(descriptor)
    start_ticks = process_start_ticks(os.getpid()) or 0
    assert path.read_text() == f"boot-1 host-a {os.getpid()} {start_ticks}\n"


def test_what_an_earlier_holder_wrote_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    path.write_text("a-much-longer-boot-id " * 9 + "\n")
    release(hold(str(path), host=HERE))
    assert path.read_text().startswith("boot-1 host-a ")
    assert len(path.read_text().split()) == 4


def test_a_lock_held_by_another_process_is_refused_with_its_path(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    descriptor = hold(str(path))
    before = os.pread(descriptor, 1000, 0)
    assert _try_from_another_process(path).startswith(
        f"refused: another process holds the lock {str(path)!r}"
    )
    assert os.pread(descriptor, 1000, 0) == before
    release(descriptor)
    assert _try_from_another_process(path) == "held"


def test_holding_twice_in_one_process_keeps_the_first_hold(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    link = tmp_path / "link"
    descriptor = hold(str(path))
    link.symlink_to(path)
    assert hold(str(path)) == descriptor
    assert hold(str(link)) == descriptor
    assert _try_from_another_process(path).startswith("refused")
    release(descriptor)


def test_releasing_what_is_not_held_touches_nothing(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    descriptor = hold(str(path))
    release(descriptor)
    reused = os.open(path, os.O_RDONLY)
    release(reused)
    os.close(reused)


def test_the_process_knows_what_it_holds_without_opening_it(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    assert held_identity(str(path)) is None
    descriptor = hold(str(path), host=HERE)
    assert held_identity(str(path)) == HERE
    assert held_identity(str(tmp_path / "." / "lock")) == HERE
    release(descriptor)
    assert held_identity(str(path)) is None


def test_a_refused_hold_leaves_no_descriptor_behind(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        hold(str(tmp_path / "missing" / "lock"))
    path = tmp_path / "lock"
    code = (
        "import sys; from runlore.journal.lock import hold; hold(sys.argv[1]);"
        "print('ready', flush=True); input()"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(
        [sys.executable, "-c", code, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environment,
    ) as other:
        assert other.stdout is not None
        other.stdout.readline()
        open_before = os.listdir("/dev/fd")
        with pytest.raises(StoreError):
            hold(str(path))
        assert len(os.listdir("/dev/fd")) == len(open_before)
        other.kill()


def test_the_import_is_cheap() -> None:
    """What a training process loads for it: nothing but what the import budget allows."""
    code = (
        "import sys; before = set(sys.modules);"
        "import runlore.journal.lock, runlore.journal.liveness, runlore.journal.filesystem;"
        "print(*sorted(set(sys.modules) - before))"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    loaded = subprocess.check_output([sys.executable, "-c", code], text=True, env=environment)
    foreign = {name for name in loaded.split() if not name.startswith("runlore")}
    assert foreign <= {"__future__", "fcntl", "struct", "_struct"}


def test_a_signal_handler_may_release_while_a_lock_is_asked_about(tmp_path: Path) -> None:
    descriptor = hold(str(tmp_path / "lock"))
    with lock.guard:
        release(descriptor)
    assert held_identity(str(tmp_path / "lock")) is None
