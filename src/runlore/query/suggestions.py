"""Find the names that come nearest to one that nobody knows."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST = 5
_MOST_CHARACTERS = 200
_MOST_COMPARED = 2000  # of more names only those that begin most alike are compared


def near(wanted: str, known: Iterable[str]) -> list[str]:
    """List at most five names: those that contain what was wanted, then those alike."""
    from difflib import get_close_matches
    from heapq import nlargest

    lowered = wanted.lower()
    names = list(dict.fromkeys(known))
    found = [name for name in names if lowered in name.lower()][:MOST]
    if len(wanted) > _MOST_CHARACTERS:
        return found
    if len(names) > _MOST_COMPARED:
        names = nlargest(_MOST_COMPARED, names, lambda name: _shared_start(name, wanted))
    found += [
        name for name in get_close_matches(wanted, names, n=MOST, cutoff=0.5) if name not in found
    ]
    return found[:MOST]


def _shared_start(one: str, other: str) -> int:
    """Count the characters with which both begin."""
    differ = (place for place, (a, b) in enumerate(zip(one, other, strict=False)) if a != b)
    return next(differ, min(len(one), len(other)))


def meant(wanted: str, known: Iterable[str]) -> str | None:
    """Ask in words whether the nearest names were meant; None where nothing comes near."""
    found = near(wanted, known)
    return "did you mean " + " or ".join(repr(name) for name in found) + "?" if found else None
