"""Several runs, as a sequence and as a table."""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, overload

from runlore.reading.details import Details
from runlore.reading.run import StoredRun
from runlore.reading.search_rows import LazyRows

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import numpy as np
    import pandas as pd
    import polars as pl
    import pyarrow as pa
    from numpy.typing import NDArray

    from runlore.index.interface import Freshness
    from runlore.index.rows import RunRow
    from runlore.reading.groups import Groups
    from runlore.reading.store import StoreReader


class Runs(Sequence[StoredRun]):
    """Runs of one answer, newest first; what they hold is loaded for all when first needed.

    `total` counts the runs there are, more than these if a limit was given. `notes` say of a
    search what may not be as it was meant, such as names that no run has. `parts`, of a list that
    leaves out parts of runs, says how many lie within each, by id.
    """

    def __init__(
        self,
        reader: StoreReader,
        rows: Sequence[RunRow],
        total: int,
        notes: tuple[str, ...] = (),
        parts: Mapping[str, int] = MappingProxyType({}),
    ) -> None:
        """Show the runs of `rows`; use `runlore.list_runs` or `runlore.search_runs`."""
        self.total = total
        self.notes = notes
        self.parts = parts
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
            return Runs(self.details.reader, rows[place], self.total, self.notes, self.parts)
        return StoredRun(rows[place], self.details)

    def __iter__(self) -> Iterator[StoredRun]:
        return (StoredRun(row, self.details) for row in self.details.rows)

    def __repr__(self) -> str:
        shown = f" found, {len(self)} shown" if self.total > len(self) else ""
        notes = "".join(f"; {note}" for note in self.notes)
        return f"<Runs: {self.total}{shown} in {self.details.reader.folder.path}{notes}>"

    def _repr_html_(self) -> str:
        """Show them in a notebook."""
        from runlore.reading.display import html_of

        return html_of(self, self.total, title="Runs")

    @property
    def freshness(self) -> Freshness:
        """How far behind the store this answer is."""
        return self.details.freshness

    def at(self, places: NDArray[np.int64]) -> Runs:
        """Pick some of them by an array of their places."""
        rows = self.details.rows
        some = rows.at(places) if isinstance(rows, LazyRows) else [rows[at] for at in places]
        return Runs(self.details.reader, some, len(places), self.notes)

    def group_by(
        self,
        by: str | Sequence[str],
        *,
        metrics: str | Sequence[str] | None = None,
        except_: str | Sequence[str] | None = None,
    ) -> Groups:
        """Group the runs by params, and sum up metrics for each group.

        Runs are of one group if their values are the same numbers or the same texts; those
        without a param are together, too.

        Args:
            by: the name of a param, several, or "all-but-seed" for all params that one of the
                runs has except those that look like seeds (`seed`, `split.random_state`, …).
            metrics: labels like `loss[val]` or with a statistic, `loss.min`; a label alone
                stands for the current value. By default all metrics.
            except_: with "all-but-seed", the params to leave out instead.

        Raises:
            NotFound: if none of the runs has one of the params or metrics.
            InvalidValue: if there are more than 50 metrics, and none is named.
        """
        from runlore.reading.grouping import group_runs

        return group_runs(self, by, metrics=metrics, except_=except_)

    def to_dicts(self) -> list[dict[str, Any]]:
        """Return a dict per run: what it is, `params.<key>`, `metrics.<label>`, `tags`.

        The label of one of more than 2,000 runs is its name or else its short id: no names are
        derived. Texts of params are cut at 8,192 characters.
        """
        from runlore.reading.tables import dicts_of, table_of

        return dicts_of(table_of(self))

    def to_pandas(self) -> pd.DataFrame:
        """Return a DataFrame of pandas with a row per run; the columns are those of `to_dicts`.

        Raises:
            MissingExtra: if pandas isn't installed.
        """
        from runlore.reading.table_frames import pandas_table
        from runlore.reading.tables import table_of

        return pandas_table(table_of(self))

    def to_polars(self) -> pl.DataFrame:
        """Return a DataFrame of polars with a row per run; the columns are those of `to_dicts`.

        Raises:
            MissingExtra: if polars isn't installed.
        """
        from runlore.reading.table_frames import polars_table
        from runlore.reading.tables import table_of

        return polars_table(table_of(self))

    def to_arrow(self) -> pa.Table:
        """Return a table of Arrow with a row per run; the columns are those of `to_dicts`.

        Raises:
            MissingExtra: if pyarrow isn't installed.
        """
        from runlore.reading.table_frames import arrow_table
        from runlore.reading.tables import table_of

        return arrow_table(table_of(self))
