"""How long the resumed runs of a search took, which their starts and ends don't tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from runlore.reading.durations import seconds_of_attempts

if TYPE_CHECKING:
    from runlore.index.columns import RunColumns
    from runlore.query.columns import Doubles
    from runlore.reading.store import StoreReader


def resumed_durations(
    reader: StoreReader, columns: RunColumns, ends: Doubles
) -> dict[int, float | None]:
    """Say by row how long the runs of several attempts took, without the times between them."""
    rows = np.flatnonzero((columns.numbers("attempts").numbers > 1) & ~np.isnan(ends))
    if not len(rows):
        return {}
    ids = columns.ids.ids[rows].astype("U32").tolist()
    writers = reader.index.writers(ids)
    found: dict[int, float | None] = {}
    for row, run in zip(rows.tolist(), ids, strict=True):
        own = writers.get(run, [])
        if len({writer.attempt for writer in own}) > 1:
            facts = reader.index.run_facts(run)
            if facts is not None:
                found[row] = seconds_of_attempts(facts.attempts, own, int(ends[row]))
    return found
