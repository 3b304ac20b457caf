"""Paths that lead into an increment, also as people shorten them: `.specweave/increments/0042…`."""

from __future__ import annotations

import itertools
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runlore.client.increments import Increment

_FOLDERS = (".specweave", "increments")


def names_increment(path: str | None) -> bool:
    """Tell whether this is the path of an increment, or of something in one."""
    return _place(os.path.normpath(path or "").split(os.sep)) is not None


def increment_in(path: str) -> Increment:
    """Find the increment that a path leads into, among those of where one is.

    Raises:
        NotFound, Ambiguous: if there is none, or several.
    """
    from runlore.client.increments import find_increment
    from runlore.errors import NotFound

    parts = os.path.abspath(path).split(os.sep)
    at = _place(parts)
    name = "" if at is None else parts[at]
    found = find_increment(name.rstrip(".…") or name)
    named = os.sep.join(parts[:at])
    if os.path.realpath(os.path.dirname(found.path)) != os.path.realpath(named):
        raise NotFound(
            f"the increment {name!r} of {named} isn't one of the repository you are in",
            hint=f"work in that one; here its folder would be {os.path.dirname(found.path)}",
        )
    return found


def whole_path(path: str) -> str:
    """Write the name of an increment out where a path has it shortened; others stay as they are.

    Raises:
        NotFound, Ambiguous: if no increment is meant, or several.
    """
    parts = path.split(os.sep)
    at = _place(parts)
    if at is None or not parts[at].endswith(("...", "…")):
        return path
    return os.sep.join([*parts[:at], increment_in(path).name, *parts[at + 1 :]])


def _place(parts: Sequence[str]) -> int | None:
    """Return which part of a path is an increment's name."""
    for at, pair in enumerate(itertools.pairwise(parts[:-1])):
        if pair == _FOLDERS:
            return at + 2
    return None
