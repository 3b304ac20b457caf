"""The params and metrics of very many runs; imports nothing that a peer might not have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

SEEDS = 10
METRICS = ("train_loss", "val_loss", "val_acc", "test_acc", "top5", "f1", "grad_norm",
           "epoch_time", "throughput", "lr_now")  # fmt: skip


def configurations(runs: int) -> Iterator[tuple[dict[str, Any], dict[str, float]]]:
    """Yield the params, flat, and the last values of the metrics of each run."""
    random = np.random.default_rng(0)
    chosen: dict[str, Any] = {}
    for number in range(runs):
        if number % SEEDS == 0:
            chosen = configuration(random)
        params = {
            f"{key}.{inner}" if inner else key: one
            for key, value in (chosen | {"seed": number % SEEDS}).items()
            for inner, one in (value.items() if isinstance(value, dict) else [("", value)])
        }
        values = random.uniform(0.0, 1.0, (2, len(METRICS)))[1]
        yield params, dict(zip(METRICS, values.tolist(), strict=True))


def configuration(random: np.random.Generator) -> dict[str, Any]:
    """Choose params, nested, without a seed."""

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
