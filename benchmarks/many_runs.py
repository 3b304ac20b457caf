"""Make stores of very many runs by composing their journals, which is quick.

Called in a process of its own (`benchmarks.processes.measure`), with folders as text.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.shapes import FIRST_TIME_MICROSECONDS
from runlore.journal.folder import create_store
from runlore.records.params import flatten
from runlore.testing.journals import JournalComposer

SEEDS = 10
RUNS_OF_A_PROCESS = 1_000
METRICS = ("train_loss", "val_loss", "val_acc", "test_acc", "top5", "f1", "grad_norm",
           "epoch_time", "throughput", "lr_now")  # fmt: skip
SHAPE = (
    "20 params (numbers and texts; every tenth run begins another configuration, of "
    "`numpy.random.default_rng(0)`, whose seeds are 0 to 9), 10 metrics of 2 points, one or two "
    "tags; 1,000 runs a process"
)


class _Buffered(JournalComposer):
    """Writes a file at once, not frame by frame."""

    _written: bytearray | None = None

    def _append(self, data: bytes) -> None:
        if self._written is None:
            self._written = bytearray()
        self._written += data
        self.position += len(data)

    def save(self) -> None:
        """Write what was composed."""
        with open(self.path, "wb") as file:
            file.write(self._written or b"")


def make_runs(folder: str, runs: int) -> None:
    """Make finished runs, ten seeds of each configuration."""
    store = create_store(folder)
    random = np.random.default_rng(0)
    for start in range(0, runs, RUNS_OF_A_PROCESS):
        journal = _Buffered(store, f"{start:032x}", user=f"user{start // 10_000}")
        configuration: dict[str, Any] = {}
        for number in range(start, min(start + RUNS_OF_A_PROCESS, runs)):
            if number % SEEDS == 0:
                configuration = _configuration(random)
            _write_run(journal, number, configuration | {"seed": number % SEEDS}, random)
        journal.close_file()
        journal.save()


def _configuration(random: np.random.Generator) -> dict[str, Any]:
    def one(*values: Any) -> Any:
        return values[int(random.integers(len(values)))]

    return {
        "lr": float(f"{10 ** random.uniform(-5, -1):.3g}"),
        "batch_size": one(32, 64, 128, 256, 512),
        "epochs": one(10, 20, 50, 100),
        "weight_decay": one(0.0, 1e-5, 1e-4, 1e-3),
        "dropout": float(f"{random.uniform(0, 0.5):.2g}"),
        "warmup": one(0, 100, 1000),
        "label_smoothing": one(0.0, 0.1),
        "mixup": one(0.0, 0.2, 0.4),
        "model": {
            "name": one("resnet18", "resnet50", "vit_small", "vit_base", "convnext", "mlp"),
            "layers": one(4, 8, 12, 24),
            "width": one(128, 256, 512, 1024),
            "heads": one(4, 8, 16),
            "activation": one("relu", "gelu", "silu"),
        },
        "optimizer": {"name": one("sgd", "adam", "adamw", "lion"), "beta": one(0.9, 0.95, 0.99)},
        "schedule": one("cosine", "linear", "constant"),
        "augment": one(True, False),
        "data": {"name": one("cifar10", "cifar100", "imagenet"), "fold": one(0, 1, 2, 3, 4)},
    }


def _write_run(
    journal: JournalComposer, number: int, params: dict[str, Any], random: np.random.Generator
) -> None:
    time = FIRST_TIME_MICROSECONDS + number * 60_000_000
    slot = journal.slot(f"{time // 1000:012x}{number * 2654435761 % (1 << 64):020x}",
                        f"{number:032x}")  # fmt: skip
    _begin(journal, slot, time, experiment=f"experiment-{number // 5_000}")
    journal.event(slot, "params", time=time, values=flatten(params))
    tag = ("baseline", "ablation", "sweep")[number % 3]
    journal.edit(slot, "tag.added", time=time, tag=tag, value=None)
    if number % 50 == 0:
        journal.edit(slot, "tag.added", time=time, tag="keep", value="yes")
    for step, values in enumerate(random.uniform(0.0, 1.0, (2, len(METRICS))).tolist()):
        journal.points(slot, dict(zip(METRICS, values, strict=True)), time=time + step, step=step)
    _end(journal, slot, time + 30_000_000 + number)


def make_wide_runs(folder: str, runs: int, metrics: int, points: int) -> None:
    """Make finished runs of very many metrics, with 20 params each."""
    store = create_store(folder)
    names = [f"layer_{i // 10:03}/weight_{i % 10}" for i in range(metrics)]
    random = np.random.default_rng(0)
    for number in range(runs):
        journal = _Buffered(store, f"{number:032x}")
        time = FIRST_TIME_MICROSECONDS + number * 60_000_000
        slot = journal.slot(f"{time // 1000:012x}{number:020x}", f"{number:032x}")
        _begin(journal, slot, time, experiment="wide")
        values = _configuration(random) | {"seed": number % SEEDS}
        journal.event(slot, "params", time=time, values=flatten(values))
        for step, row in enumerate(random.normal(0.0, 1.0, (points, metrics)).tolist()):
            at = time + step * 1_000_000
            journal.points(slot, dict(zip(names, row, strict=True)), time=at, step=step)
        _end(journal, slot, time + points * 1_000_000)
        journal.close_file()
        journal.save()


def _begin(journal: JournalComposer, slot: int, time: int, *, experiment: str) -> None:
    begun: dict[str, Any] = {"resumed": False, "from_step": None, "parent_attempt": None}
    origin: dict[str, Any] = {"name": None, "project": "bench", "goal": None, "parent": None}
    journal.event(slot, "run.started", time=time, experiment=experiment, **origin)
    journal.event(slot, "attempt.started", time=time, **begun, rank=0, world_size=1)


def _end(journal: JournalComposer, slot: int, time: int) -> None:
    finished = {"status": "finished", "error": None, "reason": None, "rank": 0}
    journal.edit(slot, "status.set", time=time, **finished)
