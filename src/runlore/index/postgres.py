"""Keep an index in PostgreSQL, shared by all who read the store."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

import psycopg

from runlore.errors import DatabaseUnreachable, MissingExtra, StoreError, StoreReadOnly
from runlore.index.interface import IndexBusy, IndexUnusable
from runlore.index.migrations import HEAD
from runlore.index.postgres_address import Address
from runlore.index.postgres_connection import connect, translated
from runlore.index.postgres_layout import IDENTITY_TABLE, VERSION_TABLE
from runlore.index.postgres_transaction import PostgresTransaction
from runlore.index.postgres_values import argument, numbered
from runlore.index.queries import Queries
from runlore.index.schema import fingerprint

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from psycopg import Connection

    from runlore.index.interface import Transaction

_RECONNECT_PATIENCE_SECONDS = 5.0
_WHICH_TABLES = (
    f"SELECT (SELECT version_num FROM {VERSION_TABLE}), generation, fingerprint "
    f"FROM {IDENTITY_TABLE}"
)


class PostgresIndex(Queries):
    """An index in a schema of a PostgreSQL database, made when it isn't there.

    `place` names the database without its secrets. Each question is checked against the
    generation of the tables: whoever throws them away meanwhile makes this one look again. A
    connection that is lost is opened again with the next question or transaction.
    """

    def __init__(self, url: str, store_id: str) -> None:
        """Open the index of a store.

        Raises:
            InvalidValue: if the address isn't one of PostgreSQL.
            DatabaseUnreachable: if there is no answer, or a refusal.
            FormatTooNew: if a later release made the index.
            StoreError: if it can't be made here.
        """
        self._address = Address(url, store_id)
        self.place = f"{self._address.place}, schema {self._address.schema}"
        self._connection: Connection[Any] | None = connect(self._address)
        self._generation: str | None = None
        try:
            self._adopt()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Give back the connection; nothing can be asked afterwards."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def reset(self) -> None:
        """Throw everything away and begin empty, unless somebody else just did."""
        connection = self._connected()
        self._prepare(instead_of=self._generation)
        with translated(self._address):
            self._generation = _generation_of(_which_tables(connection).fetchall())

    @contextmanager
    def transaction(self, *, timeout_seconds: float) -> Iterator[Transaction]:
        """Begin a transaction that no other one overlaps; raises IndexBusy, IndexUnusable."""
        connection = self._begin(timeout_seconds)
        try:
            with translated(self._address):
                transaction = PostgresTransaction(connection)
                yield transaction
                transaction.commit()
        except StoreReadOnly as error:
            self._roll_back(connection)
            raise IndexBusy(error.message) from error  # somebody who may write will apply
        except BaseException:
            self._roll_back(connection)
            raise

    def _rows(self, statement: str, arguments: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        try:
            return self._ask(statement, [argument(value) for value in arguments])
        except IndexUnusable as error:
            self.reset()
            raise IndexUnusable(
                f"the index in {self.place} was thrown away: {error.message}",
                hint="try again: it is rebuilt from the journals and segments",
            ) from error
        except IndexBusy as error:
            raise self._in_use() from error

    def _ask(self, statement: str, arguments: list[object]) -> list[tuple[Any, ...]]:
        """Put a question, once more if the connection turns out to be lost."""
        try:
            with translated(self._address):
                return self._read(self._connected(), statement, arguments)
        except DatabaseUnreachable:
            connection = self._reconnected()
        with translated(self._address):
            return self._read(connection, statement, arguments)

    def _read(
        self, connection: Connection[Any], statement: str, arguments: list[object]
    ) -> list[tuple[Any, ...]]:
        with connection.pipeline():
            answer = connection.execute(numbered(statement), arguments, binary=True)
            # Asked second: had the tables been replaced before the answer, this would tell.
            identity = _which_tables(connection)
        self._compare(identity.fetchall())
        return answer.fetchall()

    def _begin(self, timeout_seconds: float) -> Connection[Any]:
        """Begin with the lock, on a new connection if the old one turns out to be lost."""
        connection = self._connected()
        try:
            with translated(self._address):
                return self._locked(connection, timeout_seconds)
        except DatabaseUnreachable:
            connection = self._reconnected()
        with translated(self._address):
            return self._locked(connection, timeout_seconds)

    def _locked(self, connection: Connection[Any], timeout_seconds: float) -> Connection[Any]:
        timeout_milliseconds = max(1, int(timeout_seconds * 1000))  # 0 would wait for ever
        try:
            with connection.pipeline():
                # What is read after the lock has to see what was written before it.
                connection.execute("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE")
                connection.execute(f"SET LOCAL lock_timeout = {timeout_milliseconds}")
                connection.execute(f"SELECT pg_advisory_xact_lock({self._address.lock_number})")
                identity = _which_tables(connection)
            self._compare(identity.fetchall())
        except BaseException:
            self._roll_back(connection)
            raise
        return connection

    def _roll_back(self, connection: Connection[Any]) -> None:
        with suppress(psycopg.Error):
            connection.execute("ROLLBACK")

    def _adopt(self) -> None:
        """Take the tables that are there if they are of this release, else prepare them."""
        with suppress(IndexUnusable), translated(self._address):
            self._generation = _generation_of(_which_tables(self._connected()).fetchall())
            return
        self._prepare()
        with translated(self._address):
            self._generation = _generation_of(_which_tables(self._connected()).fetchall())

    def _prepare(self, *, instead_of: str | None = None) -> None:
        try:
            from runlore.index.postgres_tables import prepare
        except ModuleNotFoundError as error:
            raise MissingExtra(
                error.name or "alembic", extra="postgres", purpose="making an index in PostgreSQL"
            ) from error
        try:
            prepare(self._address, instead_of=instead_of)
        except IndexBusy as error:
            raise self._in_use() from error

    def _compare(self, rows: list[tuple[Any, ...]]) -> None:
        if self._generation != _generation_of(rows):
            raise IndexUnusable("it was begun anew meanwhile")

    def _connected(self) -> Connection[Any]:
        if self._connection is None:
            raise StoreError(f"the index in {self.place} is closed", hint="open it again")
        return self._connection

    def _reconnected(self) -> Connection[Any]:
        self._connected().close()
        self._connection = connect(self._address, patience_seconds=_RECONNECT_PATIENCE_SECONDS)
        return self._connection

    def _in_use(self) -> StoreError:
        return StoreError(
            f"the index in {self.place} is in use by other processes for too long",
            hint="try again in a moment",
        )


def _which_tables(connection: Connection[Any]) -> psycopg.Cursor[Any]:
    return connection.execute(_WHICH_TABLES, prepare=True)


def _generation_of(rows: list[tuple[Any, ...]]) -> str:
    """Give the generation of tables of this release's version; raises IndexUnusable for others."""
    for revision, generation, mark in rows:
        if (revision, mark) == (HEAD, fingerprint()):
            return str(generation)
    raise IndexUnusable(f"it is not of version {HEAD}, which this release makes")
