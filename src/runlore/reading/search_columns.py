"""What filters ask about, from the columns of an index and how runs stand now."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import numpy as np

from runlore.index.columns_keys import Key
from runlore.index.columns_sources import ARCHIVED, DELETED, HIDDEN
from runlore.query.columns import (
    column_of_booleans,
    column_of_numbers,
    column_of_texts,
)
from runlore.reading.directions import direction_of
from runlore.reading.search_durations import resumed_durations
from runlore.reading.search_statuses import last_signs, status_readings

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from runlore.index.columns import RunColumns
    from runlore.index.columns_values import CodedValues, NumberValues
    from runlore.index.status import StatusReading
    from runlore.query.columns import (
        Booleans,
        Column,
        Doubles,
        Members,
    )
    from runlore.query.fields import Field
    from runlore.reading.store import StoreReader

_FACTS = {"commit": "git.commit", "branch": "git.branch", "dirty": "git.is_dirty"}
_NUMBERS = {"started": "created", "ended": "ended", "points": "points"}
STATUSES = ("running", "finished", "failed", "stopped", "crashed", "unknown")
_MICROSECONDS = 1e6


class SearchColumns:
    """The fields of all runs; how they stand is asked of those that `is_shown` names only."""

    def __init__(self, reader: StoreReader, columns: RunColumns, is_shown: Booleans) -> None:
        self._reader = reader
        self._columns = columns
        self._is_shown = is_shown
        self._readings: dict[int, StatusReading] | None = None

    @property
    def count(self) -> int:
        """How many rows there are."""
        return self._columns.count

    def column(self, field: Field) -> Column:
        """Give the values of a field of one value."""
        if field.kind == "attribute":
            return self._attribute(field.name)
        if field.kind == "metric":
            return self._metric(field.name, field.statistic)
        values = self._columns.texts(field.kind, field.name)
        return _tag_values(values) if field.kind == "tag" else values.column

    def members(self, field: Field) -> Members:
        """Give the values of a field of several."""
        return self._columns.members(field.kind, field.name).members

    def _attribute(self, name: str) -> Column:
        if name == "id":
            return self._columns.ids.column
        if name in _NUMBERS:
            return self._columns.numbers(_NUMBERS[name]).column
        if name in _FACTS:
            return self._columns.texts("context", _FACTS[name]).column
        if name in ("archived", "deleted"):
            states = states_of(self._columns)
            bit = ARCHIVED if name == "archived" else DELETED
            return column_of_booleans((states & bit) > 0, states >= 0)
        if name == "status":
            return self._status()
        if name == "updated":
            signs = last_signs(self._columns)
            return column_of_numbers(signs, ~np.isnan(signs))
        if name == "duration":
            seconds = self.durations()
            return column_of_numbers(seconds, ~np.isnan(seconds))
        return self._columns.texts("attribute", name).column

    def _metric(self, label: str, statistic: str) -> Column:
        if statistic != "best":
            (values,) = self._columns.load(Key("metric", label, statistic))
            numbers: NumberValues = values  # type: ignore[assignment]
            return numbers.column
        low, high = self._metric(label, "min"), self._metric(label, "max")
        is_less, is_more = self._best_is(label.partition("[")[0])
        numbers_of = np.where(is_less, low.numbers, np.where(is_more, high.numbers, np.nan))
        is_known = (is_less & low.is_number) | (is_more & high.is_number)
        return column_of_numbers(numbers_of, is_known)

    def _best_is(self, name: str) -> tuple[Booleans, Booleans]:
        """Say for each row whether less of a metric is better, and whether more is.

        As was said of its experiment, else of the whole store, else as `best_is` finds.
        """
        is_less, is_more = best_is(self._columns.texts("direction", name), name)
        for experiment, direction in self._columns.described_directions(name):
            rows: Any = slice(None)
            if experiment:
                known = self._columns.texts("attribute", "experiment")
                if experiment not in known.entries.items:
                    continue
                rows = known.codes == known.entries.items.index(experiment)
            is_less[rows], is_more[rows] = direction == "min", direction == "max"
        return is_less, is_more

    def readings(self) -> dict[int, StatusReading]:
        """Say how runs stand for which no final status is stored, by row."""
        if self._readings is None:
            stored = self._columns.texts("attribute", "status")
            is_open = np.ones(len(stored.entries) + 1, np.bool_)  # the last: none was ever stored
            is_open[:-1] = [status == "running" for status in stored.entries.items]
            rows = np.flatnonzero(is_open[stored.codes] & self._is_shown)
            self._readings = status_readings(self._reader, self._columns, rows)
        return self._readings

    def _status(self) -> Column:
        stored = self._columns.texts("attribute", "status")
        places = [*(STATUSES.index(status) for status in stored.entries.items), -1]
        codes = np.array(places, np.int32)[stored.codes]
        for row, reading in self.readings().items():
            codes[row] = STATUSES.index(reading.status)
        return column_of_texts(codes, STATUSES)

    def durations(self) -> Doubles:
        """Give seconds from start to end, as `StoredRun.duration_seconds`; NaN if unknown."""
        ends = self._columns.numbers("ended").numbers.copy()
        now = time.time_ns() // 1000
        signs: Doubles | None = None
        for row in np.flatnonzero(np.isnan(ends) & self._is_shown).tolist():
            reading = self.readings().get(row)
            if reading is None:
                signs = last_signs(self._columns) if signs is None else signs
                ends[row] = signs[row]
            elif reading.status == "running":
                ends[row] = now
            elif reading.last_sign_of_life is not None:
                ends[row] = reading.last_sign_of_life
        seconds = (ends - self._columns.numbers("created").numbers) / _MICROSECONDS
        for row, resumed in resumed_durations(self._reader, self._columns, ends).items():
            seconds[row] = np.nan if resumed is None else resumed
        return seconds


def states_of(columns: RunColumns) -> NDArray[np.int8]:
    """Give the bits of each row's state, -1 where there is no run."""

    def combine() -> NDArray[np.int8]:
        values = columns.numbers("state")
        return np.where(values.is_present, values.numbers, -1).astype(np.int8)

    return columns.derived("states", combine)


