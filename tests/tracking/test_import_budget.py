"""What a process loads that tracks an experiment: as little as one that starts a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.client.test_import_budget import HEAVY, loaded

if TYPE_CHECKING:
    from pathlib import Path


def test_tracking_in_an_increment_loads_nothing_heavy(increment: Path) -> None:
    found = loaded("""
import runlore
with runlore.track_experiment("a", params={"lr": 0.1}, tags=["x"], series="s") as exp:
    exp.log({"loss": 0.5}, step=1)
    exp.log_note("a note")
    exp.log_param("data_version", "2024-01")
""")
    assert not found & HEAVY
    assert not [name for name in found if name.startswith(("runlore.reading", "runlore.index"))]
    assert (increment / "a" / "metrics.csv").exists()
