"""Say in a hint what may have been meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runlore.query.suggestions import MOST, meant

if TYPE_CHECKING:
    from collections.abc import Sequence


def nearest(wanted: str, known: Sequence[str], *, nothing: str, ids: Sequence[str] = ()) -> str:
    """Write a hint that names those of `known` that come nearest; `nothing` if it is empty.

    `ids` may have been meant as well, and aren't listed where nothing comes near.
    """
    if not known:
        return nothing
    question = meant(wanted, [*known, *ids])
    if question:
        return question
    more = f" and {len(known) - MOST} more" if len(known) > MOST else ""
    return "there are " + ", ".join(repr(name) for name in known[:MOST]) + more
