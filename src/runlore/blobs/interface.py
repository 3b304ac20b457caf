"""What can be done with the blobs of one place; `store` and `bucket` are the two that exist."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

from runlore.errors import InvalidValue

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Iterator
    from typing import BinaryIO

_HEX = frozenset("0123456789abcdef")
_DIGEST_DIGITS = 64
FOLDER_DIGITS = 2


class Blob(NamedTuple):
    """A file in the store: the SHA-256 of its content in 64 hex digits, and its size."""

    digest: str
    size_bytes: int


class StoredBlob(NamedTuple):
    """A blob as its place lists it; `modified` is when it was put or used, in microseconds."""

    digest: str
    size_bytes: int
    modified: int


class Blobs(Protocol):
    """The blobs of one place. Any number of processes may use it at once.

    Every method raises `ObjectsUnreachable` where the place doesn't answer, `InvalidValue` for
    what isn't a digest.
    """

    def name(self, digest: str) -> str:
        """Return what to call a blob to a person: its path or URL."""

    def look(self, digest: str) -> StoredBlob | None:
        """Return size and time of a blob without reading it, None if it isn't there."""

    def put_bytes(self, data: bytes | bytearray | memoryview) -> Blob:
        """Keep `data` and return its blob."""

    def put_file(
        self, path: str | os.PathLike[str], *, move: bool = False, link: bool = False
    ) -> Blob:
        """Keep the content of a file and return its blob."""

    def open(self, digest: str) -> BinaryIO:
        """Open a blob for reading; reading it to the end, or seeking, verifies it.

        Raises `NotFound` at once, and `BlobDamaged` instead of the last bytes when the
        content isn't what was put.
        """

    def local_path(self, digest: str) -> str:
        """Return a path under which the blob can be read on this machine; raises `NotFound`."""

    def verify(self, digest: str) -> Blob:
        """Read a blob to its end; raise `BlobDamaged` unless its content is what was put."""

    def list(self) -> Iterator[StoredBlob]:
        """List all blobs, in no certain order."""

    def delete(self, digests: Iterable[str]) -> None:
        """Remove blobs; one that isn't there is no error."""


def require_digest(digest: str) -> None:
    """Raise `InvalidValue` unless `digest` is 64 lower-case hex digits."""
    if not is_digest(digest):
        raise InvalidValue(
            f"{digest!r} isn't a blob's digest", hint="a digest is 64 lower-case hex digits"
        )


def is_digest(digest: str) -> bool:
    """Tell whether `digest` is 64 lower-case hex digits."""
    return len(digest) == _DIGEST_DIGITS and _HEX.issuperset(digest)


def blob_key(digest: str) -> str:
    """Return the key of a blob in any place; `InvalidValue` for what isn't a digest."""
    require_digest(digest)
    return f"blobs/{digest[:FOLDER_DIGITS]}/{digest[FOLDER_DIGITS:]}"


def digest_of(key: str) -> str | None:
    """Return the digest that a key stands for, None if it isn't that of a blob."""
    folder, _, rest = key.removeprefix("blobs/").partition("/")
    is_blob = len(folder) == FOLDER_DIGITS and is_digest(folder + rest)
    return folder + rest if is_blob and key == blob_key(folder + rest) else None
