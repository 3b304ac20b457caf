"""Read points again that are applied already, to sum them up without the superseded ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from runlore.errors import DamageError, FormatTooNew

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
        columns = "journal, is_sealed, applied"
        for journal, is_sealed, applied in transaction.select("parts", columns, run=number):
            file = transaction.select("journals", "actor, number", id=journal)[0]
            for source in _sources(store, run, file, applied, is_sealed):
                if source.series.run == run and source.series.attempt == attempt:
                    yield journal, source

    return reread


def _sources(
    store: StoreFolder, run: str, file: tuple[Any, ...], applied: int, is_sealed: int
) -> Iterator[PointsSource]:
    from runlore.index.arrays import scan_applied
    from runlore.index.tracks import sources_of
    from runlore.segments.opening import open_segment

    if not is_sealed:
        try:
            yield from scan_applied(store.journal(*file), applied)
            return
        except FileNotFoundError:
            pass  # sealed by now, and gone; what was applied of it is in the segment
    try:
        segment = open_segment(store, run, *file, end=applied)
    except (FileNotFoundError, DamageError, FormatTooNew):
        return  # listed as a problem when its turn came
    yield from sources_of(segment, 0, applied >> 3)
