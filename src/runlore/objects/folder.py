"""Objects as files below a folder: the store's own, or another one."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from runlore.objects.descriptors import write_all
from runlore.objects.faults import write_fault
from runlore.objects.incoming import flush_folder, incoming_file, make_folder
from runlore.objects.interface import Piece, StoredObject
from runlore.objects.owner import PLACE, require_owner

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_STREAM_BYTES = 1 << 20
_WRITING = os.path.join("blobs", "writing")


class FolderObjects:
    """The objects below the folder `root`; `url` is None if that is the store's own.

    Another folder that holds no place.json is taken for a disk that isn't mounted.
    """

    def __init__(self, root: str, url: str | None = None, store_id: str = "") -> None:
        self.root = root
        self.url = url
        self._store_id = store_id

    def name(self, key: str) -> str:
        """Return the path."""
        return self.path(key)

    def path(self, key: str) -> str:
        """Return the path."""
        return os.path.join(self.root, *key.split("/"))

    @property
    def scratch(self) -> str:
        """The folder on the same file system where files are written before they get a name."""
        return os.path.join(self.root, _WRITING)

    def put(self, key: str, data: bytes | memoryview) -> None:
        """Write a temporary file, flush it, and give it its name."""
        self._put(key, iter((data,)))

    def put_file(self, key: str, path: str) -> None:
        """Copy a file."""
        with open(path, "rb", buffering=0) as file:
            self._put(key, iter(lambda: file.read(_STREAM_BYTES) or b"", b""))

    def read(self, key: str, begin: int, end: int) -> Piece:
        """Read a part of the file."""
        self.require(key)
        with open(self.path(key), "rb", buffering=0) as file:
            found = os.fstat(file.fileno())
            data = os.pread(file.fileno(), max(0, end - begin), begin)
        return Piece(data, found.st_size, f"{found.st_ino}-{found.st_mtime_ns}")

    def read_end(self, key: str, size_bytes: int) -> Piece:
        """Read the end of the file."""
        self.require(key)
        size = os.stat(self.path(key)).st_size
        return self.read(key, max(0, size - size_bytes), size)

    def stream(self, key: str) -> Iterator[bytes]:
        """Read the file."""
        self.require(key)
        with open(self.path(key), "rb", buffering=0) as file:
            while chunk := file.read(_STREAM_BYTES):
                yield chunk

    def look(self, key: str) -> StoredObject | None:
        """Ask for the size and the time of the file."""
        self.require(key)
        try:
            found = os.stat(self.path(key))
        except (FileNotFoundError, NotADirectoryError):
            return None
        return StoredObject(key, found.st_size, found.st_mtime_ns // 1000)

    def list(self, folder: str) -> Iterator[StoredObject]:
        """Walk through a folder, in order; files being written are passed over."""
        self.require()
        top = self.path(folder)
        for here, folders, names in os.walk(top):
            folders.sort()
            if here == os.path.join(self.root, "blobs"):
                folders[:] = [name for name in folders if name != "writing"]
            place = os.path.relpath(here, self.root).replace(os.sep, "/")
            for name in sorted(names):
                with suppress(OSError):  # removed since it was listed
                    found = os.stat(os.path.join(here, name))
                    yield StoredObject(f"{place}/{name}", found.st_size, found.st_mtime_ns // 1000)

    def delete(self, keys: Iterable[str]) -> None:
        """Remove files, and the folders of runs that are empty then."""
        for key in keys:
            path = self.path(key)
            try:
                with suppress(FileNotFoundError):
                    os.unlink(path)
            except OSError as error:
                raise write_fault(error, path) from error
            with suppress(OSError):  # not empty
                os.rmdir(os.path.dirname(path))

    def require(self, key: str | None = None) -> None:
        """Raise unless `key` is there, or the folder is surely the one that would hold it.

        Raises:
            ObjectsUnreachable: if the folder is gone.
            StoreRefused: if it is another store's.
        """
        if self.url is None or key == PLACE:
            return
        if key is None or not os.path.exists(self.path(key)):
            require_owner(self, self._store_id)

    def _put(self, key: str, chunks: Iterator[bytes | memoryview]) -> None:
        if key != PLACE:
            self.require()
        target = Path(self.path(key))
        try:
            with incoming_file(Path(self.scratch)) as (descriptor, temporary):
                for chunk in chunks:
                    write_all(descriptor, chunk)
                os.fsync(descriptor)
                make_folder(target.parent)
                os.replace(temporary, target)
        except OSError as error:
            raise write_fault(error, str(target)) from error
        flush_folder(target.parent)
