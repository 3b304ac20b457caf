"""Change rows in PostgreSQL, with few waits for the database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from runlore.index.postgres_layout import upsert_statement
from runlore.index.postgres_values import argument, numbered, pack_column
from runlore.index.schema import BY_NAME, TABLES, TOUCH_RUNS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from psycopg import Connection

_UPSERTS = {table.name: upsert_statement(table) for table in TABLES}


class PostgresTransaction:
    """Rows read and changed together.

    Changes wait here, to go out together at the end, or before the same table is read.
    """

    def __init__(self, connection: Connection[Any]) -> None:
        self._connection = connection
        self._waiting: list[tuple[str, list[object]]] = []
        self._changed: set[str] = set()
        self._greatest_ids: dict[str, int] = {}
        self.rows_written = 0

    def select(self, table: str, columns: str, **equals: object) -> list[tuple[Any, ...]]:
        """Read the named columns of the rows whose columns equal what is given."""
        statement = f"SELECT {columns} FROM {table}{_condition(equals)}"
        return self._ask(table, statement, [argument(value) for value in equals.values()])

    def upsert(self, table: str, rows: Iterable[tuple[Any, ...]]) -> None:
        """Write whole rows, each replacing the one of the same key."""
        declaration = BY_NAME[table]
        # One statement may touch a row once only: of several the last one counts.
        last = {row[: declaration.key_size]: row for row in rows}
        if last:
            columns = zip(declaration.kinds.values(), zip(*last.values(), strict=True), strict=True)
            packed: list[object] = [pack_column(kind, values) for kind, values in columns]
            self._wait(table, _UPSERTS[table], packed)
            self.rows_written += len(last)
            if table in self._greatest_ids:
                ids = [row[declaration.names.index("id")] for row in last.values()]
                self._greatest_ids[table] = max(self._greatest_ids[table], *ids)

    def delete(self, table: str, **equals: object) -> None:
        """Remove the rows whose columns equal what is given."""
        arguments = [argument(value) for value in equals.values()]
        self._wait(table, f"DELETE FROM {table}{_condition(equals)}", arguments)

    def touch_runs(self, actor: str, revision: int) -> None:
        """Note in all rows of runs that an actor writes that they have changed."""
        self._wait("runs", numbered(TOUCH_RUNS), [revision, actor])

    def next_id(self, table: str) -> int:
        """Return a number greater than every `id` of a table."""
        known = self._greatest_ids.get(table)
        if known is None:  # nobody else gives out numbers as long as this transaction lasts
            rows = self._ask(table, f"SELECT COALESCE(MAX(id), 0) FROM {BY_NAME[table].name}", [])
            known = self._greatest_ids[table] = rows[0][0]
        return known + 1

    def commit(self) -> None:
        """Make everything durable and seen."""
        with self._connection.pipeline():
            self._send()
            self._connection.execute("COMMIT")

    def _ask(self, table: str, statement: str, arguments: list[object]) -> list[tuple[Any, ...]]:
        """Ask about a table, behind what waits to be changed in it."""
        if table not in self._changed:
            return self._connection.execute(statement, arguments, binary=True).fetchall()
        with self._connection.pipeline():
            self._send()
            answer = self._connection.execute(statement, arguments, binary=True)
        return answer.fetchall()

    def _wait(self, table: str, statement: str, arguments: list[object]) -> None:
        self._waiting.append((statement, arguments))
        self._changed.add(table)

    def _send(self) -> None:
        for statement, arguments in self._waiting:
            self._connection.execute(statement, arguments, prepare=True)
        self._waiting.clear()
        self._changed.clear()


def _condition(equals: dict[str, object]) -> str:
    terms = (f'"{name}" = ${place}' for place, name in enumerate(equals, 1))
    return " WHERE " + " AND ".join(terms) if equals else ""
