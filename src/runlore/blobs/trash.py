"""Where blobs that nobody uses lie for a while before they are removed for good.

In a folder they are renamed into `trash/`; in a bucket, which can't rename, they stay where
they are and are noted in `trash/unused.json` of the store's folder.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple, Protocol

from runlore.blobs.interface import blob_key, is_digest
from runlore.blobs.opening import StoreBlobs
from runlore.objects.choice import places_of
from runlore.objects.folder import FolderObjects
from runlore.records.ids import new_id

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runlore.blobs.interface import StoredBlob
    from runlore.journal.folder import StoreFolder

_FOLDER = "trash"


class Discarded(NamedTuple):
    """A blob in the trash, and since when, in seconds since 1970."""

    digest: str
    size_bytes: int
    since: int


class BlobTrash(Protocol):
    """Takes blobs out of use, and back; any number of writers may put blobs meanwhile."""

    def discard(self, blob: StoredBlob, since: int) -> bool:
        """Take a blob out of use, unless somebody has used it again since it was listed."""

    def discarded(self) -> Iterator[Discarded]:
        """List what lies in the trash."""

    def restore(self, blob: Discarded) -> None:
        """Put a blob back that is used after all."""

    def remove(self, blob: Discarded) -> None:
        """Remove a blob for good."""


def trash_of(store: StoreFolder) -> BlobTrash:
    """Return the trash of a store's blobs."""
    objects = places_of(store).current
    if isinstance(objects, FolderObjects):
        return FolderTrash(objects)
    return NotedTrash(store)


class FolderTrash:
    """The trash beside blobs that lie in a folder: files named `<since>-<digest>`."""

    def __init__(self, objects: FolderObjects) -> None:
        self._objects = objects
        self._folder = os.path.join(objects.root, _FOLDER)

    def discard(self, blob: StoredBlob, since: int) -> bool:
        """Rename it; one that was marked as used in the very last moment is put back.

        Who uses it again either touched it before the rename, which is seen here, or finds
        that it isn't there and puts it again.
        """
        path = self._objects.path(blob_key(blob.digest))
        target = self._path(Discarded(blob.digest, blob.size_bytes, since))
        os.makedirs(self._folder, exist_ok=True)
        try:
            os.rename(path, target)
        except FileNotFoundError:
            return False
        try:
            if os.stat(target).st_mtime_ns // 1000 <= blob.modified:
                return True
        except FileNotFoundError:
            return False  # another collector has put it back
        self.restore(Discarded(blob.digest, blob.size_bytes, since))
        return False

    def discarded(self) -> Iterator[Discarded]:
        """List the files."""
        try:
            names = sorted(os.listdir(self._folder))
        except FileNotFoundError:
            return
        for name in names:
            since, _, digest = name.partition("-")
            if since.isdecimal() and is_digest(digest):
                with suppress(FileNotFoundError):
                    size_bytes = os.stat(os.path.join(self._folder, name)).st_size
                    yield Discarded(digest, size_bytes, int(since))

    def restore(self, blob: Discarded) -> None:
        """Rename it back; if it was put again meanwhile, this copy goes."""
        path = self._objects.path(blob_key(blob.digest))
        os.makedirs(os.path.dirname(path), exist_ok=True)
        if os.path.exists(path):
            self.remove(blob)
        else:
            with suppress(FileNotFoundError):  # another collector was quicker
                os.replace(self._path(blob), path)

    def remove(self, blob: Discarded) -> None:
        """Remove the file."""
        with suppress(FileNotFoundError):
            os.unlink(self._path(blob))

    def _path(self, blob: Discarded) -> str:
        return os.path.join(self._folder, f"{blob.since}-{blob.digest}")


class NotedTrash:
    """The trash of blobs that can't be renamed: a list of those that were found unused."""

    def __init__(self, store: StoreFolder) -> None:
        self._blobs = StoreBlobs(store)
        self._path = os.path.join(store.path, _FOLDER, "unused.json")

    def discard(self, blob: StoredBlob, since: int) -> bool:
        """Note that nobody uses it."""
        noted = self._noted()
        if blob.digest in noted:
            return False
        self._write({**noted, blob.digest: [blob.size_bytes, since, blob.modified]})
        return True

    def discarded(self) -> Iterator[Discarded]:
        """List what is noted."""
        for digest, (size_bytes, since, _) in sorted(self._noted().items()):
            yield Discarded(digest, size_bytes, since)

    def restore(self, blob: Discarded) -> None:
        """Strike it off the list."""
        noted = self._noted()
        if noted.pop(blob.digest, None) is not None:
            self._write(noted)

    def remove(self, blob: Discarded) -> None:
        """Remove it, unless it was put again since it was noted."""
        known = self._noted().get(blob.digest)
        found = self._blobs.look(blob.digest)
        if known is not None and found is not None and found.modified <= known[2]:
            self._blobs.delete([blob.digest])
        self.restore(blob)

    def _noted(self) -> dict[str, list[int]]:
        try:
            with open(self._path, encoding="utf-8") as file:
                noted: dict[str, list[int]] = json.load(file)
        except (FileNotFoundError, ValueError):  # forgotten, and noted anew
            return {}
        return noted

    def _write(self, noted: dict[str, list[int]]) -> None:
        os.makedirs(os.path.dirname(self._path), exist_ok=True)
        temporary = f"{self._path}.{new_id()}.tmp"
        with open(temporary, "w", encoding="utf-8") as file:
            json.dump(noted, file)
        os.replace(temporary, self._path)
