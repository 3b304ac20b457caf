"""Hold the rows of one run while records are applied to it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from runlore.index.rows import Limits
from runlore.index.schema import BY_NAME, OF_A_RUN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from runlore.index.interface import Transaction

    Row = tuple[Any, ...]
    Rows = dict[Row, Row]
    OrderOf = Callable[[int], tuple[str, int]]

_START_FIELDS = ("name", "experiment", "project", "goal", "parent")
_ATTEMPT_ID = 2
_KEY_SIZES = {name: table.key_size for name, table in BY_NAME.items()}
_FLAGS = {"is_deleted": 0, "is_purged": 0, "is_archived": 0}
_DERIVED_FROM = ("starts", "registers", "statuses", "attempts")


class RunState:
    """The rows of one run: read from the index when first needed, written back at the end.

    `number` is the index's own for the run; 0 stands for the store as a whole.
    """

    def __init__(self, transaction: Transaction, run: str, number: int, row: Row | None) -> None:
        names = BY_NAME["runs"].names
        self.run = run
        self.number = number
        self.values: dict[str, Any] = (
            dict.fromkeys(names) if row is None else dict(zip(names, row, strict=True))
        )
        if row is None:
            self.values |= {"id": number, "run": run, "points": 0, **_FLAGS}
        self.is_purged = bool(self.values["is_purged"])
        self._was_purged = self.is_purged
        self._is_new = row is None and number != 0
        self._transaction = transaction
        self._tables: dict[str, Rows] = {}
        self._changed: dict[str, Rows] = {}

    def rows(self, table: str) -> Rows:
        """Give a table's rows of this run by the rest of their key."""
        known = self._tables.get(table)
        if known is None:
            known = self._tables[table] = {}
            if not self._is_new:
                declaration = BY_NAME[table]
                found = self._transaction.select(table, declaration.selected, run=self.number)
                for row in found:
                    known[row[1 : declaration.key_size]] = row
            known.update(self._changed.get(table, {}))
        return known

    def row(self, table: str, *key: Any) -> Row | None:
        """Give one row by the rest of its key, without reading the others."""
        if table in self._tables or self._is_new:
            return self.rows(table).get(key)
        changed = self._changed.get(table, {}).get(key)
        if changed is not None:
            return changed
        declaration = BY_NAME[table]
        equals = dict(zip(declaration.key, (self.number, *key), strict=True))
        found = self._transaction.select(table, declaration.selected, **equals)
        return found[0] if found else None

    def put(self, table: str, *rest: Any) -> None:
        """Write a row of this run: the columns after `run`."""
        row = (self.number, *rest)
        key = row[1 : _KEY_SIZES[table]]
        changed = self._changed.get(table)
        if changed is None:
            changed = self._changed[table] = {}
        changed[key] = row
        known = self._tables.get(table)
        if known is not None:
            known[key] = row

    def attempt_number(self, attempt: str, next_id: Callable[[], int]) -> int:
        """Give the index's own number for an attempt."""
        known = self.rows("attempts").get((attempt,))
        if known is not None:
            return int(known[_ATTEMPT_ID])
        number = next_id()
        self.put("attempts", attempt, number, *[None] * 6)
        return number

    def limits(self) -> dict[str, Limits]:
        """Say from where on which attempts are superseded."""
        rows = self.rows("attempts").values()
        return superseded((row[1], row[3], row[5], row[6]) for row in rows)

    def meet(self, points: int, times: list[int]) -> None:
        """Count points and widen the run's times."""
        values = self.values
        values["points"] += points
        if times:
            first, last = values["first_time"], values["last_time"]
            values["first_time"] = min(times) if first is None else min(first, *times)
            values["last_time"] = max(times) if last is None else max(last, *times)

    def write(self, pending: dict[str, list[Row]], order_of: OrderOf, revision: int) -> None:
        """Hand over what has changed, or what remains of a purged run, as of a revision."""
        if self.is_purged and not self._was_purged:
            for table in (*OF_A_RUN, "writers", "problems"):
                self._transaction.delete(table, run=self.number)
        for table, rows in self._changed.items():
            if not (self.is_purged and table not in ("attempts", "parts")):
                pending.setdefault(table, []).extend(rows.values())
        if self.number:
            if self.is_purged:
                self._forget()
            elif not self._changed.keys().isdisjoint(_DERIVED_FROM):
                self._derive(order_of)
            self.values["revision"] = revision
            pending.setdefault("runs", []).append(tuple(self.values.values()))

    def _forget(self) -> None:
        kept = {"id": self.number, "run": self.run, "points": 0, **_FLAGS}
        kept |= {"is_deleted": 1, "is_purged": 1}
        self.values = dict.fromkeys(self.values) | kept

    def _derive(self, order_of: OrderOf) -> None:
        """Compute the columns of the run's row that follow from other rows."""
        values = self.values
        starts = sorted(
            self.rows("starts").values(), key=lambda row: (row[3], order_of(row[1]), row[2])
        )
        for place, field in enumerate(_START_FIELDS, start=4):
            values[field] = next((row[place] for row in starts if row[place] is not None), None)
        values["created"] = starts[0][3] if starts else None
        registers = self.rows("registers")
        if ("name",) in registers:
            values["name"] = json.loads(registers["name",][2])
        if ("moved",) in registers:
            values["moved_to"] = json.loads(registers["moved",][2])
        if ("colour",) in registers:
            values["colour"] = json.loads(registers["colour",][2])
        for what in ("deleted", "archived"):
            is_so = (what,) in registers and registers[what,][2] == "true"
            values[f"is_{what}"] = int(is_so)
        status = effective_status(self.rows("statuses"), self.rows("attempts"))
        values["status"], values["error"], values["reason"], values["ended"] = status


