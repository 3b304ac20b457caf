"""The store as a folder: make it, open it, name what lies in it (docs/formats/store.md)."""

from __future__ import annotations

import os
from errno import EACCES, EDQUOT, ENOSPC, EPERM, EROFS

from runlore.errors import (
    FormatTooNew,
    StoreError,
    StoreFull,
    StoreNotFound,
    StoreReadOnly,
    StoreRefused,
)
from runlore.journal.location import git_folder_of
from runlore.records.events import now
from runlore.records.ids import new_id
from runlore.records.text import encode_json

FORMAT = 1
_GIT_ESCAPES = {ord(character): "\\" + character for character in "\\*?["}
FOLDERS = ("journals", "runs", "manifest", "incoming", "blobs")


class StoreFolder:
    """An opened store: `path`, `store_id`, and the places in it as plain strings."""

    __slots__ = ("blobs", "incoming", "index", "journals", "manifest", "path", "runs", "store_id")

    def __init__(self, path: str, store_id: str) -> None:
        """Name the places of the store at `path`."""
        self.path = path
        self.store_id = store_id
        self.journals = os.path.join(path, "journals")
        self.runs = os.path.join(path, "runs")
        self.manifest = os.path.join(path, "manifest")
        self.incoming = os.path.join(path, "incoming")
        self.blobs = os.path.join(path, "blobs")
        self.index = os.path.join(path, "index.db")

    def actor(self, actor: str) -> str:
        """Name the folder of an actor's journal."""
        return os.path.join(self.journals, actor)

    def journal(self, actor: str, number: int) -> str:
        """Name a journal file."""
        return os.path.join(self.journals, actor, f"{number:08}.journal")

    def lock(self, actor: str) -> str:
        """Name the lock file of an actor."""
        return os.path.join(self.journals, actor, "lock")

    def segment(self, run: str, actor: str, number: int) -> str:
        """Name a segment."""
        return os.path.join(self.runs, run, f"{actor}-{number:08}.segment")

    def is_writable(self) -> bool:
        """Tell whether this user may write here."""
        return os.access(self.path, os.W_OK | os.X_OK)


def open_store(path: str) -> StoreFolder:
    """Open a store that exists.

    Raises:
        StoreNotFound: if there is none.
        StoreRefused: if the folder isn't a store.
        FormatTooNew: if a later release wrote it.
    """
    marker = os.path.join(path, "store.json")
    try:
        with open(marker, encoding="utf-8", errors="replace") as file:
            content = file.read()
    except FileNotFoundError:
        if os.path.isdir(path) and not _is_in_the_making(os.listdir(path)):
            raise StoreRefused(
                f"{path} is a folder but not a store: it has no store.json",
                hint="name an empty folder or a new one",
            ) from None
        raise StoreNotFound(
            f"there is no store at {path}",
            hint="start a run to make one, or name another place: --store or RUNLORE_STORE",
        ) from None
    except NotADirectoryError:
        raise StoreRefused(f"{path} is a file, not a folder", hint="name a folder") from None
    except OSError as error:
        raise failure(error, path, "be opened") from error
    version, store_id = _marker_fields(content)
    if version is None or store_id is None:
        raise StoreRefused(
            f"{marker} is not what a store begins with",
            hint="restore it from a copy, or name another folder",
        )
    if version > FORMAT:
        raise FormatTooNew(
            f"the store {path} has format {version}, this release knows {FORMAT}",
            hint="upgrade: pip install --upgrade runlore",
        )
    return StoreFolder(path, store_id)


