"""Show on standard error how far something is, and only on a terminal."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from runlore.cli.output import Output
from runlore.cli.text import visible

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@contextmanager
def steps() -> Iterator[Callable[[str], None]]:
    """Give a function that says which step is being taken, each in place of the one before."""
    if not Output(sys.stderr).is_styled:
        yield lambda _: None
        return
    from rich.console import Console

    with Console(stderr=True).status("…") as status:
        yield lambda step: status.update(f"{step} …")


@contextmanager
def byte_bar(what: str) -> Iterator[Callable[[int, int], None] | None]:
    """Give a function that says how many bytes of how many are done; None without a terminal."""
    if not Output(sys.stderr).is_styled:
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=24),
        DownloadColumn(binary_units=True),
        TransferSpeedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(visible(what), total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)


@contextmanager
def bar(total: int) -> Iterator[Callable[[int, str], None]]:
    """Give a function that says how many of `total` are done and what comes next.

    Where there is no terminal, each one is a line.
    """
    if not Output(sys.stderr).is_styled:

        def say(done: int, what: str) -> None:
            if done < total:
                sys.stderr.write(f"[{done + 1}/{total}] {visible(what)}\n")

        yield say
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
    from rich.text import Text

    columns = (
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[what]}", markup=False),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=total, what=Text(""))

        def show(done: int, what: str) -> None:
            progress.update(task, completed=done, what=visible(what))

        yield show
