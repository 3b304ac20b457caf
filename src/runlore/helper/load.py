"""Sample how busy the machine is, as series of the runs that are open."""

from __future__ import annotations

import os
from struct import Struct
from time import monotonic

from runlore.journal.frames import OVERHEAD, POINTS
from runlore.records.events import now

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import TypeVar

    from runlore.helper.own_journal import OwnJournal
    from runlore.helper.parent import Parent, RunLine

    Counters = TypeVar("Counters")

SAMPLE_SECONDS = 5.0
_FIRST_SECONDS = 1.0
_PREFIX = "system/"


class Load:
    """Records points under `system/…`, every few seconds, where this is the node's first rank."""

    __slots__ = ("_due_at", "_is_off", "_keys", "_own", "_parent", "_samples")

    def __init__(self, parent: Parent, own: OwnJournal) -> None:
        self._parent = parent
        self._own = own
        self._keys: dict[tuple[str, tuple[str, ...]], tuple[int, int]] = {}
        self._samples: Samples | None = None
        self._due_at = 0.0
        self._is_off = os.environ.get("LOCAL_RANK", os.environ.get("SLURM_LOCALID", "0")) != "0"

    def look(self) -> bool:
        """Sample when it is time; never anything to wait for."""
        if self._is_off or monotonic() < self._due_at:
            return False
        runs = [line for line in self._parent.open_runs.values() if "load" in line[3]]
        if not runs:
            self._keys.clear()
            return False
        if self._samples is None:
            try:
                self._samples = Samples(self._parent.pid)
            except ImportError:
                self._is_off = True  # the context says that psutil is missing
                return False
            self._due_at = monotonic() + _FIRST_SECONDS  # rates need two looks
            return False
        self._due_at = monotonic() + SAMPLE_SECONDS
        sample = self._samples.take()
        for line in runs:
            self._record(line, sample)
        return False

    def _record(self, line: RunLine, sample: Mapping[str, float]) -> None:
        writer = self._own.writer()
        names = tuple(sample)
        slot = self._own.slot_of(line[0])
        known = self._keys.get((line[0], names))
        if known is None or known[0] != slot:
            known = (slot, writer.declare_keys(slot, "", tuple(_PREFIX + name for name in names)))
            self._keys[line[0], names] = known
        size = OVERHEAD + 16 + 8 * len(names)
        pack = Struct(f"<Qqq{len(names)}dI").pack
        writer.append(pack(size | POINTS << 32, now(), 0, *sample.values(), known[1]))


class Samples:
    """What psutil and, where there are NVIDIA GPUs and nvidia-ml-py, NVML say."""

    def __init__(self, pid: int) -> None:
        """Begin to count for the process `pid` and its children.

        Raises:
            ImportError: without psutil.
        """
        import psutil

        from runlore.helper.gpus import Gpus

        self._psutil = psutil
        self._pid = pid
        self._gpus = Gpus()
        self._taken_at = monotonic()
        psutil.cpu_percent(None)
        self._counters = self._read_counters()
        self._processor_seconds = self._process()[0]

    def take(self) -> dict[str, float]:
        """Sample once: percents from 0 to 100 (of a process: 100 a core), bytes, bytes a second."""
        elapsed = max(monotonic() - self._taken_at, 1e-3)
        self._taken_at = monotonic()
        memory = self._psutil.virtual_memory()
        seconds, resident = self._process()
        sample = {
            "cpu_percent": self._psutil.cpu_percent(None),
            "memory_percent": memory.percent,
            "memory_used_bytes": float(memory.total - memory.available),
            "process_cpu_percent": max(0.0, seconds - self._processor_seconds) / elapsed * 100,
            "process_memory_bytes": resident,
        }
        self._processor_seconds = seconds
        counters = self._read_counters()
        for name, count in counters.items():
            before = self._counters.get(name, count)
            sample[f"{name}_bytes_per_second"] = max(0.0, count - before) / elapsed
        self._counters = counters
        return sample | self._gpus.sample()

    def _read_counters(self) -> dict[str, float]:
        found: dict[str, float] = {}
        disk = _or_none(self._psutil.disk_io_counters)
        if disk is not None:
            found |= {"disk_read": float(disk.read_bytes), "disk_written": float(disk.write_bytes)}
        network = _or_none(self._psutil.net_io_counters)
        if network is not None:
            found["network_sent"] = float(network.bytes_sent)
            found["network_received"] = float(network.bytes_recv)
        return found

    def _process(self) -> tuple[float, float]:
        """Add up processor seconds and resident bytes of the process and what it has started."""
        seconds = resident = 0.0
        try:
            process = self._psutil.Process(self._pid)
            processes = [process, *process.children(recursive=True)]
        except self._psutil.Error:
            return seconds, resident
        for one in processes:
            if one.pid == os.getpid():
                continue
            try:
                with one.oneshot():
                    times = one.cpu_times()
                    seconds += times.user + times.system
                    resident += one.memory_info().rss
            except self._psutil.Error:
                continue
        return seconds, resident


def _or_none(read: Callable[[], Counters]) -> Counters | None:
    try:
        return read()
    except Exception:  # noqa: BLE001 - containers and chroots lack some of what it reads
        return None
