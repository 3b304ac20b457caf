"""Keep packed columns up to date with the rows that they are made from.

Every change of a run gives its row a later revision of the index. What was packed, or unpacked
into memory, carries the revision up to which it is right; only runs changed since are read again.
"""

from __future__ import annotations

from collections import OrderedDict
from threading import RLock
from typing import TYPE_CHECKING, Any, NamedTuple

from runlore.index.columns_keys import Selection
from runlore.index.columns_packing import BLOCK, pack_block, unpack_blocks
from runlore.index.columns_sources import family_of, read_values, type_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from runlore.index.columns_keys import Key
    from runlore.index.columns_packing import AnyValues

    ReadRows = Callable[..., list[tuple[Any, ...]]]

_MANY_CHANGED = BLOCK // 8  # of a block: from then on all of it is read again
_AT_ONCE = 500
_WORTH_PACKING = 64  # runs of a block changed since it was packed
_STORES = 4
_most_bytes = 800_000_000
_fewest_fields = 64


class State(NamedTuple):
    """Which index this is, its latest revision, and a number beyond those of its runs."""

    generation: str | None
    revision: int
    size: int


class _Loaded(NamedTuple):
    """Values as of a revision; `behind` counts by block what has changed since it was packed."""

    values: AnyValues
    revision: int
    behind: dict[int, int]


