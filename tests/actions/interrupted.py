"""Cut an action short at every step: as a kill would, between two calls that change files."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pytest

# Whatever changes a folder goes through one of these.
CHANGES = ("unlink", "rename", "replace", "rmdir", "link", "makedirs", "pwrite", "fsync")


class Killed(BaseException):
    """The end of the process, as far as it can be played within one."""


def cut_short_everywhere(
    patch: pytest.MonkeyPatch, prepare: Callable[[], Callable[[], object]], *, stride: int = 1
) -> Iterator[int]:
    """Do what `prepare` gives again and again, each time cut short `stride` changes later.

    Yields after each time, and ends when it got through.
    """
    for most in range(0, 10_000, stride):
        act = prepare()
        count = 0

        def counted(function: Callable[..., object]) -> Callable[..., object]:
            def change(*arguments: object, **named: object) -> object:
                nonlocal count
                count += 1
                if count > most:  # noqa: B023 - called before the next round
                    raise Killed
                return function(*arguments, **named)

            return change

        with patch.context() as patched:
            for name in CHANGES:
                patched.setattr(os, name, counted(getattr(os, name)))
            try:
                act()
            except Killed:
                is_through = False
            else:
                is_through = True
        yield most
        if is_through:
            return
