"""Hold the blocks of a segment against their checksums, without NumPy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from runlore.errors import SegmentDamaged
from runlore.segments import layout

if TYPE_CHECKING:
    from collections.abc import Iterator


def verify_file(path: str) -> list[SegmentDamaged]:
    """Verify a whole segment file and return what fails.

    Raises:
        FileNotFoundError: if there is none.
        FormatTooNew: if a later release wrote it.
    """
    with open(path, "rb") as file:
        view = memoryview(file.read())
    try:
        layout.unpack_header(view, path)
        footer, _ = layout.unpack_footer(view, path)
    except SegmentDamaged as error:
        return [error]
    return verify_blocks(view, footer, path)


def verify_blocks(view: memoryview, footer: dict[str, Any], path: str) -> list[SegmentDamaged]:
    """Verify all that a footer names and return what fails."""
    problems = []
    try:
        for what, (offset, size, crc) in _places(footer):
            try:
                layout.checked(view, (offset, size, crc), path, what)
            except SegmentDamaged as error:
                problems.append(error)
    except (KeyError, TypeError, ValueError) as error:
        problems.append(layout.damaged(path, 0, f"the footer is malformed: {error!r}"))
    return problems


def _places(footer: dict[str, Any]) -> Iterator[tuple[str, list[int]]]:
    yield "block of events", footer["events"]["block"]
    for track in footer["tracks"]:
        if track["statistics"] is not None:
            yield "block of statistics", track["statistics"]
        for name in ("time", "step", "sequence", "name"):
            for place in track.get(name) or ():
                yield f"column of {name}", place
        for chunk in track["values"]:
            for place in chunk:
                yield "column of values", place
