"""Describe where a process was put: cloud, scheduler, launcher; from files and variables alone.

Nothing is asked over the network: a cloud's metadata service can be slow, or not there.
"""

from __future__ import annotations

import json
import os
import re
from typing import TYPE_CHECKING, Any

from runlore.helper.machine import read_text

if TYPE_CHECKING:
    from collections.abc import Mapping

_DMI = "/sys/class/dmi/id"
_VENDORS = (  # a text in the machine's firmware, and whose it is
    ("amazon ec2", "aws"), ("google", "gcp"), ("microsoft corporation", "azure"),
    ("alibaba cloud", "alibaba"), ("digitalocean", "digitalocean"), ("hetzner", "hetzner"),
    ("oraclecloud", "oracle"), ("openstack", "openstack"), ("scaleway", "scaleway"),
    ("tencent cloud", "tencent"), ("vultr", "vultr"), ("akamai", "linode"), ("linode", "linode"),
)  # fmt: skip
_AZURE_TAG = "7783-7084-3265-9085-8269-3286-77"  # Hyper-V on one's own desk has another
_SERVICES = (  # a variable that only a hosted service sets, and its name
    ("COLAB_RELEASE_TAG", "colab"), ("KAGGLE_KERNEL_RUN_TYPE", "kaggle"),
    ("SM_CURRENT_HOST", "sagemaker"), ("TRAINING_JOB_ARN", "sagemaker"),
    ("AZUREML_RUN_ID", "azureml"), ("CLOUD_ML_JOB_ID", "vertex"),
    ("DATABRICKS_RUNTIME_VERSION", "databricks"), ("RUNPOD_POD_ID", "runpod"),
    ("VAST_CONTAINERLABEL", "vast"), ("MODAL_TASK_ID", "modal"),
    ("LIGHTNING_CLOUD_URL", "lightning"), ("PAPERSPACE_METRIC_WORKLOAD_ID", "paperspace"),
    ("CODESPACES", "codespaces"), ("GITHUB_ACTIONS", "github-actions"), ("GITLAB_CI", "gitlab-ci"),
)  # fmt: skip
_SCHEDULERS = {  # the variable that holds the job's number; the facts by their variables
    "slurm": (
        "SLURM_JOB_ID",
        {
            "job_name": "SLURM_JOB_NAME", "partition": "SLURM_JOB_PARTITION",
            "account": "SLURM_JOB_ACCOUNT", "qos": "SLURM_JOB_QOS", "cluster": "SLURM_CLUSTER_NAME",
            "step_id": "SLURM_STEP_ID", "array_job_id": "SLURM_ARRAY_JOB_ID",
            "array_task_id": "SLURM_ARRAY_TASK_ID", "nodes": "SLURM_JOB_NUM_NODES",
            "node_list": "SLURM_JOB_NODELIST", "tasks": "SLURM_NTASKS",
            "cpus_per_task": "SLURM_CPUS_PER_TASK", "gpus": "SLURM_GPUS",
            "gpus_on_node": "SLURM_GPUS_ON_NODE", "memory_per_node": "SLURM_MEM_PER_NODE",
            "restarts": "SLURM_RESTART_COUNT", "submit_host": "SLURM_SUBMIT_HOST",
        },
    ),
    "pbs": ("PBS_JOBID", {"job_name": "PBS_JOBNAME", "queue": "PBS_QUEUE"}),
    "lsf": ("LSB_JOBID", {"job_name": "LSB_JOBNAME", "queue": "LSB_QUEUE", "hosts": "LSB_HOSTS"}),
    "htcondor": ("_CONDOR_JOB_ID", {"slot": "_CONDOR_SLOT"}),
    "ray": ("RAY_JOB_ID", {}),
}  # fmt: skip
_LAUNCHERS = {
    "torchrun": (
        "TORCHELASTIC_RUN_ID",
        {
            "rank": "RANK", "world_size": "WORLD_SIZE", "local_rank": "LOCAL_RANK",
            "local_world_size": "LOCAL_WORLD_SIZE", "group_rank": "GROUP_RANK",
            "restarts": "TORCHELASTIC_RESTART_COUNT", "master": "MASTER_ADDR",
        },
    ),
    "openmpi": (
        "OMPI_COMM_WORLD_SIZE",
        {
            "rank": "OMPI_COMM_WORLD_RANK", "world_size": "OMPI_COMM_WORLD_SIZE",
            "local_rank": "OMPI_COMM_WORLD_LOCAL_RANK",
        },
    ),
    "mpich": (
        "PMI_SIZE", {"rank": "PMI_RANK", "world_size": "PMI_SIZE", "local_rank": "MPI_LOCALRANKID"}
    ),
    "srun": (
        "SLURM_PROCID",
        {"rank": "SLURM_PROCID", "world_size": "SLURM_NTASKS", "local_rank": "SLURM_LOCALID"},
    ),
    "environment": (
        "WORLD_SIZE",
        {
            "rank": "RANK", "world_size": "WORLD_SIZE", "local_rank": "LOCAL_RANK",
            "master": "MASTER_ADDR",
        },
    ),
}  # fmt: skip


