"""Read what a run has printed: the records of it, then what no helper has recorded yet."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, overload

from runlore.errors import DamageError, FormatTooNew, InvalidValue
from runlore.helper.printed import Printed
from runlore.helper.spool import STREAMS, read_spools
from runlore.journal.frames import EVENT, MAX_FRAME_SIZE
from runlore.journal.reader import Frame, checksum_if_whole, plausible_size

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from runlore.helper.spool import Frame as Printout
    from runlore.index.consoles import ConsolePlace
    from runlore.index.rows import RunRow
    from runlore.journal.folder import StoreFolder
    from runlore.reading.store import StoreReader

    Source = tuple[str, int, str, str]  # attempt, rank, process, stream


_READ_BYTES = 64 << 10  # enough for most records


class ConsoleLine(NamedTuple):
    """A line as printed, colours and all, without its end.

    `number` counts the lines of a stream from 0; `is_whole` is false while more of it may come.
    """

    text: str
    stream: str
    number: int
    rank: int
    attempt: str
    is_whole: bool


class Console(Sequence[ConsoleLine]):
    """The lines that a run has printed, in order; `skipped_lines` are missing in the middle."""

    def __init__(self, lines: Sequence[ConsoleLine], skipped_lines: int) -> None:
        """Show lines; use `StoredRun.console`."""
        self._lines = lines
        self.skipped_lines = skipped_lines

    def __len__(self) -> int:
        return len(self._lines)

    @overload
    def __getitem__(self, place: int) -> ConsoleLine: ...
    @overload
    def __getitem__(self, place: slice) -> Console: ...
    def __getitem__(self, place: int | slice) -> ConsoleLine | Console:
        if isinstance(place, slice):
            return Console(self._lines[place], self.skipped_lines)
        return self._lines[place]

    def __iter__(self) -> Iterator[ConsoleLine]:
        return iter(self._lines)

    def __repr__(self) -> str:
        return f"<Console: {len(self)} lines>"

    @property
    def text(self) -> str:
        """The lines as one text."""
        return "".join(line.text + "\n" * line.is_whole for line in self._lines)


class _Stretch(NamedTuple):
    """A record as read; `positions` say where in the spool its lines were printed."""

    source: Source
    line: int
    skipped_lines: int
    lines: list[str]
    is_ended: bool
    positions: list[int]


def read_console(
    reader: StoreReader, row: RunRow, *, stream: str | None = None, rank: int | None = None
) -> Console:
    """Read the consoles of one rank of a run; by default of the lowest that printed anything.

    Raises:
        InvalidValue: for an unknown stream.
    """
    if stream is not None and stream not in STREAMS.values():
        raise InvalidValue(f"there is no stream {stream!r}", hint="stdout or stderr")
    writers = reader.ask(lambda index: index.writers([row.run])).get(row.run, [])
    # The spools first: what a helper records of them meanwhile is then in both, never in neither.
    actors = {writer.actor for writer in writers}
    spools = {actor: read_spools(reader.folder.actor(actor)) for actor in actors}
    if any(os.path.exists(reader.folder.actor(actor)) for actor in actors):
        reader.catch_up()
    places = reader.ask(lambda index: index.console(row.run))
    stretches = [*_recorded(reader.folder, row.run, places), *_unrecorded(row.run, places, spools)]
    ranks = {one.source[1] for one in stretches}
    chosen = min(ranks, default=0) if rank is None else rank
    order = {one.attempt: at for at, one in enumerate(sorted(writers, key=lambda one: one.attempt))}
    wanted = [
        one for one in stretches if one.source[1] == chosen and stream in (None, one.source[3])
    ]
    return _merged(wanted, order)


def _merged(stretches: Sequence[_Stretch], order: dict[str, int]) -> Console:
    """Bring the lines of all streams into the order in which they were printed."""
    found: list[tuple[tuple[int, str, int, int], ConsoleLine]] = []
    next_lines: dict[Source, int] = {}
    skipped = 0
    for stretch in stretches:
        attempt, rank, process, stream = stretch.source
        done = max(0, next_lines.get(stretch.source, 0) - stretch.line)
        skipped += stretch.skipped_lines
        last = len(stretch.lines) - 1
        position = 0
        for at, text in enumerate(stretch.lines):
            position = stretch.positions[at] if at < len(stretch.positions) else position
            if at < done:
                continue
            number = stretch.line + at
            is_whole = stretch.is_ended or at < last
            line = ConsoleLine(text, stream, number, rank, attempt, is_whole)
            found.append(((order.get(attempt, 0), process, position, number), line))
        end = stretch.line + len(stretch.lines)
        next_lines[stretch.source] = max(end, next_lines.get(stretch.source, 0))
    found.sort(key=lambda one: one[0])
    return Console([line for _, line in found], skipped)


def _recorded(folder: StoreFolder, run: str, places: Iterable[ConsolePlace]) -> Iterator[_Stretch]:
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
            source = (place.attempt, place.rank, place.served, place.stream)
            yield _stretch_of(json.loads(body), source)


def _unrecorded(
    run: str, places: Iterable[ConsolePlace], spools: dict[str, list[Printout]]
) -> Iterator[_Stretch]:
    resumed = where_to_resume(run, places)
    for actor, frames in spools.items():
        if not frames:
            continue
        from runlore.helper.redaction import mask_text

        printed = Printed(mask_text, resumed.get(actor))
        for owner, body in [*printed.feed(frames), *printed.take(everything=True)]:
            found, attempt, rank = owner.split()
            if found == run:
                record = json.loads(body)
                yield _stretch_of(record, (attempt, int(rank), actor, record["stream"]))


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


def _stretch_of(record: dict[str, Any], source: Source) -> _Stretch:
    text = record["text"]
    is_ended = text.endswith("\n")
    lines = text.removesuffix("\n").split("\n")
    positions, position = [], 0
    for difference in record.get("places") or ():
        position += difference
        positions.append(position)
    skipped = record.get("skipped_lines") or 0
    return _Stretch(source, record["line"], skipped, lines, is_ended, positions)


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
