"""What holds: the environment before the store before the user before the default."""

from __future__ import annotations

import os

from runlore.errors import InvalidValue
from runlore.settings.durations import seconds_of
from runlore.settings.file import read_settings
from runlore.settings.keys import KEYS, SQLITE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import NoReturn

FILE = "settings.toml"


class Settings:
    """The settings that hold for a store, once and for all; `sources` says where each is from."""

    __slots__ = (
        "capture",
        "gc_grace_seconds",
        "index",
        "project",
        "sources",
        "trash_keep_seconds",
        "values",
    )

    capture: str
    gc_grace_seconds: float
    index: str | None
    project: str | None
    trash_keep_seconds: float
    values: dict[str, str]
    sources: dict[str, str]

    def __init__(self, values: dict[str, str], sources: dict[str, str]) -> None:
        """Hold texts by the names of settings, each checked already."""
        fixed = {
            "values": values,
            "sources": sources,
            "capture": values["capture"],
            "gc_grace_seconds": seconds_of(values["gc.grace"], "gc.grace"),
            "index": None if values["index"] in ("", SQLITE) else values["index"],
            "project": values["project"] or None,
            "trash_keep_seconds": seconds_of(values["trash.keep"], "trash.keep"),
        }
        for name, value in fixed.items():
            object.__setattr__(self, name, value)

    def __setattr__(self, name: str, value: object) -> NoReturn:
        """Refuse: settings are read once and passed on."""
        raise AttributeError(f"settings don't change: {name}")


def load_settings(store: str | None, environment: Mapping[str, str] | None = None) -> Settings:
    """Read what holds for the store in the folder `store`; None: for no store in particular.

    Settings of later releases are passed over.

    Raises:
        InvalidValue: for a value that can't be, naming where it stands.
    """
    variables: Mapping[str, str] = os.environ if environment is None else environment
    of_user, of_store = user_file(variables), None if store is None else store_file(store)
    if of_user is not None and not os.access(of_user, os.R_OK):
        of_user = None  # there is none, or the home is still that of whoever became this user
    files = [(path, read_settings(path)) for path in (of_store, of_user) if path is not None]
    values, sources = {}, {}
    for key in KEYS.values():
        places = [(key.variable, variables.get(key.variable))]
        places += [(path, settings.get(key.name)) for path, settings in files]
        for source, value in places:
            if value is not None and (value or source != key.variable):
                break
        else:
            source, value = "default", key.default
        try:
            key.check(value)
        except InvalidValue as error:
            raise InvalidValue(f"{source}: {error.message}", hint=error.hint) from None
        values[key.name], sources[key.name] = value, source
    return Settings(values, sources)


def store_file(store: str) -> str:
    """Name the file of a store's settings."""
    return os.path.join(store, FILE)


def user_file(environment: Mapping[str, str]) -> str | None:
    """Name the file of the user's settings; None for a user without a home."""
    folder = environment.get("XDG_CONFIG_HOME", "")
    if not os.path.isabs(folder):  # a relative one is to be ignored, says the specification
        home = environment.get("HOME", "")
        if not home:
            return None
        folder = os.path.join(home, ".config")
    return os.path.join(folder, "runlore", FILE)


def shown(name: str, value: str) -> str:
    """Return a value as it may be shown: without the password of an address."""
    if not KEYS[name].has_secrets:
        return value
    address, question, options = value.partition("?")
    front, sign, rest = address.partition("://")
    authority, slash, path = rest.partition("/")
    login, at, host = authority.rpartition("@")
    user, colon, _ = login.partition(":")
    kept = [one for one in options.split("&") if not _is_password(one)]
    hidden = f"{user}{colon}{'***' if colon else ''}"
    return front + sign + hidden + at + host + slash + path + question + "&".join(kept)


def _is_password(option: str) -> bool:
    """Whether an option of an address is one, as `password` and `sslpassword` are."""
    from urllib.parse import unquote

    return unquote(option.partition("=")[0]).strip().lower().endswith("password")
