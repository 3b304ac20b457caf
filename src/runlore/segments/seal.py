"""Seal a journal file: split it by run into immutable segments (docs/formats/segment.md)."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from runlore.errors import JournalDamaged
from runlore.journal.folder import failure
from runlore.records.events import now
from runlore.records.ids import is_id
from runlore.segments.composing import Content, compose
from runlore.segments.gone import PURGED, how_gone
from runlore.segments.journals import header_of, read_journal
from runlore.segments.layout import STORE_RUN
from runlore.segments.manifest import Entry
from runlore.segments.putting import put_segments
from runlore.segments.scan import scan

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runlore.journal.folder import StoreFolder
    from runlore.segments.putting import Composed
    from runlore.segments.scan import Scan


@dataclass(frozen=True, slots=True)
class Sealed:
    """A journal file that was sealed: what to put into the manifest, and the segments.

    `paths` are those of files, or the URLs of what lies in a bucket.
    """

    entry: Entry
    paths: tuple[str, ...]


def seal(journal_file: str, store: StoreFolder) -> Sealed:
    """Write the segments of a complete journal file and return its manifest entry.

    The entry isn't in the manifest yet; `runlore.segments.sealing.seal_file` puts it there.

    Raises:
        FormatTooNew: if a later release wrote the journal.
        JournalDamaged: if its header names another actor or number than its path.
        StoreFull, StoreReadOnly, StoreError: if the segments can't be written.
        ObjectsUnreachable: if the place where they are to lie doesn't answer.
    """
    journal_file = os.path.abspath(journal_file)
    actor, number = named_by(journal_file)
    view = read_journal(journal_file)
    header = header_of(view)
    if header is not None and (header.actor, header.number) != (actor, number):
        raise JournalDamaged(
            f"the journal {journal_file} says that it is file {header.number} of {header.actor}",
            hint="it was moved or copied: put it back where it was",
        )
    found = scan(view, is_complete=True)
    del view
    source = {
        "end": found.end,
        "crc": found.crc,
        "gaps": found.gaps,
        "created": header.created if header else None,
        "previous_crc": header.previous_crc if header else 0,
        "closed": found.is_closed,
    }
    about = {"source": source, "process": found.process, "heartbeat": found.heartbeat}
    contents = [
        (run, content)
        for run, content in sorted(_by_run(found).items())
        if how_gone(store, run) != PURGED  # what still arrives of a purged run is dropped
    ]

    def composed() -> Iterator[Composed]:
        return ((run, *compose(run, actor, number, content, about)) for run, content in contents)

    try:
        done = put_segments(store, journal_file, found.end, composed)
    except OSError as error:
        raise failure(error, store.path, "seal a journal") from error
    entry = Entry(
        actor=actor,
        number=number,
        end=found.end,
        crc=found.crc,
        previous_crc=header.previous_crc if header else 0,
        closed=found.is_closed,
        sealed=now(),
        segments=tuple(segment for segment, _ in done),
        gaps=tuple(found.gaps),
        heartbeat=found.heartbeat,
    )
    return Sealed(entry, tuple(name for _, name in done))


def named_by(journal_file: str) -> tuple[str, int]:
    """Read actor and number from the path of a journal file.

    Raises:
        JournalDamaged: if it isn't called like one.
    """
    folder, name = os.path.split(os.path.abspath(journal_file))
    actor, (stem, extension) = os.path.basename(folder), os.path.splitext(name)
    if not is_id(actor) or extension != ".journal" or not (stem.isascii() and stem.isdigit()):
        raise JournalDamaged(
            f"{journal_file} isn't called like a journal: <actor>/<number>.journal",
            hint="put it back under the name that it had",
        )
    return actor, int(stem)


def _by_run(found: Scan) -> dict[str, Content]:
    contents: dict[str, Content] = {}
    for block in found.points:
        contents.setdefault(block.key_set.run, Content()).points.append(block)
    for event in found.events:
        contents.setdefault(event.run or STORE_RUN, Content()).events.append(event)
    for record in found.declarations:
        if record.run in contents:
            contents[record.run].declarations.append(record)
    return contents
