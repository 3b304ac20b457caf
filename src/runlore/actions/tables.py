"""Tables of runs, a window at a time: of very many runs only those on the screen are read."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, replace
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from runlore.actions.columns import cells_of, described, fields_named, keys_of
from runlore.actions.run_lines import lines_of
from runlore.index.columns_chosen import ChosenColumns
from runlore.index.columns_keys import Key
from runlore.query.unknown import unknown_names
from runlore.reading.parts import fold
from runlore.reading.run_names import prepare_names
from runlore.reading.search import find_in
from runlore.reading.search_catalogue import catalogue_of, with_facts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from runlore.actions.columns import TableColumn
    from runlore.actions.run_lines import RunLine
    from runlore.index.columns import RunColumns
    from runlore.index.interface import Index
    from runlore.query.fields import Field
    from runlore.reading.search import Wanted
    from runlore.reading.store import StoreReader

    Numbers = NDArray[np.int32]

NO_EXPERIMENT = "-"
_KEPT_BYTES = 4 << 20
_OF_ALL = ("created", "ended", "attempts", "status", "experiment")  # whatever columns there are
_MOST_READ = 32  # tables whose columns' names are remembered
_KEPT_SECONDS = 5.0  # how runs stand, and how long they took, changes unrecorded


class WantedTable(NamedTuple):
    """Which runs and columns; `ids` restricts to runs, the experiment "-" to those without one.

    `parts` False leaves out runs that are parts of others in the table, True counts them only.
    """

    wanted: Wanted
    columns: Sequence[str] = ()
    ids: Sequence[str] | None = None
    is_only_differing: bool = False
    parts: bool | None = None


@dataclass(frozen=True)
class Ordering:
    """All runs of a table in their order, by their numbers; `revision` names the moment of it.

    `parts` says how many are left out within each of them, `folded` how many are parts in all.
    """

    numbers: Numbers
    notes: tuple[str, ...]
    revision: tuple[str | None, int]
    parts: Numbers | None = None
    folded: int = 0


@dataclass(frozen=True)
class Window:
    """Some lines of a table, the values of its columns for each, and how many runs it has.

    `folded` is how many runs are parts of others, where that was asked.
    """

    columns: list[TableColumn]
    lines: list[RunLine]
    values: list[list[Any]]
    total: int
    notes: tuple[str, ...]
    folded: int = 0


class Orderings:
    """Remembers the latest orders of runs, so that windows of one table go together."""

    def __init__(self, most_bytes: int = _KEPT_BYTES, most_seconds: float = _KEPT_SECONDS) -> None:
        self._kept: OrderedDict[object, tuple[float, Ordering]] = OrderedDict()
        self._lock = Lock()
        self._most_bytes = most_bytes
        self._most_seconds = most_seconds

    def find(self, key: object, revision: tuple[str | None, int]) -> Ordering | None:
        """Return an order that still holds."""
        with self._lock:
            kept_at, ordering = self._kept.get(key, (0.0, None))
            is_old = monotonic() - kept_at > self._most_seconds
            if ordering is None or is_old or ordering.revision != revision:
                return None
            self._kept.move_to_end(key)
            return ordering

    def keep(self, key: object, ordering: Ordering) -> None:
        """Remember an order, and forget the oldest ones where it gets too much."""
        with self._lock:
            self._kept[key] = (monotonic(), ordering)
            self._kept.move_to_end(key)
            while self._size_bytes() > self._most_bytes and len(self._kept) > 1:
                self._kept.popitem(last=False)

    def _size_bytes(self) -> int:
        return sum(
            ordering.numbers.nbytes + (0 if ordering.parts is None else ordering.parts.nbytes)
            for _, ordering in self._kept.values()
        )


def read_window(
    reader: StoreReader,
    table: WantedTable,
    *,
    offset: int = 0,
    limit: int = 100,
    orderings: Orderings | None = None,
) -> Window:
    """Read the lines from `offset` on of the runs that are found, with values of the columns.

    Raises:
        QueryError: if the filter, the order or a column can't be read.
    """

    def read(index: Index) -> Window:
        return index.ask_columns(lambda columns: _window(index, columns))

    def _window(index: Index, columns: RunColumns) -> Window:
        ordering = order_runs(reader, columns, table, orderings)
        fields = _fields(columns, table.columns)
        if table.is_only_differing:
            fields = _differing(columns, fields, ordering.numbers)
        chosen = ordering.numbers[offset : offset + limit].astype(np.int64)
        own = ChosenColumns(columns, chosen)
        ids = own.ids.ids.astype("U32").tolist()
        own.load(*keys_of(fields))  # of each kind all at once
        lines = {line.id: line for line in lines_of(reader, ids, columns, own)}
        columns_of_cells = [cells_of(reader, own, field) for field in fields]
        present = [place for place, run in enumerate(ids) if run in lines]
        if ordering.parts is not None:
            counts = ordering.parts[offset : offset + limit].tolist()
            for run, count in zip(ids, counts, strict=True):
                if count and run in lines:
                    lines[run] = replace(lines[run], parts=count)
        return Window(
            described(index, columns, fields, table.wanted.experiment),
            [lines[ids[place]] for place in present],
            [[cells[place] for cells in columns_of_cells] for place in present],
            len(ordering.numbers),
            (*ordering.notes, *_unknown(columns, fields)) if len(ordering.numbers) else
            ordering.notes,
            ordering.folded,
        )  # fmt: skip

    return reader.ask(read)


def prepare_table(reader: StoreReader, names: Sequence[str]) -> bool:
    """Read a part of what sorting and filtering by columns needs; tell whether there is more.

    Raises:
        QueryError: if the name of a column can't be read.
    """
    if reader.ask(lambda index: index.ask_columns(prepare_names)):
        return True
    fields = reader.ask(lambda index: index.ask_columns(lambda all_: _fields(all_, names)))
    keys = [*keys_of(fields), *(Key("attribute", name) for name in _OF_ALL)]
    return reader.ask(lambda index: index.prepare_columns(keys))


def _fields(columns: RunColumns, names: Sequence[str]) -> list[Field]:
    """Read names of columns; those of one table are asked for again with each of its windows."""
    known: dict[tuple[str, ...], list[Field]] = columns.derived("fields of tables", dict)
    key = tuple(names)
    if key not in known:
        if len(known) >= _MOST_READ:
            known.clear()
        known[key] = fields_named(names, catalogue_of(columns))
    return known[key]


def order_runs(
    reader: StoreReader,
    columns: RunColumns,
    table: WantedTable,
    orderings: Orderings | None = None,
) -> Ordering:
    """Find the runs of a table, in their order."""
    wanted = table.wanted
    revision = (columns.generation, columns.revision)
    key = (
        wanted._replace(order_by=tuple(wanted.order_by)),
        tuple(table.ids or ()),
        table.ids is None,
        table.parts,
    )
    known = orderings.find(key, revision) if orderings is not None else None
    if known is not None:
        return known
    is_without = wanted.experiment == NO_EXPERIMENT
    found = find_in(reader, wanted._replace(experiment=None) if is_without else wanted, columns)
    numbers = found.numbers
    if is_without:
        numbers = numbers[columns.texts("attribute", "experiment").codes[numbers] < 0]
    if table.ids is not None:
        numbers = numbers[np.isin(numbers, columns.find(table.ids))]
    parts, count = None, 0
    if table.parts is not None:
        folded = fold(columns, numbers)
        count = folded.folded
        if not table.parts and count:
            numbers, parts = folded.numbers, folded.parts.astype(np.int32)
    ordering = Ordering(numbers.astype(np.int32), found.notes, revision, parts, count)
    if orderings is not None:
        orderings.keep(key, ordering)
    return ordering


def _differing(columns: RunColumns, fields: Sequence[Field], numbers: Numbers) -> list[Field]:
    """Leave out the params, tags and facts that are the same in all runs."""
    kept = []
    for field in fields:
        if field.kind in ("param", "context", "tag"):
            codes = columns.texts(field.kind, field.name).codes[numbers]
            if not len(codes) or (codes == codes[0]).all():
                continue
        kept.append(field)
    return kept


def _unknown(columns: RunColumns, fields: Sequence[Field]) -> list[str]:
    """Write a note for each column that no run has a value for."""
    catalogue = catalogue_of(columns)
    if any(field.kind == "context" for field in fields):
        catalogue = with_facts(catalogue, columns)
    return list(unknown_names(fields, catalogue))
