"""Record real runs in a process of the tests, and bring their journals to rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runlore.client import recorder as recorders
from runlore.journal.folder import open_store
from runlore.journal.host import current_host
from runlore.segments.sealing import seal_complete

if TYPE_CHECKING:
    from pathlib import Path


def close_journal(store: Path) -> None:
    """Complete the journal of this process, as its end would; the next run begins another."""
    for place, recorder in list(recorders._recorders.items()):
        if recorder.store.path == str(store):
            del recorders._recorders[place]
            recorder.close()


def seal(store: Path, *, grace_seconds: float = 3600.0) -> None:
    """Seal what is complete; with no grace the journals are removed as well."""
    folder = open_store(str(store))
    for _ in range(2):  # what is removed is what was sealed before
        report = seal_complete(
            folder, host=current_host(), deadline_seconds=60, grace_seconds=grace_seconds
        )
        assert not report.problems
        assert not report.remaining


def settle(store: Path) -> None:
    """Leave segments only."""
    close_journal(store)
    seal(store, grace_seconds=0)
    assert not list(store.glob("journals/*/*.journal"))
