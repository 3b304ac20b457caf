"""Choose the environment variables that say how a process was placed and set up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runlore.helper.redaction import mask_variable

if TYPE_CHECKING:
    from collections.abc import Mapping

_NAMES = frozenset(
    {
        "ACCELERATE_MIXED_PRECISION", "CONDA_DEFAULT_ENV", "CONDA_PREFIX",
        "CUBLAS_WORKSPACE_CONFIG", "GROUP_RANK", "GROUP_WORLD_SIZE", "LANG", "LC_ALL",
        "LD_LIBRARY_PATH", "LD_PRELOAD", "LOCAL_RANK", "LOCAL_WORLD_SIZE", "MASTER_ADDR",
        "MASTER_PORT", "MPLBACKEND", "NODE_RANK", "PIXI_ENVIRONMENT_NAME",
        "PYTHONDONTWRITEBYTECODE", "PYTHONHASHSEED", "PYTHONMALLOC", "PYTHONOPTIMIZE",
        "PYTHONPATH", "PYTHONUNBUFFERED", "PYTHONWARNINGS", "RANK", "TOKENIZERS_PARALLELISM", "TZ",
        "USE_FLAX", "USE_TF", "USE_TORCH", "VECLIB_MAXIMUM_THREADS", "VIRTUAL_ENV", "WANDB_MODE",
        "WORLD_SIZE",
    }
)  # fmt: skip
_PREFIXES = (
    "ACCELERATE_", "CUBLAS_", "CUDA_", "CUDNN_", "DEEPSPEED_", "DS_", "FI_", "FLASH_ATTENTION_",
    "FSDP_", "GLOO_", "GOMP_", "HF_", "HIP_", "HSA_", "HYDRA_", "JAX_", "KMP_", "MKL_", "NCCL_",
    "NUMBA_", "NUMEXPR_", "NVIDIA_", "OMPI_COMM_", "OMP_", "OPENBLAS_", "PBS_", "PJRT_", "PMI_",
    "PYTORCH_", "RAY_", "ROCM_", "ROCR_", "RUNLORE_", "SLURM_", "TF_", "TORCHELASTIC_",
    "TORCHINDUCTOR_", "TORCH_", "TPU_", "TRANSFORMERS_", "TRITON_", "UCX_", "VLLM_", "XLA_",
)  # fmt: skip
_FOREIGN_PREFIXES = ("TF_CLI_", "TF_TOKEN_", "TF_VAR_")  # Terraform's
_MOST_CHARACTERS = 4096
_MOST_VARIABLES = 500


def chosen_variables(environment: Mapping[str, str]) -> dict[str, str]:
    """Pick the variables of interest, by name or beginning, with secrets masked.

    A long value is cut, which a `…` at its end says.
    """
    names = [
        name
        for name in sorted(environment)
        if name in _NAMES or (name.startswith(_PREFIXES) and not name.startswith(_FOREIGN_PREFIXES))
    ]
    return {name: _kept(name, environment[name]) for name in names[:_MOST_VARIABLES]}


def _kept(name: str, value: str) -> str:
    masked = mask_variable(name, value)
    return masked if len(masked) <= _MOST_CHARACTERS else masked[:_MOST_CHARACTERS] + "…"
