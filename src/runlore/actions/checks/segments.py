"""Check segments: every block's checksum, and that the manifest names each of them."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from runlore.actions.checks.findings import KNOWN
from runlore.errors import FormatTooNew, RunloreError
from runlore.journal.folder import failure
from runlore.objects.choice import places_of
from runlore.records.ids import is_id
from runlore.segments.layout import segment_key
from runlore.segments.opening import open_whole

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runlore.actions.checks.findings import Checked
    from runlore.journal.folder import StoreFolder
    from runlore.objects.interface import Objects
    from runlore.segments.segment import Segment

_SUFFIX = ".segment"


@dataclass(frozen=True, slots=True)
class SegmentFile:
    """A segment as its place names it; `path` is a path or a URL."""

    path: str
    run: str
    actor: str
    number: int
    size_bytes: int
    objects: Objects

    def open(self) -> Segment:
        """Open it as its place holds it now; see `open_whole` for what that raises."""
        return open_whole(self.objects, segment_key(self.run, self.actor, self.number))


def segment_files(store: StoreFolder) -> Iterator[SegmentFile]:
    """List the segments of all runs, by what they are called."""
    listed: set[str] = set()  # while objects move, one may be in two places
    places = places_of(store).all
    for objects in places:
        for key, size_bytes, _ in objects.list("runs"):
            _, _, rest = key.partition("/")
            run, _, name = rest.partition("/")
            actor, _, number = name.removesuffix(_SUFFIX).partition("-")
            is_named = name.endswith(_SUFFIX) and is_id(actor) and number.isdecimal()
            if is_named and key not in listed:
                if len(places) > 1:
                    listed.add(key)
                path = objects.name(key)
                yield SegmentFile(path, run, actor, int(number), size_bytes, objects)


def check_segments(store: StoreFolder, checked: Checked) -> None:
    """Verify every segment."""
    told: set[tuple[str, int, int]] = set()  # a journal's gap stands in each of its segments
    for file in segment_files(store):
        checked.count("segments")
        has_journal = os.path.exists(store.journal(file.actor, file.number))
        try:
            problems, gaps = _verify(file, checked)
        except FileNotFoundError:
            continue  # purged meanwhile
        except OSError as error:
            problems, gaps = [failure(error, file.path, "be read")], []
        except RunloreError as error:
            problems, gaps = [error], []
        for problem in problems[:1]:
            _report(file, problem, checked, has_journal=has_journal, count=len(problems))
        for begin, stop in gaps:
            if (file.actor, file.number, begin) in told:
                continue
            told.add((file.actor, file.number, begin))
            checked.find(
                "sealed-gap",
                f"{file.path}, bytes {begin} to {stop} of the journal that it was sealed from",
                f"{stop - begin} bytes of the journal were damaged before it was sealed; "
                "what they held is lost",
                "nothing to do: all around them is there",
                severity=KNOWN,
            )


def _verify(
    file: SegmentFile, checked: Checked
) -> tuple[list[RunloreError], list[tuple[int, int]]]:
    with file.open() as segment:
        checked.count("segment_bytes", segment.size_bytes)
        if (segment.run, segment.actor, segment.number) != (file.run, file.actor, file.number):
            return [
                RunloreError(
                    f"it says that it is file {segment.number} of {segment.actor}, "
                    f"run {segment.run}",
                    hint="it was moved or copied: put it back where it was",
                )
            ], []
        return [*segment.verify()], list(segment.gaps)


def _report(
    file: SegmentFile, error: RunloreError, checked: Checked, *, has_journal: bool, count: int
) -> None:
    if isinstance(error, FormatTooNew):
        todo = error.hint or "upgrade runlore"
        checked.find("segment-too-new", file.path, error.message, todo, run=file.run)
        return
    if has_journal:
        todo = "its journal is still there: runlore doctor --repair seals it again"
    else:
        todo = "put an undamaged copy of the file in its place; the rest of the run can be read"
    what = error.message if count == 1 else f"{error.message}; and {count - 1} more blocks"
    checked.find("segment-damaged", file.path, what, todo, is_mendable=has_journal, run=file.run)
