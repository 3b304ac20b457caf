"""Say which models the demo trains, on which data, with which params."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import Any


@dataclass(frozen=True)
class Trial:
    """One run of the demo: `model` names a function of `runlore.demo.models`."""

    experiment: str
    model: str
    params: dict[str, Any]
    tags: tuple[str, ...] = ()
    note: str | None = None
    fate: str = "finishes"  # or "fails", "is killed"


GOALS = {
    "digits": "Which family reads handwritten digits best, and does the seed matter more?",
    "breast-cancer": "How slowly should boosting learn on 455 patients?",
    "diabetes": "Can anything beat a ridge regression on 353 patients?",
}


def trials() -> list[Trial]:
    """List the runs of the demo, in the order in which they are trained."""
    return [*_digits(), *_breast_cancer(), *_diabetes()]


def _digits() -> list[Trial]:
    linear = [
        Trial("digits", "linear", {"alpha": alpha, "epochs": 25, "seed": seed}, ("baseline",))
        for alpha, seed in product((1e-4, 1e-2), (0, 1, 2))
    ]
    networks = [
        Trial("digits", "network", {"hidden": hidden, "lr": 2e-3, "epochs": 25, "seed": seed})
        for hidden, seed in product((16, 64), (0, 1, 2))
    ]
    forests = [
        Trial("digits", "forest", {"trees": 120, "max_depth": 12, "seed": seed})
        for seed in (0, 1, 2)
    ]
    killed = Trial(
        "digits",
        "network",
        {"hidden": 256, "lr": 1e-3, "epochs": 400, "seed": 0},
        note="A process of its own that the demo kills half-way, without warning (SIGKILL).",
        fate="is killed",
    )
    return [*linear, *networks, *forests, killed]


def _breast_cancer() -> list[Trial]:
    return [
        Trial("breast-cancer", "boosting", {"lr": lr, "rounds": 80, "max_depth": 2, "seed": seed})
        for lr, seed in product((0.3, 0.05), (0, 1))
    ]


def _diabetes() -> list[Trial]:
    ridge = [
        Trial("diabetes", "ridge", {"alpha": alpha, "seed": 0}, ("baseline",))
        for alpha in (0.1, 1.0)
    ]
    boosting = Trial(
        "diabetes", "boosted-trees", {"lr": 0.05, "rounds": 120, "max_depth": 2, "seed": 0}
    )
    diverging = Trial(
        "diabetes",
        "deep-regression",
        {"lr": 0.015, "hidden": 32, "epochs": 60, "seed": 0},
        note="A learning rate too large: the loss grows until the script gives up.",
        fate="fails",
    )
    return [*ridge, boosting, diverging]
