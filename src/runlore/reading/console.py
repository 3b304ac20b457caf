"""Read what a run has printed: the records of it, then what no helper has recorded yet."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, overload

from runlore.reading.console_records import check_stream, look_up, recorded, source_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runlore.index.rows import RunRow
    from runlore.reading.console_records import Source
    from runlore.reading.store import StoreReader


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
    check_stream(stream)
    console = look_up(reader, row.run)
    stretches = [
        _stretch_of(json.loads(body), source_of(place))
        for place, body in recorded(reader.folder, row.run, console.places)
    ]
    stretches += [_stretch_of(json.loads(body), source) for source, body in console.unrecorded]
    ranks = {one.source[1] for one in stretches}
    chosen = min(ranks, default=0) if rank is None else rank
    wanted = [
        one for one in stretches if one.source[1] == chosen and stream in (None, one.source[3])
    ]
    return _merged(wanted, console.attempts)


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
