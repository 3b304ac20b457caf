"""Declare the tables of an index, and write them for SQLite (`postgres_layout`: PostgreSQL)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING
from zlib import crc32

from runlore.journal.frames import VERSION as JOURNAL_VERSION

if TYPE_CHECKING:
    from collections.abc import Iterable

VERSION = 3


@dataclass(frozen=True)
class Table:
    """A table: columns as "name type", how many of the first are its key, other indexes."""

    name: str
    columns: tuple[str, ...]
    key_size: int = 1
    indexes: tuple[str, ...] = ()
    is_clustered: bool = True

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names of the columns."""
        return tuple(column.split()[0] for column in self.columns)

    @cached_property
    def kinds(self) -> dict[str, str]:
        """What each column holds: int, real, text or blob."""
        return dict(column.split() for column in self.columns)

    @cached_property
    def key(self) -> tuple[str, ...]:
        """The names of the columns that make up its key."""
        return self.names[: self.key_size]

    @cached_property
    def selected(self) -> str:
        """All columns as a query names them."""
        return ", ".join(f'"{name}"' for name in self.names)


# Ids in `run`, `journal`, `attempt` and `series` columns are the index's own numbers, save in
# the tables that say what they stand for. Times are microseconds. A `stamp` is the clock, actor
# and id of an edit as text that sorts like them. What isn't an edit is ordered by time, then
# by the journal's (actor, number), then by sequence.
TABLES = (
    Table("meta", ("key text", "value text")),
    Table(
        "journals",
        (
            "id int",
            "actor text",
            "number int",
            "position int",
            "crc int",
            "state text",  # open, closed, sealing, sealed, forked
            "segments_done int",  # of the manifest entry being applied
            "ends_in_gap int",
            "suspect_start int",  # of what looks like a gap in a file being written
            "suspect_end int",
            "suspect_since int",
            "points int",
            "created int",
            "last_sign_of_life int",
            "kind text",
            "host text",
            "host_id text",
            "boot_id text",
            "pid int",
            "user text",
            "version text",
            "serves text",
        ),
        indexes=("actor, number", "serves"),
        is_clustered=False,
    ),
    # The table frames of journals not yet sealed: later frames of the file lean on them.
    Table("tables", ("journal int", "kind int", "reference int", "body blob"), 3),
    Table(
        "runs",
        (
            "id int",
            "run text",
            "name text",
            "experiment text",
            "project text",
            "goal text",
            "parent text",
            "status text",
            "error text",
            "reason text",
            "created int",
            "ended int",
            "first_time int",
            "last_time int",
            "points int",
            "is_deleted int",
            "is_purged int",
            "is_archived int",
            "moved_to text",  # the id of another store
            "colour text",
            "revision int",  # of the index when anything about the run last changed
        ),
        indexes=("run", "created, run", "experiment", "project", "name", "revision"),
        is_clustered=False,
    ),
    Table(
        "starts",
        (
            "run int",
            "journal int",
            "sequence int",
            "time int",
            "name text",
            "experiment text",
            "project text",
            "goal text",
            "parent text",
        ),
        3,
    ),
    Table(
        "attempts",
        (
            "run int",
            "attempt text",
            "id int",
            "parent text",
            "is_resumed int",
            "from_step int",
            "started int",  # this, its parent and from_step are as its lowest rank said
            "lowest_rank int",
            "world_size int",
        ),
        2,
        indexes=("id",),
    ),
    Table("writers", ("run int", "actor text", "attempt int", "rank int"), 4),
    Table(
        "params",
        (
            "run int",
            "key text",
            "time int",
            "journal int",
            "sequence int",
            "json text",
            "text text",
            "number real",
        ),
        2,
    ),
    Table(
        "param_changes",
        (
            "run int",
            "key text",
            "time int",
            "journal int",
            "sequence int",
            "json text",
            "text text",
            "number real",
        ),
        5,
    ),
    Table(
        "tags",
        (
            "run int",
            "tag text",
            "value text",
            "is_present int",
            "time int",
            "cleared text",  # the stamp of the latest removal of all
        ),
        2,
        indexes=("tag",),
    ),
    # Additions of tags, from which those above follow; of one whose removal was read first,
    # nothing but that is known.
    Table(
        "tag_edits",
        (
            "run int",
            "edit text",
            "tag text",
            "value text",
            "time int",
            "stamp text",
            "is_removed int",
        ),
        2,
    ),
    Table(
        "notes",
        (
            "run int",
            "edit text",
            "text text",  # null of one whose removal was read first
            "time int",
            "actor text",
            "stamp text",
            "is_removed int",
        ),
        2,
    ),
    Table(
        "metric_fields",
        ("run int", "name text", "field text", "value text", "stamp text"),
        3,
    ),
    Table("registers", ("run int", "what text", "value text", "stamp text"), 2),
    Table(
        "statuses",
        (
            "run int",
            "attempt int",
            "rank int",
            "status text",
            "error text",
            "reason text",
            "time int",
            "stamp text",
        ),
        3,
    ),
    Table(
        "artifacts",
        (
            "run int",
            "id text",
            "time int",
            "journal int",
            "sequence int",
            "attempt int",
            "rank int",
            "name text",
            "direction text",
            "type text",
            "media_type text",
            "size_bytes int",
            "staged text",
            "digest text",
            "details text",
            "artifact text",  # the name of the whole: the file's, or that of its folder
            "folder text",  # the id of the folder
            "folder_files int",
        ),
        2,
        indexes=("artifact",),
    ),
    Table(
        "aliases",
        (
            "project text",  # empty for none
            "name text",
            "alias text",
            "run text",
            "artifact text",  # null where the alias was taken away
            "time int",
            "stamp text",
        ),
        3,
    ),
    # How the store is shown; an experiment is empty for the whole store, or for runs without one.
    Table(
        "metric_descriptions",
        ("experiment text", "name text", "field text", "value text", "stamp text"),
        3,
    ),
    Table("baselines", ("experiment text", "run text", "time int", "stamp text")),
    Table(
        "views",
        (
            "view text",
            "name text",  # null, as what follows, of one that was removed
            "page text",
            "experiment text",
            "query text",
            "time int",
            "actor text",
            "is_removed int",
            "stamp text",
        ),
    ),
    # Versions that went with their runs, so that those behind them keep their numbers.
    Table(
        "purged_versions",
        ("id text", "run text", "project text", "name text", "time int", "digest text"),
        indexes=("name",),
    ),
    Table(
        "media",
        (
            "run int",
            "id text",
            "time int",
            "journal int",
            "sequence int",
            "attempt int",
            "rank int",
            "name text",
            "step int",
            "context text",
            "type text",
            "media_type text",
            "size_bytes int",
            "staged text",
            "digest text",
            "data text",
            "details text",
        ),
        2,
    ),
    Table("stored", ("staged text", "digest text", "size_bytes int")),
    Table(
        "facts",
        (
            "run int",  # 0: of the whole process `actor`
            "actor text",
            "key text",
            "value text",
            "time int",
            "journal int",
            "sequence int",
        ),
        3,
    ),
    Table(
        "parts",
        (
            "run int",
            "journal int",
            "is_sealed int",
            "applied int",  # up to which byte of the journal file
            "size_bytes int",
            "points int",
            "first_time int",
            "last_time int",
            "statistics blob",
        ),
        2,
        indexes=("journal",),
    ),
    # Where the text of a console is; the text itself stays in the files.
    Table(
        "console",
        (
            "run int",
            "journal int",
            "sequence int",
            "attempt int",
            "rank int",
            "stream text",
            "time int",
            "line int",
            "lines int",
            "skipped_lines int",
            "size_bytes int",
            "spool int",  # up to which position of the spool all is recorded
        ),
        3,
    ),
    Table("summaries", ("run int", "data blob"), is_clustered=False),
    # One field (a param, a metric's statistic, ...) of a block of runs, for queries over many.
    Table(
        "packed_columns",
        (
            "kind text",
            "name text",
            "statistic text",
            "block int",
            "revision int",  # of the index when it was packed
            "data blob",
        ),
        4,
    ),
    Table("series", ("id int", "name text", "context text"), 1, ("name, context",), False),
    Table(
        "problems",
        (
            "kind text",
            "journal int",
            "start int",
            "stop int",
            "run int",  # 0: of no run in particular
            "time int",
            "message text",
            "lost_records int",
        ),
        3,
        indexes=("run",),
    ),
)
BY_NAME = {table.name: table for table in TABLES}
OF_A_RUN = (
    "starts",
    "params",
    "param_changes",
    "tags",
    "tag_edits",
    "notes",
    "metric_fields",
    "registers",
    "statuses",
    "artifacts",
    "media",
    "facts",
    "console",
    "summaries",
)


