"""Read points again that are applied already, to sum them up without the superseded ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runlore.index.apply import Reread
    from runlore.index.interface import Transaction
    from runlore.index.points import PointsSource
    from runlore.journal.folder import StoreFolder


def rereader(store: StoreFolder) -> Reread:
    """Make the function by which an `Applier` reads applied points of an attempt again."""

    def reread(
        transaction: Transaction, run: str, attempt: str
    ) -> Iterator[tuple[int, PointsSource]]:
        (number,) = transaction.select("runs", "id", run=run)[0]
        for journal, is_sealed in transaction.select("parts", "journal, is_sealed", run=number):
            columns = "actor, number, position"
            actor, file_number, position = transaction.select("journals", columns, id=journal)[0]
            for source in _sources(store, (actor, file_number), position, is_sealed):
                if source.series.run == run and source.series.attempt == attempt:
                    yield journal, source

    return reread


def _sources(
    store: StoreFolder, file: tuple[str, int], position: int, is_sealed: int
) -> Iterator[PointsSource]:
    from runlore.index.arrays import scan_applied

    if not is_sealed:
        try:
            yield from scan_applied(store.journal(*file), position)
            return
        except FileNotFoundError:
            pass  # sealed by now, and gone; what was applied of it is in the segment
