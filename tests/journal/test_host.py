from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from runlore.journal.host import UNKNOWN, HostIdentity, current_host, process_start_ticks


def test_the_host_of_now_is_known_and_stays_the_same() -> None:
    assert current_host().is_known
    assert current_host() == current_host()


def test_the_host_is_the_same_for_another_process() -> None:
    code = "from runlore.journal.host import current_host; print(repr(current_host()))"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    answer = subprocess.check_output([sys.executable, "-c", code], text=True, env=environment)
    assert answer.strip() == repr(current_host())


def test_identities_are_equal_by_both_parts() -> None:
    assert HostIdentity("a", "1") == HostIdentity("a", "1")
    assert hash(HostIdentity("a", "1")) == hash(HostIdentity("a", "1"))
    assert HostIdentity("a", "1") != HostIdentity("a", "2")
    assert HostIdentity("a", "1") != HostIdentity("b", "1")
    assert HostIdentity("a", "1") != "a"


def test_an_identity_can_not_be_changed() -> None:
    identity = HostIdentity("a", "1")
    with pytest.raises(AttributeError, match="can't be changed"):
        identity.host_id = "b"


@pytest.mark.parametrize(("host_id", "boot_id"), [("", "1"), ("a", ""), (" \n", "1")])
def test_what_can_not_be_found_out_is_unknown(host_id: str, boot_id: str) -> None:
    identity = HostIdentity(host_id, boot_id)
    assert UNKNOWN in {identity.host_id, identity.boot_id}
    assert not identity.is_known


def test_parts_are_single_words() -> None:
    assert HostIdentity("two words\nand more", "1").host_id == "two-words-and-more"


@pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux only")
def test_a_process_has_one_start_until_it_is_dead() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        began = process_start_ticks(child.pid)
        assert began is not None
        assert began == process_start_ticks(child.pid)
        own = process_start_ticks(os.getpid())
        assert own is not None
        assert began >= own
        child.send_signal(signal.SIGKILL)
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
        assert process_start_ticks(child.pid) is None, "a zombie has ended"
    assert process_start_ticks(child.pid) is None
