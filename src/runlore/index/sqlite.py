"""Keep an index in one SQLite file."""

from __future__ import annotations

import os
import sqlite3
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from runlore.errors import StoreError, StoreFull
from runlore.index.interface import IndexBusy, IndexUnusable
from runlore.index.queries import Queries
from runlore.index.rows import Extent
from runlore.index.schema import (
    BY_NAME,
    TABLES,
    TOUCH_RUNS,
    fingerprint,
    sqlite_statements,
    upsert_statement,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from runlore.index.interface import Transaction

_UPSERTS = {table.name: upsert_statement(table) for table in TABLES}
_BUSY = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
_FAILED = (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN)
_READ_TIMEOUT_SECONDS = 30.0
_CACHED_STATEMENTS = 32  # those that name hundreds of runs take up to 200 kB each
_LEAST_ROOM_BYTES = 1 << 20


class SqliteTransaction:
    """Rows read and changed together."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def select(self, table: str, columns: str, **equals: object) -> list[tuple[Any, ...]]:
        """Read the named columns of the rows whose columns equal what is given."""
        condition = " AND ".join(f'"{name}" = ?' for name in equals) or "1"
        statement = f"SELECT {columns} FROM {table} WHERE {condition}"
        return self._connection.execute(statement, tuple(equals.values())).fetchall()

    def upsert(self, table: str, rows: Iterable[tuple[Any, ...]]) -> None:
        """Write whole rows, each replacing the one of the same key."""
        self._connection.executemany(_UPSERTS[table], rows)

    def delete(self, table: str, **equals: object) -> None:
        """Remove the rows whose columns equal what is given."""
        condition = " AND ".join(f'"{name}" = ?' for name in equals) or "1"
        statement = f"DELETE FROM {table} WHERE {condition}"
        self._connection.execute(statement, tuple(equals.values()))

    def touch_runs(self, actor: str, revision: int) -> None:
        """Note in all rows of runs that an actor writes that they have changed."""
        self._connection.execute(TOUCH_RUNS, (revision, actor))

    def next_id(self, table: str) -> int:
        """Return a number greater than every `id` of a table."""
        statement = f"SELECT COALESCE(MAX(id), 0) + 1 FROM {BY_NAME[table].name}"
        return int(self._connection.execute(statement).fetchone()[0])


class SqliteIndex(Queries):
    """An index in one SQLite file, made when it isn't there.

    `is_local` says that the file lies on a file system of this host alone: only there can
    readers and the applier work side by side (write-ahead log).
    """

    def __init__(self, path: str, *, is_local: bool = True) -> None:
        self.path = path
        self._is_local = is_local
        self._connection: sqlite3.Connection | None = None
        self._identity: tuple[int, int] | None = None
        self._open_or_replace()

    def close(self) -> None:
        """Give back the file; nothing can be asked afterwards."""
        if self._connection is not None:
            with suppress(sqlite3.Error):
                self._connection.close()
            self._connection = None

    def reset(self) -> None:
        """Throw the file away and begin an empty one."""
        self.close()
        with _replacing(self.path):
            try:
                # Whoever waited here may find that another process has done it already.
                if _identity(self.path) == self._identity:
                    raise IndexUnusable("this very file is what can't be used")
                self._open()
            except IndexUnusable:
                self._replace()

    def extent(self) -> Extent:
        """Say where the index lies and how much room it takes there."""
        with suppress(sqlite3.Error):  # the log goes with the last who has the file open
            self._connected().execute("PRAGMA wal_checkpoint(TRUNCATE)")
        sizes = []
        for suffix in ("", "-journal", ".lock"):
            with suppress(OSError):
                sizes.append(os.stat(self.path + suffix).st_size)
        return Extent(self.path, sum(sizes), len(sizes))

    @contextmanager
    def transaction(self, *, timeout_seconds: float) -> Iterator[Transaction]:
        """Begin a transaction that no other one overlaps; raises IndexBusy, IndexUnusable."""
        connection = self._connected()
        with self._translated():
            connection.execute(f"PRAGMA busy_timeout = {max(0, int(timeout_seconds * 1000))}")
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield SqliteTransaction(connection)
                connection.execute("COMMIT")
            except BaseException:
                with suppress(sqlite3.Error):
                    connection.execute("ROLLBACK")
                raise

    @contextmanager
    def _snapshot(self) -> Iterator[None]:
        """Let all that is asked meanwhile be answered as of one moment."""
        connection = self._connected()
        if connection.in_transaction:
            yield
            return
        with self._translated():
            connection.execute("BEGIN")
        try:
            yield
        finally:
            with suppress(sqlite3.Error):  # thrown away meanwhile, which the question told
                connection.execute("COMMIT")

    def _rows(self, statement: str, arguments: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        try:
            with self._translated():
                return self._connected().execute(statement, tuple(arguments)).fetchall()
        except IndexUnusable as error:
            self.reset()
            raise IndexUnusable(
                f"the index {self.path} was damaged and has been thrown away: {error}",
                hint="try again: it is rebuilt from the journals and segments",
            ) from error
        except IndexBusy as error:
            raise StoreError(
                f"the index {self.path} is in use by other processes for too long",
                hint="try again in a moment",
            ) from error

    def _connected(self) -> sqlite3.Connection:
        if self._connection is None:
            raise StoreError(f"the index {self.path} is closed", hint="open it again")
        if not self._connection.in_transaction and self._is_replaced():
            self._open_or_replace()
        return self._connection

    def _is_replaced(self) -> bool:
        """Whether somebody has thrown the file away meanwhile and begun another one."""
        return _identity(self.path) not in (None, self._identity)

    @contextmanager
    def _translated(self) -> Iterator[None]:
        """Turn the engine's errors into the layer's own."""
        try:
            yield
        except sqlite3.DatabaseError as error:
            code = getattr(error, "sqlite_errorcode", 0) & 0xFF
            if code in _BUSY:
                raise IndexBusy(str(error)) from error
            if isinstance(error, sqlite3.IntegrityError | sqlite3.ProgrammingError):
                raise
            # Without room for its log, the engine says that reading fails: nothing is damaged.
            is_full = code in _FAILED and not has_room(os.path.dirname(self.path))
            if code == sqlite3.SQLITE_FULL or is_full:
                raise StoreFull(
                    f"the index {self.path} can't be brought up to date: no room is left there",
                    hint="free some space, or name a folder that has some: XDG_CACHE_HOME",
                ) from error
            raise IndexUnusable(str(error)) from error
        except UnicodeDecodeError as error:  # in the text of an error about a damaged schema
            raise IndexUnusable("its schema is damaged") from error

    def _open_or_replace(self) -> None:
        try:
            if os.path.exists(self.path):
                self._open()
                return
        except IndexUnusable:
            pass
        with _replacing(self.path):
            try:
                self._open()
            except IndexUnusable:
                self._replace()

    def _open(self) -> None:
        """Connect to a file of this very version; raises IndexUnusable for any other."""
        self.close()
        if not os.path.exists(self.path):
            raise IndexUnusable("there is none")
        self._connect()
        with self._translated():
            version = self._connected().execute("PRAGMA user_version").fetchone()[0]
        if version != fingerprint():
            self.close()
            raise IndexUnusable(f"version {version}")

    def _replace(self) -> None:
        """Make an empty file, known as complete by its version; call under the guard."""
        self.close()
        for suffix in ("", "-wal", "-shm", "-journal"):
            with suppress(FileNotFoundError):
                os.unlink(self.path + suffix)
        self._connect()
        connection = self._connected()
        with self._translated():
            connection.execute("BEGIN IMMEDIATE")
            for statement in sqlite_statements():
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {fingerprint()}")
            connection.execute("COMMIT")

    def _connect(self) -> None:
        try:
            connection = sqlite3.connect(
                self.path,
                timeout=_READ_TIMEOUT_SECONDS,
                isolation_level=None,
                cached_statements=_CACHED_STATEMENTS,
            )
        except sqlite3.Error as error:
            raise IndexUnusable(str(error)) from error
        self._connection = connection
        self._identity = _identity(self.path)
        with self._translated():
            connection.execute(f"PRAGMA journal_mode = {'WAL' if self._is_local else 'DELETE'}")
            # After a power cut the last transactions may be missing, which is as good as not
            # applied: positions go with effects.
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute("PRAGMA temp_store = MEMORY")


def has_room(folder: str) -> bool:
    """Whether an index in a folder can still take in something."""
    if not hasattr(os, "statvfs"):
        return True
    try:
        found = os.statvfs(folder)
    except OSError:
        return True  # whatever is wrong there, it isn't known to be full
    return found.f_bavail * found.f_frsize >= _LEAST_ROOM_BYTES


@contextmanager
def _replacing(path: str) -> Iterator[None]:
    """Let one process at a time replace the file; where one can't lock, go on without."""
    descriptor = os.open(f"{path}.lock", os.O_RDWR | os.O_CREAT, 0o666)
    try:
        with suppress(ImportError, OSError):
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _identity(path: str) -> tuple[int, int] | None:
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_dev, status.st_ino
