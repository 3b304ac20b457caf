"""Two hosts, a clock that jumps back, a pid that comes back, a fork that outlives its parent."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import pytest

import runlore
from runlore.journal.folder import create_store
from runlore.journal.host import HostIdentity, process_start_ticks
from runlore.reading.opening import find_run
from runlore.reading.store import open_reader
from runlore.testing.journals import JournalComposer
from tests.survival.answers import answers, forget_index, read_up
from tests.survival.forks import until

if TYPE_CHECKING:
    from pathlib import Path

    from tests.survival.conftest import Command
    from tests.survival.forks import Forks

pytestmark = pytest.mark.usefixtures("index_kind")

OTHER_HOST = HostIdentity("other-host", "other-boot")
NODES = {"WORLD_SIZE": "2", "LOCAL_WORLD_SIZE": "1", "GROUP_WORLD_SIZE": "2",
         "MASTER_ADDR": "node0", "MASTER_PORT": "29500", "RUNLORE_RUN_ID": "together"}  # fmt: skip
# One rank on a host of its own choice, killed or finished when it is told to.
NODE = """
import os, signal, sys, time
from pathlib import Path
import runlore
from runlore.client import recorder
from runlore.journal.host import HostIdentity
store, host, go_on, is_to_die = sys.argv[1:]
if host:
    recorder.current_host = lambda: HostIdentity(host, "other-boot")
rank = int(os.environ["RANK"])
run = runlore.start_run(store=store)
for step in range(100):
    run.log({"loss": step + rank / 2}, step=step)
print("logged", flush=True)
while not Path(go_on).exists():
    time.sleep(0.005)
if is_to_die == "yes":
    os.kill(os.getpid(), signal.SIGKILL)
run.finish()
"""
# The clock is set back by an hour in the middle.
SET_BACK = """
import sys, time
import runlore
from runlore.client import run as clients
from runlore.journal import writer
from runlore.records import events
with runlore.start_run("set back", store=sys.argv[1]) as run:
    run.set_status("running", "before")
    run.add_tag("early")
    for step in range(50):
        run.log({"loss": step / 2}, step=step)
        run.log({"plain": step / 2})
    earlier = lambda: time.time_ns() - 3600 * 10**9
    for module in (clients, writer, events):
        module.time_ns = earlier
    for step in range(50, 100):
        run.log({"loss": step / 2}, step=step)
        run.log({"plain": step / 2})
    run.remove_tag("early")
    run.add_tag("late")
    run.log_note("after")
