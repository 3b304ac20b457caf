"""Show and change settings: of a store, or of the user."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from runlore.client.captures import VARIABLE, wanted_captures
from runlore.errors import InvalidValue, StoreNotFound
from runlore.journal.folder import failure, open_store
from runlore.journal.location import locate_store
from runlore.settings.file import read_settings, write_settings
from runlore.settings.keys import KEYS, key_of
from runlore.settings.settings import load_settings, shown, store_file, user_file

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Setting:
    """A setting as it holds: `value` without passwords, and `source`, where it comes from.

    `source` is the name of a variable, the path of a file, or `default`.
    """

    name: str
    value: str
    source: str
    variable: str
    what: str


@dataclass(frozen=True)
class Written:
    """A setting that was written to a file, or taken from it; and what overrides it, if any."""

    name: str
    value: str | None
    path: str
    overridden_by: str | None
    has_password: bool


def list_settings(
    *, store: str | None = None, environment: Mapping[str, str] | None = None
) -> list[Setting]:
    """List all settings as they hold for a store, which need not exist.

    Raises:
        InvalidValue: for a file or variable that holds what can't be.
    """
    found = load_settings(_store_path(store), environment)
    return [
        Setting(
            key.name,
            shown(key.name, found.values[key.name]),
            found.sources[key.name],
            key.variable,
            key.what,
        )
        for key in KEYS.values()
    ]


def get_setting(name: str, *, store: str | None = None) -> Setting:
    """Return one setting as it holds.

    Raises:
        InvalidValue: if there is none of that name.
    """
    key_of(name)
    return next(one for one in list_settings(store=store) if one.name == name)


def set_setting(
    name: str, value: str, *, is_of_user: bool = False, store: str | None = None
) -> Written:
    """Write a setting of the store, or of the user.

    Raises:
        InvalidValue: if there is none of that name, or it can't be that.
        StoreError: if the file can't be written, or there is no store.
    """
    key = key_of(name)
    key.check(value)
    if name == "capture":
        wanted_captures(None, {VARIABLE: value})
    path = _path(store, is_of_user=is_of_user)
    settings = read_settings(path) | {name: value}
    _write(path, settings, is_of_user=is_of_user)
    has_password = shown(name, value) != value
    return Written(name, shown(name, value), path, _overriding(name, path, store), has_password)


def unset_setting(name: str, *, is_of_user: bool = False, store: str | None = None) -> Written:
    """Take a setting out of the file of the store, or of the user.

    Raises:
        InvalidValue: if there is none of that name, or the file doesn't set it.
        StoreError: if the file can't be written, or there is no store.
    """
    key_of(name)
    path = _path(store, is_of_user=is_of_user)
    settings = read_settings(path)
    if name not in settings:
        raise InvalidValue(
            f"{name} is not set in {path}",
            hint="runlore config list says where each setting comes from",
        )
    del settings[name]
    _write(path, settings, is_of_user=is_of_user)
    return Written(name, None, path, _overriding(name, path, store), has_password=False)


def _path(store: str | None, *, is_of_user: bool) -> str:
    if not is_of_user:
        return store_file(open_store(locate_store(store)).path)
    path = user_file(os.environ)
    if path is None:
        raise InvalidValue(
            "there is no home folder to keep settings in", hint="name one: XDG_CONFIG_HOME"
        )
    return path


def _write(path: str, settings: dict[str, str], *, is_of_user: bool) -> None:
    is_private = is_of_user or any(
        name in KEYS and shown(name, value) != value for name, value in settings.items()
    )
    try:
        write_settings(path, settings, is_private=is_private)
    except OSError as error:
        raise failure(error, path, "be written") from error


def _overriding(name: str, path: str, store: str | None) -> str | None:
    """Name what is heard before the file, if it says anything."""
    source = load_settings(_store_path(store)).sources[name]
    return None if source in (path, "default", user_file(os.environ)) else source


def _store_path(store: str | None) -> str | None:
    try:
        return locate_store(store)
    except StoreNotFound:
        return None
