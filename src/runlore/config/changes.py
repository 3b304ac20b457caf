"""What a configuration has been through: entries of its history, and what undo goes back to."""

from __future__ import annotations

import getpass
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

Values = dict[str, Any]


@dataclass(frozen=True)
class State:
    """All values of a configuration, and the history up to them."""

    values: Values
    history: list[dict[str, Any]]


@dataclass(frozen=True)
class Past:
    """The values at the start, the last ones recorded, and those that undo and redo lead to."""

    start: Values
    current: Values | None = None
    undone: tuple[Values, ...] = field(default=())
    redone: tuple[Values, ...] = field(default=())

    @property
    def last(self) -> Values:
        """The values that the history knows of."""
        return self.start if self.current is None else self.current

    def after(self, action: str, values: Values) -> Past:
        """Return the past after a change to `values`."""
        if action == "undo":
            return replace(
                self, current=values, undone=self.undone[:-1], redone=(*self.redone, self.last)
            )
        redone = self.redone[:-1] if action == "redo" else ()
        return replace(self, current=values, undone=(*self.undone, self.last), redone=redone)


def entry_of(
    config: Values, changed: dict[str, dict[str, object]], who: str, action: str
) -> dict[str, Any]:
    """Make an entry of the history."""
    return {
        "timestamp": datetime.now(UTC).isoformat(timespec="microseconds"),
        "config": config,
        "changed": changed,
        "who": who,
        "action": action,
    }


def author() -> str:
    """Name the user of this process; "unknown" where the system doesn't know them."""
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        return "unknown"
