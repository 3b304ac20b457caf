from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from runlore.helper.surroundings import cloud_facts, launcher_facts, scheduler_facts

if TYPE_CHECKING:
    from pathlib import Path


def _firmware(root: Path, **texts: str) -> str:
    folder = root / "sys" / "class" / "dmi" / "id"
    folder.mkdir(parents=True)
    for name, text in texts.items():
        (folder / name).write_text(text + "\n")
    return str(root)


@pytest.mark.parametrize(
    ("texts", "provider", "instance_type"),
    [
        ({"sys_vendor": "Amazon EC2", "product_name": "p5.48xlarge"}, "aws", "p5.48xlarge"),
        ({"sys_vendor": "Google", "product_name": "Google Compute Engine"}, "gcp", None),
        (
            {
                "sys_vendor": "Microsoft Corporation",
                "chassis_asset_tag": "7783-7084-3265-9085-8269-3286-77",
            },
            "azure",
            None,
        ),
        ({"sys_vendor": "Hetzner", "product_name": "vServer"}, "hetzner", None),
    ],
)
def test_a_cloud_is_told_by_its_firmware(
    tmp_path: Path, texts: dict[str, str], provider: str, instance_type: str | None
) -> None:
    facts = cloud_facts({}, _firmware(tmp_path, **texts))
    assert facts is not None
    assert (facts["provider"], facts["instance_type"]) == (provider, instance_type)


def test_a_machine_of_ones_own_is_in_no_cloud(tmp_path: Path) -> None:
    root = _firmware(tmp_path, sys_vendor="Microsoft Corporation", product_name="Virtual Machine")
    assert cloud_facts({}, root) is None
    assert cloud_facts({"AWS_REGION": "eu-west-1"}, str(tmp_path / "empty")) is None


def test_what_cloud_init_left_says_where(tmp_path: Path) -> None:
    path = tmp_path / "run" / "cloud-init" / "instance-data.json"
    path.parent.mkdir(parents=True)
    known = {"cloud_name": "gce", "region": "europe-west4", "availability_zone": "europe-west4-a"}
    path.write_text(json.dumps({"v1": known | {"userdata": "not this"}}))
    assert cloud_facts({}, str(tmp_path)) == {
        "provider": "gcp",
        "service": None,
        "instance_type": None,
        "region": "europe-west4",
        "zone": "europe-west4-a",
    }
    for text in ("{", "[]", '{"v1": 3}', '{"v1": {"cloud_name": "none"}}'):
        path.write_text(text)
        assert cloud_facts({}, str(tmp_path)) is None


def test_a_service_is_told_by_its_variables(tmp_path: Path) -> None:
    facts = cloud_facts({"COLAB_RELEASE_TAG": "release"}, str(tmp_path))
    assert facts is not None
    assert facts["service"] == "colab"


def test_slurm_tells_of_its_job() -> None:
    environment = {
        "SLURM_JOB_ID": "4711",
        "SLURM_JOB_NAME": "digits",
        "SLURM_JOB_PARTITION": "gpu",
        "SLURM_JOB_NODELIST": "node[1-2]",
        "SLURM_RESTART_COUNT": "1",
        "RAY_JOB_ID": "7",
    }
    assert scheduler_facts(environment) == {
        "kind": "slurm",
        "job_id": "4711",
        "job_name": "digits",
        "partition": "gpu",
        "node_list": "node[1-2]",
        "restarts": "1",
    }
    assert scheduler_facts({}) is None


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        (
            {"TORCHELASTIC_RUN_ID": "none", "RANK": "3", "WORLD_SIZE": "8"},
            {"kind": "torchrun", "rank": "3", "world_size": "8"},
        ),
        (
            {"OMPI_COMM_WORLD_RANK": "1", "OMPI_COMM_WORLD_SIZE": "2"},
            {"kind": "openmpi", "rank": "1", "world_size": "2"},
        ),
        (
            {"SLURM_PROCID": "0", "SLURM_NTASKS": "4"},
            {"kind": "srun", "rank": "0", "world_size": "4"},
        ),
        ({"RANK": "0", "WORLD_SIZE": "2"}, {"kind": "environment", "rank": "0", "world_size": "2"}),
        ({}, None),
    ],
)
def test_a_launcher_is_told_by_its_variables(environment: dict[str, str], expected: object) -> None:
    assert launcher_facts(environment) == expected
