"""On what, and when, the numbers were taken."""

from __future__ import annotations

import os
import platform
import subprocess
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

from benchmarks.places import ROOT


def description() -> list[str]:
    """Return lines on date, revision, processor, memory, system and libraries."""
    return [
        f"date: {datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        f"revision: {_revision()}",
        f"processor: {_processor()}, {os.cpu_count()} cores; memory: {_memory_gib():.0f} GiB",
        f"load average at the end: {os.getloadavg()[0]:.1f}",
        (
            f"system: {platform.system()} {platform.release()}, file system of the repository: "
            f"{_file_system()}"
        ),
        f"Python {platform.python_version()}, "
        + ", ".join(f"{name} {_version(name)}" for name in ("numpy", "pcodec", "click", "rich")),
    ]


def _revision() -> str:
    command = ["git", "describe", "--always", "--dirty"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip() or "unknown"


def _processor() -> str:
    for line in _lines("/proc/cpuinfo"):
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _memory_gib() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30


def _file_system() -> str:
    """Return the type of the mount with the longest path that holds the repository."""
    mounts = [line.split() for line in _lines("/proc/mounts")]
    here = [(len(m[1]), m[2]) for m in mounts if ROOT.is_relative_to(m[1])]
    return max(here)[1] if here else "unknown"


def _lines(path: str) -> list[str]:
    try:
        return Path(path).read_text().splitlines()
    except OSError:
        return []


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "not installed"
