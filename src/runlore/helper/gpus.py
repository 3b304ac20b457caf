"""Ask NVIDIA's management library how busy the GPUs are."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


class Gpus:
    """The GPUs that this process may use; none where there is no driver or no nvidia-ml-py."""

    def __init__(self) -> None:
        self._nvml: Any = None
        self._handles: list[tuple[int, Any]] = []
        try:
            import pynvml
        except ImportError:
            return
        try:
            pynvml.nvmlInit()
            count = pynvml.nvmlDeviceGetCount()
            self._handles = [
                (number, pynvml.nvmlDeviceGetHandleByIndex(number))
                for number in chosen_gpus(os.environ.get("CUDA_VISIBLE_DEVICES"), count)
            ]
        except pynvml.NVMLError:
            return
        self._nvml = pynvml

    def sample(self) -> dict[str, float]:
        """Return, by GPU: percent busy, bytes in use, °C and watts, where they are told."""
        found: dict[str, float] = {}
        for number, handle in self._handles:
            for name, value in self._readings(handle):
                found[f"gpu{number}_{name}"] = value
        return found

    def _readings(self, handle: Any) -> list[tuple[str, float]]:
        nvml, found = self._nvml, []
        readings: list[tuple[str, Callable[[], float]]] = [
            ("percent", lambda: nvml.nvmlDeviceGetUtilizationRates(handle).gpu),
            ("memory_used_bytes", lambda: nvml.nvmlDeviceGetMemoryInfo(handle).used),
            ("temperature_celsius", lambda: nvml.nvmlDeviceGetTemperature(handle, 0)),
            ("power_watts", lambda: nvml.nvmlDeviceGetPowerUsage(handle) / 1000),
        ]
        for name, read in readings:
            try:
                found.append((name, float(read())))
            except nvml.NVMLError:
                continue  # not told by this kind of GPU, or in this container
        return found


def chosen_gpus(visible: str | None, count: int) -> list[int]:
    """Return the numbers of the GPUs that CUDA_VISIBLE_DEVICES leaves; all, if it names ids."""
    if visible is None:
        return list(range(count))
    names = [name.strip() for name in visible.split(",") if name.strip()]
    if any(not name.lstrip("-").isdigit() for name in names):
        return list(range(count))
    chosen = []
    for name in names:
        if not 0 <= int(name) < count:
            break  # as CUDA does: what follows an invalid number isn't seen
        chosen.append(int(name))
    return chosen
