"""How runs of a search stand, which no column can hold: lives come and go unrecorded."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from runlore.index.columns import RunColumns
    from runlore.index.status import StatusReading
    from runlore.query.columns import Doubles
    from runlore.reading.store import StoreReader


def status_readings(
    reader: StoreReader, columns: RunColumns, rows: NDArray[np.int64]
) -> dict[int, StatusReading]:
    """Say how runs stand that have no final status, by row.

    One that crashed is not asked about again until something of it is recorded: dead
    processes stay dead, and an attempt that goes on with the run says so.
    """
    crashed: dict[int, StatusReading] = columns.remembered(
        f"crashed, seen from {reader.host.host_id} {reader.host.boot_id}"
    )
    asked = [row for row in rows.tolist() if row not in crashed]
    ids = columns.ids.ids[asked].astype("U32").tolist()
    known, writers = reader.index.get_runs(ids), reader.index.writers(ids)
    found = {row: crashed[row] for row in rows.tolist() if row in crashed}
    for row, run in zip(asked, ids, strict=True):
        if run in known:
            found[row] = reader.status_of(known[run], writers.get(run, []))
            if found[row].status == "crashed":
                crashed[row] = found[row]
    return found


def last_signs(columns: RunColumns) -> Doubles:
    """Give each run's last sign of life in microseconds, as `read_status` does."""
    by_actor: dict[str, int] = {}
    for actor, kind, sign, serves in columns.rows(
        "SELECT actor, kind, last_sign_of_life, serves FROM journals "
        "WHERE last_sign_of_life IS NOT NULL"
    ):
        if kind in (None, "process"):
            by_actor[actor] = max(sign, by_actor.get(actor, sign))
        if serves:  # the helper of a process beats for it
            by_actor[serves] = max(sign, by_actor.get(serves, sign))
    actors = columns.members("actors")
    signs = np.array([by_actor.get(actor, -np.inf) for actor in actors.entries.items], np.float64)
    latest = np.full(columns.count, -np.inf)
    if len(signs):
        np.maximum.at(latest, actors.rows, signs[actors.codes])
    return np.where(np.isfinite(latest), latest, columns.numbers("last_time").numbers)
