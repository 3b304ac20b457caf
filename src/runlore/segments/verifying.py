"""Hold the blocks of a segment against their checksums, without NumPy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from runlore.errors import SegmentDamaged
from runlore.segments import layout

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runlore.segments.layout import Sliceable


def verify_content(content: bytes, name: str, end: int = 0) -> list[SegmentDamaged]:
    """Verify a whole segment and return what fails; `name` is what errors call it.

    One that covers less of the journal than `end` is no whole one.

    Raises:
        FormatTooNew: if a later release wrote it.
    """
    view = memoryview(content)
    try:
        layout.unpack_header(view, name)
        footer, _ = layout.unpack_footer(view, name)
        reached = int(footer["source"]["end"])
    except SegmentDamaged as error:
        return [error]
    except (KeyError, TypeError, ValueError) as error:
        return [layout.damaged(name, 0, f"the footer is malformed: {error!r}")]
    if reached < end:
        return [layout.damaged(name, 0, f"it ends at byte {reached} of the journal, not at {end}")]
    return verify_blocks(view, footer, name)


def verify_blocks(view: Sliceable, footer: dict[str, Any], path: str) -> list[SegmentDamaged]:
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
