"""Find the place for a store's index and open it there."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from runlore.errors import MissingExtra, StoreReadOnly
from runlore.index.sqlite import SqliteIndex, has_room
from runlore.journal.filesystem import is_local
from runlore.objects.cache import cache_folder
from runlore.settings.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runlore.index.interface import Index
    from runlore.journal.folder import StoreFolder


_SQLITE = "sqlite"


def open_index(
    store: StoreFolder, *, url: str | None = None, environment: Mapping[str, str] | None = None
) -> Index:
    """Open the index of a store, empty if there was none that this release can use.

    `url`, else the setting `index` (RUNLORE_INDEX, the store's, the user's), names a PostgreSQL
    database. By default it is a SQLite file in the store; where that can't be written, is full, or
    is shared over a network, in the user's cache folder. `catch_up` fills it.

    Raises:
        StoreReadOnly, StoreFull: if there is no place for it.
        InvalidValue: if the setting is neither an address of PostgreSQL nor `sqlite`.
        MissingExtra: if PostgreSQL is named and its libraries aren't installed.
        DatabaseUnreachable, FormatTooNew, StoreError: if the database can't be used.
    """
    environment = os.environ if environment is None else environment
    chosen = url or load_settings(store.path, environment).index or _SQLITE
    if chosen != _SQLITE:
        return _open_postgres(chosen, store)
    path = index_path(store, environment)
    try:
        return SqliteIndex(path, is_local=is_local(os.path.dirname(path)))
    except OSError as error:
        raise StoreReadOnly(
            f"the index of {store.path} can't be written at {path}: {error.strerror}",
            hint="name a folder that you may write: XDG_CACHE_HOME",
        ) from error


def _open_postgres(url: str, store: StoreFolder) -> Index:
    try:
        from runlore.index.postgres import PostgresIndex
    except ImportError as error:
        raise MissingExtra(
            (error.name or "psycopg").partition(".")[0],
            extra="postgres",
            purpose="an index in PostgreSQL",
        ) from error
    return PostgresIndex(url, store.store_id)


def index_path(store: StoreFolder, environment: Mapping[str, str]) -> str:
    """Choose where the index lies: in the store, else in the user's cache.

    There too while the store's disk is full, if that one isn't: one wants to look most of all then.
    """
    is_possible = store.is_writable() and is_local(store.path) and _is_usable(store.index)
    if is_possible and has_room(store.path):
        return store.index
    folder = cache_folder(store, environment)
    if folder is not None and (not is_possible or has_room(folder)):
        return os.path.join(folder, "index.db")
    if is_possible:
        return store.index
    raise StoreReadOnly(
        f"the store {store.path} can't hold its index, nor can the user's cache folder",
        hint="name a folder that you may write: XDG_CACHE_HOME",
    )


def _is_usable(path: str) -> bool:
    """Whether an index there can be replaced, or one begun."""
    return not os.path.exists(path) or os.access(path, os.R_OK | os.W_OK)