class ColumnCache:
    """The columns of one index that this process has unpacked."""

    def __init__(self) -> None:
        self.lock = RLock()
        self.derived: dict[object, tuple[int, Any]] = {}
        self._loaded: dict[Key, _Loaded] = {}
        self._changed: dict[tuple[int, int], list[tuple[int, int]]] = {}

    def values(self, rows: ReadRows, keys: Sequence[Key], state: State) -> list[AnyValues]:
        """Give the values of fields, at least as new as `state`."""
        wanted = dict.fromkeys(keys)
        missing = [key for key in wanted if key not in self._loaded]
        if missing:
            self._load(rows, missing, state)
        stale: dict[tuple[object, ...], list[Key]] = {}
        for key in wanted:
            loaded = self._loaded[key]
            if loaded.revision != state.revision or loaded.values.count != state.size:
                stale.setdefault((*family_of(key), loaded.revision), []).append(key)
        for family in stale.values():
            self._refresh(rows, family, state)
        for key in wanted:
            self._loaded[key] = self._loaded.pop(key)  # the last ones were asked about last
        return [self._loaded[key].values for key in keys]

    def pack(self, write: Callable[[list[tuple[Any, ...]]], bool]) -> None:
        """Hand blocks that have changed much to be written, which may be refused."""
        waiting: list[tuple[Key, _Loaded, list[int]]] = []
        for key, loaded in self._loaded.items():
            blocks = [block for block, runs in loaded.behind.items() if runs >= _WORTH_PACKING]
            if blocks:
                waiting.append((key, loaded, blocks))
        if not waiting:
            self._evict()
            return
        packed = [
            (*key, block, loaded.revision, pack_block(loaded.values, block))
            for key, loaded, blocks in waiting
            for block in blocks
        ]
        if not write(packed):
            return
        for _, loaded, blocks in waiting:
            for block in blocks:
                loaded.behind.pop(block)
        self._evict()

    def _evict(self) -> None:
        """Forget the fields that nobody has asked about for the longest time, if they are many."""
        sizes = {key: loaded.values.size_bytes for key, loaded in self._loaded.items()}
        total = sum(sizes.values())
        for key in list(self._loaded)[:-_fewest_fields]:
            if total <= _most_bytes:
                break
            total -= sizes[key]
            del self._loaded[key]

    def _load(self, rows: ReadRows, keys: Sequence[Key], state: State) -> None:
        """Unpack what is packed, then read what isn't and what has changed since."""
        families: dict[tuple[str, str], list[Key]] = {}
        for key in keys:
            families.setdefault(family_of(key), []).append(key)
        for family in families.values():
            known = {key: _packed(rows, key) for key in family}
            missing: dict[int, list[Key]] = {}
            for key, blocks in known.items():
                last = -(-state.size // BLOCK)
                unpacked = [blocks.get(block, (0, None))[1] for block in range(last)]
                values = unpack_blocks(type_of(key), unpacked, state.size)
                self._loaded[key] = _Loaded(values, state.revision, {})
                for block in range(last):
                    if block not in blocks:
                        missing.setdefault(block, []).append(key)
            for block, some in missing.items():
                start, stop = block * BLOCK, min((block + 1) * BLOCK, state.size)
                self._read(rows, some, Selection(start, stop), range(start, stop), state)
            self._catch_up_blocks(rows, known, state)

    def _catch_up_blocks(
        self, rows: ReadRows, known: dict[Key, dict[int, tuple[int, Any]]], state: State
    ) -> None:
        """Read again what has changed since blocks were packed, each at its own revision."""
        by_stale: dict[tuple[int, ...], list[Key]] = {}
        for key, blocks in known.items():
            oldest = min((revision for revision, _ in blocks.values()), default=state.revision)
            if oldest >= state.revision:
                continue
            stale = tuple(
                run
                for run, revision in self.changes(rows, oldest, state)
                if run // BLOCK in blocks and revision > blocks[run // BLOCK][0]
            )
            if stale:
                by_stale.setdefault(stale, []).append(key)
        for runs, keys in by_stale.items():
            self._read_runs(rows, keys, runs, state)

    def _refresh(self, rows: ReadRows, keys: Sequence[Key], state: State) -> None:
        """Read again what has changed since fields of one family and revision were read."""
        loaded = self._loaded[keys[0]]
        runs = [run for run, _ in self.changes(rows, loaded.revision, state)]
        self._read_runs(rows, keys, runs, state)

    def changes(self, rows: ReadRows, since: int, state: State) -> list[tuple[int, int]]:
        """List the runs changed after a revision, each with the one that did it last."""
        key = (since, state.revision)
        found = self._changed.get(key)
        if found is None:
            if len(self._changed) > 16:
                self._changed.clear()
            found = rows("SELECT id, revision FROM runs WHERE revision > ? ORDER BY id", [since])
            self._changed[key] = found
        return found

    def _read_runs(
        self, rows: ReadRows, keys: Sequence[Key], runs: Iterable[int], state: State
    ) -> None:
        """Read some runs again, whole blocks where there are many."""
        by_block: dict[int, list[int]] = {}
        for run in runs:
            by_block.setdefault(run // BLOCK, []).append(run)
        few: list[int] = []
        for block, some in by_block.items():
            if len(some) < _MANY_CHANGED:
                few += some
                continue
            start, stop = block * BLOCK, min((block + 1) * BLOCK, state.size)
            self._read(rows, keys, Selection(start, stop), range(start, stop), state)
        for at in range(0, max(len(few), 1), _AT_ONCE):
            some = few[at : at + _AT_ONCE]
            self._read(rows, keys, Selection(runs=tuple(some)), some, state)

    def _read(
        self,
        rows: ReadRows,
        keys: Sequence[Key],
        selection: Selection,
        numbers: Sequence[int],
        state: State,
    ) -> None:
        """Read fields of some runs, and keep them as of the state's revision."""
        found = read_values(rows, keys, selection) if numbers else {}
        for key in keys:
            loaded = self._loaded[key]
            values: Any = loaded.values
            if numbers or values.count != state.size:
                values = values.patched(state.size, numbers, found.get(key, {}))
            behind = dict(loaded.behind)
            for block in {number // BLOCK for number in numbers}:
                more = BLOCK if selection.stop else sum(run // BLOCK == block for run in numbers)
                behind[block] = behind.get(block, 0) + more
            self._loaded[key] = _Loaded(values, state.revision, behind)


def _packed(rows: ReadRows, key: Key) -> dict[int, tuple[int, Any]]:
    """Give the packed blocks of a field, each with its revision."""
    found = rows(
        "SELECT block, revision, data FROM packed_columns "
        "WHERE kind = ? AND name = ? AND statistic = ?",
        key,
    )
    return {block: (revision, data) for block, revision, data in found}


def packed_blocks(rows: ReadRows, key: Key) -> set[int]:
    """List the blocks of a field that are packed."""
    found = rows(
        "SELECT block FROM packed_columns WHERE kind = ? AND name = ? AND statistic = ?", key
    )
    return {block for (block,) in found}


_caches: OrderedDict[str, ColumnCache] = OrderedDict()
_caches_lock = RLock()


def cache_of(generation: str | None) -> ColumnCache:
    """Return what this process remembers of an index; nothing of one that can't be told apart."""
    if generation is None:
        return ColumnCache()
    with _caches_lock:
        cache = _caches.pop(generation, None) or ColumnCache()
        _caches[generation] = cache
        while len(_caches) > _STORES:
            _caches.popitem(last=False)
        return cache


def remember_at_most(size_bytes: int, fewest_fields: int) -> None:
    """Bound what this process remembers of each index: so much, but at least so many fields."""
    global _most_bytes, _fewest_fields
    _most_bytes, _fewest_fields = size_bytes, fewest_fields


def forget() -> None:
    """Forget all columns, as a new process has none."""
    with _caches_lock:
        _caches.clear()
