"""Hold the rows of one run while records are applied to it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from runlore.index.rows import Limits
from runlore.index.schema import BY_NAME, OF_A_RUN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from runlore.index.interface import Transaction

    Row = tuple[Any, ...]
    Rows = dict[Row, Row]
    OrderOf = Callable[[int], tuple[str, int]]

_START_FIELDS = ("name", "experiment", "project", "goal", "parent")
_ATTEMPT_ID = 2


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
            self.values |= {"id": number, "run": run, "points": 0, "is_deleted": 0, "is_purged": 0}
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
                columns = ", ".join(f'"{name}"' for name in declaration.names)
                for row in self._transaction.select(table, columns, run=self.number):
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
        columns = ", ".join(f'"{name}"' for name in declaration.names)
        found = self._transaction.select(table, columns, **equals)
        return found[0] if found else None

    def put(self, table: str, *rest: Any) -> None:
        """Write a row of this run: the columns after `run`."""
        row = (self.number, *rest)
        key = row[1 : BY_NAME[table].key_size]
        self._changed.setdefault(table, {})[key] = row
        if table in self._tables:
            self._tables[table][key] = row

    def attempt_number(self, attempt: str, next_id: Callable[[], int]) -> int:
        """Give the index's own number for an attempt."""
        known = self.rows("attempts").get((attempt,))
        if known is not None:
            return int(known[_ATTEMPT_ID])
        number = next_id()
        self.put("attempts", attempt, number, None, 0, None, None, None, None)
        return number

    def limits(self) -> dict[str, Limits]:
        """Say from where on which attempts are superseded."""
        return superseded(
            (row[1], row[3], row[5], row[6], row[7]) for row in self.rows("attempts").values()
        )

    def meet(self, points: int, times: list[int]) -> None:
        """Count points and widen the run's times."""
        values = self.values
        values["points"] += points
        if times:
            first, last = values["first_time"], values["last_time"]
            values["first_time"] = min(times) if first is None else min(first, *times)
            values["last_time"] = max(times) if last is None else max(last, *times)

    def write(self, pending: dict[str, list[Row]], order_of: OrderOf) -> None:
        """Hand over what has changed, or what remains of a purged run."""
        if self.is_purged and not self._was_purged:
            for table in (*OF_A_RUN, "writers", "problems"):
                self._transaction.delete(table, run=self.number)
        for table, rows in self._changed.items():
            if not (self.is_purged and table not in ("attempts", "parts")):
                pending.setdefault(table, []).extend(rows.values())
        if self.number:
            if self.is_purged:
                self._forget()
            elif not self._changed.keys().isdisjoint(("starts", "registers", "statuses")):
                self._derive(order_of)
            pending.setdefault("runs", []).append(tuple(self.values.values()))

    def _forget(self) -> None:
        kept = {"id": self.number, "run": self.run, "points": 0, "is_deleted": 1, "is_purged": 1}
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
        values["is_deleted"] = int(("deleted",) in registers and registers["deleted",][2] == "true")
        status = effective_status(self.rows("statuses"))
        if status is not None:
            values["status"], values["error"], values["reason"] = status[2:5]
            values["ended"] = None if status[2] == "running" else status[5]


def effective_status(rows: Rows) -> Row | None:
    """Choose the run's status from those of its ranks.

    Only what was set since a rank last set `running` counts, if anything was. A failed rank
    means a failed run; else the lowest rank speaks.
    """
    if not rows:
        return None
    opened = max(row[7] for row in rows.values())
    counting = [row for row in rows.values() if row[6] >= opened]
    failed = [row for row in counting if row[2] == "failed"]
    return max(failed, key=lambda row: row[6]) if failed else min(counting, key=lambda row: row[1])


def superseded(
    attempts: Iterable[tuple[str, str | None, int | None, int | None, int | None]],
) -> dict[str, Limits]:
    """Compute the limits of attempts from (attempt, parent, from_step, time, started) of each.

    An attempt with `from_step` supersedes its parent and all of that one's ancestors from
    there on, or, where it names no parent, every attempt begun before it; the strictest
    limit holds.
    """
    rows = {row[0]: row for row in attempts}
    limits: dict[str, Limits] = {}
    for attempt, _, from_step, time, _ in rows.values():
        if from_step is None:
            continue
        for ancestor in _ancestors(attempt, rows):
            known = limits.get(ancestor, Limits(None, None))
            limits[ancestor] = Limits(_least(known.step, from_step), _least(known.time, time))
    return limits


def _ancestors(attempt: str, rows: dict[str, Any]) -> set[str]:
    """Follow the parents; one that isn't named stands for all attempts begun before."""
    ancestors: set[str] = set()
    here = attempt
    while here in rows:
        _, parent, _, _, started = rows[here]
        if parent is None:
            if started is not None and (here == attempt or rows[here][2] is not None):
                before = (row for row in rows.values() if row[4] is not None and row[4] < started)
                ancestors.update(row[0] for row in before)
            break
        if parent in ancestors or parent == attempt:
            break
        ancestors.add(parent)
        here = parent
    return ancestors - {attempt}


def _least(one: int | None, other: int | None) -> int | None:
    return other if one is None else one if other is None else min(one, other)
