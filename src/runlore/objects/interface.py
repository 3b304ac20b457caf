"""What a place for objects can do; `folder` and `bucket` are the two that exist."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


class StoredObject(NamedTuple):
    """An object as its place lists it; `modified` is a time in microseconds."""

    key: str
    size_bytes: int
    modified: int


class Piece(NamedTuple):
    """Some bytes of an object that has `size_bytes` in all; `tag` changes when the object does."""

    data: bytes
    size_bytes: int
    tag: str


class Objects(Protocol):
    """A place that holds objects under keys like `runs/<run>/<name>` (docs/formats/store.md).

    Any number of processes may use one at once. An object is put whole or not at all, and
    replaces one that has its key. Reading what isn't there raises FileNotFoundError. Every
    method raises ObjectsUnreachable where the place doesn't answer or isn't this store's;
    what puts raises StoreFull and StoreReadOnly as well.
    """

    @property
    def url(self) -> str | None:
        """The place as objects.json names it; None for the store's own folder."""

    def name(self, key: str) -> str:
        """Return what to call an object to a person: its path or URL."""

    def path(self, key: str) -> str | None:
        """Return where the object lies, or would lie, on this machine; None if elsewhere."""

    def put(self, key: str, data: bytes | memoryview) -> None:
        """Put an object; it is there to stay when this returns."""

    def put_file(self, key: str, path: str) -> None:
        """Put the content of a file, streamed."""

    def read(self, key: str, begin: int, end: int) -> Piece:
        """Read the bytes from `begin` up to `end`, as far as there are any."""

    def read_end(self, key: str, size_bytes: int) -> Piece:
        """Read the last bytes, all of a smaller object."""

    def stream(self, key: str) -> Iterator[bytes]:
        """Read an object from begin to end, some megabytes at a time."""

    def look(self, key: str) -> StoredObject | None:
        """Return what is known of an object without reading it, None if there is none."""

    def list(self, folder: str) -> Iterator[StoredObject]:
        """List the objects whose keys begin with `folder` and a slash, in no certain order."""

    def delete(self, keys: Iterable[str]) -> None:
        """Remove objects; one that isn't there is no error."""
