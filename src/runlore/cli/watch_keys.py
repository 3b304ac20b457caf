"""Keys as they are pressed, one at a time, while a screen is shown."""

from __future__ import annotations

import os
import select
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_ARROWS = {"\x1b[A": "k", "\x1b[B": "j", "\x1bOA": "k", "\x1bOB": "j"}


@contextmanager
def pressed_keys() -> Iterator[Callable[[float], list[str]]]:
    """Take keys without waiting for a line; gives a function that waits so many seconds for some.

    Where standard input is no terminal it only waits. Arrows are `j` and `k`. Ctrl-C stays what
    it is, and the terminal is as before in the end.
    """
    try:
        import termios
        import tty

        descriptor = sys.stdin.fileno()
        before = termios.tcgetattr(descriptor)
    except (ImportError, OSError, ValueError, termios.error):
        import time

        def wait(seconds: float) -> list[str]:
            time.sleep(seconds)
            return []

        yield wait
        return
    tty.setcbreak(descriptor)
    try:
        yield lambda seconds: _read(descriptor, seconds)
    finally:
        termios.tcsetattr(descriptor, termios.TCSADRAIN, before)


def _read(descriptor: int, seconds: float) -> list[str]:
    ready, _, _ = select.select([descriptor], [], [], seconds)
    if not ready:
        return []
    text = os.read(descriptor, 1024).decode("utf-8", "replace")
    if not text:  # the terminal has gone
        return ["q"]
    for sequence, key in _ARROWS.items():
        text = text.replace(sequence, key)
    return [key for key in text if key.isprintable()]
