"""A file that checks its SHA-256 while it is read."""

from __future__ import annotations

import hashlib
import io
import os
from typing import TYPE_CHECKING

from runlore.errors import BlobDamaged

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import BinaryIO

    from typing_extensions import Buffer

_READ_BYTES = 1 << 20


class VerifyingReader(io.RawIOBase):
    """Read a file from start to end, and raise `BlobDamaged` unless it has this digest.

    The error comes in place of the last bytes, so that whoever got them all got the
    right ones. The first seek to another place reads the file through, for what is
    then read out of order could not be checked.
    """

    def __init__(self, file: io.RawIOBase, size_bytes: int, digest: str, name: str) -> None:
        """Take over `file`, which has `size_bytes`; `name` is what errors call it."""
        super().__init__()
        self._name = name
        self._digest = digest
        self._file = file
        self._size_bytes = size_bytes
        self._position = 0
        self._found = hashlib.sha256()
        self._is_verified = False
        self._named_damage: Callable[[], BlobDamaged] | None = None

    def call_damage(self, damage: Callable[[], BlobDamaged]) -> None:
        """Raise what `damage` returns if the content is wrong: it knows whose it is."""
        self._named_damage = damage

    def buffered(self) -> io.BufferedReader:
        """Return a buffered file over this one."""
        return io.BufferedReader(self, _READ_BYTES)

    # No fileno(): NumPy and others would read past the check.

    def readable(self) -> bool:
        """Return True."""
        return True

    def seekable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: Buffer) -> int:
        """Read into `buffer`; raise `BlobDamaged` when this reaches a wrong end."""
        view = memoryview(buffer).cast("B")
        if not view.nbytes:
            return 0
        count = self._file.readinto(view) or 0
        self._position += count
        if not self._is_verified:
            self._found.update(view[:count])
            if not count or self._position >= self._size_bytes:
                self._conclude()
        return count

    def tell(self) -> int:
        """Return the position in bytes."""
        return self._position

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Go to another place, after reading the file through once to verify it."""
        if whence == os.SEEK_CUR:
            offset, whence = self._position + offset, os.SEEK_SET
        if whence == os.SEEK_SET and offset == self._position:
            return offset
        if not self._is_verified:
            self._verify_rest()
        self._position = self._file.seek(offset, whence)
        return self._position

    def close(self) -> None:
        """Close the file."""
        if not self.closed:
            self._file.close()
        super().close()

    def _verify_rest(self) -> None:
        while chunk := self._file.read(_READ_BYTES):
            self._found.update(chunk)
        self._conclude()

    def _conclude(self) -> None:
        if self._found.hexdigest() != self._digest:
            if self._named_damage is not None:
                raise self._named_damage()
            raise BlobDamaged(
                f"blob {self._digest} holds other content than was put there",
                hint=f"put the file again from another copy, or remove {self._name!r}",
            )
        self._is_verified = True


def calling_damage(file: BinaryIO, damage: Callable[[], BlobDamaged]) -> BinaryIO:
    """Return an open blob that raises what `damage` returns, if its content is wrong."""
    raw = getattr(file, "raw", None)
    if isinstance(raw, VerifyingReader):
        raw.call_damage(damage)
    return file
