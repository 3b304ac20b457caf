"""Find runs of an answer again in the columns of an index."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from runlore.reading.search_rows import LazyRows, ids_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from runlore.index.columns import RunColumns
    from runlore.index.rows import RunRow


def numbers_of(columns: RunColumns, rows: Sequence[RunRow]) -> NDArray[np.int64]:
    """Give the places of runs in columns; those of an index made anew are looked up by id.

    A run that is gone has the place 0, where there never is one.
    """
    if isinstance(rows, LazyRows) and rows.generation == columns.generation is not None:
        return rows.numbers
    ids = columns.ids.ids
    order = columns.derived("by id", lambda: np.argsort(ids))
    wanted = np.array([run.encode() for run in ids_of(rows)], "S32")
    places = np.searchsorted(ids[order], wanted)
    found = order[np.minimum(places, len(order) - 1)]
    return np.where(ids[found] == wanted, found, 0).astype(np.int64)
