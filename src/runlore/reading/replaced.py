"""Find the series of which a resumed run has replaced every point: no summary names them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runlore.errors import DamageError, FormatTooNew
from runlore.journal.frames import HEADER_SIZE
from runlore.reading.points import places_of
from runlore.segments.journals import read_journal
from runlore.segments.opening import open_segment
from runlore.segments.scan import scan

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runlore.index.rows import Part, Position
    from runlore.journal.folder import StoreFolder
    from runlore.reading.store import StoreReader
    from runlore.segments.tables import KeySet


def replaced_series(reader: StoreReader, run: str) -> list[tuple[str, str, int]]:
    """List (name, context, rank) of each series of a run that has no current point.

    What can't be read is passed over.
    """
    limits, parts, positions = reader.ask(lambda index: places_of(index, run))
    if not limits:
        return []
    found = set()
    for part in parts:
        try:
            for keys in _key_sets(reader.folder, part, positions[part.actor, part.number]):
                if keys.run == run and keys.attempt in limits:
                    found |= {(name, keys.context, keys.rank) for name in keys.names}
        except (FileNotFoundError, DamageError, FormatTooNew):
            continue
    summaries = reader.ask(lambda index: index.summaries([run])).get(run, [])
    return sorted(found - {(one.name, one.context, one.rank) for one in summaries})


def _key_sets(folder: StoreFolder, part: Part, position: Position) -> Iterator[KeySet]:
    if not part.is_sealed:
        try:
            view = read_journal(folder.journal(part.actor, part.number))
        except FileNotFoundError:
            pass  # it was sealed this moment
        else:
            limit_bytes = position.position - HEADER_SIZE
            for block in scan(view, is_complete=False, limit_bytes=limit_bytes).points:
                yield block.key_set
            return
    with open_segment(folder, part.run, part.actor, part.number) as segment:
        for track in segment.tracks:
            yield track.key_set
