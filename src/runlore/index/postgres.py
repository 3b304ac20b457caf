"""Keep an index in PostgreSQL, shared by all who read the store."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg.pq import TransactionStatus

from runlore.errors import DatabaseUnreachable, MissingExtra, StoreError, StoreReadOnly
from runlore.index.interface import IndexBusy, IndexUnusable
from runlore.index.migrations import HEAD
from runlore.index.postgres_address import Address
from runlore.index.postgres_connection import connect, translated
from runlore.index.postgres_layout import IDENTITY_TABLE, VERSION_TABLE
from runlore.index.postgres_transaction import PostgresTransaction
from runlore.index.postgres_values import argument, numbered
from runlore.index.queries import Queries
from runlore.index.rows import Extent
from runlore.index.schema import BY_NAME, fingerprint

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from psycopg import Connection

    from runlore.index.interface import Transaction

_FIRST_STATISTICS_AT = 5_000  # rows, as of a few hundred runs
_STATISTICS_GROWTH = 8
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
        self._rows_written = 0
        self._next_statistics_at = _FIRST_STATISTICS_AT
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

    def extent(self) -> Extent:
        """Say where the index lies and how much room it takes there."""
        rows = self._rows(
            "SELECT COALESCE(SUM(pg_total_relation_size(pg_class.oid)), 0) "
            "FROM pg_catalog.pg_class WHERE relkind = 'r' "
            "AND relnamespace = current_schema()::regnamespace"
        )
        return Extent(self.place, rows[0][0], 0)

    @contextmanager
    def transaction(self, *, timeout_seconds: float) -> Iterator[Transaction]:
        """Begin a transaction that no other one overlaps; raises IndexBusy, IndexUnusable."""
        connection = self._begin(
            # What is read after the lock has to see what was written before it.
            "BEGIN ISOLATION LEVEL READ COMMITTED",
            f"SET LOCAL lock_timeout = {max(1, int(timeout_seconds * 1000))}",  # 0: for ever
            f"SELECT pg_advisory_xact_lock({self._address.lock_number})",
        )
        try:
            with translated(self._address):
                transaction = PostgresTransaction(connection)
                yield transaction
                transaction.commit()
            self._count(connection, transaction.rows_written)
        except StoreReadOnly as error:
            self._roll_back(connection)
            raise IndexBusy(error.message) from error  # somebody who may write will apply
        except BaseException:
            self._roll_back(connection)
            raise

    def _count(self, connection: Connection[Any], rows_written: int) -> None:
        """Gather statistics where a lot was written: until then, questions are planned badly.

        The database does so by itself, but a minute later; after a rebuild that is too late.
        """
        self._rows_written += rows_written
        if self._rows_written >= self._next_statistics_at:
            self._next_statistics_at = _STATISTICS_GROWTH * self._rows_written
            with suppress(psycopg.Error):
                connection.execute(f"ANALYZE (SKIP_LOCKED) {', '.join(BY_NAME)}")

    @contextmanager
    def _snapshot(self) -> Iterator[None]:
        """Let all that is asked meanwhile be answered as of one moment."""
        if not self._is_alone():
            yield
            return
        try:
            connection = self._begin("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            try:
                yield
            finally:
                self._roll_back(connection)
        except IndexUnusable as error:
            raise self._begun_anew(error) from error

    def _rows(self, statement: str, arguments: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        is_alone = self._is_alone()
        given = [argument(value) for value in arguments]
        try:
            try:
                with translated(self._address):
                    return self._read(self._connected(), statement, given)
            except DatabaseUnreachable:
                if not is_alone:
                    raise
            connection = self._reconnected()
            with translated(self._address):
                return self._read(connection, statement, given)
        except IndexUnusable as error:
            if not is_alone:
                raise  # whoever began the transaction looks after it
            raise self._begun_anew(error) from error
        except IndexBusy as error:
            raise self._in_use() from error

    def _read(
        self, connection: Connection[Any], statement: str, arguments: list[object]
    ) -> list[tuple[Any, ...]]:
        with connection.pipeline():
            answer = connection.execute(numbered(statement), arguments, binary=True)
            # Asked second: had the tables been replaced before the answer, this would tell.
            identity = _which_tables(connection)
        self._compare(identity.fetchall())
        return answer.fetchall()

    def _begin(self, *statements: str) -> Connection[Any]:
        """Begin a transaction, on a new connection if the old one turns out to be lost."""
        try:
            with translated(self._address):
                return self._begun(self._connected(), statements)
        except DatabaseUnreachable:
            connection = self._reconnected()
        with translated(self._address):
            return self._begun(connection, statements)

    def _begun(self, connection: Connection[Any], statements: Sequence[str]) -> Connection[Any]:
        try:
            with connection.pipeline():
                for statement in statements:
                    connection.execute(statement)
                identity = _which_tables(connection)
            self._compare(identity.fetchall())
        except BaseException:
            self._roll_back(connection)
            raise
        return connection

    def _begun_anew(self, error: IndexUnusable) -> IndexUnusable:
        """Begin anew after damage, and tell whoever was asking to try again."""
        self.reset()
        return IndexUnusable(
            f"the index in {self.place} was thrown away: {error.message}",
            hint="try again: it is rebuilt from the journals and segments",
        )

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
                (error.name or "alembic").partition(".")[0],
                extra="postgres",
                purpose="making an index in PostgreSQL",
            ) from error
        try:
            prepare(self._address, instead_of=instead_of)
        except IndexBusy as error:
            raise self._in_use() from error

    def _compare(self, rows: list[tuple[Any, ...]]) -> None:
        if self._generation != _generation_of(rows):
            raise IndexUnusable("it was begun anew meanwhile")

    def _is_alone(self) -> bool:
        """Whether the next question stands in no transaction."""
        status = self._connected().info.transaction_status
        return status in (TransactionStatus.IDLE, TransactionStatus.UNKNOWN)  # or lost

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
