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
        InvalidValue: for an address that this release can't use, or an empty text.
        StoreNotFound: if the working folder is gone, so that there is nowhere to search from.
        StoreRefused: if the folder found by searching belongs to another user.
    """
    if store == "":
        raise InvalidValue(
            "the store is named by an empty text",
            hint="give the path of a folder; the usual store is used if none is named",
        )
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
    git_folder = git_folder_of(folder)
    if git_folder is None or git_folder == os.path.join(folder, ".git"):
        return None if git_folder is None else folder
    is_linked = os.path.basename(git_folder) == ".git"  # else a submodule, or a bare one's worktree
    return os.path.dirname(git_folder) if is_linked else folder


def git_folder_of(folder: str) -> str | None:
    """Return what git keeps of the repository whose top is `folder`, shared by its worktrees.

    None where `folder` is not the top of a repository.
    """
    entry = os.path.join(folder, ".git")
    if os.path.isdir(entry):
        return entry
    line = _first_line(entry)
    if not line.startswith("gitdir:"):
        return None
    own = os.path.normpath(os.path.join(folder, line[len("gitdir:") :].strip()))
    shared = _first_line(os.path.join(own, "commondir"))
    return os.path.normpath(os.path.join(own, shared)) if shared else own


def _first_line(path: str) -> str:
    try:
        with open(path, encoding="utf-8") as file:
            return file.readline().strip()
    except (OSError, UnicodeDecodeError):
        return ""


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
