"""Blobs in a bucket: put by their hash, read through it, kept for a while in the user's cache."""

from __future__ import annotations

import hashlib
import io
import os
from time import time
from typing import TYPE_CHECKING, cast

from runlore.blobs.interface import Blob, StoredBlob, blob_key, digest_of
from runlore.blobs.snapshot import open_regular, read_chunk
from runlore.blobs.verifying import VerifyingReader
from runlore.errors import BlobDamaged, InvalidValue, NotFound, StoreError
from runlore.objects.descriptors import write_all
from runlore.objects.faults import read_fault, write_fault

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import BinaryIO

    from typing_extensions import Buffer

    from runlore.objects.cache import ObjectCache
    from runlore.objects.interface import Objects

_READ_BYTES = 4 << 20
_REUSED_SECONDS = 12 * 3600.0  # half of what a collector of garbage leaves alone


class BucketBlobs:
    """The blobs of a place that isn't a folder on this machine."""

    def __init__(self, objects: Objects, cache: ObjectCache | None) -> None:
        self._objects = objects
        self._cache = cache

    def name(self, digest: str) -> str:
        """Return the URL."""
        return self._objects.name(blob_key(digest))

    def look(self, digest: str) -> StoredBlob | None:
        """Ask for size and time of a blob."""
        found = self._objects.look(blob_key(digest))
        return None if found is None else StoredBlob(digest, found.size_bytes, found.modified)

    def put_bytes(self, data: bytes | bytearray | memoryview) -> Blob:
        """Keep `data`, unless that was done lately."""
        content = bytes(data)
        blob = Blob(hashlib.sha256(content).hexdigest(), len(content))
        if not self._is_fresh(blob):
            self._objects.put(blob_key(blob.digest), content)
        return blob

    def put_file(
        self,
        path: str | os.PathLike[str],
        *,
        move: bool = False,
        link: bool = False,  # noqa: ARG002 - there is nothing to link to
    ) -> Blob:
        """Hash a file, then put it, unless that was done lately; with `move` it is gone then."""
        source_path = os.fspath(path)
        before = _state_of(source_path)
        blob = _hashed(source_path)
        if not self._is_fresh(blob):
            try:
                self._objects.put_file(blob_key(blob.digest), source_path)
            except OSError as error:
                raise read_fault(error, source_path) from error
            # One that is gone meanwhile was put by somebody else as well, and removed.
            if _state_of(source_path) not in (before, None):
                self._objects.delete([blob_key(blob.digest)])
                raise InvalidValue(
                    f"{source_path!r} was written to while it was put into the store",
                    hint="finish writing the file first",
                )
        if move:
            try:
                os.unlink(source_path)
            except OSError as error:
                raise write_fault(error, source_path) from error
        return blob

    def open(self, digest: str) -> BinaryIO:
        """Open a blob: its copy on this machine, if there is one, else as it comes."""
        file, size_bytes = self._opened(digest)
        raw = VerifyingReader(file, size_bytes, digest, self.name(digest))
        return cast("BinaryIO", raw.buffered())

    def local_path(self, digest: str) -> str:
        """Fetch a blob into the cache, unless it is there, and return its path."""
        if self._cache is None:
            raise StoreError(
                f"blob {digest} can't be fetched: the user's cache folder can't be written",
                hint="name a folder that you may write: XDG_CACHE_HOME",
            )
        path = self._cache.path(digest)
        if os.path.isfile(path):
            os.utime(path)
            return path
        temporary = self._cache.temporary()
        if temporary is None:
            raise StoreError(
                f"blob {digest} can't be fetched into {self._cache.folder!r}",
                hint="free some space, or name another folder: XDG_CACHE_HOME",
            )
        descriptor, written = temporary
        try:
            self._fetch(digest, descriptor)
            self._cache.adopt(written, digest)
        except OSError as error:
            raise write_fault(error, written) from error
        finally:
            os.close(descriptor)
            if os.path.exists(written):
                os.unlink(written)
        return path

    def verify(self, digest: str) -> Blob:
        """Read a blob from its place to the end."""
        size_bytes = sum(len(chunk) for chunk in self._chunks(digest))
        return Blob(digest, size_bytes)

    def list(self) -> Iterator[StoredBlob]:
        """List the objects that are blobs."""
        for found in self._objects.list("blobs"):
            digest = digest_of(found.key)
            if digest is not None:
                yield StoredBlob(digest, found.size_bytes, found.modified)

    def delete(self, digests: Iterable[str]) -> None:
        """Remove blobs from their place and from the cache."""

        def keys() -> Iterator[str]:
            for digest in digests:
                if self._cache is not None:
                    self._cache.forget(digest)
                yield blob_key(digest)

        self._objects.delete(keys())

    def _is_fresh(self, blob: Blob) -> bool:
        """Tell whether a blob is there and so young that nobody collects it meanwhile."""
        found = self.look(blob.digest)
        if found is None or found.size_bytes != blob.size_bytes:
            return False
        return time() - found.modified / 1e6 < _REUSED_SECONDS

    def _opened(self, digest: str) -> tuple[io.RawIOBase, int]:
        key = blob_key(digest)
        if self._cache is not None:
            try:
                copy = io.FileIO(self._cache.path(digest))
            except OSError:
                pass
            else:
                return copy, os.fstat(copy.fileno()).st_size
        found = self._objects.look(key)
        if found is None:
            raise self._missing(digest)
        return _ObjectFile(self._objects, key, found.size_bytes), found.size_bytes

    def _fetch(self, digest: str, descriptor: int) -> None:
        for chunk in self._chunks(digest):
            write_all(descriptor, chunk)

    def _chunks(self, digest: str) -> Iterator[bytes]:
        """Read a blob; raises `BlobDamaged` after the last piece of a wrong one."""
        found = hashlib.sha256()
        try:
            for chunk in self._objects.stream(blob_key(digest)):
                found.update(chunk)
                yield chunk
        except FileNotFoundError:
            raise self._missing(digest) from None
        if found.hexdigest() != digest:
            raise BlobDamaged(
                f"blob {digest} holds other content than was put there",
                hint=f"put the file again from another copy, or remove {self.name(digest)!r}",
            )

    def _missing(self, digest: str) -> NotFound:
        return NotFound(
            f"there is no blob {digest} at {self._objects.url}",
            hint="it was removed, or hasn't reached this store yet",
        )


