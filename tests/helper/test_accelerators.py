from __future__ import annotations

import sys
from types import SimpleNamespace
from typing import TYPE_CHECKING

from runlore.helper.accelerators import _from_library, accelerator_facts, read_smi

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_what_the_program_prints_is_read() -> None:
    answer = (
        "0, NVIDIA H200, GPU-1c2d, 143771, 570.86.15, 9.0, 00000000:19:00.0\n"
        "1, NVIDIA H200, GPU-3e4f, [N/A], 570.86.15, [N/A], 00000000:3B:00.0\n"
        "something else\n"
    )
    gpus, driver = read_smi(answer)
    assert driver == "570.86.15"
    assert gpus[0] == {
        "index": 0,
        "name": "NVIDIA H200",
        "uuid": "GPU-1c2d",
        "memory_bytes": 143771 << 20,
        "compute_capability": "9.0",
        "bus": "00000000:19:00.0",
    }
    assert (gpus[1]["memory_bytes"], gpus[1]["compute_capability"]) == (None, None)
    assert read_smi("NVIDIA-SMI has failed") == ([], None)


def test_the_library_is_asked_where_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stand-in for a library that needs a driver; one of its answers is not supported."""
    asked: list[str] = []

    def fail(_handle: object) -> None:
        raise RuntimeError("not supported")

    library = SimpleNamespace(
        nvmlInit=lambda: asked.append("init"),
        nvmlShutdown=lambda: asked.append("shutdown"),
        nvmlSystemGetCudaDriverVersion_v2=lambda: 12080,
        nvmlSystemGetDriverVersion=lambda: b"570.86.15",
        nvmlDeviceGetCount=lambda: 1,
        nvmlDeviceGetHandleByIndex=lambda index: index,
        nvmlDeviceGetName=lambda _: "NVIDIA H200",
        nvmlDeviceGetUUID=lambda _: b"GPU-1c2d",
        nvmlDeviceGetMemoryInfo=lambda _: SimpleNamespace(total=150_754_820_096),
        nvmlDeviceGetCudaComputeCapability=lambda _: (9, 0),
        nvmlDeviceGetPciInfo=fail,
    )
    monkeypatch.setitem(sys.modules, "pynvml", library)
    assert _from_library() == (
        [
            {
                "index": 0,
                "name": "NVIDIA H200",
                "uuid": "GPU-1c2d",
                "memory_bytes": 150_754_820_096,
                "compute_capability": "9.0",
                "bus": None,
            }
        ],
        "570.86.15",
        "12.8",
    )
    assert asked == ["init", "shutdown"]


def test_the_cuda_of_libraries_is_read_from_their_files(tmp_path: Path) -> None:
    (tmp_path / "torch").mkdir()
    (tmp_path / "torch" / "version.py").write_text(
        "raise SystemExit('imported')\n__version__ = '2.6.0+cu124'\n"
        "cuda: Optional[str] = '12.4'\nhip: Optional[str] = None\n"
    )
    for name in ("torch-2.6.0+cu124", "nvidia_cudnn_cu12-9.1.0.70", "numpy-1.26.4"):
        (tmp_path / f"{name}.dist-info").mkdir()
    cuda = accelerator_facts([str(tmp_path / "missing"), str(tmp_path)])["cuda"]
    assert isinstance(cuda, dict)
    assert cuda["libraries"] == {
        "nvidia-cudnn-cu12": "9.1.0.70",
        "torch": "2.6.0+cu124",
        "torch.cuda": "12.4",
    }
