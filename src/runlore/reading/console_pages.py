"""Read the consoles of runs page by page, however many lines there are.

A line is numbered by its place among all lines of the rank in the order they were printed, from 0.
Records are parsed once into one text with the places of its lines, and kept by `ConsoleCache`.
"""

from __future__ import annotations

import json
import re
from collections import OrderedDict
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from runlore.reading.console_records import check_stream, look_up, recorded, source_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from runlore.reading.console_records import ConsoleRecords, Source
    from runlore.reading.store import StoreReader

MOST_CHARACTERS = 4_000  # of a line
_KEPT_BYTES = 48 << 20
_NUMBER_BYTES = 24  # of a line, beside its text
# What a terminal would act on, but for colours: other controls say nothing to a reader.
_COLOUR = re.compile(r"\x1b\[[0-9;:]*m")
_ESCAPES = re.compile(
    r"\x1b\[(?![0-9;:]*m)[0-?]*[ -/]*[@-~]?"  # control sequences but colours
    r"|\x1b[\]PX^_][^\x07\x1b\n]*(?:\x07|\x1b\\)?"  # titles, links and other strings
    r"|\x1b(?!\[)[ -/]*[0-~]?"
    r"|[\x00-\x08\x0a-\x1a\x1c-\x1f\x7f-\x9f]"
)


class PageLine(NamedTuple):
    """A line of a page; `missing` lines weren't kept before it, `time` is in microseconds."""

    number: int
    time: int | None
    stream: str
    rank: int
    text: str
    is_cut: bool
    missing: int


class ConsolePage(NamedTuple):
    """Some lines; `total` counts all, `matches` those that hold what was looked for."""

    lines: list[PageLine]
    total: int
    matches: int | None


class Wanted(NamedTuple):
    """Which lines: those behind `after`, else those before `before`, else the last ones.

    Of `search`, those alone that hold it, whatever the case of its letters.
    """

    stream: str | None = None
    rank: int | None = None
    after: int | None = None
    before: int | None = None
    search: str | None = None
    limit: int = 500
    most_characters: int = 1_000_000


class _Stretch:
    """A record: its text, where its lines begin in it, and where they were printed."""

    __slots__ = ("first", "missing", "positions", "source", "starts", "text", "time")

    def __init__(self, source: Source, body: bytes) -> None:
        record = json.loads(body)
        self.source = source
        self.first: int = record["line"]
        self.missing: int = record.get("skipped_lines") or 0
        self.time: int = record["time"]
        self.text: str = record["text"].removesuffix("\n")
        self.starts = _line_starts(self.text)
        positions = np.cumsum(np.array(record.get("places") or [0], np.int64))
        count = len(self.starts)
        short = max(0, count - len(positions))
        self.positions = np.pad(positions[:count], (0, short), mode="edge")

    @property
    def size_bytes(self) -> int:
        """What it takes in memory."""
        return len(self.text) * (1 if self.text.isascii() else 4) + len(self.starts) * _NUMBER_BYTES

    def line(self, at: int) -> str:
        """Give the text of a line."""
        end = self.starts[at + 1] - 1 if at + 1 < len(self.starts) else len(self.text)
        return self.text[self.starts[at] : end]

    def matches(self, wanted: str) -> NDArray[np.bool_]:
        """Tell which lines hold a text in small letters."""
        text = self.text.lower()
        if "\x1b" in text:
            text = _ESCAPES.sub(lambda found: "\n" * (found[0] == "\n"), _COLOUR.sub("", text))
        starts = self.starts if len(text) == len(self.text) else _line_starts(text)
        places, at = [], text.find(wanted)
        while at >= 0:
            places.append(at)
            end = text.find("\n", at)
            at = text.find(wanted, end) if end >= 0 else -1
        found = np.zeros(len(self.starts), bool)
        found[np.searchsorted(starts, places, side="right") - 1] = True
        return found


class ConsoleCache:
    """Keeps parsed records for a while, in bounded memory; may be used by several threads."""

    def __init__(self, kept_bytes: int = _KEPT_BYTES) -> None:
        self._kept: OrderedDict[tuple[str, int, int], _Stretch] = OrderedDict()
        self._room = kept_bytes
        self._lock = Lock()

    def stretches(self, reader: StoreReader, run: str, console: ConsoleRecords) -> list[_Stretch]:
        """Give the parsed records of a run's consoles, in order."""
        keys = [(one.actor, one.number, one.sequence) for one in console.places]
        with self._lock:
            known = {key: self._kept[key] for key in keys if key in self._kept}
            for key in known:
                self._kept.move_to_end(key)
        new = [place for place, key in zip(console.places, keys, strict=True) if key not in known]
        for place, body in recorded(reader.folder, run, new):
            key = (place.actor, place.number, place.sequence)
            known[key] = _Stretch(source_of(place), body)
            self._keep(key, known[key])
        found = [known[key] for key in keys if key in known]
        return found + [_Stretch(source, body) for source, body in console.unrecorded]

    def _keep(self, key: tuple[str, int, int], stretch: _Stretch) -> None:
        with self._lock:
            if key in self._kept:
                return
            self._kept[key] = stretch
            self._room -= stretch.size_bytes
            while self._room < 0 and self._kept:
                _, oldest = self._kept.popitem(last=False)
                self._room += oldest.size_bytes


