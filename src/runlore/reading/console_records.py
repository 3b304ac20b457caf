"""Find the records of what a run has printed, and make those that no helper has made yet."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, NamedTuple

from runlore.errors import DamageError, FormatTooNew, InvalidValue
from runlore.helper.printed import Printed
from runlore.helper.spool import STREAMS, read_spools
from runlore.journal.frames import EVENT, MAX_FRAME_SIZE
from runlore.journal.reader import Frame, checksum_if_whole, plausible_size

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from runlore.helper.spool import Frame as Printout
    from runlore.index.consoles import ConsolePlace
    from runlore.journal.folder import StoreFolder
    from runlore.reading.store import StoreReader

    Source = tuple[str, int, str, str]  # attempt, rank, process, stream

_READ_BYTES = 64 << 10  # enough for most records


class ConsoleRecords(NamedTuple):
    """Where the records of a run's consoles are, and those made of what isn't recorded yet.

    `attempts` numbers the attempts in their order.
    """

    places: list[ConsolePlace]
    unrecorded: list[tuple[Source, bytes]]
    attempts: dict[str, int]


def check_stream(stream: str | None) -> None:
    """Raise InvalidValue unless it is a stream, or None for both."""
    if stream is not None and stream not in STREAMS.values():
        raise InvalidValue(f"there is no stream {stream!r}", hint="stdout or stderr")


def look_up(
    reader: StoreReader, run: str, catch_up: Callable[[], object] | None = None
) -> ConsoleRecords:
    """Look up what there is of the consoles of a run; `catch_up` is the reader's own by default."""
    writers = reader.ask(lambda index: index.writers([run])).get(run, [])
    # The spools first: what a helper records of them meanwhile is then in both, never in neither.
    actors = {writer.actor for writer in writers}
    spools = {actor: read_spools(reader.folder.actor(actor)) for actor in actors}
    if any(os.path.exists(reader.folder.actor(actor)) for actor in actors):
        (catch_up or reader.catch_up)()
    places = reader.ask(lambda index: index.console(run))
    order = sorted({one.attempt for one in writers})
    attempts = {attempt: at for at, attempt in enumerate(order)}
    return ConsoleRecords(places, [*unrecorded(run, places, spools)], attempts)


def source_of(place: ConsolePlace) -> Source:
    """Name what printed the lines of a record."""
    return (place.attempt, place.rank, place.served, place.stream)


def recorded(
    folder: StoreFolder, run: str, places: Iterable[ConsolePlace]
) -> Iterator[tuple[ConsolePlace, bytes]]:
    """Read the records at places, in that order; those that are nowhere are left out."""
    sealed: dict[tuple[str, int], dict[int, bytes]] = {}
    for place in places:
        body = None
        if not place.is_sealed:
            body = _in_journal(folder.journal(place.actor, place.number), place.sequence)
        if body is None:  # sealed, perhaps since
            key = (place.actor, place.number)
            if key not in sealed:
                sealed[key] = _in_segment(folder, run, *key)
            body = sealed[key].get(place.sequence)
        if body is not None:
            yield place, body


def unrecorded(
    run: str, places: Iterable[ConsolePlace], spools: dict[str, list[Printout]]
) -> Iterator[tuple[Source, bytes]]:
    """Make records of what no helper has recorded yet, as one would."""
    resumed = where_to_resume(run, places)
    for actor, frames in spools.items():
        if not frames:
            continue
        from runlore.helper.redaction import mask_text

        printed = Printed(mask_text, resumed.get(actor))
        for owner, body in [*printed.feed(frames), *printed.take(everything=True)]:
            found, attempt, rank = owner.split()
            if found == run:
                yield (attempt, int(rank), actor, json.loads(body)["stream"]), body


def where_to_resume(
    run: str, places: Iterable[ConsolePlace]
) -> dict[str, dict[tuple[str, str], tuple[int, int]]]:
    """Say, by process, from where on its spool is not recorded yet: as `Printed` takes it."""
    resumed: dict[str, dict[tuple[str, str], tuple[int, int]]] = {}
    for place in places:
        if place.spool is not None:
            key = (f"{run} {place.attempt} {place.rank}", place.stream)
            end = (place.spool, place.line + place.lines)
            known = resumed.setdefault(place.served, {})
            known[key] = max(end, known.get(key, end))
    return resumed


def _in_journal(path: str, sequence: int) -> bytes | None:
    """Read the event at a place of a journal file; None if it isn't there any more."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return None
    try:
        begin = (sequence << 3) - 8  # with the checksum of the frame before
        window = memoryview(os.pread(descriptor, _READ_BYTES, begin))
        size = plausible_size(window, 8)
        if not size:
            window = memoryview(os.pread(descriptor, MAX_FRAME_SIZE + 8, begin))
            size = plausible_size(window, 8)
        if not size or checksum_if_whole(window, 8, size, _seed_before(window)) is None:
            return None
        frame = Frame(window, 8, size)
    finally:
        os.close(descriptor)
    return frame.body if frame.kind == EVENT else None


def _seed_before(window: memoryview) -> int:
    return int.from_bytes(window[4:8], "little")


def _in_segment(folder: StoreFolder, run: str, actor: str, number: int) -> dict[int, bytes]:
    from runlore.segments.opening import open_segment

    try:
        segment = open_segment(folder, run, actor, number)
    except (FileNotFoundError, DamageError, FormatTooNew):
        return {}  # listed among the problems
    with segment:
        return {event.sequence: event.body for event in segment.events() if event.kind == EVENT}
