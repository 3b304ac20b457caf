"""The names that have a meaning of their own in the folder of a run, or on some system."""

from __future__ import annotations

from runlore.client.increments import METADATA

PARAMS = "params.json"
METRICS = "metrics.json"
SERIES = "metrics.csv"
RUNS = "runs"
ARTIFACTS = "artifacts"  # where an artifact goes whose name is one of these
OWN_NAMES = frozenset({PARAMS, METRICS, SERIES, METADATA, RUNS, ARTIFACTS})
# Windows knows devices by these names, in any folder and with any extension.
RESERVED = frozenset(
    {"aux", "con", "nul", "prn", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))}
)
# The reports beside the folders of the runs.
REPORTS = frozenset(("comparison.md", "baselines.md"))

__all__ = [
    "ARTIFACTS", "METADATA", "METRICS", "OWN_NAMES", "PARAMS", "REPORTS", "RESERVED", "RUNS",
    "SERIES",
]  # fmt: skip