def read_page(
    reader: StoreReader,
    run: str,
    wanted: Wanted,
    cache: ConsoleCache,
    catch_up: Callable[[], object] | None = None,
) -> ConsolePage:
    """Read some lines that a rank of a run has printed, by default the lowest rank.

    While its process is there, `catch_up` is called in between, by default the reader's own.

    Raises:
        InvalidValue: for an unknown stream.
    """
    check_stream(wanted.stream)
    console = look_up(reader, run, catch_up)
    stretches = cache.stretches(reader, run, console)
    ranks = {one.source[1] for one in stretches}
    rank = min(ranks, default=0) if wanted.rank is None else wanted.rank
    chosen = [
        one for one in stretches if one.source[1] == rank and wanted.stream in (None, one.source[3])
    ]
    owners, places = _in_order(chosen, console.attempts)
    numbers = np.arange(len(owners))
    matches = None
    if wanted.search:
        found = [one.matches(wanted.search.lower()) for one in chosen]
        begins = np.cumsum([0, *(len(one) for one in found)])[:-1]
        is_match = np.concatenate([np.empty(0, bool), *found])
        numbers = numbers[is_match[begins[owners] + places]] if chosen else numbers
        matches = len(numbers)
    numbers = _window(numbers, wanted)
    lines: list[PageLine] = []
    room = wanted.most_characters
    is_backwards = wanted.after is None
    for number in numbers[::-1] if is_backwards else numbers:
        line = _line(chosen[owners[number]], int(places[number]), int(number))
        room -= len(line.text)
        if room < 0 and lines:
            break
        lines.append(line)
    return ConsolePage(lines[::-1] if is_backwards else lines, len(owners), matches)


def clean(text: str) -> str:
    """Take out of a line what only a terminal would act on; colours stay."""
    return _ESCAPES.sub("", text) if not text.isprintable() else text


def _window(numbers: NDArray[np.int64], wanted: Wanted) -> NDArray[np.int64]:
    if wanted.after is not None:
        begin = int(np.searchsorted(numbers, wanted.after, side="right"))
        return numbers[begin : begin + wanted.limit]
    end = len(numbers)
    if wanted.before is not None:
        end = int(np.searchsorted(numbers, wanted.before))
    return numbers[max(0, end - wanted.limit) : end]


def _line(stretch: _Stretch, at: int, number: int) -> PageLine:
    whole = clean(stretch.line(at))
    return PageLine(
        number,
        stretch.time,
        stretch.source[3],
        stretch.source[1],
        whole[:MOST_CHARACTERS],
        len(whole) > MOST_CHARACTERS,
        0 if at else stretch.missing,
    )


def _in_order(
    stretches: Sequence[_Stretch], attempts: dict[str, int]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Bring all lines into the order they were printed in: whose each is, and its place there."""
    groups: dict[tuple[int, str], list[tuple[int, int]]] = {}
    next_lines: dict[Source, int] = {}
    for owner, one in enumerate(stretches):
        attempt, _, process, _ = one.source
        done = max(0, next_lines.get(one.source, 0) - one.first)  # recorded twice
        next_lines[one.source] = max(one.first + len(one.starts), next_lines.get(one.source, 0))
        if done < len(one.starts):
            key = (attempts.get(attempt, 0), process)
            groups.setdefault(key, []).append((owner, done))
    owners, places = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    for key in sorted(groups):
        owned, placed = _merged(stretches, groups[key])
        owners.append(owned)
        places.append(placed)
    return np.concatenate(owners), np.concatenate(places)


def _merged(
    stretches: Sequence[_Stretch], group: Sequence[tuple[int, int]]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Bring the lines of a process's streams into order; each from its first new line on."""
    sizes = [len(stretches[one].starts) - done for one, done in group]
    owned = np.repeat(np.array([one for one, _ in group], np.int64), sizes)
    placed = np.concatenate([np.arange(done, len(stretches[one].starts)) for one, done in group])
    positions = np.concatenate([stretches[one].positions[done:] for one, done in group])
    if (np.diff(positions) < 0).any():
        order = np.argsort(positions, kind="stable")
        return owned[order], placed[order]
    return owned, placed


def _line_starts(text: str) -> NDArray[np.int64]:
    if text.isascii():
        ends = np.flatnonzero(np.frombuffer(text.encode(), np.uint8) == ord("\n"))
    else:
        codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
        ends = np.flatnonzero(codes == ord("\n"))
    return np.concatenate([[0], ends + 1]).astype(np.int64)
