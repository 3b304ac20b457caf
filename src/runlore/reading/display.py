"""Runs as a notebook shows them: the page itself for some, a plain table for very many."""

from __future__ import annotations

from html import escape
from importlib import import_module
from typing import TYPE_CHECKING, Protocol

from runlore.errors import RunloreError

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_ON_A_PAGE = 50
_MOST_ROWS = 20
_MOST_METRICS = 6


class Shown(Protocol):
    """What is shown of a stored run."""

    @property
    def id(self) -> str:
        """The identifier."""
        ...

    @property
    def short_id(self) -> str:
        """The end of the id."""
        ...

    @property
    def label(self) -> str:
        """What it is called."""
        ...

    @property
    def status(self) -> str:
        """How it stands."""
        ...

    @property
    def store(self) -> str:
        """The folder of its store."""
        ...

    @property
    def metrics(self) -> dict[str, float]:
        """Current values by label."""
        ...


def html_of(runs: Sequence[Shown], total: int, *, title: str) -> str:
    """Return HTML that shows runs; of more than 50, the first ones in a table."""
    if 1 <= len(runs) <= MOST_ON_A_PAGE:
        # The page stands above this layer, and is imported by nobody who doesn't look at one.
        page = import_module("runlore.server.notebooks")
        try:
            shown: str = page.frame_of([run.id for run in runs], store=runs[0].store, title=title)
        except RunloreError:  # not built here, or the store has gone: the table needs neither
            return _table(runs, total)
        return shown
    return _table(runs, total)


def _table(runs: Sequence[Shown], total: int) -> str:
    shown = list(runs[:_MOST_ROWS])
    counts: dict[str, int] = {}
    for run in shown:
        for label in run.metrics:
            counts[label] = counts.get(label, 0) + 1
    labels = sorted(counts, key=lambda label: -counts[label])[:_MOST_METRICS]
    rows = [_row(["run", "id", "status", *labels], "th")]
    rows += [
        _row(
            [
                run.label,
                run.short_id,
                run.status,
                *(_text(run.metrics.get(label)) for label in labels),
            ],
            "td",
        )
        for run in shown
    ]
    more = f"<p>{len(shown):,} of {total:,} runs</p>" if total > len(shown) else ""
    return f"<table>{''.join(rows)}</table>{more}"


def _row(cells: Sequence[str], tag: str) -> str:
    return "<tr>" + "".join(f"<{tag}>{escape(cell)}</{tag}>" for cell in cells) + "</tr>"


def _text(value: float | None) -> str:
    return "" if value is None else f"{value:.6g}"
