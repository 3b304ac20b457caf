"""Write the declarations of the tables as PostgreSQL wants them."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from runlore import __version__
from runlore.index.schema import TABLES, fingerprint, quoted

if TYPE_CHECKING:
    from collections.abc import Callable

    from runlore.index.schema import Table

    Execute = Callable[[str], Any]

VERSION_TABLE = "alembic_version"
IDENTITY_TABLE = "index_identity"
_TYPES = {"int": "bigint", "real": "double precision", "text": "text", "blob": "bytea"}
_COLLATED = ' COLLATE "C"'  # sorts by code points, as SQLite does
_BOUNDED_TEXTS = frozenset(("run", "actor", "attempt", "kind", "what", "field"))
_PREFIX_CHARACTERS = 100  # an index entry holds 2,704 bytes at most, one name up to 4,096


def upsert_statement(table: Table) -> str:
    """Write the insertion of many rows, given as an array per column, replacing those of a key."""
    kinds = table.kinds
    arrays = ", ".join(
        f"${place}::{_TYPES[kinds[name]]}[]" for place, name in enumerate(table.names, 1)
    )
    rest = [name for name in table.names if name not in table.key]
    changes = ", ".join(f'"{name}" = excluded."{name}"' for name in rest)
    action = f"UPDATE SET {changes}" if rest else "NOTHING"
    return (
        f"INSERT INTO {table.name} ({quoted(table.names)}) SELECT * FROM unnest({arrays}) "
        f"ON CONFLICT ({', '.join(_key_expressions(table))}) DO {action}"
    )


def begin_anew(execute: Execute) -> None:
    """Drop the tables of the index, whichever release made them, and create them empty.

    To be called in a transaction, with the schema in front of the search path.
    """
    known = [*_earlier_tables(execute), *(table.name for table in TABLES), IDENTITY_TABLE]
    for name in dict.fromkeys(known):
        execute(f"DROP TABLE IF EXISTS {quoted([name])} CASCADE")
    for table in TABLES:
        for statement in _statements(table):
            execute(statement)
    write_identity(execute)


def write_identity(execute: Execute) -> None:
    """Note what the tables are; every release writes and reads this table alike."""
    names = " ".join(table.name for table in TABLES)
    execute(f"DROP TABLE IF EXISTS {IDENTITY_TABLE}")
    execute(
        f"CREATE TABLE {IDENTITY_TABLE} "
        "(generation text, fingerprint bigint, made_by text, tables text)"
    )
    execute(
        f"INSERT INTO {IDENTITY_TABLE} VALUES "
        f"('{secrets.token_hex(8)}', {fingerprint()}, '{__version__}', '{names}')"
    )


def _earlier_tables(execute: Execute) -> list[str]:
    if execute(f"SELECT to_regclass('{IDENTITY_TABLE}')").fetchall() == [(None,)]:
        return []
    rows = execute(f"SELECT tables FROM {IDENTITY_TABLE}").fetchall()
    return [name for (names,) in rows for name in names.split()]


def _statements(table: Table) -> list[str]:
    kinds = table.kinds
    columns = [
        f'"{name}" {_TYPES[kind]}{_COLLATED if kind == "text" else ""}'
        for name, kind in kinds.items()
    ]
    expressions = _key_expressions(table)
    is_plain = len(expressions) == table.key_size
    if is_plain:
        columns.append(f"PRIMARY KEY ({', '.join(expressions)})")
    statements = [f"CREATE TABLE {table.name} ({', '.join(columns)})"]
    if not is_plain:
        unique = f"CREATE UNIQUE INDEX {table.name}_key ON {table.name}"
        statements.append(f"{unique} ({', '.join(expressions)})")
        if _is_unbounded(kinds, table.key[0]):
            statements.append(_index(table, "hash", table.key[0]))
    for number, index in enumerate(table.indexes):
        statements.append(_index(table, str(number), index))
    return statements


def _index(table: Table, suffix: str, columns: str) -> str:
    """Write an index; one that begins with a text of any length holds a hash of it alone."""
    names = [name.strip() for name in columns.split(",")]
    method = "btree"
    if _is_unbounded(table.kinds, names[0]):
        method, names = "hash", names[:1]
    return f"CREATE INDEX {table.name}_{suffix} ON {table.name} USING {method} ({quoted(names)})"


def _key_expressions(table: Table) -> list[str]:
    """Write the key; a text of any length stands in it as its beginning and a hash of it all."""
    expressions = []
    for name in table.key:
        if _is_unbounded(table.kinds, name):
            expressions.append(f'"left"("{name}", {_PREFIX_CHARACTERS})')
            expressions.append(f'hashtextextended("{name}", 0)')
        else:
            expressions.append(f'"{name}"')
    return expressions


def _is_unbounded(kinds: dict[str, str], name: str) -> bool:
    return kinds[name] == "text" and name not in _BOUNDED_TEXTS