def create_store(path: str) -> StoreFolder:
    """Open the store at `path`, making it first where there is none.

    Raises:
        StoreReadOnly: if this user may not write there.
        StoreFull: if there is no room.
        StoreRefused, FormatTooNew: as `open_store`.
    """
    try:
        store = open_store(path)
    except StoreNotFound:
        pass
    else:
        _exclude_from_git(path)  # the repository may be younger than the store
        return store
    try:
        for folder in FOLDERS:
            os.makedirs(os.path.join(path, folder), exist_ok=True)
        _keep_from_git(path)
        _exclude_from_git(path)
        marker = encode_json({"format": FORMAT, "store": new_id(), "created": now()})
        temporary = os.path.join(path, f"store.json.{new_id()}")
        with open(temporary, "wb") as file:
            file.write(marker)
        try:
            os.link(temporary, os.path.join(path, "store.json"))  # the first of several wins
            os.unlink(temporary)
        except FileExistsError:
            os.unlink(temporary)
        except OSError:
            os.replace(temporary, os.path.join(path, "store.json"))
    except OSError as error:
        raise failure(error, path, "be made") from error
    return open_store(path)


def _is_in_the_making(names: list[str]) -> bool:
    """Tell whether a folder without store.json is empty, or a store that isn't made to the end.

    Another process may be making it this moment, or may have been killed while it did; what
    `create_store` makes first is the first of FOLDERS.
    """
    ours = (*FOLDERS, ".git", ".gitignore", "index.db", "index.db-wal", "index.db-shm")
    # store.json itself has come by now, where somebody else was quicker.
    is_ours = all(name in ours or name.startswith("store.json") for name in names)
    return not names or (FOLDERS[0] in names and is_ours)


def _keep_from_git(path: str) -> None:
    """Guard the store from `git clean -fdx`, which spares what looks like a repository."""
    own = os.path.join(path, ".git")
    os.makedirs(os.path.join(own, "objects"), exist_ok=True)
    os.makedirs(os.path.join(own, "refs"), exist_ok=True)
    for place, line in (
        (os.path.join(own, "HEAD"), "ref: refs/heads/none\n"),
        (os.path.join(path, ".gitignore"), "*\n"),
    ):
        with open(place, "a", encoding="utf-8") as file:
            if not file.tell():
                file.write(line)


def _exclude_from_git(path: str) -> None:
    """Hide the store from the repository that it lies in.

    Git doesn't read the .gitignore of what looks like a repository of its own; it would show
    the store, and `git add .` would end with an error.
    """
    top = os.path.dirname(path)
    git_folder = git_folder_of(top)
    while git_folder is None:
        above = os.path.dirname(top)
        if above == top:
            return
        top, git_folder = above, git_folder_of(above)
    place = os.path.relpath(path, top).replace(os.sep, "/").translate(_GIT_ESCAPES)
    line = f"/{place}/".encode("utf-8", "surrogateescape")
    information = os.path.join(git_folder, "info")
    try:
        os.makedirs(information, exist_ok=True)
        with open(os.path.join(information, "exclude"), "a+b") as file:
            file.seek(0)
            known = file.read()
            if line not in known.splitlines():
                is_begun = known and not known.endswith(b"\n")
                file.write((b"\n" if is_begun else b"") + line + b"\n")
    except OSError:
        pass  # git shows the store, and that is all


def _marker_fields(content: str) -> tuple[int | None, str | None]:
    """Read `format` and `store` from store.json; `json` would cost the import budget."""
    version = store_id = None
    for pair in content.strip().strip("{}").split(","):
        key, _, value = pair.partition(":")
        key, value = key.strip().strip('"'), value.strip().strip('"')
        if key == "format" and value.isdigit():
            version = int(value)
        elif key == "store":
            store_id = value
    return version, store_id


def failure(error: OSError, path: str, what: str) -> StoreError:
    """Return the error to raise when the store can't do `what`."""
    if error.errno in (ENOSPC, EDQUOT):
        return StoreFull(
            f"the store {path} can't {what}: no room is left on the device",
            hint="free some space, or name another place: RUNLORE_STORE",
        )
    if error.errno in (EACCES, EPERM, EROFS):
        return StoreReadOnly(
            f"the store {path} can't {what}: {error.strerror}",
            hint="name a folder that you may write: RUNLORE_STORE",
        )
    return StoreError(
        f"the store {path} can't {what}: {error.strerror}", hint="name another place: RUNLORE_STORE"
    )
