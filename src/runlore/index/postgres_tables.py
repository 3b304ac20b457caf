"""Find the tables of an index in PostgreSQL, make them, migrate them, or refuse them."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

import sqlalchemy
from sqlalchemy.pool import NullPool

from runlore import __version__
from runlore.errors import FormatTooNew, StoreReadOnly, StoreRefused
from runlore.index.migrations import HEAD
from runlore.index.migrations.running import is_known, upgrade
from runlore.index.postgres_connection import connect, translated
from runlore.index.postgres_layout import IDENTITY_TABLE, VERSION_TABLE, begin_anew
from runlore.index.schema import TABLES, fingerprint

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

    from runlore.index.postgres_address import Address
    from runlore.index.postgres_layout import Execute


class _Found(NamedTuple):
    """What a schema holds: the version of its tables and which release made them."""

    tables: frozenset[str]
    revision: str | None
    generation: str | None
    fingerprint: int | None
    made_by: str | None


def prepare(address: Address, *, instead_of: str | None = None) -> None:
    """Leave tables of this release's version: those found, migrated ones, or new and empty ones.

    `instead_of` is the generation of tables that can't be used: they are replaced, unless another
    process has done so already. All of it happens under the lock of the appliers.

    Raises:
        FormatTooNew: if a later release made the tables; they are left alone.
        StoreRefused: if the schema holds other tables.
        StoreReadOnly: if the role may not do it.
        IndexBusy: if others hold the lock for too long.
    """
    with _locked(address) as connection:
        _find_schema(address, connection)
        found = _look(connection.exec_driver_sql)
        _refuse_foreign(address, found)
        if found.revision is None or found.generation is None:
            # Alembic's own table may be all that is left.
            connection.exec_driver_sql(f"DROP TABLE IF EXISTS {VERSION_TABLE}")
            upgrade(connection)
        elif found.revision != HEAD:
            upgrade(connection)
        elif found.generation == instead_of:
            begin_anew(connection.exec_driver_sql)


@contextmanager
def _locked(address: Address) -> Iterator[Connection]:
    """Begin a transaction that no applier overlaps."""
    # The pool has its own ideas of when to connect; this one never keeps anything.
    pool = sqlalchemy.create_engine(
        "postgresql+psycopg://",
        creator=lambda: connect(address, is_raw=False),
        poolclass=NullPool,
        use_native_hstore=False,
    )
    with translated(address):
        try:
            with pool.begin() as connection:
                # What is applied may be lost with the power, but not the tables under it.
                connection.exec_driver_sql("SET LOCAL synchronous_commit = on")
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({address.lock_number})")
                yield connection
        except sqlalchemy.exc.DBAPIError as error:
            if error.orig is None:
                raise
            raise error.orig from None


def _look(execute: Execute) -> _Found:
    """See what the schema holds, whichever release made it."""
    rows = execute(
        "SELECT tablename FROM pg_catalog.pg_tables WHERE schemaname = current_schema()"
    ).fetchall()
    tables = frozenset(name for (name,) in rows)
    revision = generation = made_by = mark = None
    if VERSION_TABLE in tables:
        for row in execute(f"SELECT version_num FROM {VERSION_TABLE}").fetchall():
            (revision,) = row
    if IDENTITY_TABLE in tables:
        columns = "generation, fingerprint, made_by"
        for row in execute(f"SELECT {columns} FROM {IDENTITY_TABLE}").fetchall():
            generation, mark, made_by = row
    return _Found(tables, revision, generation, mark, made_by)


def _refuse_foreign(address: Address, found: _Found) -> None:
    """Raise an error if the tables are of a later release, or nothing of ours."""
    ours = {table.name for table in TABLES} | {VERSION_TABLE, IDENTITY_TABLE}
    if found.generation is None and not found.tables <= ours:
        some = ", ".join(sorted(found.tables - ours)[:3])
        raise StoreRefused(
            f"the schema {address.schema} in {address.place} holds other tables than an index: "
            f"{some}",
            hint="name another one in the address: ?schema=…",
        )
    maker = f"Runlore {found.made_by or 'of an unknown version'}"
    if found.revision is not None and found.revision != HEAD and not is_known(found.revision):
        raise FormatTooNew(
            f"the index in {address.place} was made by {maker}, which is later than this release, "
            f"{__version__}",
            hint="upgrade: pip install --upgrade runlore; or keep an index of your own: "
            "RUNLORE_INDEX=sqlite",
        )
    if found.revision == HEAD and found.fingerprint not in (None, fingerprint()):
        raise FormatTooNew(
            f"the index in {address.place} was made by another build of {maker} than this one",
            hint=f"use the same build, or drop the index: DROP SCHEMA {address.quoted_schema} "
            "CASCADE",
        )


def _find_schema(address: Address, connection: Connection) -> None:
    """Create the schema if there is none; raises StoreReadOnly if the role may not."""
    parameters = {"name": address.schema}
    question = sqlalchemy.text(
        "SELECT current_user, current_database(), "
        "has_database_privilege(current_database(), 'CREATE'), "
        "(SELECT has_schema_privilege(oid, 'USAGE') FROM pg_catalog.pg_namespace "
        "WHERE nspname = :name)"
    )
    role, database, may_create, may_use = connection.execute(question, parameters).one()
    if may_use is None and may_create:
        connection.exec_driver_sql(f"CREATE SCHEMA {address.quoted_schema}".replace("%", "%%"))
    elif may_use is None:
        raise StoreReadOnly(
            f"the role {role} may not create a schema for the index in {address.place}",
            hint=f'let it: GRANT CREATE ON DATABASE "{database}" TO "{role}"',
        )
    elif not may_use:
        raise StoreReadOnly(
            f"the role {role} may not use the schema {address.schema} in {address.place}",
            hint=f'let it: GRANT USAGE ON SCHEMA {address.quoted_schema} TO "{role}", and SELECT '
            "on its tables",
        )
