"""See a stream of output as a terminal would show it, line by line.

A progress bar that draws itself anew after a carriage return, or after the cursor went up,
is kept as its last state. Colours stay; everything else that steers a terminal is left out.
"""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    Line = tuple[int, str]  # where it begins, its text

_CONTROL = re.compile(
    rb"[\r\n\x08]"
    rb"|\x1b\[[0-9;?]*[ -/]*[@-~]"  # CSI, ECMA-48
    rb"|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?"  # OSC: titles, links
    rb"|\x1b[ -/]*[0-Z\\-~]"
)
_LONGEST_LINE_BYTES = 64 << 10
_CUT = " …".encode()


class Screen:
    """Lines of one stream; each is given out when nothing can be expected to change it.

    `position` is where the first line begins that was not given out, in the terms of those
    who feed it: what was fed from there on has to be fed again to have it.
    """

    __slots__ = ("_cursor", "_end", "_has_returned", "_positions", "_rows", "_settled")

    def __init__(self, position: int) -> None:
        """Begin with an empty line at `position`."""
        self._rows = [b""]
        self._positions = [position]
        self._end = position
        self._cursor = 0
        self._settled = 0
        self._has_returned = False

    @property
    def position(self) -> int:
        """Where the first line begins that was not given out."""
        return min(self._positions)

    def feed(self, data: bytes, position: int) -> None:
        """Show what was printed, of which the first byte is at `position`."""
        done = 0
        for control in _CONTROL.finditer(data):
            self._print(data[done : control.start()], position + done)
            done = control.end()
            self._obey(control[0], position + done)
        self._print(data[done:], position + done)
        self._end = position + len(data)

    def take(self, *, everything: bool = False) -> tuple[list[Line], bool]:
        """Give out what is final, and whether its last line was ended.

        Lines above the cursor are, unless they were still drawn upon since the last call.
        """
        count = len(self._rows) if everything else min(self._cursor, self._settled)
        texts = [row.decode("utf-8", "replace") for row in self._rows[:count]]
        lines = list(zip(self._positions[:count], texts, strict=True))
        del self._rows[:count], self._positions[:count]
        is_ended = True
        if everything:
            if not texts[-1]:
                lines.pop()  # only where the next one would begin
            else:
                is_ended = False
            self._rows, self._positions, self._cursor = [b""], [self._end], 0
        else:
            self._cursor -= count
        self._settled = self._cursor
        return lines, is_ended

    def _print(self, text: bytes, position: int) -> None:
        if not text:
            return
        at = self._cursor
        if self._has_returned:
            self._rows[at] = b""
            self._has_returned = False
        if not self._rows[at]:
            self._positions[at] = position
        if len(self._rows[at]) >= _LONGEST_LINE_BYTES:
            return
        row = self._rows[at] + text
        if len(row) > _LONGEST_LINE_BYTES:
            row = row[:_LONGEST_LINE_BYTES] + _CUT
        self._rows[at] = row

    def _obey(self, control: bytes, position: int) -> None:
        if control == b"\n":
            self._cursor += 1
            self._has_returned = False
            if self._cursor == len(self._rows):
                self._rows.append(b"")
                self._positions.append(position)
        elif control == b"\r":
            self._has_returned = True
        elif control == b"\x08":
            self._rows[self._cursor] = self._rows[self._cursor][:-1]
        elif control[:2] == b"\x1b[":
            self._obey_csi(control[2:-1], control[-1:], control)

    def _obey_csi(self, arguments: bytes, final: bytes, control: bytes) -> None:
        count = int(arguments) if arguments.isdigit() else 1
        if final == b"m":
            self._rows[self._cursor] += control
        elif final in (b"A", b"F"):  # up; with F to the beginning of the line
            self._cursor = max(0, self._cursor - count)
            self._settled = min(self._settled, self._cursor)
            self._has_returned = final == b"F" or self._has_returned
        elif final in (b"B", b"E"):
            self._cursor = min(len(self._rows) - 1, self._cursor + count)
            self._has_returned = final == b"E" or self._has_returned
        elif final == b"G" and arguments in (b"", b"0", b"1"):
            self._has_returned = True
        elif final == b"K" and (arguments == b"2" or self._has_returned):
            self._rows[self._cursor] = b""
        elif final == b"J" and arguments in (b"", b"0"):
            del self._rows[self._cursor + 1 :], self._positions[self._cursor + 1 :]
            if self._has_returned:
                self._rows[self._cursor] = b""
