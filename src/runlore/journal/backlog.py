"""Keep frames that can't be written just now, within bounds, and count what doesn't fit."""

from __future__ import annotations

from errno import EDQUOT, ENOSPC
from time import monotonic, time_ns

MOST_BYTES = 8 << 20
RETRY_SECONDS = 0.1

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


class Backlog:
    """Frames that wait for room. It is true while any wait or losses are unreported."""

    __slots__ = (
        "_frames",
        "_next_try",
        "_on_trouble",
        "_size_bytes",
        "_was_said",
        "delayed_records",
        "first",
        "last",
        "lost_records",
        "lost_since_report",
        "what",
    )

    def __init__(self, on_trouble: Callable[[str], None]) -> None:
        """Begin empty; `on_trouble` is told once in words."""
        self._on_trouble = on_trouble
        self._frames: list[bytes] = []
        self._size_bytes = 0
        self._next_try = 0.0
        self._was_said = False
        self.lost_records = self.lost_since_report = self.delayed_records = 0
        self.first = self.last = 0
        self.what = "write"

    def __bool__(self) -> bool:
        """Tell whether there is anything to write or to report."""
        return bool(self._frames or self.delayed_records)

    def keep(self, frame: bytes, error: OSError | None) -> None:
        """Keep a frame, or count it as lost when 8 MiB already wait."""
        self.last = time_ns() // 1000
        self.first = self.first or self.last
        self.delayed_records += 1
        if self._size_bytes + len(frame) > MOST_BYTES:
            self.lost_records += 1
            self.lost_since_report += 1
        else:
            self._frames.append(frame)
            self._size_bytes += len(frame)
        if error is not None:
            self._next_try = monotonic() + RETRY_SECONDS
            self.what = "disk-full" if error.errno in (ENOSPC, EDQUOT) else "write"
            if not self._was_said:
                self._was_said = True
                self._on_trouble(
                    f"can't write to the store: {error.strerror or error}. Training goes on; "
                    "records are kept in memory (8 MiB) and written when there is room again"
                )

    def make_due(self) -> None:
        """Let the next record try at once."""
        self._next_try = 0.0

    def forget(self) -> None:
        """Drop everything: in a forked child it is the parent's to write."""
        self._frames = []
        self._size_bytes = 0
        self.lost_records = 0
        self.begin_report()

    def is_due(self) -> bool:
        """Tell whether it is time to try again."""
        return monotonic() >= self._next_try

    def written(self, count: int) -> None:
        """Drop the first `count` frames, which are written now."""
        self._size_bytes -= sum(len(frame) for frame in self._frames[:count])
        del self._frames[:count]

    def frames(self) -> list[bytes]:
        """Return what waits, the oldest first."""
        return self._frames

    def report(self) -> dict[str, object]:
        """Return the fields of a `trouble` record; once it is written, begin a new count."""
        lost = f"{self.lost_since_report:,} records are" if self.lost_since_report else "nothing is"
        return {
            "what": self.what,
            "lost_records": self.lost_since_report,
            "delayed_records": self.delayed_records - self.lost_since_report,
            "first": self.first,
            "last": self.last,
            "message": f"the store could not be written for a while; {lost} lost",
        }

    def give_up(self) -> None:
        """Count all that waits as lost and say so: the process ends."""
        self.lost_records += len(self._frames)
        self._frames = []
        self._size_bytes = 0
        if self.lost_records:
            self._on_trouble(f"{self.lost_records:,} records could not be written and are lost")

    def begin_report(self) -> None:
        """Count anew: what was is in a `trouble` record, or not ours to tell."""
        self.lost_since_report = 0
        self.delayed_records = 0
        self.first = self.last = 0
        self.what = "write"
