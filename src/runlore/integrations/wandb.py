"""Weights & Biases, with everything that it is told recorded in Runlore as well.

    from runlore import wandb

It is wandb itself, but for `init`, which also takes `increment=`.
"""

from __future__ import annotations

from typing import Any

from runlore.integrations.wandb_setup import begin, library


def init(*args: Any, increment: str | int | None = None, **kwargs: Any) -> Any:
    """Begin a run as `wandb.init` does, recorded in Runlore as well.

    `increment` is the number or the name of one of SpecWeave's; by default the open one of where
    you are, False: none. The run's project is its name where none is chosen.

    Raises:
        NotFound, Ambiguous: if no increment has that number, or two have.
    """
    return begin(args, kwargs, increment)


def __getattr__(name: str) -> Any:
    """Give what wandb has under a name."""
    if name.startswith("__"):  # what Python asks of any module
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(library(), name)


def __dir__() -> list[str]:
    """List what wandb has."""
    return sorted({"init", *dir(library())})
