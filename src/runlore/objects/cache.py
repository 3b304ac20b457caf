"""A bounded copy, in the user's cache folder, of what was read of objects that lie elsewhere."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from typing import TYPE_CHECKING

from runlore.objects.descriptors import create_exclusively, write_all
from runlore.records.ids import new_id

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runlore.journal.folder import StoreFolder

LIMIT_BYTES = 1 << 30
_KEPT_SHARE = 0.8  # of the limit, so that not each new file throws out an old one
_COUNTED_AFTER_BYTES = 64 << 20
_SUFFIX = ".part"


class ObjectCache:
    """Small files by name, the least recently used of which go when there are too many bytes.

    Any number of processes may use one folder. A cache that can't be written keeps nothing,
    and that is all: whoever asks reads from the place itself.
    """

    def __init__(self, folder: str, *, limit_bytes: int = LIMIT_BYTES) -> None:
        self.folder = folder
        self._limit_bytes = limit_bytes
        self._uncounted_bytes = limit_bytes  # so that the first file counts what is there

    def path(self, name: str) -> str:
        """Return where a file lies, or would lie."""
        return os.path.join(self.folder, name[:2], name)

    def get(self, name: str) -> bytes | None:
        """Return a file's content and mark it as used, None if it isn't kept."""
        path = self.path(name)
        try:
            with open(path, "rb", buffering=0) as file:
                data = file.readall()
            os.utime(path)
        except OSError:
            return None
        return data

    def put(self, name: str, data: bytes | memoryview) -> None:
        """Keep a file."""
        temporary = self.temporary()
        if temporary is None:
            return
        descriptor, path = temporary
        try:
            try:
                write_all(descriptor, data)
            finally:
                os.close(descriptor)
            self.adopt(path, name)
        except OSError:
            with suppress(OSError):
                os.unlink(path)

    def temporary(self) -> tuple[int, str] | None:
        """Create a file to be adopted later: its descriptor and path; None if that can't be."""
        path = os.path.join(self.folder, f"{new_id()}{_SUFFIX}")
        try:
            os.makedirs(self.folder, mode=0o700, exist_ok=True)
            return create_exclusively(path), path
        except OSError:
            return None

    def adopt(self, path: str, name: str) -> None:
        """Give a temporary file its name."""
        target = self.path(name)
        self._uncounted_bytes += os.path.getsize(path)
        os.makedirs(os.path.dirname(target), mode=0o700, exist_ok=True)
        os.replace(path, target)
        if self._uncounted_bytes >= min(_COUNTED_AFTER_BYTES, self._limit_bytes):
            self._uncounted_bytes = 0
            self._bound(target)

    def forget(self, name: str) -> None:
        """Drop a file."""
        with suppress(OSError):
            os.unlink(self.path(name))

    def _bound(self, newest: str) -> None:
        """Drop what was used longest ago, until the rest is well below the limit."""
        files = []
        for top, _, names in os.walk(self.folder):
            for name in names:
                path = os.path.join(top, name)
                with suppress(OSError):  # dropped by somebody else
                    found = os.stat(path)
                    files.append((found.st_mtime, found.st_size, path))
        total = sum(size for _, size, _ in files)
        if total <= self._limit_bytes:
            return
        for _, size, path in sorted(files):
            if total <= self._limit_bytes * _KEPT_SHARE:
                return
            if path != newest:
                with suppress(OSError):
                    os.unlink(path)
                total -= size


def cache_of(store: StoreFolder) -> ObjectCache | None:
    """Return the cache of a store's objects, None where no folder can be written."""
    folder = cache_folder(store, os.environ)
    return None if folder is None else ObjectCache(os.path.join(folder, "objects"))


def cache_folder(store: StoreFolder, environment: Mapping[str, str]) -> str | None:
    """Make the user's folder for what can be thrown away of a store; None where none can be."""
    for folder in _user_folders(environment):
        place = os.path.join(folder, "runlore", store.store_id)
        try:
            os.makedirs(place, mode=0o700, exist_ok=True)
        except OSError:
            continue
        if os.access(place, os.W_OK | os.X_OK):
            return place
    return None


def _user_folders(environment: Mapping[str, str]) -> list[str]:
    folders = [environment.get("XDG_CACHE_HOME", "")]
    home = environment.get("HOME", "")
    folders.append(os.path.join(home, ".cache") if home else "")
    user = os.getuid() if hasattr(os, "getuid") else 0
    folders.append(os.path.join(tempfile.gettempdir(), f"runlore-{user}"))
    # A relative XDG_CACHE_HOME is to be ignored, says the XDG base directory specification.
    return [folder for folder in folders if os.path.isabs(folder)]