"""


def test_two_hosts_write_one_run(forks: Forks, tmp_path: Path) -> None:
    store, go_on = tmp_path / "store", tmp_path / "go-on"
    here = forks.start(NODE, store, "", go_on, "no", RANK="1", **NODES)
    there = forks.start(NODE, store, OTHER_HOST.host_id, go_on, "yes", RANK="0", **NODES)
    here.says("logged")
    there.says("logged")
    assert runlore.get_run("together", store=store).status == "running"
    go_on.touch()
    assert here.wait() == 0
    assert there.wait() == -9
    run = runlore.get_run("together", store=store)
    assert len(run.attempts) == 1
    for rank in (0, 1):
        values = run.series("loss", rank=rank).value.tolist()
        assert values == [step + rank / 2 for step in range(100)]
    assert run.metrics == {"loss": 99.0}
    assert run.status == "running"  # as far as one can tell from here


def test_who_lives_on_another_host_is_told_there_alone(forks: Forks, tmp_path: Path) -> None:
    store, go_on = tmp_path / "store", tmp_path / "go-on"
    go_on.touch()
    node = forks.start(NODE, store, OTHER_HOST.host_id, go_on, "yes", RANK="0")
    assert node.wait() == -9
    (run,) = runlore.list_runs(store=store)
    assert run.status == "running"  # for two minutes after its last sign of life
    for host in (OTHER_HOST, HostIdentity(OTHER_HOST.host_id, "the-next-boot")):
        with open_reader(store, host=host) as reader:
            assert find_run(reader, run.id).status == "crashed"


def test_a_run_of_another_host_that_has_been_silent_for_long_is_unknown(tmp_path: Path) -> None:
    store = create_store(str(tmp_path / "store"))
    actor, run = "0192f0c1a2b30123456789abcdef0011", "0192f0c1a2b4a1a2a3a4a5a6a7a8a9aa"
    journal = JournalComposer(store, actor, host_id="other-host", boot_id="other-boot")
    slot = journal.slot(run, run[::-1])
    began = time.time_ns() // 1000 - 3600 * 10**6
    journal.event(slot, "run.started", time=began, name="far")
    journal.points(slot, {"loss": 0.5}, time=began, step=1)
    assert runlore.get_run("far", store=store.path).status == "unknown"
    journal.heartbeat(time.time_ns() // 1000)
    assert runlore.get_run("far", store=store.path).status == "running"


def test_a_clock_that_is_set_back_changes_neither_order_nor_the_latest(
    forks: Forks, cli: Command, tmp_path: Path
) -> None:
    store = tmp_path / "store"
    forks.run(SET_BACK, store)
    run = runlore.get_run("set back", store=store)
    assert run.status == "finished"
    assert run.tags == ["late"]
    assert [note.text for note in run.notes] == ["after"]
    loss = run.series("loss")
    assert loss.step is not None
    assert loss.step.tolist() == list(range(100))
    assert loss.value.tolist() == [step / 2 for step in range(100)]
    assert run.metrics["loss"] == 49.5
    plain = run.series("plain")  # without steps, the order of writing counts
    assert plain.step is None
    assert plain.value.tolist() == [step / 2 for step in range(100)]
    assert (plain.time[1:] < plain.time[:-1]).sum() == 1
    assert run.metrics["plain"] == 49.5
    assert cli("--store", store, "show", "set back").code == 0
    assert cli("--store", store, "doctor").code == 0
    known = answers(store)
    forget_index(store)
    assert answers(store) == known


def test_times_given_backwards_are_kept_as_given(tmp_path: Path) -> None:
    store = tmp_path / "store"
    with runlore.start_run("backwards", store=store) as run:
        for step in range(20):
            run.log({"loss": float(step)}, step=step, time=1_700_000_000 - step)
            run.log({"plain": float(step)}, time=1_700_000_000 - step)
    stored = runlore.get_run("backwards", store=store)
    assert stored.series("loss").value.tolist() == list(range(20))
    assert stored.metrics == {"loss": 19.0, "plain": 19.0}
    assert stored.series("plain").value.tolist() == list(range(20))
    assert stored.series("plain").time.tolist() == [
        (1_700_000_000 - step) * 10**6 for step in range(20)
    ]


def test_a_pid_that_somebody_else_has_now_keeps_no_run_alive(forks: Forks, tmp_path: Path) -> None:
    store = tmp_path / "store"
    program = "import os, runlore, sys; runlore.start_run('dead', store=sys.argv[1]); os._exit(9)"
    assert forks.start(program, store).wait() == 9
    assert runlore.get_run("dead", store=store).status == "crashed"
    (lock,) = store.glob("journals/*/lock")
    boot, host, _, start = lock.read_text().split()
    # The test's own process has the pid now, which began at another time.
    assert int(start) != process_start_ticks(os.getpid())
    lock.write_text(f"{boot} {host} {os.getpid()} {start}\n")
    assert runlore.get_run("dead", store=store).status == "crashed"


def test_a_run_runs_as_long_as_a_fork_that_outlives_its_parent(
    forks: Forks, tmp_path: Path
) -> None:
    store, go_on = tmp_path / "store", tmp_path / "go-on"
    program = """
import os, sys, time
from pathlib import Path
import runlore
run = runlore.start_run("forked", store=sys.argv[1])
run.log({"loss": 0.0}, step=0)
if os.fork():
    os.kill(os.getpid(), 9)
run.log({"loss": 1.0}, step=1)
print("child", os.getpid(), flush=True)
while not Path(sys.argv[2]).exists():
    time.sleep(0.005)
run.log({"loss": 2.0}, step=2)
print("logged", flush=True)
os._exit(0)
"""
    parent = forks.start(program, store, go_on)
    child = int(parent.says("\n").split()[1])
    assert parent.wait() == -9
    run = runlore.get_run("forked", store=store)
    assert run.status == "running"
    assert run.series("loss").value.tolist() == [0.0, 1.0]
    go_on.touch()
    parent.says("logged")
    until(lambda: process_start_ticks(child) is None)
    run = runlore.get_run("forked", store=store)
    assert run.status == "crashed"
    assert run.series("loss").value.tolist() == [0.0, 1.0, 2.0]
    assert len(run.attempts) == 1
    read_up(store)