def cloud_facts(environment: Mapping[str, str], root: str = "/") -> dict[str, object] | None:
    """Return `provider`, `service`, `instance_type`, `region` as far as files tell; or None."""
    facts: dict[str, object] = {
        "provider": None, "service": None, "instance_type": None, "region": None, "zone": None,
    }  # fmt: skip
    firmware = {
        name: read_text(os.path.join(root, _DMI.lstrip("/"), name)) or ""
        for name in ("sys_vendor", "bios_vendor", "product_name", "chassis_asset_tag")
    }
    text = " ".join(firmware.values()).lower()
    provider = next((name for vendor, name in _VENDORS if vendor in text), None)
    if provider == "azure" and firmware["chassis_asset_tag"] != _AZURE_TAG:
        provider = None
    facts["provider"] = provider
    if provider == "aws" and re.fullmatch(r"[a-z0-9\-]+\.[a-z0-9\-]+", firmware["product_name"]):
        facts["instance_type"] = firmware["product_name"]
    facts |= _cloud_init(os.path.join(root, "run/cloud-init/instance-data.json"))
    facts["service"] = next((name for key, name in _SERVICES if environment.get(key)), None)
    region = environment.get("AWS_REGION") or environment.get("AWS_DEFAULT_REGION")
    facts["region"] = facts["region"] or region
    return facts if facts["provider"] or facts["service"] else None


def scheduler_facts(environment: Mapping[str, str]) -> dict[str, str] | None:
    """Return what the batch system says of the job: `kind`, `job_id` and more; or None."""
    return _first(_SCHEDULERS, environment, "job_id")


def launcher_facts(environment: Mapping[str, str]) -> dict[str, str] | None:
    """Return what has started several processes together, with rank and world size; or None."""
    return _first(_LAUNCHERS, environment, None)


def _first(
    kinds: Mapping[str, tuple[str, Mapping[str, str]]],
    environment: Mapping[str, str],
    name: str | None,
) -> dict[str, str] | None:
    for kind, (variable, facts) in kinds.items():
        if environment.get(variable):
            found = {"kind": kind} | ({name: environment[variable]} if name else {})
            return found | {
                key: environment[source] for key, source in facts.items() if source in environment
            }
    return None


def _cloud_init(path: str) -> dict[str, Any]:
    """Read what cloud-init left for everybody to read; secrets lie in another file."""
    try:
        known = json.loads(read_text(path, 1 << 20) or "")["v1"]
        found = {
            "provider": known.get("cloud_name"),
            "region": known.get("region"),
            "zone": known.get("availability_zone"),
        }
    except (ValueError, KeyError, TypeError, AttributeError):
        return {}
    names = {"aws", "azure", "gce", "openstack", "oracle", "digitalocean", "hetzner"}
    if found["provider"] not in names:
        return {}
    if found["provider"] == "gce":
        found["provider"] = "gcp"
    return {key: value for key, value in found.items() if isinstance(value, str)}
