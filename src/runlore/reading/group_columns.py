"""Group runs by their params and sum up metrics for each group, in arrays."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from runlore.index.columns_keys import Key

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from runlore.index.columns import RunColumns
    from runlore.query.columns import Doubles, Integers

_MOST = 1 << 62


class Partition(NamedTuple):
    """Which group each of n runs is in, groups numbered as they are first met, and their firsts."""

    groups: Integers
    firsts: Integers

    @property
    def size(self) -> int:
        """How many groups there are."""
        return len(self.firsts)


def same_values(columns: RunColumns, key: str) -> NDArray[np.int64]:
    """Number the values of a param alike that are the same number, or else the same text.

    0 stands for no value: `1e-3` and 0.001 are the same, and so are runs without the param.
    """
    values = columns.texts("param", key)

    def make() -> NDArray[np.int64]:
        known: dict[object, int] = {}
        places = [
            known.setdefault(text if number is None else number, len(known) + 1)
            for _, text, number in values.entries.items
        ]
        return np.array([*places, 0], np.int64)[values.codes]

    return columns.derived(("same values", key), make)


def partition(columns: RunColumns, keys: Sequence[str], rows: Integers) -> Partition:
    """Put runs that have the same values of all of some params into one group."""
    columns.load(*(Key("param", key) for key in keys))
    codes = np.zeros(len(rows), np.int64)
    size = 1
    for key in keys:
        own = same_values(columns, key)
        own_size = int(own.max(initial=0)) + 1
        if size * own_size >= _MOST:
            used, codes = np.unique(codes, return_inverse=True)
            size = len(used)
        codes = codes * own_size + own[rows]
        size *= own_size
    return parts_of(codes)


def parts_of(codes: Integers) -> Partition:
    """Put runs of the same code into one group."""
    _, firsts, groups = np.unique(codes, return_index=True, return_inverse=True)
    order = np.argsort(firsts)
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    return Partition(place[groups].astype(np.int64), firsts[order].astype(np.int64))


class GroupedMetric:
    """The values of one metric in groups of runs; NaN in statistics where there are none.

    Statistics are over the finite values: `n` counts them, `not_finite` the runs whose value is
    NaN or infinite. `std` is that of a sample (divided by n - 1), so NaN below two values.
    """

    def __init__(self, values: Doubles, is_present: NDArray[np.bool_], parts: Partition) -> None:
        self._count = parts.size
        is_finite = np.isfinite(values) & is_present
        self._groups = parts.groups[is_finite]
        self._values = values[is_finite]
        self.n: Integers = np.bincount(self._groups, minlength=self._count)
        present = np.bincount(parts.groups[is_present], minlength=self._count)
        self.not_finite: Integers = present - self.n

    @cached_property
    def mean(self) -> Doubles:
        """The mean: of equal values exactly theirs."""
        firsts = np.zeros(self._count)
        firsts[self._groups[::-1]] = self._values[::-1]
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            beyond = np.bincount(self._groups, self._values - firsts[self._groups], self._count)
            found = firsts + beyond / self.n
            is_beyond = ~np.isfinite(found) & (self.n > 0)  # a difference too large for a double
            if is_beyond.any():
                sums = np.bincount(self._groups, self._values, self._count)
                found = np.where(is_beyond, sums / self.n, found)
            return np.where(self.n > 0, found, np.nan)

    @cached_property
    def std(self) -> Doubles:
        """The standard deviation of a sample."""
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            squares = (self._values - self.mean[self._groups]) ** 2
            sums = np.bincount(self._groups, squares, self._count)
            return np.where(self.n > 1, np.sqrt(sums / (self.n - 1)), np.nan)

    @cached_property
    def min(self) -> Doubles:
        """The least value."""
        return self._reduced(np.minimum)

    @cached_property
    def max(self) -> Doubles:
        """The greatest value."""
        return self._reduced(np.maximum)

    @cached_property
    def median(self) -> Doubles:
        """The median: of an even number the mean of the two in the middle."""
        found = np.full(self._count, np.nan)
        if not len(self._values):
            return found
        ordered = self._values[np.lexsort((self._values, self._groups))]
        has_any = self.n > 0
        n = self.n[has_any]
        starts = (np.cumsum(self.n) - self.n)[has_any]
        found[has_any] = (ordered[starts + (n - 1) // 2] / 2) + (ordered[starts + n // 2] / 2)
        return found

    def _reduced(self, function: np.ufunc) -> Doubles:
        found = np.full(self._count, np.nan)
        if len(self._values):
            ordered = self._values[np.argsort(self._groups, kind="stable")]
            has_any = self.n > 0
            starts = (np.cumsum(self.n) - self.n)[has_any]
            found[has_any] = function.reduceat(ordered, starts)
        return found
