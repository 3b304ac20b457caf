"""A bar on standard error while a search goes on."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from types import TracebackType


class SweepProgress:
    """Shows how many combinations are done, and the best score so far."""

    def __init__(self, label: str, total: int, *, is_shown: bool | None) -> None:
        """Begin; without being told, it is shown where a person looks at a terminal."""
        is_shown = sys.stderr.isatty() if is_shown is None else is_shown
        self._bar = None
        if is_shown:
            from rich.console import Console
            from rich.progress import (
                BarColumn,
                MofNCompleteColumn,
                Progress,
                TextColumn,
                TimeRemainingColumn,
            )

            columns = (
                TextColumn("{task.description}"),
                BarColumn(),
                MofNCompleteColumn(),
                TimeRemainingColumn(),
                TextColumn("{task.fields[best]}"),
            )
            self._bar = Progress(*columns, console=Console(stderr=True))
            self._task = self._bar.add_task(label, total=total, best="")

    def __enter__(self) -> Self:
        if self._bar is not None:
            self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def advance(self, best: float | None, *, count: int = 1) -> None:
        """Count a combination."""
        if self._bar is not None:
            shown = "" if best is None else f"best {best:.6g}"
            self._bar.update(self._task, advance=count, best=shown)
