"""Describe the container that a process runs in, and what it may use there."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from runlore.helper.machine import read_text

if TYPE_CHECKING:
    from collections.abc import Mapping

_KUBERNETES_FOLDER = "/var/run/secrets/kubernetes.io/serviceaccount"
_UNLIMITED = 1 << 60  # what version 1 of control groups says for no limit is near 2**63


def container_facts(pid: int, environment: Mapping[str, str]) -> dict[str, object] | None:
    """Return the container's `kind` and what its control group limits; None for neither.

    `memory_limit_bytes` and `cpu_limit` (in cores) are those of the process `pid`, on Linux.
    """
    kind = _container_kind(environment)
    facts: dict[str, object] = {"kind": kind}
    if kind == "kubernetes":
        facts["namespace"] = read_text(f"{_KUBERNETES_FOLDER}/namespace")
        facts["pod"] = environment.get("POD_NAME") or environment.get("HOSTNAME")
    image = environment.get("APPTAINER_CONTAINER") or environment.get("SINGULARITY_CONTAINER")
    if image:
        facts["image"] = image
    facts["memory_limit_bytes"], facts["cpu_limit"] = control_group_limits(pid)
    return facts if any(value is not None for value in facts.values()) else None


def control_group_limits(pid: int, root: str = "/") -> tuple[int | None, float | None]:
    """Return the least limits of memory in bytes and of processors in cores above a process."""
    groups: dict[str, str] = {}
    for line in (read_text(os.path.join(root, f"proc/{pid}/cgroup")) or "").splitlines():
        _, names, path = (*line.split(":", 2), "", "")[:3]
        groups |= dict.fromkeys(names.split(","), path)
    base = os.path.join(root, "sys/fs/cgroup")
    memory, processors = [], []
    for folder in _upwards(base, groups.get("")):
        memory.append(_number(read_text(f"{folder}/memory.max")))
        quota, _, period = (read_text(f"{folder}/cpu.max") or "").partition(" ")
        processors.append(_share(quota, period))
    for folder in _upwards(f"{base}/memory", groups.get("memory")):
        memory += [_number(read_text(f"{folder}/memory.limit_in_bytes"))]
    for folder in _upwards(f"{base}/cpu", groups.get("cpu")):
        quota = read_text(f"{folder}/cpu.cfs_quota_us") or ""
        processors.append(_share(quota, read_text(f"{folder}/cpu.cfs_period_us") or ""))
    limits = [size for size in memory if size is not None and size < _UNLIMITED]
    shares = [share for share in processors if share is not None]
    return min(limits, default=None), min(shares, default=None)


def _container_kind(environment: Mapping[str, str]) -> str | None:
    if environment.get("KUBERNETES_SERVICE_HOST") or os.path.isdir(_KUBERNETES_FOLDER):
        return "kubernetes"
    for variable, kind in (("APPTAINER_NAME", "apptainer"), ("SINGULARITY_NAME", "singularity")):
        if environment.get(variable):
            return kind
    if os.path.exists("/run/.containerenv"):
        return "podman"
    if os.path.exists("/.dockerenv"):
        return "docker"
    groups = read_text("/proc/1/cgroup") or ""
    named = re.search(r"docker|kubepods|lxc|libpod|containerd", groups)
    if named:
        return {"kubepods": "kubernetes", "libpod": "podman"}.get(named[0], named[0])
    return environment.get("container") or None  # systemd-nspawn, lxc, toolbox


def _upwards(base: str, path: str | None) -> list[str]:
    """Return the folders of a control group and of those above it."""
    if path is None:
        return []
    parts = [part for part in path.split("/") if part not in ("", "..")]
    # Inside a container the path can be the host's, while its own group is the root.
    return [os.path.join(base, *parts[:count]) for count in range(len(parts) + 1)]


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() else None


def _share(quota: str, period: str) -> float | None:
    if not (quota.isdecimal() and period.isdecimal() and int(period)):
        return None  # "max", or -1
    return round(int(quota) / int(period), 3)
