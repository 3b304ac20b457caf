"""Turn what a process has printed into the records of its runs' consoles."""

from __future__ import annotations

from collections import deque
from itertools import pairwise

from runlore.client.console import BEGUN, ENDED
from runlore.helper.screen import Screen
from runlore.helper.spool import STREAMS
from runlore.records.events import event

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from runlore.helper.screen import Line
    from runlore.helper.spool import Frame

    Mask = Callable[[str], str]
    # The run it belongs to, and the record.
    Record = tuple[str, bytes]
    # Of a run's stream: where reading goes on, and the number of the next line.
    Resumed = Mapping[tuple[str, str], tuple[int, int]]

MOST_BYTES = 16 << 20  # of one run's stream, then only its end is kept
END_BYTES = 256 << 10
_RECORD_BYTES = 192 << 10  # masks may make it longer


class Printed:
    """The consoles of the runs of one process, fed with the frames of its spool in order.

    `mask` takes secrets out of a text of several lines. `resumed` says what was recorded of
    streams before.
    """

    def __init__(self, mask: Mask, resumed: Resumed | None = None) -> None:
        self._mask = mask
        self._resumed = dict(resumed or {})
        self._open: list[str] = []
        self._streams: dict[tuple[str, str], _Stream] = {}

    def feed(self, frames: Iterable[Frame]) -> list[Record]:
        """See what was printed; returns the last records of the runs that have ended."""
        records: list[Record] = []
        for kind, position, body in frames:
            if kind in STREAMS:
                self._print(STREAMS[kind], body, position)
                continue
            run = body.decode("ascii", "replace")
            if kind == BEGUN and run not in self._open:
                self._open.append(run)
            elif kind == ENDED and run in self._open:
                self._open.remove(run)
                records += self._end(run)
        return records

    def take(self, *, everything: bool = False) -> list[Record]:
        """Compose records of the lines that are final; with `everything`, of all."""
        if everything:
            return [record for run in list(self._open) for record in self._end(run)]
        return [record for stream in self._streams.values() for record in stream.take(self._mask)]

    @property
    def oldest_position(self) -> int | None:
        """Where the first line begins that isn't in a record yet; None if there is none."""
        return min((stream.needed_from for stream in self._streams.values()), default=None)

    def _print(self, name: str, body: bytes, position: int) -> None:
        if not self._open:
            return
        key = (self._open[-1], name)
        stream = self._streams.get(key)
        if stream is None:
            begin, line = self._resumed.pop(key, (0, 0))
            stream = self._streams[key] = _Stream(key[0], name, max(begin, position), line, begin)
        done = min(max(0, stream.begins_at - position), len(body))
        if done < len(body):
            stream.screen.feed(body[done:], position + done)

    def _end(self, run: str) -> list[Record]:
        records: list[Record] = []
        for name in STREAMS.values():
            stream = self._streams.pop((run, name), None)
            if stream is not None:
                records += stream.take(self._mask, everything=True)
        return records


class _Stream:
    """One stream of one run."""

    __slots__ = (
        "_kept_bytes", "_line", "_name", "_run", "_skipped", "_waiting", "_waiting_bytes",
        "begins_at", "screen",
    )  # fmt: skip

    def __init__(self, run: str, name: str, position: int, line: int, begins_at: int) -> None:
        self._run, self._name, self._line = run, name, line
        self.begins_at = begins_at
        self.screen = Screen(position)
        self._kept_bytes = 0
        self._skipped = 0  # lines between those kept and those waiting
        self._waiting: deque[Line] = deque()
        self._waiting_bytes = 0

    @property
    def needed_from(self) -> int:
        """Where what was printed is still needed from."""
        return self.screen.position

    def take(self, mask: Mask, *, everything: bool = False) -> list[Record]:
        """Compose records of the lines that are final; beyond the limit they wait for the end."""
        lines, is_ended = self.screen.take(everything=everything)
        kept = []
        for line in lines:
            if self._kept_bytes < MOST_BYTES:
                self._kept_bytes += len(line[1]) + 1
                kept.append(line)
            else:
                self._wait(line)
        if everything:
            waiting = list(self._waiting)
            self._waiting.clear()
            return [
                *self._records(kept, mask, is_ended=is_ended or bool(waiting)),
                *self._records(waiting, mask, is_ended=is_ended, is_behind_hole=True),
            ]
        return self._records(kept, mask, is_ended=True)

    def _wait(self, line: Line) -> None:
        self._waiting.append(line)
        self._waiting_bytes += len(line[1]) + 1
        while self._waiting_bytes > END_BYTES:
            self._waiting_bytes -= len(self._waiting.popleft()[1]) + 1
            self._skipped += 1

    def _records(
        self, lines: list[Line], mask: Mask, *, is_ended: bool, is_behind_hole: bool = False
    ) -> list[Record]:
        records = []
        while lines:
            chunk, lines = _split(lines)
            skipped = self._skipped if is_behind_hole else 0
            is_behind_hole = False
            first = self._line + skipped
            self._line = first + len(chunk)
            text = "\n".join([line for _, line in chunk])
            fields: dict[str, object] = {
                "stream": self._name,
                "line": first,
                "lines": len(chunk),
                "text": mask(text + ("\n" if is_ended or lines else "")),
                "places": _differences([position for position, _ in chunk]),
            }
            if skipped:
                fields["skipped_lines"] = skipped
            if not lines:  # who goes on from here must have all of them
                fields["spool"] = self.screen.position
            records.append((self._run, event("console.logged", None, **fields)))
        return records


def _differences(numbers: list[int]) -> list[int]:
    return numbers[:1] + [after - before for before, after in pairwise(numbers)]


def _split(lines: list[Line]) -> tuple[list[Line], list[Line]]:
    """Split lines in as many as one record takes, at least one, and the rest."""
    size = 0
    for count, (_, line) in enumerate(lines):
        size += len(line.encode()) + 1
        if count and size > _RECORD_BYTES:
            return lines[:count], lines[count:]
    return lines, []