def shown_runs(
    columns: RunColumns, *, is_deleted: bool | None = False, is_archived: bool | None = None
) -> Booleans:
    """Say which rows are of runs in this store: of the trash, the archive; None for either."""
    states = states_of(columns)
    is_shown: Booleans = (states >= 0) & (states & HIDDEN == 0)
    for bit, is_so in ((DELETED, is_deleted), (ARCHIVED, is_archived)):
        if is_so is not None:
            is_shown &= ((states & bit) > 0) == is_so
    return is_shown


def newest_first(columns: RunColumns) -> NDArray[np.int64]:
    """List all rows, the newest run first, of those begun at once by descending id."""

    def sort() -> NDArray[np.int64]:
        begun = columns.numbers("begun").numbers
        keys = np.where(np.isnan(begun), -np.inf, begun)
        # Rows are numbered about as runs begin, and what is sorted already sorts quickly.
        rows = np.argsort(keys, kind="stable")
        same = np.flatnonzero(keys[rows][1:] == keys[rows][:-1])
        if len(same):
            rows = np.lexsort((columns.ids.ids, keys))
        return rows[::-1].astype(np.int64)

    return columns.derived("newest first", sort)


def best_is(directions: CodedValues, name: str) -> tuple[Booleans, Booleans]:
    """Say for each row whether less of a metric is better, and whether more is.

    As the run says; else as most of the runs that do; else as the metric's name tells.
    """
    items = directions.entries.items
    counts = np.bincount(directions.codes[directions.codes >= 0], minlength=len(items))
    said = items[int(counts.argmax())] if counts.sum() else None
    usual = said if said in ("min", "max") else direction_of(name, ())
    meanings = np.array([*(item if item in ("min", "max") else usual for item in items), usual])
    chosen = meanings[directions.codes]
    return chosen == "min", chosen == "max"


def _tag_values(values: CodedValues) -> Column:
    """Make the column of a tag's values; the empty text stands for a tag without one."""
    column = column_of_texts(values.codes, values.entries.items)
    if "" not in values.entries.items:
        return column
    nothing = values.entries.items.index("")
    codes = np.where(values.codes == nothing, np.int32(-1), values.codes)
    return column._replace(codes=codes)
