"""Choose the increment that the runs of another tracker belong to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runlore.client.increments import find_increment, open_increment

if TYPE_CHECKING:
    from runlore.client.increments import Increment


def increment_of(given: str | int | None) -> Increment | None:
    """Return the increment that is named, or the open one; None where there is none, or for False.

    Raises:
        NotFound, Ambiguous: if no increment has that number, or two have.
    """
    if given is None or given is True:
        return open_increment()
    return None if given is False else find_increment(given)
