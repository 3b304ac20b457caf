"""Connect to PostgreSQL, and turn its errors into the layer's own."""

from __future__ import annotations

import logging
import os
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg import errors as engine

from runlore.errors import DatabaseUnreachable, StoreError, StoreReadOnly
from runlore.index.interface import IndexBusy, IndexUnusable
from runlore.index.postgres_values import adapt

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runlore.index.postgres_address import Address

_OLDEST = 13
_CONNECT_TIMEOUT_SECONDS = 10
_PAUSE_SECONDS = 0.1
_STARTING_PATIENCE_SECONDS = 10.0
_KEEPALIVES = {"keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3}
_SESSION = {
    # After a crash the last transactions may be missing, which is as good as not applied:
    # positions go with effects.
    "synchronous_commit": "off",
    # Only `begin_anew` locks tables, for a moment.
    "lock_timeout": "30s",
    # A process that stands still with the lock must not keep all others from applying.
    "idle_in_transaction_session_timeout": "5min",
    "standard_conforming_strings": "on",
    "jit": "off",  # compiling costs more than these short questions
}
_BUSY = (engine.LockNotAvailable, engine.DeadlockDetected, engine.SerializationFailure)
_DAMAGED = (
    engine.UndefinedTable,
    engine.UndefinedColumn,
    engine.InvalidSchemaName,
    engine.DatatypeMismatch,
    engine.InvalidColumnReference,  # the unique index that an insertion leans on is gone
    engine.FeatureNotSupported,  # "cached plan must not change result type": other tables by now
    engine.DataCorrupted,
    engine.IndexCorrupted,
)
_MAY_NOT = (engine.InsufficientPrivilege, engine.ReadOnlySqlTransaction)
_LOST = (
    engine.AdminShutdown,
    engine.CrashShutdown,
    engine.CannotConnectNow,
    engine.IdleInTransactionSessionTimeout,
    engine.IdleSessionTimeout,
)
_FULL = (engine.DiskFull, engine.OutOfMemory, engine.TooManyConnections)


def connect(
    address: Address, *, patience_seconds: float = 0.0, is_raw: bool = True
) -> psycopg.Connection[Any]:
    """Connect, with the schema of the index in front of the search path.

    Tries again for `patience_seconds`, as after a restart of the database. A raw connection takes
    `$1` marks and commits each statement.

    Raises:
        DatabaseUnreachable: if there is no answer, or a refusal.
        StoreError: if the database can't hold an index.
    """
    logger = logging.getLogger("psycopg")
    if not logger.handlers:
        # What it has to tell of a lost connection, an error tells; it isn't to go to the terminal.
        logger.addHandler(logging.NullHandler())
    begun = time.monotonic()
    while True:
        try:
            return _prepare(_connect(address, is_raw=is_raw), address, is_raw=is_raw)
        except psycopg.OperationalError as error:
            is_starting = "starting up" in str(error)
            patience = max(patience_seconds, _STARTING_PATIENCE_SECONDS * is_starting)
            if time.monotonic() - begun >= patience:
                raise _unreachable(address, error) from None
        time.sleep(_PAUSE_SECONDS)


def _connect(address: Address, *, is_raw: bool) -> psycopg.Connection[Any]:
    options: dict[str, Any] = {
        name: value for name, value in _KEEPALIVES.items() if name not in address.conninfo
    }
    if "connect_timeout" not in address.conninfo and "PGCONNECT_TIMEOUT" not in os.environ:
        options["connect_timeout"] = _CONNECT_TIMEOUT_SECONDS
    return psycopg.connect(
        address.conninfo,
        autocommit=True,
        cursor_factory=psycopg.RawCursor if is_raw else psycopg.Cursor,
        client_encoding="utf8",
        fallback_application_name="runlore",
        **options,
    )


def _prepare(
    connection: psycopg.Connection[Any], address: Address, *, is_raw: bool
) -> psycopg.Connection[Any]:
    """Set up the session in one round trip, and look whether the database will do."""
    settings = _SESSION | {"search_path": address.quoted_schema}
    chosen = ", ".join(
        "set_config('{}', '{}', false)".format(name, value.replace("'", "''"))
        for name, value in settings.items()
    )
    try:
        encoding, version = connection.execute(
            "SELECT current_setting('server_encoding'), current_setting('server_version_num')"
        ).fetchall()[0]
        if encoding != "UTF8":
            raise StoreError(
                f"the database {address.place} keeps text as {encoding}, which can't hold all",
                hint="create another one: CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0",
            )
        if int(version) < _OLDEST * 10_000:
            raise StoreError(
                f"the database {address.place} is PostgreSQL {int(version) // 10_000}",
                hint=f"use PostgreSQL {_OLDEST} or newer",
            )
        connection.execute(f"SELECT {chosen}".encode())
        if is_raw:
            adapt(connection)
        connection.autocommit = is_raw
    except BaseException:
        connection.close()
        raise
    return connection


@contextmanager
def translated(address: Address) -> Iterator[None]:
    """Turn the engine's errors into the layer's own; what only our mistakes cause passes."""
    try:
        yield
    except psycopg.Error as error:
        raise _translation(address, error) from error


def _is_lost(error: psycopg.Error) -> bool:
    """Whether an error says that the connection is gone."""
    return isinstance(error, _LOST) or (
        isinstance(error, psycopg.OperationalError) and error.sqlstate is None
    )


def _translation(address: Address, error: psycopg.Error) -> Exception:
    text = address.without_secrets(str(error))
    if isinstance(error, _BUSY):
        return IndexBusy(text)
    if isinstance(error, _DAMAGED):
        return IndexUnusable(text)
    if _is_lost(error):
        return _unreachable(address, error)
    if isinstance(error, _MAY_NOT):
        return StoreReadOnly(
            f"the index in {address.place} can't be changed by this role: {text}",
            hint=f"let the role use and own the schema {address.schema}, or take another role",
        )
    if isinstance(error, _FULL):
        return StoreError(
            f"the index in {address.place} can't grow: {text}",
            hint="make room for the database, or raise its limits",
        )
    if isinstance(error, psycopg.OperationalError | psycopg.InternalError):
        return StoreError(
            f"the index in {address.place} could not be asked: {text}",
            hint="look into the log of the database, then try again",
        )
    return error


def _unreachable(address: Address, error: psycopg.Error) -> DatabaseUnreachable:
    text = address.without_secrets(str(error)) or "the connection is lost"
    return DatabaseUnreachable(
        f"the database of the index, {address.place}, can't be reached: {text}",
        hint="see that it runs and lets you in, then try again; nothing is lost. "
        "To do without it: RUNLORE_INDEX=sqlite",
    )
