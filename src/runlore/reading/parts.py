"""Which runs are parts of others in a list, from the columns of an index."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from runlore.index.columns import RunColumns

_MOST_DOUBLINGS = 7  # of the distance from a part to what it lies within


class Folded(NamedTuple):
    """The runs of a list that aren't parts of others there, and how many lie within each.

    `parts` are in their order; `folded` is how many were left out in all.
    """

    numbers: NDArray[np.int64]
    parts: NDArray[np.int64]
    folded: int


def fold(columns: RunColumns, numbers: NDArray[np.int64]) -> Folded:
    """Leave runs out, by their numbers, that are parts of others among them."""
    parents = columns.texts("attribute", "parent")
    codes = parents.codes[numbers]
    if (codes < 0).all():
        return Folded(numbers, np.zeros(len(numbers), np.int64), 0)
    places = np.full(columns.count, -1, np.int64)
    places[numbers] = np.arange(len(numbers))
    wholes = columns.derived(
        "numbers of wholes", lambda: np.array([*columns.find(parents.entries.items), 0], np.int64)
    )
    own = np.arange(len(numbers))
    whole = places[wholes[codes]]  # of number 0, which no run has, the place is -1
    is_part = (whole >= 0) & (whole != own)
    root = np.where(is_part, whole, own)
    for _ in range(_MOST_DOUBLINGS):
        root = root[root]
    parts = np.bincount(root[is_part], minlength=len(numbers))
    return Folded(numbers[~is_part], parts[~is_part], int(is_part.sum()))
