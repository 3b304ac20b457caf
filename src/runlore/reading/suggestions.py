"""Say in a hint what may have been meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_MOST = 5


def nearest(wanted: str, known: Sequence[str], *, nothing: str, ids: Sequence[str] = ()) -> str:
    """Write a hint that names those of `known` that come nearest; `nothing` if it is empty.

    `ids` may have been meant as well, and aren't listed where nothing comes near.
    """
    if not known:
        return nothing
    from difflib import get_close_matches

    lowered = wanted.lower()
    all_names = list(dict.fromkeys([*known, *ids]))
    near = [name for name in all_names if lowered in name.lower()][:_MOST]
    near += [
        name
        for name in get_close_matches(wanted, all_names, n=_MOST, cutoff=0.5)
        if name not in near
    ]
    if near:
        return "did you mean " + " or ".join(repr(name) for name in near[:_MOST]) + "?"
    more = f" and {len(known) - _MOST} more" if len(known) > _MOST else ""
    return "there are " + ", ".join(repr(name) for name in known[:_MOST]) + more