def effective_status(statuses: Rows, attempts: Rows) -> Row:
    """Compute a run's (status, error, reason, ended) from its newest attempt's ranks.

    Failed if a rank of it failed, else stopped, else running while a rank is, else finished if
    the lowest rank that began is: another may be through long before. All None if that can't
    be said.
    """
    begun = {row[2]: (row[6] is not None, row[6] or 0, row[1]) for row in attempts.values()}
    lowest = {row[2]: row[7] for row in attempts.values() if row[6] is not None}
    said = {row[1] for row in statuses.values()}
    candidates = [number for number in begun if begun[number][0] or number in said]
    newest = max(candidates, key=lambda number: begun[number], default=None)
    rows = [row for row in statuses.values() if row[1] == newest]
    for status in ("failed", "stopped", "running", "finished"):
        matching = [row for row in rows if row[3] == status]
        if status == "finished" and newest in lowest:
            matching = [row for row in matching if row[2] <= lowest[newest]]
        if matching:
            # Of several failed ranks the first speaks: the others often fail because of it.
            first = min(matching, key=lambda row: (row[6], row[2]))
            ended = None if status == "running" else max(row[6] for row in rows)
            return (status, first[4], first[5], ended)
    return (None, None, None, None)


def superseded(attempts: Iterable[Row]) -> dict[str, Limits]:
    """Compute the limits of attempts from (attempt, parent, from_step, started) of each.

    An attempt with `from_step` supersedes from there on its parent and all of that one's
    ancestors; without a parent, every attempt begun before it. The strictest limit holds.
    """
    rows = {row[0]: row for row in attempts}
    limits: dict[str, Limits] = {}
    for attempt, parent, from_step, started in rows.values():
        if from_step is None:
            continue
        before = _ancestors(rows, attempt, parent) if parent else _begun_before(rows, attempt)
        for other in before:
            known = limits.get(other, Limits(from_step, started))
            limits[other] = Limits(_least(known.step, from_step), _least(known.time, started))
    return limits


def _ancestors(rows: dict[str, Row], attempt: str, parent: str | None) -> Iterator[str]:
    seen = {attempt}
    while parent is not None and parent not in seen:
        seen.add(parent)
        yield parent
        if parent in rows and rows[parent][1] is None and rows[parent][2] is not None:
            yield from (other for other in _begun_before(rows, parent) if other not in seen)
        parent = rows[parent][1] if parent in rows else None


def _begun_before(rows: dict[str, Row], attempt: str) -> Iterator[str]:
    begun = (rows[attempt][3], attempt)
    for other, row in rows.items():
        if row[3] is not None and (row[3], other) < begun:
            yield other


def _least(one: int | None, other: int | None) -> int | None:
    return other if one is None else one if other is None else min(one, other)
