"""Say what a store is and what is in it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from runlore.index.columns_sources import ARCHIVED, DELETED
from runlore.reading.search_columns import shown_runs, states_of

if TYPE_CHECKING:
    from runlore.index.columns import RunColumns
    from runlore.reading.store import StoreReader

_MOST_PROJECTS = 1000
_STORE_FOLDER = ".runlore"


@dataclass(frozen=True)
class StoreFacts:
    """A store, and its runs counted; those in the trash are not among the archived."""

    id: str
    path: str
    name: str
    projects: list[str]
    runs: int
    archived: int
    deleted: int
    is_writable: bool
    actor: str


def describe_store(reader: StoreReader) -> StoreFacts:
    """Count the runs of an open store and name its projects."""
    projects, runs, archived, deleted = reader.ask(lambda index: index.ask_columns(_counted))
    folder = reader.folder
    return StoreFacts(
        id=folder.store_id,
        path=folder.path,
        name=_name_of(folder.path),
        projects=projects,
        runs=runs,
        archived=archived,
        deleted=deleted,
        is_writable=folder.is_writable(),
        actor=os.environ.get("USER") or os.environ.get("LOGNAME") or "",
    )


def _counted(columns: RunColumns) -> tuple[list[str], int, int, int]:
    """List the projects of runs that are there, and count those shown, archived and deleted."""
    states = states_of(columns)[shown_runs(columns, is_deleted=None)]
    is_deleted = (states & DELETED) > 0
    is_archived = ((states & ARCHIVED) > 0) & ~is_deleted
    texts = columns.texts("attribute", "project")
    items = [item if isinstance(item, str) else item[1] for item in texts.entries.items]
    shown = len(states) - int(is_deleted.sum()) - int(is_archived.sum())
    return sorted(items)[:_MOST_PROJECTS], shown, int(is_archived.sum()), int(is_deleted.sum())


def _name_of(path: str) -> str:
    """Name a store after the folder of the repository that it is of."""
    folder = path.rstrip(os.sep)
    if os.path.basename(folder) == _STORE_FOLDER:
        folder = os.path.dirname(folder)
    return os.path.basename(folder) or path
