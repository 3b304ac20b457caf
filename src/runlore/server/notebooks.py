"""The page of some runs inside of a notebook."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

from runlore.server.single_file import page_of_runs

if TYPE_CHECKING:
    from collections.abc import Sequence

_BUCKETS = 200  # a notebook keeps what it shows
_STYLE = "width:100%;height:560px;border:1px solid rgba(128,128,128,.3);border-radius:6px"


def frame_of(runs: Sequence[str], *, store: str, title: str) -> str:
    """Return a frame that shows runs; what is in it can reach neither notebook nor network.

    Raises:
        RunloreError: if the runs can't be read, or the page isn't built.
    """
    page = page_of_runs(runs, store=store, title=title, buckets=_BUCKETS)
    return (
        f'<iframe title="{html.escape(title)}" sandbox="allow-scripts allow-downloads" '
        f'style="{_STYLE}" '
        f'srcdoc="{html.escape(page)}"></iframe>'
    )
