"""A series as arrays: what `run.series(…)` returns."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from runlore.media.libraries import require
from runlore.reading.facts import series_label

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    from numpy.typing import NDArray


@dataclass(frozen=True, eq=False, slots=True)
class NotFinite:
    """Points of a down-sampled series that are NaN or infinite.

    `count` is how many there are in all; `step` (None where points have none), `time` and
    `value` list them, but for a very long series only the first ones.
    """

    step: NDArray[np.int64] | None
    time: NDArray[np.int64]
    value: NDArray[np.float64]
    count: int

    @property
    def is_complete(self) -> bool:
        """Whether all of them are listed."""
        return len(self.value) == self.count


@dataclass(frozen=True, eq=False, repr=False, slots=True)
class Series:
    """The points of one metric of a run, in one context and of one rank.

    `step` is i64, `time` i64 microseconds UTC, `value` f64 with NaN and infinities as logged.
    Points are sorted by (step, time, writer, sequence). Without steps, `step` is None and the
    points stand as they were written, one process after another. If only some have a step,
    `step` is a masked array, and those without stand behind the others.

    `count` is the number of points there are; there are fewer in the arrays if the
    series `is_downsampled`. Then `not_finite` lists what is NaN or infinite; and in a series of
    millions of points, the times of extremes may be those of a point up to 4,095 frames away
    (`has_exact_times`). `is_superseded` marks points that a resumed run has replaced, where
    these were asked for. `problems` says what could not be read.
    """

    name: str
    context: str
    rank: int
    step: NDArray[np.int64] | None
    time: NDArray[np.int64]
    value: NDArray[np.float64]
    count: int
    is_downsampled: bool = False
    has_exact_times: bool = True
    not_finite: NotFinite | None = None
    is_superseded: NDArray[np.bool_] | None = None
    problems: list[str] = field(default_factory=list)

    @property
    def label(self) -> str:
        """The name with its context: `loss[val]`."""
        return series_label(self.name, self.context)

    def __len__(self) -> int:
        return len(self.value)

    def __repr__(self) -> str:
        shown = f"<Series {self.label!r}"
        if self.rank:
            shown += f" of rank {self.rank}"
        shown += f": {len(self):,} points"
        if self.is_downsampled:
            shown += f" of {self.count:,}"
        if self.problems:
            shown += f", incomplete: {self.problems[0]}"
        return shown + ">"

    def to_pandas(self) -> pd.DataFrame:
        """Return a DataFrame of pandas: `step`, `time` (UTC) and `value`.

        Raises:
            MissingExtra: if pandas isn't installed.
        """
        pandas = require("pandas", package="pandas", extra="pandas", purpose="to_pandas()")
        columns: dict[str, Any] = {}
        if self.step is not None:
            columns["step"] = self.step
            if isinstance(self.step, np.ma.MaskedArray):
                steps = pandas.arrays.IntegerArray(self.step.data, np.ma.getmaskarray(self.step))
                columns["step"] = steps
        columns["time"] = pandas.to_datetime(self.time.view("M8[us]"), utc=True)
        columns["value"] = self.value
        if self.is_superseded is not None:
            columns["is_superseded"] = self.is_superseded
        frame: pd.DataFrame = pandas.DataFrame(columns)
        return frame

    def to_polars(self) -> pl.DataFrame:
        """Return a DataFrame of polars: `step`, `time` (UTC) and `value`.

        Raises:
            MissingExtra: if polars isn't installed.
        """
        polars = require("polars", package="polars", extra="polars", purpose="to_polars()")
        columns: dict[str, Any] = {}
        if self.step is not None:
            is_mixed = isinstance(self.step, np.ma.MaskedArray)
            steps = self.step.tolist() if is_mixed else self.step
            columns["step"] = polars.Series("step", steps, dtype=polars.Int64)
        times = polars.Series("time", self.time)
        columns["time"] = times.cast(polars.Datetime("us", "UTC"))
        columns["value"] = polars.Series("value", self.value, nan_to_null=False)
        if self.is_superseded is not None:
            columns["is_superseded"] = polars.Series("is_superseded", self.is_superseded)
        frame: pl.DataFrame = polars.DataFrame(columns)
        return frame
