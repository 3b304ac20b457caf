"""Keep what is printed while a run is open, for the helper to take.

`sys.stdout.write` and `sys.stderr.write` append what they print to a file of this process as
well: one system call, no lock. What other programs and C libraries write past Python isn't seen.
"""

from __future__ import annotations

import os
import sys
from struct import Struct

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

STDOUT, STDERR, BEGUN, ENDED = 1, 2, 3, 4
HEADER = Struct("<IB")  # size of what follows, kind
_STREAMS = {"stdout": STDOUT, "stderr": STDERR}
_FILE_BYTES = 8 << 20
_MOST_FILES = 16  # where nobody takes them away
_MOST_FAILURES = 8


class Spool:
    """The files `console-1`, `console-2`, … in the folder of an actor (docs/formats/store.md).

    Whatever goes wrong with them, printing goes on.
    """

    __slots__ = ("_descriptor", "_failures", "_folder", "_number", "_open_runs", "_size")

    def __init__(self, folder: str) -> None:
        """Begin in `folder` with what is written first."""
        self._folder = folder
        self._descriptor = -1
        self._number = 0
        self._size = 0
        self._failures = 0
        self._open_runs: list[str] = []

    def begin(self, line: str) -> None:
        """Note that a run begins, given as "<run> <attempt> <rank>"."""
        self._write(BEGUN, line.encode())
        self._open_runs.append(line)

    def end(self, line: str) -> None:
        """Note that a run has ended."""
        if line in self._open_runs:
            self._open_runs.remove(line)
            self._write(ENDED, line.encode())

    def keep(self, kind: int, text: str) -> None:
        """Append what was printed."""
        self._write(kind, text.encode("utf-8", "replace"))

    def _write(self, kind: int, body: bytes) -> None:
        if self._failures >= _MOST_FAILURES:
            return
        frame = HEADER.pack(len(body), kind) + body
        try:
            if self._descriptor < 0 or self._size > _FILE_BYTES:
                self._open_next()
            written = os.write(self._descriptor, frame)
        except OSError:
            self._failures += 1
            return
        self._size += written
        if written < len(frame):  # half a frame: what follows goes into another file
            self._failures += 1
            self._size = _FILE_BYTES + 1

    def _open_next(self) -> None:
        oldest = os.path.join(self._folder, f"console-{self._number + 1 - _MOST_FILES}")
        if self._number >= _MOST_FILES and os.path.exists(oldest):
            self._failures = _MOST_FAILURES
            raise OSError("nobody takes what is printed")
        path = os.path.join(self._folder, f"console-{self._number + 1}")
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL
        descriptor = os.open(path, flags, 0o600)  # it isn't masked yet
        if self._descriptor >= 0:
            os.close(self._descriptor)
        self._descriptor, self._size = descriptor, 0
        self._number += 1
        for line in self._open_runs:
            body = line.encode()
            os.write(descriptor, HEADER.pack(len(body), BEGUN) + body)


_current: list[Spool | None] = []  # of the open runs, in the order they began


def run_began(spool: Spool | None, line: str) -> None:
    """Let what is printed go to the run that has begun; with None it is not kept."""
    _current.append(spool)
    if spool is not None:
        spool.begin(line)
        _watch_streams()


def run_ended(spool: Spool | None, line: str) -> None:
    """Let what is printed go to the run that is open still, if one is."""
    for place in range(len(_current) - 1, -1, -1):
        if _current[place] is spool:
            del _current[place]
            break
    if spool is not None:
        spool.end(line)


def spool_files(names: Iterable[str]) -> list[int]:
    """Return the numbers of the files of a spool among the names in a folder, in order."""
    prefix = "console-"
    return sorted(
        int(name[len(prefix) :])
        for name in names
        if name.startswith(prefix) and name[len(prefix) :].isdecimal()
    )


def _watch_streams() -> None:
    """See what is printed on the streams that stand for the console now."""
    for name, kind in _STREAMS.items():
        stream: Any = getattr(sys, name, None)
        write = getattr(stream, "write", None)
        if write is None or getattr(write, "is_kept", False):
            continue
        try:  # noqa: SIM105 - contextlib costs the import budget
            stream.write = _keeping(write, kind)
        except (AttributeError, TypeError):
            pass  # a stream that can't be watched


def _keeping(write: Callable[[str], Any], kind: int) -> Callable[[str], Any]:
    def write_and_keep(text: str, /) -> Any:
        written = write(text)
        spool = _current[-1] if _current else None
        if spool is not None and isinstance(text, str):
            spool.keep(kind, text)
        return written

    write_and_keep.is_kept = True  # type: ignore[attr-defined]
    return write_and_keep
