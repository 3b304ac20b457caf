"""Describe the GPUs of the machine, their driver, and the CUDA that libraries were built for."""

from __future__ import annotations

import ctypes
import os
import re
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from runlore.helper.machine import ask_program, read_text

if TYPE_CHECKING:
    from collections.abc import Iterable

_MEBIBYTE = 1 << 20
_NVIDIA_SIGNS = ("/dev/nvidiactl", "/proc/driver/nvidia", "/dev/dxg")  # the last below WSL
_SMI_SECONDS = 5.0
_FIELDS = ("index", "name", "uuid", "memory.total", "driver_version", "compute_cap", "pci.bus_id")
_LIBRARIES = ("torch", "jaxlib", "tensorflow", "cupy", "onnxruntime-gpu", "vllm", "triton")


def accelerator_facts(sys_path: Iterable[str]) -> dict[str, object]:
    """Return `gpus`, a list of what each is, and `cuda`: driver and versions, None without any.

    NVIDIA's are asked through the library `pynvml` where it is installed, else through
    `nvidia-smi`, else the kernel's files are read. Nothing of CUDA is initialised, so that no
    memory of a GPU is taken. `sys_path` is where the training process finds its packages.
    """
    gpus, driver, driver_cuda = _nvidia()
    gpus = gpus or _amd()
    cuda = {
        "driver": driver,
        "driver_cuda": driver_cuda,
        "toolkit": _toolkit(),
        "libraries": _library_versions(list(sys_path)),
        "rocm": read_text("/opt/rocm/.info/version"),
    }
    return {"gpus": gpus, "cuda": cuda if gpus or any(cuda.values()) else None}


def _nvidia() -> tuple[list[dict[str, object]], str | None, str | None]:
    """Return the GPUs, the driver's version, and the CUDA version that the driver supports."""
    if not any(map(os.path.exists, _NVIDIA_SIGNS)):
        return [], None, None
    for ask in (_from_library, _from_smi):
        with suppress(Exception):  # one of many versions of foreign code
            found = ask()
            if found is not None:
                return found
    return _from_kernel()


def _from_library() -> tuple[list[dict[str, object]], str | None, str | None] | None:
    try:
        import pynvml
    except ImportError:
        return None
    nvml: Any = pynvml
    nvml.nvmlInit()
    try:
        version = nvml.nvmlSystemGetCudaDriverVersion_v2()
        gpus = [_described(nvml, index) for index in range(nvml.nvmlDeviceGetCount())]
        driver = _as_text(nvml.nvmlSystemGetDriverVersion())
        return gpus, driver, f"{version // 1000}.{version % 1000 // 10}"
    finally:
        nvml.nvmlShutdown()


def _described(nvml: Any, index: int) -> dict[str, object]:
    handle = nvml.nvmlDeviceGetHandleByIndex(index)
    facts: dict[str, object] = {
        "index": index,
        "name": _as_text(nvml.nvmlDeviceGetName(handle)),
        "uuid": _as_text(nvml.nvmlDeviceGetUUID(handle)),
        "memory_bytes": None,
        "compute_capability": None,
        "bus": None,
    }
    with suppress(Exception):  # not everything is known of every kind
        facts["memory_bytes"] = int(nvml.nvmlDeviceGetMemoryInfo(handle).total)
    with suppress(Exception):
        major, minor = nvml.nvmlDeviceGetCudaComputeCapability(handle)
        facts["compute_capability"] = f"{major}.{minor}"
    with suppress(Exception):
        facts["bus"] = _as_text(nvml.nvmlDeviceGetPciInfo(handle).busId)
    return facts


def _from_smi() -> tuple[list[dict[str, object]], str | None, str | None] | None:
    answer = ask_program(
        "nvidia-smi",
        f"--query-gpu={','.join(_FIELDS)}",
        "--format=csv,noheader,nounits",
        timeout_seconds=_SMI_SECONDS,
    )
    return None if answer is None else (*read_smi(answer), _driver_cuda())


def read_smi(answer: str) -> tuple[list[dict[str, object]], str | None]:
    """Read the GPUs and the driver's version from what `nvidia-smi --query-gpu` prints."""
    gpus: list[dict[str, object]] = []
    driver = None
    for line in answer.splitlines():
        fields = [field.strip() for field in line.split(",")]
        if len(fields) != len(_FIELDS) or not fields[0].isdecimal():
            continue
        index, name, uuid, memory, version, capability, bus = fields
        driver = version
        gpus.append(
            {
                "index": int(index),
                "name": name,
                "uuid": uuid,
                "memory_bytes": int(memory) * _MEBIBYTE if memory.isdecimal() else None,
                "compute_capability": capability if capability[:1].isdecimal() else None,
                "bus": bus,
            }
        )
    return gpus, driver


