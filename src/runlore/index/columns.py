"""Answer questions about all runs at once from columns of their fields."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from runlore.index.columns_cache import State, cache_of
from runlore.index.columns_keys import Key, Selection
from runlore.index.columns_metrics import count_labels
from runlore.index.columns_preparing import pack_next
from runlore.index.columns_values import CodedValues, IdValues, ManyValues, NumberValues

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager

    from runlore.index.columns_cache import ColumnCache, ReadRows
    from runlore.index.columns_packing import AnyValues

Answer = TypeVar("Answer")
_TRIES = 20
_AT_ONCE = 500


class RunColumns:
    """The fields of all runs as of one revision of an index; `count` rows, by the run's number.

    Rows without a run are among them, and purged runs: the attribute "state" tells.
    """

    def __init__(self, rows: ReadRows, cache: ColumnCache, state: State) -> None:
        self.count = state.size
        self.revision = state.revision
        self.generation = state.generation
        self.rows = rows
        self._cache = cache
        self._state = state

    def load(self, *keys: Key) -> list[AnyValues]:
        """Give the values of fields, read together where that is quicker."""
        return self._cache.values(self.rows, keys, self._state)

    def numbers(self, name: str) -> NumberValues:
        """Give the values of an attribute that is a number: created, begun, ended, state, …."""
        (values,) = self.load(Key("attribute", name))
        assert isinstance(values, NumberValues)  # noqa: S101 - for the type checker
        return values

    def texts(self, kind: str, name: str) -> CodedValues:
        """Give the values of an attribute or param, a tag's values, a fact, a direction."""
        (values,) = self.load(Key(kind, name))
        assert isinstance(values, CodedValues)  # noqa: S101 - for the type checker
        return values

    def members(self, kind: str, name: str = "") -> ManyValues:
        """Give values of which a run has several: tags, notes, artifacts, actors, …."""
        (values,) = self.load(Key(kind, name))
        assert isinstance(values, ManyValues)  # noqa: S101 - for the type checker
        return values

    @property
    def ids(self) -> IdValues:
        """The ids of the runs."""
        (values,) = self.load(Key("attribute", "id"))
        assert isinstance(values, IdValues)  # noqa: S101 - for the type checker
        return values

    def find(self, ids: Sequence[str]) -> list[int]:
        """Give the numbers of runs by their whole ids; 0, which no run has, for those unknown."""
        found: dict[str, int] = {}
        for start in range(0, len(ids), _AT_ONCE):
            some = list(ids[start : start + _AT_ONCE])
            marks = ", ".join("?" * len(some))
            found |= self.rows(f"SELECT run, id FROM runs WHERE run IN ({marks})", some)
        return [found.get(run, 0) for run in ids]

    def metric_fields(self, numbers: Sequence[int]) -> list[tuple[str, str, str]]:
        """List what runs, by their numbers, have defined about metrics: name, field, value."""
        condition = Selection(runs=tuple(numbers)).condition("run")
        return self.rows(
            f"SELECT name, field, value FROM metric_fields WHERE value IS NOT NULL AND {condition}"
        )

    def described_directions(self, name: str) -> list[tuple[str, str]]:
        """Say which way a metric is better: by experiment, "" first for the whole store."""
        return self.rows(
            "SELECT experiment, value FROM metric_descriptions WHERE name = ? "
            "AND field = 'direction' AND value IS NOT NULL ORDER BY experiment",
            [name],
        )

    def count_labels(self, numbers: Sequence[int]) -> dict[str, int]:
        """Say how many of some runs, by their numbers, have each metric; by label."""
        return count_labels(self.rows, Selection(runs=tuple(numbers))) if numbers else {}

    def derived(self, name: object, make: Callable[[], Answer]) -> Answer:
        """Return what `make` computes from these columns, once for each revision."""
        known = self._cache.derived.get(name)
        if known is None or known[0] != self.revision:
            known = self._cache.derived[name] = (self.revision, make())
        found: Answer = known[1]
        return found

    def kept(self, name: object, make: Callable[[], Answer]) -> Answer:
        """Return what `make` once made, as long as this process remembers the index."""
        known = self._cache.derived.get(name)
        if known is None:
            known = self._cache.derived[name] = (self.revision, make())
        found: Answer = known[1]
        return found

    def remembered(self, name: str) -> dict[int, Any]:
        """Return what callers have noted about runs, by number; nothing of any changed since."""
        known = self._cache.derived.get(name)
        notes: dict[int, Any] = {} if known is None else known[1]
        if known is not None and known[0] != self.revision:
            for run, _ in self._cache.changes(self.rows, known[0], self._state):
                notes.pop(run, None)
        self._cache.derived[name] = (self.revision, notes)
        return notes


def ask(
    rows: ReadRows,
    snapshot: Callable[[], AbstractContextManager[None]],
    write: Callable[[list[tuple[Any, ...]]], bool],
    question: Callable[[RunColumns], Answer],
) -> Answer:
    """Put a question to the columns of an index, again if it changes meanwhile.

    `write` is handed rows that had to be packed for it, and tells whether it kept them.
    """
    cache = cache_of(_state(rows).generation)
    with cache.lock:
        for _ in range(_TRIES):
            with snapshot():
                state = _state(rows)
                answer = question(RunColumns(rows, cache, state))
                is_torn = _state(rows) != state
            if not is_torn:
                break
        cache.pack(write)
    return answer


def prepare(
    rows: ReadRows,
    snapshot: Callable[[], AbstractContextManager[None]],
    write: Callable[[list[tuple[Any, ...]]], bool],
    keys: Sequence[Key],
) -> bool:
    """Pack one more block of fields, and tell whether there may be another one to pack."""
    with snapshot():
        packed = pack_next(rows, keys, _state(rows))
    return bool(packed) and write(packed)


def _state(rows: ReadRows) -> State:
    known: dict[str, str] = dict(
        rows("SELECT key, value FROM meta WHERE key IN ('revision', 'generation')")
    )
    ((greatest,),) = rows("SELECT MAX(id) FROM runs")
    return State(known.get("generation"), int(known.get("revision", 0)), (greatest or 0) + 1)
