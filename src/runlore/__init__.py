"""Runlore: an experiment tracker that costs the training loop nothing and loses nothing.

Public names are resolved when they are first used, so that `import runlore` loads nothing
else; what a training loop touches comes from the standard library alone.
"""

from __future__ import annotations

__version__ = "0.1.0"

TYPE_CHECKING = False
if TYPE_CHECKING:
    from runlore.client.recorder import current_run
    from runlore.client.run import Run
    from runlore.compare.runs import compare_runs
    from runlore.reading.opening import get_run, list_runs
    from runlore.tracking.start import start_run

_HOMES = {
    "Run": "runlore.client.run",
    "compare_runs": "runlore.compare.runs",
    "current_run": "runlore.client.recorder",
    "get_run": "runlore.reading.opening",
    "list_runs": "runlore.reading.opening",
    "start_run": "runlore.tracking.start",
}

__all__ = ["Run", "compare_runs", "current_run", "get_run", "list_runs", "start_run"]


def __getattr__(name: str) -> object:
    """Import a public name's home when it is first asked for."""
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'runlore' has no attribute {name!r}")
    value = getattr(__import__(home, fromlist=(name,)), name)  # importlib would cost more
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the public names."""
    return sorted([*globals(), *__all__])
