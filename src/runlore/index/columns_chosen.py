"""The fields of some runs, read for these alone: no column of all runs is loaded for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from runlore.index.columns import RunColumns
from runlore.index.columns_keys import Selection
from runlore.index.columns_packing import unpack_blocks
from runlore.index.columns_sources import family_of, read_values, type_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import numpy as np
    from numpy.typing import NDArray

    from runlore.index.columns_keys import Key
    from runlore.index.columns_packing import AnyValues

Answer = TypeVar("Answer")
_AT_ONCE = 500  # runs: rows of many more take much memory, of which a part stays taken


class ChosenColumns(RunColumns):
    """The fields of chosen runs, by their place among these."""

    def __init__(self, columns: RunColumns, numbers: NDArray[np.int64]) -> None:
        """Choose runs by their numbers in `columns`, each once."""
        self.count = len(numbers)
        self.revision = columns.revision
        self.generation = columns.generation
        self.rows = columns.rows
        self._places = {number: place for place, number in enumerate(numbers.tolist())}
        self._loaded: dict[Key, AnyValues] = {}
        self._noted: dict[str, dict[int, Any]] = {}

    def places_of(self, numbers: Iterable[int]) -> list[int]:
        """Say at which places runs stand here, by their numbers in all columns."""
        return [self._places[number] for number in numbers]

    def load(self, *keys: Key) -> list[AnyValues]:
        """Give the values of fields, those of one family read together."""
        families: dict[tuple[str, str], list[Key]] = {}
        for key in dict.fromkeys(keys):
            if key not in self._loaded:
                families.setdefault(family_of(key), []).append(key)
        for family in families.values():
            self._read(family)
        return [self._loaded[key] for key in keys]

    def derived(self, name: object, make: Callable[[], Answer]) -> Answer:  # noqa: ARG002 - as all
        """Return what `make` computes; nothing is kept of it."""
        return make()

    def remembered(self, name: str) -> dict[int, Any]:
        """Return what callers have noted since these runs were chosen."""
        return self._noted.setdefault(name, {})

    def _read(self, family: list[Key]) -> None:
        numbers = tuple(self._places)
        loaded: dict[Key, Any] = {
            key: unpack_blocks(type_of(key), [], self.count) for key in family
        }
        for start in range(0, self.count, _AT_ONCE):
            some = numbers[start : start + _AT_ONCE]
            found = read_values(self.rows, family, Selection(runs=some))
            for key in family:
                own = {self._places[number]: value for number, value in found[key].items()}
                rows = range(start, start + len(some))
                loaded[key] = loaded[key].patched(self.count, rows, own)
        self._loaded |= loaded
