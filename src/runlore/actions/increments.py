"""What commands do about increments: find the one that is meant, and complete their folders."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runlore.client.increments import list_increments
from runlore.errors import Ambiguous
from runlore.reading.selection import BARE_NUMBER, is_of_increment

if TYPE_CHECKING:
    from runlore.reading.store import StoreReader

_PREFIX = "increment:"


def experiment_meant(reader: StoreReader, named: str) -> str:
    """Return the experiment of a name, or that of the increment of a number.

    Raises:
        Ambiguous: if two increments have that number.
    """
    number = named.removeprefix(_PREFIX)
    if number == named and not BARE_NUMBER.fullmatch(named):
        return named
    page = reader.ask(lambda index: index.list_runs(is_deleted=None))
    known = dict.fromkeys(row.experiment for row in page.runs if row.experiment is not None)
    if named in known:
        return named
    found = sorted(name for name in known if is_of_increment(name, number))
    if len(found) > 1:
        raise Ambiguous(
            f"{len(found)} increments answer to {number!r}: " + ", ".join(found),
            hint=f"give the whole name: {found[0]}",
        )
    return found[0] if found else number


def complete_open_increments() -> None:
    """Complete the plain files of runs in the increments of where one is, where one died."""
    for increment in list_increments():
        if has_open_folders(increment.experiments):
            from runlore.tracking.completing import complete_folders

            complete_folders(increment.experiments)


def has_open_folders(experiments: str) -> bool:
    """Tell whether a run of an increment isn't over, or wasn't when its process died."""
    from runlore.tracking.numbering import marks

    return bool(marks(experiments))
