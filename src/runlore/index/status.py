"""Read a run's status: what is stored, and whether its writers live (docs/formats/store.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from runlore.index.rows import RunRow, WriterFacts

UNKNOWN_AFTER_SECONDS = 120
_WRITING_KINDS = (None, "process")
_MICROSECONDS = 1_000_000


class StatusReading(NamedTuple):
    """A status as it reads now; `crashed` and `unknown` are readings and never stored.

    `last_sign_of_life` is in microseconds, None if there never was one.
    """

    status: str
    last_sign_of_life: int | None


def read_status(
    run: RunRow,
    writers: Sequence[WriterFacts],
    *,
    holder: Callable[[str], str],
    has_unread: Callable[[Collection[str]], bool] = lambda _: False,
    now: int,
) -> StatusReading:
    """Say how a run stands at `now` (microseconds).

    A final status that was stored holds. Else: `running` while a writer is alive, `crashed`
    when all are dead; where that can't be told, `running` for two minutes after the last
    sign of life and `unknown` from then on. `holder` says of an actor whether it lives:
    `alive`, `dead` or `unknown`. Of dead ones `has_unread` says whether they left more than was
    read: that may tell how the run ended, which was running as far as it was read.

    Helpers don't keep a run alive. A shell's commands come and go, and may be about a run long
    over: what they record is a sign of life only of a run that no process wrote.
    """
    signs = [writer.last_sign_of_life for writer in writers if writer.kind in _WRITING_KINDS]
    last = max((sign for sign in signs if sign is not None), default=run.last_time)
    if run.status not in (None, "running"):
        return StatusReading(run.status or "unknown", last)
    processes = {writer.actor for writer in writers if writer.kind in _WRITING_KINDS}
    lives = {holder(actor) for actor in sorted(processes)}
    if "alive" in lives:
        return StatusReading("running", last)
    if lives == {"dead"}:
        return StatusReading("running" if has_unread(processes) else "crashed", last)
    is_recent = last is not None and now - last <= UNKNOWN_AFTER_SECONDS * _MICROSECONDS
    return StatusReading("running" if is_recent else "unknown", last)
