"""The blobs of a store, wherever they lie."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from runlore.blobs.bucket import BucketBlobs
from runlore.blobs.store import BlobStore
from runlore.errors import MissingExtra, NotFound, ObjectsUnreachable
from runlore.objects.cache import cache_of
from runlore.objects.choice import in_any_place, in_current_place, objects_at, places_of
from runlore.objects.folder import FolderObjects

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable, Iterator
    from typing import BinaryIO

    from runlore.blobs.interface import Blob, Blobs, StoredBlob
    from runlore.journal.folder import StoreFolder
    from runlore.objects.interface import Objects

Result = TypeVar("Result")


class StoreBlobs:
    """The blobs of a store: put where it keeps them now, and found while they move, too."""

    def __init__(self, store: StoreFolder) -> None:
        self._store = store

    def name(self, digest: str) -> str:
        """Return what to call a blob to a person: its path or URL."""
        return self._at(places_of(self._store).current).name(digest)

    def look(self, digest: str) -> StoredBlob | None:
        """Return size and time of a blob without reading it, None if it isn't there."""
        unreachable: ObjectsUnreachable | None = None
        for objects in places_of(self._store).all:
            try:
                found = self._at(objects).look(digest)
            except ObjectsUnreachable as error:
                unreachable = error
                continue
            if found is not None:
                return found
        if unreachable is not None:
            raise unreachable
        return None

    def put_bytes(self, data: bytes | bytearray | memoryview) -> Blob:
        """Keep `data` and return its blob.

        Where the place doesn't answer, it is kept in the store's own folder, from where
        whoever seals brings it along.
        """
        try:
            return in_current_place(self._store, lambda objects: self._at(objects).put_bytes(data))
        except (ObjectsUnreachable, MissingExtra):
            return self._at(objects_at(self._store, None)).put_bytes(data)

    def put_file(self, path: str | os.PathLike[str], *, link: bool = False) -> Blob:
        """Keep the content of a file and return its blob; see `BlobStore.put_file`."""
        return in_current_place(
            self._store, lambda objects: self._at(objects).put_file(path, link=link)
        )

    def open(self, digest: str) -> BinaryIO:
        """Open a blob for reading; reading it to the end, or seeking, verifies it.

        Raises `NotFound` at once, and `BlobDamaged` instead of the last bytes when the
        content isn't what was put.
        """
        return self._in_any(digest, lambda blobs: blobs.open(digest))

    def local_path(self, digest: str) -> str:
        """Return a path under which the blob can be read on this machine; raises `NotFound`."""
        return self._in_any(digest, lambda blobs: blobs.local_path(digest))

    def verify(self, digest: str) -> Blob:
        """Read a blob to its end; raise `BlobDamaged` unless its content is what was put."""
        return self._in_any(digest, lambda blobs: blobs.verify(digest))

    def list(self) -> Iterator[StoredBlob]:
        """List all blobs, each once."""
        places = places_of(self._store).all
        listed: set[str] = set()
        for objects in places:
            for found in self._at(objects).list():
                if found.digest not in listed:
                    if len(places) > 1:
                        listed.add(found.digest)
                    yield found

    def delete(self, digests: Iterable[str]) -> None:
        """Remove blobs from wherever they are; one that isn't there is no error."""
        places = places_of(self._store).all
        wanted = digests if len(places) == 1 else list(digests)
        for objects in places:
            self._at(objects).delete(wanted)

    def _at(self, objects: Objects) -> Blobs:
        if isinstance(objects, FolderObjects):
            return BlobStore(objects.root, objects.require)
        return BucketBlobs(objects, cache_of(self._store))

    def _in_any(self, digest: str, read: Callable[[Blobs], Result]) -> Result:
        def attempt(objects: Objects) -> Result:
            try:
                return read(self._at(objects))
            except NotFound as error:
                raise FileNotFoundError(digest) from error

        try:
            return in_any_place(self._store, attempt)
        except FileNotFoundError as error:
            if isinstance(error.__cause__, NotFound):
                raise error.__cause__ from None
            raise
