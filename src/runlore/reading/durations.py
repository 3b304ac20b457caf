"""How long runs took."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from runlore.reading.facts import seconds_between

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runlore.index.rows import Attempt, WriterFacts

_WRITING_KINDS = (None, "process")  # a shell's commands and helpers don't tell how long one lasted


def seconds_of_attempts(
    attempts: Sequence[Attempt], writers: Sequence[WriterFacts], end: int
) -> float | None:
    """Sum up how long a run's attempts lasted, without the times between them.

    An attempt lasts to the last sign of life of its processes, or to where the next one begins;
    the newest to `end` (microseconds). None if no attempt says when it began.
    """
    begun = sorted(
        (attempt.started, attempt.attempt) for attempt in attempts if attempt.started is not None
    )
    if not begun:
        return None
    microseconds = end - begun[-1][0]
    for (started, attempt), (following, _) in pairwise(begun):
        signs = [
            writer.last_sign_of_life
            for writer in writers
            if writer.attempt == attempt
            and writer.kind in _WRITING_KINDS
            and writer.last_sign_of_life is not None
        ]
        last = min(max(signs, default=following), following)
        microseconds += max(0, last - started)
    return seconds_between(0, microseconds)