TOUCH_RUNS = (
    "UPDATE runs SET revision = ? WHERE id IN (SELECT run FROM parts WHERE journal IN "
    "(SELECT id FROM journals WHERE actor = ?))"
)


def fingerprint() -> int:
    """Sum up the declarations in 31 bits: an index with another one is rebuilt.

    The version of journals is part of it: what was too new may be readable after an upgrade.
    """
    return crc32(repr((VERSION, JOURNAL_VERSION, TABLES)).encode()) & 0x7FFFFFFF


def sqlite_statements() -> list[str]:
    """Write the declarations as SQLite wants them."""
    types = {"int": "INTEGER", "real": "REAL", "text": "TEXT", "blob": "BLOB"}
    return _statements(types, clustered=" WITHOUT ROWID")


def _statements(types: dict[str, str], *, clustered: str) -> list[str]:
    statements = []
    for table in TABLES:
        columns = []
        for name, kind in table.kinds.items():
            columns.append(f'"{name}" {types[kind]}')
        columns.append(f"PRIMARY KEY ({quoted(table.key)})")
        suffix = clustered if table.is_clustered else ""
        statements.append(f"CREATE TABLE {table.name} ({', '.join(columns)}){suffix}")
        for number, index in enumerate(table.indexes):
            names = quoted(name.strip() for name in index.split(","))
            statements.append(f"CREATE INDEX {table.name}_{number} ON {table.name} ({names})")
    return statements


def upsert_statement(table: Table) -> str:
    """Write an insertion of a row that replaces the one of the same key."""
    rest = [name for name in table.names if name not in table.key]
    marks = ", ".join("?" * len(table.names))
    changes = ", ".join(f'"{name}" = excluded."{name}"' for name in rest)
    action = f"UPDATE SET {changes}" if rest else "NOTHING"
    return (
        f"INSERT INTO {table.name} ({quoted(table.names)}) VALUES ({marks}) "
        f"ON CONFLICT ({quoted(table.key)}) DO {action}"
    )


def quoted(names: Iterable[str]) -> str:
    """Write names as a statement lists them."""
    return ", ".join(f'"{name}"' for name in names)
