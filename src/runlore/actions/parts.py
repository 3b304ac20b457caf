"""Find the runs within runs: combinations of a search, folds, stages."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runlore.index.rows import RunRow
    from runlore.reading.store import StoreReader


def parts_within(reader: StoreReader, rows: Sequence[RunRow]) -> list[RunRow]:
    """List the parts of runs, and theirs, of the archive and the trash as well."""
    wholes = [row.run for row in rows]
    found = reader.ask(lambda index: index.parts_of(wholes))
    known = reader.ask(lambda index: index.get_runs(found)) if found else {}
    return [known[run] for run in found if run in known]