class _ObjectFile(io.RawIOBase):
    """An object as a file, read some megabytes at a time."""

    def __init__(self, objects: Objects, key: str, size_bytes: int) -> None:
        super().__init__()
        self._objects = objects
        self._key = key
        self._size_bytes = size_bytes
        self._position = 0
        self._window = memoryview(b"")
        self._window_begin = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: Buffer) -> int:
        target = memoryview(buffer).cast("B")
        offset = self._position - self._window_begin
        if not 0 <= offset < len(self._window):
            if self._position >= self._size_bytes or not target.nbytes:
                return 0
            end = min(self._position + _READ_BYTES, self._size_bytes)
            piece = self._objects.read(self._key, self._position, end)
            self._window = memoryview(piece.data)
            self._window_begin, offset = self._position, 0
        part = self._window[offset : offset + target.nbytes]
        target[: len(part)] = part
        self._position += len(part)
        return len(part)

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        begins = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self._size_bytes}
        if begins[whence] + offset < 0:
            raise ValueError("a position before the beginning")
        self._position = begins[whence] + offset
        return self._position

    def tell(self) -> int:
        return self._position


def _state_of(path: str) -> tuple[int, int] | None:
    """Return what changes when a file is written to, None if it isn't there."""
    try:
        found = os.stat(path)
    except (OSError, ValueError):
        return None
    return found.st_size, found.st_mtime_ns


def _hashed(path: str) -> Blob:
    """Return the blob that a file would be."""
    descriptor = open_regular(path)
    found = hashlib.sha256()
    size_bytes = 0
    try:
        while chunk := read_chunk(descriptor, path):
            found.update(chunk)
            size_bytes += len(chunk)
    finally:
        os.close(descriptor)
    return Blob(found.hexdigest(), size_bytes)
