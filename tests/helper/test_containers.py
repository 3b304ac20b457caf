from __future__ import annotations

from typing import TYPE_CHECKING

from runlore.helper.containers import container_facts, control_group_limits

if TYPE_CHECKING:
    from pathlib import Path


def _write(root: Path, path: str, text: str) -> None:
    target = root / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text + "\n")


def test_the_least_limit_above_a_process_counts(tmp_path: Path) -> None:
    _write(tmp_path, "proc/7/cgroup", "0::/job/step")
    _write(tmp_path, "sys/fs/cgroup/job/memory.max", "2000000")
    _write(tmp_path, "sys/fs/cgroup/job/step/memory.max", "max")
    _write(tmp_path, "sys/fs/cgroup/job/cpu.max", "max 100000")
    _write(tmp_path, "sys/fs/cgroup/job/step/cpu.max", "250000 100000")
    assert control_group_limits(7, str(tmp_path)) == (2_000_000, 2.5)


def test_in_a_container_the_limits_stand_at_the_root(tmp_path: Path) -> None:
    _write(tmp_path, "proc/7/cgroup", "0::/../../a-name-of-the-host")
    _write(tmp_path, "sys/fs/cgroup/memory.max", "1000000")
    assert control_group_limits(7, str(tmp_path)) == (1_000_000, None)


def test_the_older_control_groups_are_read_too(tmp_path: Path) -> None:
    _write(tmp_path, "proc/7/cgroup", "4:memory:/docker/ab\n3:cpu,cpuacct:/docker/ab")
    _write(tmp_path, "sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712")
    _write(tmp_path, "sys/fs/cgroup/memory/docker/ab/memory.limit_in_bytes", "3000000")
    _write(tmp_path, "sys/fs/cgroup/cpu/docker/ab/cpu.cfs_quota_us", "150000")
    _write(tmp_path, "sys/fs/cgroup/cpu/docker/ab/cpu.cfs_period_us", "100000")
    assert control_group_limits(7, str(tmp_path)) == (3_000_000, 1.5)


def test_without_limits_there_are_none(tmp_path: Path) -> None:
    assert control_group_limits(7, str(tmp_path)) == (None, None)
    _write(tmp_path, "proc/7/cgroup", "nonsense\n0::/")
    _write(tmp_path, "sys/fs/cgroup/cpu.max", "-1 0")
    assert control_group_limits(7, str(tmp_path)) == (None, None)


def test_kubernetes_and_apptainer_are_told_by_their_variables() -> None:
    pod = container_facts(0, {"KUBERNETES_SERVICE_HOST": "10.0.0.1", "HOSTNAME": "train-0"})
    assert pod is not None
    assert (pod["kind"], pod["pod"]) == ("kubernetes", "train-0")
    image = container_facts(0, {"APPTAINER_NAME": "a", "APPTAINER_CONTAINER": "/images/torch.sif"})
    assert image is not None
    assert (image["kind"], image["image"]) == ("apptainer", "/images/torch.sif")
