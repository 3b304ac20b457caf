"""Record what another tracker is told, without ever standing in its way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runlore.client.recorder import say
from runlore.errors import RunloreError

if TYPE_CHECKING:
    from collections.abc import Callable


_MOST_CHARACTERS = 200


class Quiet:
    """Does what may fail beside a tracker called `name`, and says each failure once."""

    def __init__(self, name: str) -> None:
        """Have said nothing yet."""
        self._name = name
        self._said: set[str] = set()

    def attempt(self, what: str, act: Callable[[], object]) -> bool:
        """Act, and tell whether it went well; what goes wrong never reaches the caller."""
        try:
            act()
        except Exception as error:  # noqa: BLE001 - the one place where that stands for training
            reason = error.message if isinstance(error, RunloreError) else first_line(error)
            self.say(f"{what} of {self._name} could not be recorded: {reason}")
            return False
        return True

    def say(self, text: str) -> None:
        """Say something on standard error, unless it was said before."""
        if text not in self._said:
            self._said.add(text)
            say(text)


def first_line(error: BaseException) -> str:
    """Return what an error says first, or else its name."""
    line = (str(error).strip() or type(error).__name__).splitlines()[0]
    return line if len(line) <= _MOST_CHARACTERS else f"{line[:_MOST_CHARACTERS]}…"
