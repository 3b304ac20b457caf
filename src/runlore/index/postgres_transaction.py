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

    def select(self, table: str, columns: str, **equals: object) -> list[tuple[Any, ...]]:
        """Read the named columns of the rows whose columns equal what is given."""
        self._send_changes_of(table)
        statement = f"SELECT {columns} FROM {table}{_condition(equals)}"
        arguments = [argument(value) for value in equals.values()]
        return self._connection.execute(statement, arguments, binary=True).fetchall()

    def upsert(self, table: str, rows: Iterable[tuple[Any, ...]]) -> None:
        """Write whole rows, each replacing the one of the same key."""
        declaration = BY_NAME[table]
        # One statement may touch a row once only: of several the last one counts.
        last = {row[: declaration.key_size]: row for row in rows}
        if last:
            columns = zip(declaration.kinds.values(), zip(*last.values(), strict=True), strict=True)
            packed: list[object] = [pack_column(kind, values) for kind, values in columns]
            self._wait(table, _UPSERTS[table], packed)

    def delete(self, table: str, **equals: object) -> None:
        """Remove the rows whose columns equal what is given."""
        arguments = [argument(value) for value in equals.values()]
        self._wait(table, f"DELETE FROM {table}{_condition(equals)}", arguments)

    def touch_runs(self, actor: str, revision: int) -> None:
        """Note in all rows of runs that an actor writes that they have changed."""
        self._wait("runs", numbered(TOUCH_RUNS), [revision, actor])

    def next_id(self, table: str) -> int:
        """Return a number greater than every `id` of a table."""
        self._send_changes_of(table)
        statement = f"SELECT COALESCE(MAX(id), 0) + 1 FROM {BY_NAME[table].name}"
        return int(self._connection.execute(statement).fetchall()[0][0])

    def commit(self) -> None:
        """Make everything durable and seen."""
        with self._connection.pipeline():
            self._send()
            self._connection.execute("COMMIT")

    def _wait(self, table: str, statement: str, arguments: list[object]) -> None:
        self._waiting.append((statement, arguments))
        self._changed.add(table)

    def _send_changes_of(self, table: str) -> None:
        if table in self._changed:
            with self._connection.pipeline():
                self._send()

    def _send(self) -> None:
        for statement, arguments in self._waiting:
            self._connection.execute(statement, arguments, prepare=True)
        self._waiting.clear()
        self._changed.clear()


def _condition(equals: dict[str, object]) -> str:
    terms = (f'"{name}" = ${place}' for place, name in enumerate(equals, 1))
    return " WHERE " + " AND ".join(terms) if equals else ""
