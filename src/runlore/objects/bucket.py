"""Objects in a bucket of an S3 service, through obstore."""

from __future__ import annotations

import os
import re
from functools import partial
from itertools import islice
from time import monotonic
from typing import IO, TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote, unquote, urlsplit

from runlore.errors import InvalidValue, MissingExtra, ObjectsUnreachable
from runlore.objects.interface import Piece, StoredObject
from runlore.objects.owner import PLACE, require_owner

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from obstore import ObjectMeta
    from obstore.store import S3Store

_PART_BYTES = 8 << 20
_MOST_PARTS = 9_000  # a service takes ten thousand
_PARTS_AT_ONCE = 2  # in memory, of a helper that is small otherwise
_STREAM_BYTES = 4 << 20
_DELETED_AT_ONCE = 1000  # as many as S3 takes
_OURS_SECONDS = 60.0
_RETRIES = 2
# A part has to arrive within `timeout`; a machine that is gone is noticed sooner.
_PATIENCE = {"connect_timeout": "3s", "timeout": "90s"}
_NOISE = re.compile(
    r"Generic S3 error: | in [\d.]+[mµn]?s|, after \d+ retries, max_retries.*?s (?= - )"
)
Answer = TypeVar("Answer")
_asking_process: int | None = None


class BucketObjects:
    """The objects of the store `store_id` below `s3://bucket/prefix`.

    Credentials, endpoint and region come from the environment, as obstore reads it: AWS_….
    """

    def __init__(self, url: str, store_id: str) -> None:
        """Get ready; nothing is asked yet.

        Raises:
            MissingExtra: if obstore isn't installed.
            InvalidValue: if `url` isn't one of a bucket, or the environment makes no sense.
        """
        self.url = url
        self._store_id = store_id
        bucket, prefix = bucket_of(url)
        self._store = _connect(bucket, prefix)
        self._is_ours_until = 0.0

    def name(self, key: str) -> str:
        """Return the URL."""
        return f"{self.url}/{key}"

    def path(self, key: str) -> None:  # noqa: ARG002 - as all places have it
        """Return None: it isn't on this machine."""
        return

    def put(self, key: str, data: bytes | memoryview) -> None:
        """Put an object; the service holds it against the hash that the request is signed with."""
        view = memoryview(data)
        self._put(key, view, view.nbytes)

    def put_file(self, key: str, path: str) -> None:
        """Put a file, a few parts at a time if it is large."""
        with open(path, "rb") as file:
            self._put(key, file, os.fstat(file.fileno()).st_size)

    def read(self, key: str, begin: int, end: int) -> Piece:
        """Read a part of an object."""
        import obstore

        def get() -> Piece:
            found = obstore.get(self._store, key, options={"range": (begin, end)})
            return Piece(bytes(found.bytes()), found.meta["size"], _tag(found.meta))

        return self._ask(key, get)

    def read_end(self, key: str, size_bytes: int) -> Piece:
        """Read the end of an object, which must not be empty."""
        import obstore

        def get() -> Piece:
            found = obstore.get(self._store, key, options={"range": {"suffix": size_bytes}})
            return Piece(bytes(found.bytes()), found.meta["size"], _tag(found.meta))

        return self._ask(key, get)

    def stream(self, key: str) -> Iterator[bytes]:
        """Read an object."""
        import obstore

        chunks = self._ask(
            key, lambda: iter(obstore.get(self._store, key).stream(min_chunk_size=_STREAM_BYTES))
        )
        while chunk := self._ask(key, lambda: next(chunks, None)):
            yield bytes(chunk)

    def look(self, key: str) -> StoredObject | None:
        """Ask for the size and the time of an object."""
        import obstore

        try:
            return _listed(self._ask(key, lambda: obstore.head(self._store, key)))
        except FileNotFoundError:
            return None

    def list(self, folder: str) -> Iterator[StoredObject]:
        """List objects, a thousand in a request."""
        import obstore

        self._require_ours(folder)
        pages = self._ask(folder, lambda: iter(obstore.list(self._store, folder, chunk_size=1000)))
        while page := self._ask(folder, lambda: next(pages, None)):
            yield from map(_listed, page)

    def delete(self, keys: Iterable[str]) -> None:
        """Remove objects, many in a request."""
        import obstore

        wanted = iter(keys)
        while batch := list(islice(wanted, _DELETED_AT_ONCE)):
            self._require_ours(batch[0])
            try:
                self._ask(batch[0], partial(obstore.delete, self._store, batch))
            except FileNotFoundError:  # some services say so where others don't mind
                for key in batch:
                    self._delete_one(key)

    def _delete_one(self, key: str) -> None:
        import obstore

        try:
            self._ask(key, lambda: obstore.delete(self._store, key))
        except FileNotFoundError:
            return

    def _put(self, key: str, content: memoryview | IO[bytes], size_bytes: int) -> None:
        import obstore

        self._require_ours(key)
        part_bytes = part_size(size_bytes)
        many: dict[str, Any] = {"chunk_size": part_bytes, "max_concurrency": _PARTS_AT_ONCE}
        try:
            self._ask(key, lambda: obstore.put(self._store, key, content, **many))
        except FileNotFoundError as error:
            raise ObjectsUnreachable(
                f"the objects at {self.url} can't be reached: there is no such bucket",
                hint="make the bucket, or correct the address",
            ) from error
        found = self.look(key)
        if found is None or found.size_bytes != size_bytes:
            held = "nothing" if found is None else f"{found.size_bytes} bytes"
            raise ObjectsUnreachable(
                f"{self.name(key)} holds {held} after {size_bytes} bytes were put there",
                hint="what was to be put stays where it was; it is tried again later",
            )

    def _ask(self, key: str, question: Callable[[], Answer]) -> Answer:
        """Put a question to the service and say in our words what stood in the way."""
        from obstore.exceptions import BaseError

        _require_own_threads(self.url)
        try:
            return question()
        except FileNotFoundError:
            self._require_ours(key)  # a bucket that is gone looks the same
            raise FileNotFoundError(self.name(key)) from None
        except (BaseError, OSError, ValueError) as error:
            raise _unreachable(self.url, error) from error

    def _require_ours(self, key: str) -> None:
        """Raise unless the place answers and is this store's; believed for a minute."""
        if key == PLACE or monotonic() < self._is_ours_until:
            return
        require_owner(self, self._store_id)
        self._is_ours_until = monotonic() + _OURS_SECONDS


