"""Describe the machine: system, processors, memory."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from contextlib import suppress

_PROGRAM_SECONDS = 2.0


def machine_facts(pid: int) -> dict[str, object]:
    """Return what a machine is: `os`, `cpu`, `memory_bytes`; what can't be found is None.

    `cpu` counts `physical` and `logical` cores, and the `usable` ones that the process `pid`
    may run on.
    """
    return {
        "os": os_facts(),
        "cpu": {
            "model": _cpu_model(),
            "architecture": platform.machine() or None,
            "physical": _physical_cores(),
            "logical": os.cpu_count(),
            "usable": _usable_cores(pid),
        },
        "memory_bytes": _memory_bytes(),
    }


def os_facts() -> dict[str, object]:
    """Name the system, its release and, on Linux, the distribution."""
    distribution = None
    if sys.platform == "linux":
        with suppress(OSError):
            distribution = platform.freedesktop_os_release().get("PRETTY_NAME")
    elif sys.platform == "darwin":
        distribution = f"macOS {platform.mac_ver()[0]}"
    return {
        "system": platform.system(),
        "release": platform.release(),
        "distribution": distribution,
        "libc": " ".join(platform.libc_ver()).strip() or None,
    }


def read_text(path: str, most_bytes: int = 1 << 16) -> str | None:
    """Return the beginning of a small file as text, stripped; None if it can't be read."""
    try:
        with open(path, "rb") as file:
            return file.read(most_bytes).decode("utf-8", "replace").strip()
    except (OSError, ValueError):
        return None


def ask_program(*command: str, timeout_seconds: float = _PROGRAM_SECONDS) -> str | None:
    """Return what a program prints, stripped; None if it can't be run, fails, or is slow."""
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=timeout_seconds,
            check=False,
        )
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return None
    return done.stdout.decode("utf-8", "replace").strip() if done.returncode == 0 else None


def _cpu_model() -> str | None:
    if sys.platform == "darwin":
        return ask_program("sysctl", "-n", "machdep.cpu.brand_string")
    fields = _cpu_fields()
    for key in ("model name", "Hardware", "cpu model", "Model"):
        if fields.get(key):
            return fields[key]
    part = (fields.get("CPU implementer"), fields.get("CPU part"))
    if any(part):
        return f"implementer {part[0]}, part {part[1]}"  # Arm gives numbers alone
    return platform.processor() or None


def _cpu_fields() -> dict[str, str]:
    """Read the first processor's fields."""
    fields: dict[str, str] = {}
    for line in (read_text("/proc/cpuinfo") or "").splitlines():
        key, colon, value = line.partition(":")
        if colon:
            fields.setdefault(key.strip(), value.strip())
    return fields


def _physical_cores() -> int | None:
    if sys.platform == "darwin":
        answer = ask_program("sysctl", "-n", "hw.physicalcpu")
        return int(answer) if answer and answer.isdecimal() else None
    base = "/sys/devices/system/cpu"
    cores = set()
    try:
        names = os.listdir(base)
    except OSError:
        return None
    for name in names:
        if name.startswith("cpu") and name[3:].isdecimal():
            # The threads of one core name the same siblings.
            siblings = read_text(f"{base}/{name}/topology/thread_siblings_list")
            if siblings is not None:
                cores.add(siblings)
    return len(cores) or None


def _usable_cores(pid: int) -> int | None:
    if sys.platform == "linux":
        with suppress(OSError):
            return len(os.sched_getaffinity(pid))
    return os.cpu_count()


def _memory_bytes() -> int | None:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError):
        return None
