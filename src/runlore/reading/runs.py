"""Several runs, as a sequence and as a table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, overload

from runlore.reading.details import Details
from runlore.reading.run import StoredRun

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd
    import polars as pl

    from runlore.index.interface import Freshness
    from runlore.index.rows import RunRow
    from runlore.reading.store import StoreReader


class Runs(Sequence[StoredRun]):
    """Runs of one answer, newest first; what they hold is loaded for all when first needed.

    `total` counts the runs there are, more than these if a limit was given. `notes` say of a
    search what may not be as it was meant, such as names that no run has.
    """

    def __init__(
        self,
        reader: StoreReader,
        rows: Sequence[RunRow],
        total: int,
        notes: tuple[str, ...] = (),
    ) -> None:
        """Show the runs of `rows`; use `runlore.list_runs` or `runlore.search_runs`."""
        self.total = total
        self.notes = notes
        self.details = Details(reader, rows)

    def __len__(self) -> int:
        return len(self.details.rows)

    @overload
    def __getitem__(self, place: int) -> StoredRun: ...
    @overload
    def __getitem__(self, place: slice) -> Runs: ...
    def __getitem__(self, place: int | slice) -> StoredRun | Runs:
        rows = self.details.rows
        if isinstance(place, slice):
            return Runs(self.details.reader, rows[place], self.total, self.notes)
        return StoredRun(rows[place], self.details)

    def __iter__(self) -> Iterator[StoredRun]:
        return (StoredRun(row, self.details) for row in self.details.rows)

    def __repr__(self) -> str:
        shown = f" found, {len(self)} shown" if self.total > len(self) else ""
        notes = "".join(f"; {note}" for note in self.notes)
        return f"<Runs: {self.total}{shown} in {self.details.reader.folder.path}{notes}>"

    @property
    def freshness(self) -> Freshness:
        """How far behind the store this answer is."""
        return self.details.freshness

    def to_dicts(self) -> list[dict[str, Any]]:
        """Return a dict per run: what it is, `params.<key>`, `metrics.<label>`, `tags`."""
        return [_row(run) for run in self]

    def to_pandas(self) -> pd.DataFrame:
        """Return a DataFrame of pandas with a row per run; the columns are those of `to_dicts`.

        Raises:
            MissingExtra: if pandas isn't installed.
        """
        from runlore.reading.frames import pandas_frame

        return pandas_frame(self.to_dicts())

    def to_polars(self) -> pl.DataFrame:
        """Return a DataFrame of polars with a row per run; the columns are those of `to_dicts`.

        Raises:
            MissingExtra: if polars isn't installed.
        """
        from runlore.reading.frames import polars_frame

        return polars_frame(self.to_dicts())


def _row(run: StoredRun) -> dict[str, Any]:
    row: dict[str, Any] = {
        "id": run.id,
        "label": run.label,
        "name": run.name,
        "experiment": run.experiment,
        "project": run.project,
        "status": run.status,
        "created": run.created,
        "ended": run.ended,
        "duration_seconds": run.duration_seconds,
        "tags": run.tags,
    }
    row |= {f"params.{key}": value for key, value in run.params.items()}
    row |= {f"metrics.{label}": value for label, value in run.metrics.items()}
    return row
