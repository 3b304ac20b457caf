"""Have the folders completed that a killed process left, without waiting for it."""

from __future__ import annotations

import os
import sys

from runlore.client.spawn import OFF_VARIABLE
from runlore.journal.host import current_host
from runlore.journal.liveness import DEAD, holder
from runlore.tracking import numbering

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from runlore.client.increments import Increment
    from runlore.journal.liveness import Liveness

_PROGRAM = (
    "import sys; sys.path[:0] = [sys.argv[1]]; "
    "from runlore.tracking.completing import complete_folders; complete_folders(sys.argv[2])"
)


def complete_behind(increment: Increment) -> bool:
    """Start a process that completes what dead ones left in an increment; tell whether it did.

    Only signs of life are looked at here: a lock each, and no store is opened.
    """
    found = numbering.marks(increment.experiments)
    if not found or os.environ.get(OFF_VARIABLE, "").lower() in ("0", "off", "no", "false"):
        return False
    if not hasattr(os, "posix_spawn") or not any(map(_is_left, found)):
        return False
    parent = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    null = os.devnull
    streams = [
        (os.POSIX_SPAWN_OPEN, 0, null, os.O_RDONLY, 0),
        (os.POSIX_SPAWN_OPEN, 1, null, os.O_WRONLY, 0),
        (os.POSIX_SPAWN_OPEN, 2, null, os.O_WRONLY, 0),
    ]
    # -P: nothing of the user's folder is imported; installed packages are still found.
    arguments = [sys.executable, "-P", "-c", _PROGRAM, parent, increment.experiments]
    try:
        os.posix_spawn(sys.executable, arguments, os.environ, file_actions=streams)
    except OSError:
        return False  # whoever looks next does it
    return True


def _is_left(mark: str) -> bool:
    fields = numbering.fields_of(mark)
    return fields is not None and life_of(fields) == DEAD


def life_of(fields: dict[str, Any]) -> Liveness:
    """Tell by the lock whether the process lives that wrote a mark."""
    lock = os.path.join(fields["store"], "journals", fields["actor"], "lock")
    if not fields["actor"] or not os.path.exists(lock):
        return DEAD  # an edit, or sealed and cleared away, and so over
    return holder(lock, host=current_host())
