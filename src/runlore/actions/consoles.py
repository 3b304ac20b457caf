"""Show what a run has printed, and what it prints while it goes on."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from runlore.actions.quiet import without_warnings
from runlore.reading.opening import get_run

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runlore.reading.console import ConsoleLine
    from runlore.reading.run import StoredRun

_LOOK_SECONDS = 0.5
_OPEN = ("running", "unknown")


@dataclass(frozen=True)
class Printout:
    """A run, the lines it has printed by now, and how many are missing among them."""

    run: StoredRun
    lines: list[ConsoleLine]
    skipped_lines: int


@without_warnings
def read_printout(
    selection: str,
    *,
    stream: str | None = None,
    rank: int | None = None,
    lines: int | None = None,
    store: str | None = None,
) -> Printout:
    """Read the last `lines` that a run has printed, all if None.

    Raises:
        RunNotFound, Ambiguous: if `selection` names no run, or several.
        InvalidValue: for an unknown stream.
    """
    run = get_run(selection, store=store)
    console = run.console(stream=stream, rank=rank)
    first = 0 if lines is None else max(0, len(console) - lines)
    return Printout(run, list(console[first:]), console.skipped_lines)


def follow_printout(
    printout: Printout, *, stream: str | None = None, rank: int | None = None
) -> Iterator[ConsoleLine]:
    """Yield whole lines as they are printed, until the run is over.

    A line that was given out before it was whole comes again when it is.
    """
    run = printout.run
    shown = _numbers(line for line in printout.lines if line.is_whole)
    while True:
        is_over = run.status not in _OPEN
        for line in run.console(stream=stream, rank=rank):
            key = (line.attempt, line.stream)
            if line.number > shown.get(key, -1) and (line.is_whole or is_over):
                shown[key] = line.number
                yield line
        if is_over:
            return
        time.sleep(_LOOK_SECONDS)
        run = run.refresh()


def _numbers(lines: Iterator[ConsoleLine]) -> dict[tuple[str, str], int]:
    """Return the number of the last line of each stream."""
    return {(line.attempt, line.stream): line.number for line in lines}
