"""Put runs in order, and answer a query."""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from runlore.query.evaluation import evaluate
from runlore.query.predicates import numbers_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from numpy.typing import NDArray

    from runlore.query.columns import Columns, Doubles, Integers
    from runlore.query.tree import OrderKey, Query

_NAN, _NULL = 2, 3  # after numbers and texts, whichever of those comes first
_LARGEST_BELOW_2_63 = 9223372036854774784.0


class Answer(NamedTuple):
    """The rows of the runs that were asked for, and how many there are without the limit."""

    rows: Integers
    total: int


def answer(query: Query, columns: Columns, now: datetime | None = None) -> Answer:
    """Answer a query: filter, order, limit; runs that tie stay in the order of their rows."""
    rows = np.flatnonzero(evaluate(query.filter, columns, now))
    return Answer(order(query.order, columns, rows, query.limit), len(rows))


def order(
    keys: Sequence[OrderKey], columns: Columns, rows: Integers, limit: int | None = None
) -> Integers:
    """Sort rows by keys, stably, and give the first `limit` of them.

    Numbers come before texts, and after them if descending; then NaN, then null, either way.
    """
    if not keys:
        return rows[:limit]
    if limit is not None and limit < len(rows):
        rows = rows[_candidates(keys[0], columns, rows, limit)]
    each = [_sort_arrays(key, columns, rows, limit) for key in keys]
    if len(each) == 1:
        return rows[_by_one(*each[0])[:limit]]
    return rows[np.lexsort([array for arrays in each for array in arrays][::-1])][:limit]


def _by_one(kinds: Doubles, *values: Doubles) -> Integers:
    """Sort by one key: each kind of values by itself, which is much quicker than all at once."""
    places = [np.flatnonzero(kinds == kind) for kind in range(_NULL + 1)]
    return np.concatenate([_sorted(some, [array[some] for array in values]) for some in places])


def _sorted(places: Integers, arrays: Sequence[Doubles]) -> Integers:
    """Sort places stably by the first array, then the next ones; what is all the same is left out.

    Almost all keys have one array that differs, for which there is a quicker way.
    """
    telling = [array for array in arrays if len(array) and (array != array[0]).any()]
    if not telling:
        return places
    if len(telling) > 1:
        return places[np.lexsort(telling[::-1])]
    found = np.argsort(telling[0])
    ordered = telling[0][found]
    if (ordered[1:] == ordered[:-1]).any():  # the quick way leaves those in any order
        found = np.argsort(telling[0], kind="stable")
    return places[found]


def _candidates(key: OrderKey, columns: Columns, rows: Integers, limit: int) -> NDArray[np.bool_]:
    """Leave out rows that can't be among the first, without sorting them."""
    if limit == 0:
        return np.zeros(len(rows), np.bool_)
    kinds, *rest = _sort_arrays(key, columns, rows, limit)
    coarse = kinds.astype(np.float64)
    present = coarse[coarse < _NAN]
    if len(rest) == 1 and len(present) and (present == present[0]).all():
        coarse = np.where(coarse < _NAN, rest[0], np.inf)
    least = np.partition(coarse, limit - 1)[limit - 1]
    return np.asarray(coarse <= least)


def _sort_arrays(
    key: OrderKey, columns: Columns, rows: Integers, limit: int | None
) -> list[Doubles]:
    """Give arrays that sort as the key does: kinds of values first, then what is of a kind."""
    column = columns.column(key.field)
    numbers = numbers_of(key.field, column)
    sign = -1 if key.is_descending else 1
    is_number, values, codes = numbers.is_number[rows], numbers.values[rows], column.codes[rows]
    is_text = ~is_number & (codes >= 0) & ~column.is_null[rows]
    kinds = np.full(len(rows), _NULL, np.float64)
    kinds[is_text] = 0 if key.is_descending else 1
    kinds[is_number] = 1 if key.is_descending else 0
    kinds[is_number & np.isnan(values)] = _NAN
    kinds[column.is_null[rows]] = _NULL
    arrays = [kinds]
    if is_number.any():
        arrays.append(np.where(kinds < _NAN, np.where(is_number, values, 0) * sign, 0))
    if is_text.any():
        arrays.append(np.where(is_text, _ranks(codes, is_text, column.texts, key, limit), 0))
    if numbers.integers is not None:
        arrays.append(_remainders(values, numbers.integers[rows]) * sign)
    return arrays


def _ranks(
    codes: NDArray[np.int32],
    is_text: NDArray[np.bool_],
    texts: Sequence[str],
    key: OrderKey,
    limit: int | None,
) -> Doubles:
    """Number the texts in their order; only as many as the limit can reach."""
    used = np.unique(codes[is_text]).tolist()
    if limit is None or limit >= len(used) // 4:
        ordered = sorted(used, key=texts.__getitem__, reverse=key.is_descending)
    else:
        first = heapq.nlargest if key.is_descending else heapq.nsmallest
        ordered = first(limit, used, key=texts.__getitem__)
    ranks = np.full(len(texts) + 1, len(ordered), np.float64)
    ranks[ordered] = np.arange(len(ordered))
    return ranks[codes]


def _remainders(values: Doubles, integers: Integers) -> Doubles:
    """Say by how much integers differ from the doubles that stand for them."""
    whole = np.clip(np.nan_to_num(values), -_LARGEST_BELOW_2_63, _LARGEST_BELOW_2_63)
    base = whole.astype(np.int64)
    return np.where(integers != 0, integers - base, 0).astype(np.float64)
