"""Find the folder of the store that belongs to where one is."""

from __future__ import annotations

import os

from runlore.errors import InvalidType, InvalidValue, StoreNotFound, StoreRefused, a_kind

FOLDER = ".runlore"


def locate_store(store: str | os.PathLike[str] | None = None, start: str | None = None) -> str:
    """Return the store's folder; it need not exist yet.

    In this order: `store` as given, the environment variable RUNLORE_STORE, the nearest
    `.runlore` from `start` (the working folder) upwards, not beyond the repository or
    the home folder; else `.runlore` in the repository's main worktree, else in `start`.

    Raises:
        InvalidType: if `store` isn't a path.
        InvalidValue: for an address that this release can't use.
        StoreNotFound: if the working folder is gone, so that there is nowhere to search from.
        StoreRefused: if the folder found by searching belongs to another user.
    """
    named = _path_of(os.environ.get("RUNLORE_STORE", "") if store is None else store)
    try:
        if named:
            return os.path.abspath(os.path.expanduser(named))
        folder = os.path.abspath(start or os.getcwd())
    except FileNotFoundError as error:
        raise StoreNotFound(
            "the working folder doesn't exist any more, so no store can be found from it",
            hint="change to a folder that exists, or name the store by its whole path",
        ) from error
    home = os.path.expanduser("~")
    here = folder
    while True:
        candidate = os.path.join(here, FOLDER)
        if os.path.isdir(candidate):
            return _owned(candidate)
        repository = main_worktree(here)
        if repository is not None:
            return _owned(os.path.join(repository, FOLDER))
        parent = os.path.dirname(here)
        if here in (parent, home):
            return os.path.join(folder, FOLDER)
        here = parent


def _path_of(store: str | os.PathLike[str]) -> str:
    try:
        path = os.fsdecode(store)
    except TypeError:
        raise InvalidType(
            f"the store is {a_kind(store)}, not a path: {store!r}",
            hint="give the path of a folder, as a string",
        ) from None
    if "://" in path or "\0" in path:
        raise InvalidValue(
            f"the store {path!r} is not a folder",
            hint="this release keeps its store in a folder: give a path",
        )
    return path


def main_worktree(folder: str) -> str | None:
    """Return the main worktree of the repository whose top is `folder`, else None."""
    entry = os.path.join(folder, ".git")
    if os.path.isdir(entry):
        return folder
    try:
        with open(entry, encoding="utf-8") as file:
            line = file.readline().strip()
    except (OSError, UnicodeDecodeError):
        return None
    if not line.startswith("gitdir:"):
        return None
    git_folder = os.path.join(folder, line[len("gitdir:") :].strip())
    try:
        with open(os.path.join(git_folder, "commondir"), encoding="utf-8") as file:
            common = os.path.normpath(os.path.join(git_folder, file.readline().strip()))
    except (OSError, UnicodeDecodeError):
        return folder  # a submodule: a repository of its own
    return os.path.dirname(common) if os.path.basename(common) == ".git" else folder


def _owned(folder: str) -> str:
    try:
        owner = os.stat(folder).st_uid
    except OSError:
        return folder
    user = os.geteuid() if hasattr(os, "geteuid") else owner
    if owner != user:
        raise StoreRefused(
            f"the store {folder} belongs to another user (uid {owner}, you are {user})",
            hint="to use it all the same, name it: --store or RUNLORE_STORE="
            f"{folder}; to have one of your own, name another folder",
        )
    return folder
