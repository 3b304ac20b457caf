"""Read many packed summaries at once that are laid out alike, as runs of one program's are."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from runlore.index.summaries import COLUMNS, COLUMNS_AT, INT_COLUMNS, PackedSummary

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]
    Booleans = NDArray[np.bool_]


def layout_of(data: bytes) -> bytes:
    """Return what is equal in summaries whose columns lie in the same places."""
    return data[:COLUMNS_AT]


class Alike:
    """Packed summaries, n of them, of one layout: their columns as arrays of n rows."""

    def __init__(self, packed: Sequence[bytes]) -> None:
        self.count = len(packed)
        first = PackedSummary(packed[0])
        self.entry_count = first.count  # of each
        self._layout = first.layout
        self._columns: dict[int, NDArray[Any]] = {}
        self._bytes = np.frombuffer(b"".join(packed), np.uint8).reshape(len(packed), -1)

    def fields(self, series: int) -> Fields:
        """Pick the entry of one series out of each."""
        return Fields(self, series)

    def column(self, number: int) -> NDArray[Any]:
        """Give a column: n rows of all entries, or of one if it is constant."""
        if number not in self._columns:
            self._columns[number] = self._unpacked(number)
        return self._columns[number]

    def _unpacked(self, number: int) -> NDArray[Any]:
        if not self.entry_count:
            return np.zeros((self.count, 1), np.int64)
        code, place = self._layout[number]
        if number >= INT_COLUMNS:
            return self._view(place, "<f8", 8, 1 if code == 0 else self.entry_count)
        low = self._view(place, "<i8", 8, 1)
        if code == 0:
            return low
        distances = self._view(place + 8, f"<u{code}", code, self.entry_count)
        return low + distances.astype(np.int64)

    def _view(self, place: int, kind: str, width: int, count: int) -> NDArray[Any]:
        part = self._bytes[:, place : place + width * count]
        return np.ascontiguousarray(part).view(kind)


class Fields:
    """The entry of one series in each of n packed summaries of one layout.

    `is_single` says where a summary has exactly one entry of the series, `is_several` where it
    has more: of those, what stands here means nothing.
    """

    def __init__(self, alike: Alike, series: int) -> None:
        self._alike = alike
        is_series = alike.column(COLUMNS.index("series")) == series
        matches = is_series.sum(axis=1)
        if is_series.shape[1] == 1:  # all entries are of one series
            matches *= alike.entry_count
        self.is_single: Booleans = matches == 1
        self.is_several: Booleans = matches > 1
        self._at = is_series.argmax(axis=1)

    def statistic(self, name: str) -> tuple[Numbers, Booleans]:
        """Give a statistic of all summaries, and where there is one."""
        if name in ("min", "max"):
            return self._field(f"{name}imum"), self._finite > 0
        if name == "mean":
            with np.errstate(divide="ignore", invalid="ignore"):
                return self._field("total") / self._finite, self._finite > 0
        if name == "inf":
            return self._infinities, np.ones(len(self._at), np.bool_)
        if name.endswith("_step"):
            has_step = self._field("has_step") > 0
            if name in ("min_step", "max_step"):
                has_step = has_step & (self._finite > 0)
            return self._field(name), has_step
        return self._field(name), np.ones(len(self._at), np.bool_)

    @cached_property
    def _infinities(self) -> Numbers:
        return self._field("positive_infinities") + self._field("negative_infinities")

    @cached_property
    def _finite(self) -> Numbers:
        return self._field("points") - self._field("nan") - self._infinities

    def _field(self, name: str) -> Numbers:
        """Give one field of each one's entry."""
        found = self._alike.column(COLUMNS.index(name))
        if found.shape[1] == 1:  # constant
            return found[:, 0].astype(np.float64)
        return np.take_along_axis(found, self._at[:, None], axis=1)[:, 0].astype(np.float64)
