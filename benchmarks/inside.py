"""What measurements ask of Runlore's inner layers, because no public name does it.

Called in a process of its own (`benchmarks.processes.measure`), with folders as text.
"""

from __future__ import annotations

from pathlib import Path

from runlore.index.catchup import catch_up
from runlore.index.open import open_index
from runlore.journal.folder import open_store
from runlore.journal.host import current_host
from runlore.segments.sealing import seal_complete

PATIENCE_SECONDS = 1_200.0


def settle(folder: str) -> None:
    """Bring a store to rest: all of it sealed and in the index, sealed journals gone.

    The grace period, which lets readers finish with a journal, is skipped: nobody reads.
    Raises RuntimeError if something of the store doesn't come to rest.
    """
    store, host = open_store(folder), current_host()
    for _ in range(2):  # what is removed is what was sealed before
        report = seal_complete(store, host=host, deadline_seconds=PATIENCE_SECONDS, grace_seconds=0)
        if report.problems or report.remaining:
            raise RuntimeError(f"not sealed: {report.problems or report.remaining}")
    apply_everything(folder)
    left = list(Path(store.journals).glob("*/*.journal"))
    if left:
        raise RuntimeError(f"{len(left)} journals are left, one of them {left[0]}")


def apply_everything(folder: str) -> tuple[int, int]:
    """Bring the index up to date, however long that takes; return how many runs and points."""
    store = open_store(folder)
    index = open_index(store)
    freshness = catch_up(index, store, budget_seconds=None)
    totals = index.totals()
    index.close()
    if freshness.problems or not freshness.is_current:
        raise RuntimeError(f"not up to date: {freshness}")
    return totals.runs, totals.points
