"""Check that the place of segments and blobs answers, and that no move was left half-way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runlore.actions.checks.findings import UNFINISHED
from runlore.errors import MissingExtra, StoreError
from runlore.objects.choice import places_of, read_choice

if TYPE_CHECKING:
    from runlore.actions.checks.findings import Checked
    from runlore.journal.folder import StoreFolder

_FILE = "objects.json"


def check_objects(store: StoreFolder, checked: Checked) -> bool:
    """Tell whether the objects of a store can be reached; a finding says why not."""
    where = f"{store.path}/{_FILE}"
    try:
        choice = read_choice(store)
        where = choice.url or store.path
        for objects in places_of(store).all:
            where = objects.url or store.path
            next(iter(objects.list("runs")), None)
    except (StoreError, MissingExtra) as error:
        checked.find(
            "objects-unreachable",
            where,
            f"{error.message}; segments and blobs were not checked",
            error.hint or "make the place reachable, then ask again",
        )
        return False
    if choice.is_moving:
        checked.find(
            "objects-moving",
            choice.previous or store.path,
            f"objects are moving from here to {choice.url or store.path}; both places are read",
            "nothing to do: whoever seals, ten minutes after the switch, ends it, and so does "
            "runlore doctor --repair",
            severity=UNFINISHED,
        )
    return True
