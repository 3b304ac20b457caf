"""The folder `blobs/` of a store: every file once, named by the SHA-256 of its content."""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING, cast

from runlore.blobs.interface import (
    FOLDER_DIGITS,
    Blob,
    StoredBlob,
    is_digest,
    require_digest,
)
from runlore.blobs.snapshot import (
    clone,
    is_movable,
    open_regular,
    read_chunk,
)
from runlore.blobs.verifying import VerifyingReader
from runlore.errors import BlobDamaged, InvalidValue, NotFound, StoreError
from runlore.objects.descriptors import write_all
from runlore.objects.faults import write_fault
from runlore.objects.incoming import (
    flush_folder,
    incoming_file,
    incoming_name,
    make_folder,
    remove_leftovers,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import BinaryIO

_WRITING = "writing"
_READ_ONLY_MODE = 0o444


class BlobStore:
    """Blobs in a folder; `root` is the store's folder or another one, which holds `blobs/`.

    Any number of processes may use one folder at once. The folders are made at the
    first put. `require` raises if the folder isn't the one that it should be.
    """

    def __init__(
        self, root: str | os.PathLike[str], require: Callable[[], None] = lambda: None
    ) -> None:
        self._folder = Path(root) / "blobs"
        self._require = require

    def path(self, digest: str) -> Path:
        """Return where the blob lies, or would lie."""
        require_digest(digest)
        return self._folder / digest[:FOLDER_DIGITS] / digest[FOLDER_DIGITS:]

    def name(self, digest: str) -> str:
        """Return the path."""
        return str(self.path(digest))

    def local_path(self, digest: str) -> str:
        """Return the path of a blob that is there."""
        path = self.path(digest)
        if not path.is_file():
            raise self._unreadable(digest, FileNotFoundError())
        return str(path)

    def look(self, digest: str) -> StoredBlob | None:
        """Return size and time of a blob without reading it, None if it isn't there."""
        try:
            found = self.path(digest).stat()
        except (FileNotFoundError, NotADirectoryError):
            self._require()
            return None
        except OSError as error:
            raise self._unreadable(digest, error) from error
        return StoredBlob(digest, found.st_size, found.st_mtime_ns // 1000)

    def put_bytes(self, data: bytes | bytearray | memoryview) -> Blob:
        """Keep `data` and return its blob."""
        self._require()
        view = memoryview(data).cast("B")
        blob = Blob(hashlib.sha256(view).hexdigest(), view.nbytes)
        if self._reuse(blob):
            return blob
        with incoming_file(self._folder / _WRITING) as (descriptor, temporary):
            try:
                write_all(descriptor, view)
            except OSError as error:
                raise write_fault(error, str(temporary)) from error
            self._publish(descriptor, temporary, blob)
        return blob

    def put_file(
        self, path: str | os.PathLike[str], *, move: bool = False, link: bool = False
    ) -> Blob:
        """Keep the content of a file and return its blob; the file is read once.

        Links are followed; folders, pipes and devices are refused (`InvalidValue`).
        With `move` the file is gone afterwards: it becomes the blob where that is
        safe, else it is copied and removed. With `link` the file stays, read-only, as a
        second name of the blob where that is safe, else it is copied; doing it twice is
        harmless. A file that something still writes to must be neither moved nor linked.
        """
        self._require()
        source_path = os.fspath(path)
        source = open_regular(source_path)
        try:
            blob = self._take(source, source_path, keep=link) if move or link else None
            if blob is None:
                blob = self._copy(source, source_path)
                if move:
                    self._remove_source(source_path)
        finally:
            os.close(source)
        return blob

    def open(self, digest: str) -> BinaryIO:
        """Open a blob for reading; reading it to the end, or seeking, verifies it.

        Raises `NotFound` at once, and `BlobDamaged` instead of the last bytes when the
        content isn't what was put. The first seek reads the whole file to verify it.
        """
        try:
            file = io.FileIO(self.path(digest))
        except OSError as error:
            raise self._unreadable(digest, error) from error
        size_bytes = os.fstat(file.fileno()).st_size
        raw = VerifyingReader(file, size_bytes, digest, self.name(digest))
        return cast("BinaryIO", raw.buffered())

    def verify(self, digest: str) -> Blob:
        """Read a blob to its end; raise `BlobDamaged` unless its content is what was put."""
        path = self.path(digest)
        found = hashlib.sha256()
        size_bytes = 0
        try:
            descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
        except OSError as error:
            raise self._unreadable(digest, error) from error
        try:
            while chunk := os.read(descriptor, 1 << 20):
                found.update(chunk)
                size_bytes += len(chunk)
        except OSError as error:
            raise BlobDamaged(f"blob {digest} can't be read: {error.strerror}") from error
        finally:
            os.close(descriptor)
        if found.hexdigest() != digest:
            raise BlobDamaged(
                f"blob {digest} holds other content than was put there",
                hint=f"put the file again from another copy, or remove {str(path)!r}",
            )
        return Blob(digest, size_bytes)

    def list(self) -> Iterator[StoredBlob]:
        """List every blob, in order; other files in the folder are passed over."""
        self._require()
        if not self._folder.is_dir():
            return
        for folder in sorted(self._folder.iterdir()):
            if len(folder.name) != FOLDER_DIGITS or not folder.is_dir():
                continue
            for path in sorted(folder.iterdir()):
                digest = folder.name + path.name
                found = self.look(digest) if is_digest(digest) else None
                if found is not None:  # else removed since it was listed
                    yield found

    def delete(self, digests: Iterable[str]) -> None:
        """Remove blobs, and folders that are empty then."""
        for digest in digests:
            path = self.path(digest)
            try:
                with contextlib.suppress(FileNotFoundError):
                    path.unlink()
            except OSError as error:
                raise write_fault(error, str(path)) from error
            with contextlib.suppress(OSError):  # not empty
                path.parent.rmdir()

    def remove_leftovers(self, *, older_than_seconds: float = 86_400.0) -> int:
        """Remove what writers that were killed left half-written; return how many files."""
        return remove_leftovers(self._folder / _WRITING, older_than_seconds)

    def _copy(self, source: int, source_path: str) -> Blob:
        with incoming_file(self._folder / _WRITING) as (descriptor, temporary):
            found = hashlib.sha256()
            size_bytes = 0
            # Of a clone the blocks are shared, so that only reading is left to do.
            is_clone = clone(source, descriptor)
            while chunk := read_chunk(descriptor if is_clone else source, source_path):
                found.update(chunk)
                size_bytes += len(chunk)
                if not is_clone:
                    try:
                        write_all(descriptor, chunk)
                    except OSError as error:
                        raise write_fault(error, str(temporary)) from error
            blob = Blob(found.hexdigest(), size_bytes)
            if not self._reuse(blob):
                self._publish(descriptor, temporary, blob)
        return blob

    def _take(self, source: int, source_path: str, *, keep: bool) -> Blob | None:
        """Make the file itself the blob; None where only copying is safe."""
        most_names = 2 if keep else 1  # the second may be the blob, from an earlier time
        if not is_movable(source_path, source, most_names=most_names):
            return None
        before = os.fstat(source)
        found = hashlib.sha256()
        while chunk := read_chunk(source, source_path):
            found.update(chunk)
        after = os.fstat(source)
        if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
            raise InvalidValue(
                f"{source_path!r} was written to while it was put into the store",
                hint="finish writing the file first, or let it be copied",
            )
        blob = Blob(found.hexdigest(), after.st_size)
        target = self.path(blob.digest)
        make_folder(target.parent)
        if after.st_nlink > 1:
            is_linked_already = target.exists() and os.path.samestat(target.stat(), after)
            os.lseek(source, 0, os.SEEK_SET)
            return blob if is_linked_already and self._reuse(blob) else None
        try:
            os.fsync(source)
            os.utime(source_path)
            os.chmod(source_path, _READ_ONLY_MODE)
            # Also over a blob that is there already: these bytes were just read and are
            # right, so that a damaged one is healed before its last good copy is gone.
            if keep:
                with incoming_name(self._folder / _WRITING) as temporary:
                    os.link(source_path, temporary)
                    os.replace(temporary, target)
            else:
                os.replace(source_path, target)
        except OSError:  # another device, another owner: copy it instead
            with contextlib.suppress(OSError):
                os.chmod(source_path, stat.S_IMODE(before.st_mode))
            os.lseek(source, 0, os.SEEK_SET)
            return None
        flush_folder(target.parent)
        return blob

    def _reuse(self, blob: Blob) -> bool:
        """Say whether the store holds the blob already, and mark it as used just now.

        One of another size is damaged and gets replaced.
        """
        path = self.path(blob.digest)
        try:
            if path.stat().st_size != blob.size_bytes:
                return False
            os.utime(path)
            path.stat()  # a collector may have taken it away between finding and marking it
        except OSError:  # not there, or another user's: ours takes its place
            return False
        return True

    def _publish(self, descriptor: int, temporary: Path, blob: Blob) -> None:
        target = self.path(blob.digest)
        make_folder(target.parent)
        try:
            os.fsync(descriptor)
            with contextlib.suppress(PermissionError):  # file systems without permissions
                os.chmod(temporary, _READ_ONLY_MODE)
            os.replace(temporary, target)
        except OSError as error:
            raise write_fault(error, str(target)) from error
        flush_folder(target.parent)

    def _remove_source(self, source_path: str) -> None:
        try:
            os.unlink(source_path)
        except OSError as error:
            raise InvalidValue(
                f"{source_path!r} is in the store, but can't be removed: {error.strerror}",
                hint="pass move=False to leave it where it is",
            ) from error

    def _unreadable(self, digest: str, error: OSError) -> NotFound | StoreError:
        if not isinstance(error, FileNotFoundError):
            return StoreError(f"blob {digest} can't be read: {error.strerror}")
        self._require()
        return NotFound(
            f"there is no blob {digest} in {str(self._folder)!r}",
            hint="it was removed, or hasn't reached this store yet",
        )
