"""Whose place it is: the object `place.json` in it (docs/formats/store.md)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from runlore.errors import FormatTooNew, ObjectsUnreachable, StoreRefused

if TYPE_CHECKING:
    from runlore.objects.interface import Objects

PLACE = "place.json"
FORMAT = 1


def claim(objects: Objects, store_id: str) -> None:
    """Make a place this store's, unless it is already.

    Raises:
        StoreRefused: if it is another store's.
        FormatTooNew: if a later release made it.
        ObjectsUnreachable: if it doesn't answer.
    """
    owner = read_owner(objects)
    if owner is None:
        text = json.dumps({"format": FORMAT, "store": store_id})
        objects.put(PLACE, text.encode())
    elif owner != store_id:
        raise _anothers(objects, owner)


def require_owner(objects: Objects, store_id: str) -> None:
    """Raise unless a place is there and is this store's.

    Raises:
        StoreRefused: if it is another store's.
        FormatTooNew: if a later release made it.
        ObjectsUnreachable: if it doesn't answer, or nothing says whose it is.
    """
    owner = read_owner(objects)
    if owner is None:
        raise ObjectsUnreachable(
            f"the segments and blobs of this store lie at {objects.url}, and there is no {PLACE}",
            hint="is the disk mounted, the bucket there, AWS_ENDPOINT_URL right? The index answers "
            "without",
        )
    if owner != store_id:
        raise _anothers(objects, owner)


def read_owner(objects: Objects) -> str | None:
    """Return the id of the store whose place it is; None if it is nobody's.

    Raises:
        StoreRefused: if place.json isn't what a store puts there.
        FormatTooNew: if a later release made it.
    """
    try:
        content = b"".join(objects.stream(PLACE))
    except FileNotFoundError:
        return None
    try:
        fields = json.loads(content)
        version, owner = int(fields["format"]), str(fields["store"])
    except (ValueError, KeyError, TypeError) as error:
        raise StoreRefused(
            f"{objects.name(PLACE)} isn't what a store puts there",
            hint="name another folder or prefix",
        ) from error
    if version > FORMAT:
        raise FormatTooNew(
            f"{objects.name(PLACE)} has format {version}, this release knows {FORMAT}",
            hint="upgrade: pip install --upgrade runlore",
        )
    return owner


def _anothers(objects: Objects, owner: str) -> StoreRefused:
    return StoreRefused(
        f"{objects.name(PLACE)} says that this place is another store's, {owner}",
        hint="name another folder or prefix: one for each store",
    )
