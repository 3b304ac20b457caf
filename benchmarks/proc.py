"""What Linux tells about the memory and the processor time of a process."""

from __future__ import annotations

import os
import time
from pathlib import Path

KINDS = ("RssAnon", "RssFile", "RssShmem")
PATIENCE_SECONDS = 120.0


def resident_bytes(process: int | str = "self") -> dict[str, int]:
    """Return resident memory by kind: anonymous, of mapped files, shared."""
    status = Path(f"/proc/{process}/status").read_text().splitlines()
    fields = dict(line.split(":", 1) for line in status)
    return {kind: int(fields[kind].split()[0]) * 1024 for kind in KINDS}


def processor_seconds(process: int) -> float:
    """Return the processor time of a process so far and of its children that have ended.

    Its own to the nanosecond, of all its threads; theirs to a hundredth of a second. 0 if it has
    ended itself: its parent has it then.
    """
    total = 0
    try:
        for thread in Path(f"/proc/{process}/task").iterdir():
            total += int((thread / "schedstat").read_text().split()[0])
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    of_children = int(fields[13]) + int(fields[14])
    return total / 1e9 + of_children / os.sysconf("SC_CLK_TCK")


def descendants() -> list[int]:
    """Return the processes that this one, or another of them, has started and that are alive."""
    parents = {}
    for entry in os.scandir("/proc"):
        if entry.name.isdigit():
            try:
                status = Path(entry.path, "stat").read_text()
            except OSError:  # it ended meanwhile
                continue
            state, parent = status.rpartition(")")[2].split()[:2]
            if state != "Z":
                parents[int(entry.name)] = int(parent)
    found = {os.getpid()}
    while more := {one for one, parent in parents.items() if parent in found} - found:
        found |= more
    return sorted(found - {os.getpid()})


def wait_until_nobody_uses(folder: Path) -> None:
    """Wait until no process names `folder` in its command line, as helpers do.

    Returns after two minutes all the same: what is measured next is then worse off.
    """
    name = os.fsencode(folder)
    give_up = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < give_up and any(name in line for line in _command_lines()):
        time.sleep(0.05)


def _command_lines() -> list[bytes]:
    lines = []
    for entry in os.scandir("/proc"):
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                lines.append(Path(entry.path, "cmdline").read_bytes())
            except OSError:
                continue
    return lines