def _from_kernel() -> tuple[list[dict[str, object]], str | None, str | None]:
    base = "/proc/driver/nvidia"
    gpus: list[dict[str, object]] = []
    with suppress(OSError):
        for bus in sorted(os.listdir(f"{base}/gpus")):
            text = read_text(f"{base}/gpus/{bus}/information") or ""
            fields = dict(re.findall(r"^([^:\n]+):[ \t]*(.+)$", text, re.MULTILINE))
            gpus.append(
                {
                    "index": len(gpus),
                    "name": fields.get("Model"),
                    "uuid": fields.get("GPU UUID"),
                    "memory_bytes": None,
                    "compute_capability": None,
                    "bus": bus,
                }
            )
    found = re.search(r"(?<![\d.])(\d{3,}\.[\d.]+)", read_text(f"{base}/version") or "")
    return gpus, found[1] if found else None, _driver_cuda()


def _driver_cuda() -> str | None:
    """Ask the driver's library which CUDA it supports; that alone initialises nothing."""
    with suppress(Exception):
        version = ctypes.c_int()
        if ctypes.CDLL("libcuda.so.1").cuDriverGetVersion(ctypes.byref(version)) == 0:
            return f"{version.value // 1000}.{version.value % 1000 // 10}"
    return None


def _amd() -> list[dict[str, object]]:
    """Read AMD's GPUs from the files of the kernel."""
    gpus: list[dict[str, object]] = []
    base = "/sys/class/kfd/kfd/topology/nodes"
    with suppress(OSError):
        for node in sorted(os.listdir(base), key=lambda name: (len(name), name)):
            text = read_text(f"{base}/{node}/properties") or ""
            properties = dict(line.split(" ", 1) for line in text.splitlines() if " " in line)
            if properties.get("simd_count", "0") == "0":
                continue  # a processor
            memory = read_text(f"{base}/{node}/mem_banks/0/properties") or ""
            size = re.search(r"size_in_bytes (\d+)", memory)
            gpus.append(
                {
                    "index": len(gpus),
                    "name": read_text(f"{base}/{node}/name") or None,
                    "uuid": properties.get("unique_id"),
                    "memory_bytes": int(size[1]) if size else None,
                    "compute_capability": properties.get("gfx_target_version"),
                    "bus": properties.get("location_id"),
                }
            )
    return gpus


def _toolkit() -> str | None:
    """Return the version of the CUDA toolkit that is installed beside the driver."""
    home = os.environ.get("CUDA_HOME") or os.environ.get("CUDA_PATH") or "/usr/local/cuda"
    found = re.search(r'"cuda"\s*:\s*\{[^}]*"version"\s*:\s*"([\d.]+)"',
                      read_text(os.path.join(home, "version.json")) or "")  # fmt: skip
    found = found or re.search(
        r"CUDA Version ([\d.]+)", read_text(os.path.join(home, "version.txt")) or ""
    )
    return found[1] if found else None


def _library_versions(sys_path: list[str]) -> dict[str, str]:
    """Read what libraries say of their CUDA, from their files alone: none is imported."""
    found: dict[str, str] = {}
    for distribution in _distributions(sys_path):
        name, version = distribution
        if name in _LIBRARIES or name.startswith(("nvidia-", "cupy-cuda", "jax-cuda")):
            found.setdefault(name, version)
    for entry in sys_path:
        text = read_text(os.path.join(entry, "torch", "version.py"))
        if text is None:
            continue
        for key in ("cuda", "hip"):
            built_for = re.search(rf"^{key}\b[^=\n]*=\s*'([^']+)'", text, re.MULTILINE)
            if built_for:
                found[f"torch.{key}"] = built_for[1]
        break
    return dict(sorted(found.items()))


def _distributions(sys_path: list[str]) -> Iterable[tuple[str, str]]:
    """Name the packages by their folders' names, which is fast."""
    for entry in sys_path:
        with suppress(OSError):
            for name in os.listdir(entry):
                stem, dot, kind = name.rpartition(".")
                if dot and kind == "dist-info" and "-" in stem:
                    package, _, version = stem.partition("-")
                    yield re.sub(r"[-_.]+", "-", package).lower(), version


def _as_text(value: str | bytes) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value
