"""Give a run that is being recorded another name, as other trackers let one do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runlore.records import limits

if TYPE_CHECKING:
    from runlore.client.run import Run


def rename(run: Run, name: str) -> None:
    """Change the name of a run; what it was called before stays in its history."""
    name = limits.name(name, "the run's name")
    run._edit("name.set", name=name)  # noqa: SLF001 - the one edit that `Run` itself hasn't got
    run.name = name
