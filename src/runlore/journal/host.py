"""Tell which host and which boot of it this is, and when a process began."""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

UNKNOWN = "unknown"


class HostIdentity:
    """Name one boot of one host; both parts are single words, or `unknown`.

    Passed in wherever it matters, so that tests can be two hosts. It can't be changed.
    """

    __slots__ = ("boot_id", "host_id")

    host_id: str
    boot_id: str

    def __init__(self, host_id: str, boot_id: str) -> None:
        object.__setattr__(self, "host_id", _single_word(host_id))
        object.__setattr__(self, "boot_id", _single_word(boot_id))

    @property
    def is_known(self) -> bool:
        """Whether two identities that are equal mean the same boot of the same host."""
        return UNKNOWN not in (self.host_id, self.boot_id)

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"a HostIdentity can't be changed: {name}")

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, HostIdentity):
            return NotImplemented
        return (self.host_id, self.boot_id) == (other.host_id, other.boot_id)

    def __hash__(self) -> int:
        return hash((self.host_id, self.boot_id))

    def __repr__(self) -> str:
        return f"HostIdentity(host_id={self.host_id!r}, boot_id={self.boot_id!r})"


def current_host() -> HostIdentity:
    """Read this host's identity: the machine id with the host's name, and the boot's id.

    The name belongs to it because containers made from one image share a machine id.
    """
    machine_id = _first_line("/etc/machine-id")
    name = os.uname().nodename if hasattr(os, "uname") else os.environ.get("COMPUTERNAME", "")
    return HostIdentity("/".join(part for part in (machine_id, name) if part), _boot_id())


def process_start_ticks(pid: int) -> int | None:
    """Read when a live process began, in clock ticks since the boot; Linux only.

    A pid comes back one day, a pid with its start doesn't. None where there is no such
    process, where it is a zombie, and where /proc isn't to be had.
    """
    try:
        with open(f"/proc/{pid}/stat", "rb") as stat:
            # The second field is the program's name in brackets and may hold anything.
            fields = stat.read().rpartition(b")")[2].split()
        state, start = fields[0], int(fields[19])
    except (OSError, IndexError, ValueError):
        return None
    return None if state in (b"Z", b"X", b"x") else start


def _boot_id() -> str:
    return _darwin_boot_id() if sys.platform == "darwin" else _linux_boot_id()


def _linux_boot_id() -> str:
    return _first_line("/proc/sys/kernel/random/boot_id")


def _darwin_boot_id() -> str:
    """Ask for the boot's UUID; `kern.boottime` would move whenever the clock is set."""
    import ctypes

    buffer = ctypes.create_string_buffer(64)
    size = ctypes.c_size_t(len(buffer))
    try:
        failed = ctypes.CDLL(None).sysctlbyname(
            b"kern.bootsessionuuid", buffer, ctypes.byref(size), None, ctypes.c_size_t(0)
        )
    except (OSError, AttributeError):
        return ""
    return "" if failed else buffer.value.decode("ascii", "replace")


def _first_line(path: str) -> str:
    try:
        with open(path, "rb") as file:
            return file.readline(256).decode("utf-8", "replace").strip()
    except OSError:
        return ""


def _single_word(text: str) -> str:
    return "-".join(text.split()) or UNKNOWN
