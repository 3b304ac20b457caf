"""Which place a store has chosen for its objects: `objects.json` (docs/formats/store.md)."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from runlore.errors import InvalidValue, ObjectsUnreachable, StoreRefused
from runlore.journal.folder import failure
from runlore.objects.folder import FolderObjects
from runlore.objects.incoming import flush_folder
from runlore.records.ids import new_id

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from runlore.journal.folder import StoreFolder
    from runlore.objects.bucket import BucketObjects
    from runlore.objects.interface import Objects

_FILE = "objects.json"
_FILE_SCHEME = "file://"
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Choice:
    """Where objects are put and, while they move, where else they are looked for.

    None is the store's own folder. `switched` is the time in microseconds at which a move
    that goes on made `url` the place; None if nothing moves.
    """

    url: str | None = None
    previous: str | None = None
    switched: int | None = None

    @property
    def is_moving(self) -> bool:
        """Whether `previous` may still hold objects."""
        return self.switched is not None

    @property
    def urls(self) -> list[str | None]:
        """Where objects are looked for, in this order; the store's own folder is the last."""
        found = [self.url, self.previous] if self.is_moving else [self.url]
        return list(dict.fromkeys([*found, None]))


class Places(NamedTuple):
    """The place where objects are put, and all in which they are looked for, that one first."""

    current: Objects
    all: tuple[Objects, ...]


def places_of(store: StoreFolder) -> Places:
    """Return the places of a store's objects.

    Raises:
        StoreRefused: if objects.json can't be understood.
        MissingExtra: if they lie in a bucket and obstore isn't installed.
    """
    places = tuple(objects_at(store, url) for url in read_choice(store).urls)
    return Places(places[0], places)


def read_choice(store: StoreFolder) -> Choice:
    """Read objects.json.

    Raises:
        StoreRefused: if it can't be understood.
    """
    path = os.path.join(store.path, _FILE)
    try:
        with open(path, "rb") as file:
            content = file.read()
    except FileNotFoundError:
        return Choice()
    except OSError as error:
        raise failure(error, store.path, "be read") from error
    try:
        fields = json.loads(content)
        choice = Choice(fields["url"], fields.get("previous"), fields.get("switched"))
        for url in (choice.url, choice.previous):
            if url is not None:
                _require_known(url)
        if not isinstance(choice.switched, int | None):
            raise TypeError("`switched` is a time in microseconds")
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        reason = error.message if isinstance(error, InvalidValue) else repr(error)
        raise StoreRefused(
            f"{path} doesn't say where the objects of the store are: {reason}",
            hint="restore it from a copy; it names one place, as in docs/formats/store.md",
        ) from error
    return choice


def write_choice(store: StoreFolder, choice: Choice) -> None:
    """Replace objects.json in one step."""
    path = os.path.join(store.path, _FILE)
    fields: dict[str, object] = {"url": choice.url}
    if choice.is_moving:
        fields |= {"previous": choice.previous, "switched": choice.switched}
    temporary = os.path.join(store.path, f"{new_id()}.tmp")
    try:
        with open(temporary, "xb") as file:
            file.write(json.dumps(fields).encode())
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except OSError as error:
        raise failure(error, store.path, "remember where its objects are") from error
    flush_folder(_as_path(store.path))


def in_current_place(store: StoreFolder, put: Callable[[Objects], Result]) -> Result:
    """Put something with `put`; again, if the objects began to move elsewhere meanwhile."""
    while True:
        url = read_choice(store).url
        result = put(objects_at(store, url))
        if read_choice(store).url == url:
            return result


def in_any_place(store: StoreFolder, read: Callable[[Objects], Result]) -> Result:
    """Read something with `read`, from the first place that has it.

    Raises:
        FileNotFoundError: if no place does.
        ObjectsUnreachable: if none does, and one of them doesn't answer.
    """
    while True:
        choice = read_choice(store)
        missing: FileNotFoundError | None = None
        unreachable: ObjectsUnreachable | None = None
        for url in choice.urls:
            try:
                return read(objects_at(store, url))
            except FileNotFoundError as error:
                missing = error
            except ObjectsUnreachable as error:
                unreachable = error
        if unreachable is not None:
            raise unreachable
        if missing is not None and read_choice(store) == choice:  # else it has just moved
            raise missing


def objects_at(store: StoreFolder, url: str | None) -> Objects:
    """Return a place; None is the store's own folder."""
    if url is None:
        return FolderObjects(store.path)
    if url.startswith(_FILE_SCHEME):
        from urllib.parse import unquote

        return FolderObjects(unquote(url.removeprefix(_FILE_SCHEME)), url, store.store_id)
    variables = ((name, value) for name, value in os.environ.items() if name.startswith("AWS_"))
    return _bucket(url, store.store_id, os.getpid(), tuple(sorted(variables)))


def is_bucket(url: str | None) -> bool:
    """Tell whether a place is a bucket, without a look at it."""
    return url is not None and not url.startswith(_FILE_SCHEME)


def spelled(store: StoreFolder, place: str) -> str | None:
    """Spell a place that a person named: a bucket's or a file's URL, or a path.

    None is the store's own folder.

    Raises:
        InvalidValue: if it is none of these, or a folder within the store.
    """
    if "://" in place and not place.startswith(_FILE_SCHEME):
        if not place.startswith("s3://"):
            raise InvalidValue(
                f"{place!r} is no place for objects",
                hint="name a bucket, s3://bucket/prefix, or a folder",
            )
        from runlore.objects.bucket import bucket_of, bucket_url

        return bucket_url(*bucket_of(place))
    from urllib.parse import quote, unquote, urlsplit

    if place.startswith(_FILE_SCHEME):
        parts = urlsplit(place)
        if parts.netloc or parts.query or parts.fragment or not parts.path.startswith("/"):
            raise InvalidValue(f"{place!r} is no place", hint="write file:///path")
        path = unquote(parts.path)
    else:
        path = os.path.expanduser(place)
    if not path or "\0" in path:
        raise InvalidValue(f"{place!r} is no place", hint="name a bucket, s3://…, or a folder")
    path = os.path.realpath(path)
    own = os.path.realpath(store.path)
    if path == own:
        return None
    if os.path.commonpath((path, own)) == own:
        raise InvalidValue(
            f"{path!r} is within the store", hint="name the store's folder or one outside of it"
        )
    return _FILE_SCHEME + quote(os.fsencode(path))


@lru_cache(maxsize=8)  # making a client takes milliseconds; a process of one store has one or two
def _bucket(
    url: str,
    store_id: str,
    process: int,  # noqa: ARG001 - a fork gets clients of its own
    variables: tuple[tuple[str, str], ...],  # noqa: ARG001 - what a client was made from
) -> BucketObjects:
    from runlore.objects.bucket import BucketObjects

    return BucketObjects(url, store_id)


def _require_known(url: str) -> None:
    if url.startswith(_FILE_SCHEME + "/"):
        return
    from runlore.objects.bucket import bucket_of

    bucket_of(url)


def _as_path(path: str) -> Path:
    from pathlib import Path

    return Path(path)
