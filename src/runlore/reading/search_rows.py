"""The rows of very many runs, read when they are looked at."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, overload

from runlore.errors import RunNotFound

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from runlore.index.rows import RunRow
    from runlore.reading.store import StoreReader

_AT_ONCE = 500


class LazyRows(Sequence["RunRow"]):
    """Rows of runs, given by an array of their ids; some hundred are read at a time.

    `numbers` are the index's own, of the `generation` of the index that was searched.
    """

    def __init__(
        self,
        reader: StoreReader,
        ids: NDArray[np.bytes_],
        numbers: NDArray[np.int64],
        generation: str | None,
    ) -> None:
        self.numbers = numbers
        self.generation = generation
        self._array = ids
        self._reader = reader
        self._known: dict[str, RunRow] = {}

    @cached_property
    def ids(self) -> list[str]:
        """The ids of the runs."""
        return _texts(self._array)

    def __len__(self) -> int:
        return len(self._array)

    @overload
    def __getitem__(self, place: int) -> RunRow: ...
    @overload
    def __getitem__(self, place: slice) -> LazyRows: ...
    def __getitem__(self, place: int | slice) -> RunRow | LazyRows:
        if isinstance(place, slice):
            numbers = self.numbers[place]
            return LazyRows(self._reader, self._array[place], numbers, self.generation)
        run = self._array[place].decode()
        if run not in self._known:
            start = range(len(self))[place] // _AT_ONCE * _AT_ONCE
            some = _texts(self._array[start : start + _AT_ONCE])
            self._known |= self._reader.ask(lambda index: index.get_runs(some))
        if run not in self._known:
            raise RunNotFound(f"the run {run} is gone", hint="search anew")
        return self._known[run]

    def at(self, places: NDArray[np.int64]) -> LazyRows:
        """Pick some by an array of their places."""
        return LazyRows(self._reader, self._array[places], self.numbers[places], self.generation)


def _texts(ids: NDArray[np.bytes_]) -> list[str]:
    found: list[str] = ids.astype("U32").tolist()
    return found


def ids_of(rows: Sequence[RunRow]) -> Sequence[str]:
    """Return the ids of rows, without reading any that weren't."""
    return rows.ids if isinstance(rows, LazyRows) else [row.run for row in rows]