def _require_own_threads(url: str) -> None:
    """Raise in a fork of a process that has asked before, where obstore would wait for ever.

    Its threads, of which all clients of a process share one set, don't come along.
    """
    global _asking_process
    if _asking_process is None:
        _asking_process = os.getpid()
    elif _asking_process != os.getpid():
        raise ObjectsUnreachable(
            f"the objects at {url} can't be reached from a fork of a process that has used them",
            hint='start processes by "spawn" or "forkserver", or read first in the child',
        )


def part_size(size_bytes: int) -> int:
    """Return how large the parts are in which an object is put: no more than a service takes."""
    return max(_PART_BYTES, -(-size_bytes // _MOST_PARTS))


def bucket_of(url: str) -> tuple[str, str]:
    """Take `s3://bucket/prefix` apart; the prefix may be empty.

    Raises:
        InvalidValue: if it is something else, or holds credentials.
    """
    try:
        parts = urlsplit(url)
        is_plain = not ("@" in parts.netloc or parts.query or parts.fragment or parts.port)
    except ValueError:
        is_plain = False
    if not is_plain:
        raise InvalidValue(
            "the address of a bucket is s3://bucket/prefix and nothing more",
            hint="credentials, endpoint and region belong into the environment: AWS_…",
        )
    prefix = unquote(parts.path.strip("/"))
    if (
        parts.scheme != "s3"
        or not parts.netloc
        or any(part in ("", ".", "..") for part in prefix.split("/") if prefix)
    ):
        raise InvalidValue(
            f"{url!r} names no bucket", hint="write s3://bucket or s3://bucket/prefix"
        )
    return parts.netloc, prefix


def bucket_url(bucket: str, prefix: str) -> str:
    """Spell the address of a bucket in the one way that is stored."""
    return f"s3://{bucket}/{quote(prefix)}" if prefix else f"s3://{bucket}"


def _connect(bucket: str, prefix: str) -> S3Store:
    try:
        from obstore.exceptions import BaseError
        from obstore.store import S3Store
    except ImportError as error:
        raise MissingExtra(
            "obstore", extra="s3", purpose="a store whose segments and blobs lie in a bucket"
        ) from error
    patience: dict[str, Any] = {
        name: value for name, value in _PATIENCE.items() if f"AWS_{name.upper()}" not in os.environ
    }
    try:
        return S3Store(
            bucket, prefix=prefix or None, retry_config={"max_retries": _RETRIES}, **patience
        )
    except (BaseError, ValueError) as error:
        raise InvalidValue(
            f"the bucket {bucket!r} can't be used as the environment stands: {_first_line(error)}",
            hint="check the variables that begin with AWS_",
        ) from error


def _unreachable(url: str, error: Exception) -> ObjectsUnreachable:
    reason = _first_line(error)
    lower = str(error).lower()
    if "nosuchbucket" in lower:
        hint = "make the bucket, or correct the address"
    elif "403 forbidden" in lower or "401 unauthorized" in lower or "permission" in lower:
        hint = "check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and what they allow"
    elif "builder error" in lower:
        hint = "an endpoint of http:// wants AWS_ALLOW_HTTP=true"
    else:
        hint = "check the network, AWS_ENDPOINT_URL and AWS_REGION; the index answers without"
    return ObjectsUnreachable(f"the objects at {url} can't be reached: {reason}", hint=hint)


def _first_line(error: Exception) -> str:
    lines = str(error).splitlines() or [type(error).__name__]
    return _NOISE.sub("", lines[0]).strip().rstrip(":")[:300]


def _listed(found: ObjectMeta) -> StoredObject:
    modified = int(found["last_modified"].timestamp() * 1e6)
    return StoredObject(found["path"], found["size"], modified)


def _tag(found: ObjectMeta) -> str:
    return found["e_tag"] or str(found["last_modified"])
